/// What is wrong with a rule file, at which key.
public struct RuleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A step on the way to the key: `groups`, 0, `rules`, 3, `expr`.
  public enum Step: Sendable, Hashable, CustomStringConvertible {
    case key(String)
    case index(Int)

    public var description: String {
      switch self {
      case .key(let name): name
      case .index(let index): "[\(index)]"
      }
    }
  }

  /// From the part that was being read to the key that is wrong; the caller that knows lines adds the place.
  public private(set) var path: [Step]
  public let problem: String
  /// How to write it, `nil` when the problem says it.
  public let advice: String?

  public init(_ path: [Step], _ problem: String, advice: String? = nil) {
    self.path = path
    self.problem = problem
    self.advice = advice
  }

  init(key: String, _ problem: String, advice: String? = nil) { self.init([.key(key)], problem, advice: advice) }

  /// The same error seen from further outside.
  func inside(_ steps: Step...) -> RuleError { RuleError(steps + path, problem, advice: advice) }

  /// For example `groups[0].rules[3].expr`.
  public var key: String {
    path.reduce(into: "") { text, step in
      if case .key = step, !text.isEmpty { text += "." }
      text += step.description
    }
  }

  public var description: String { "\(key): \(problem)" + (advice.map { " – \($0)" } ?? "") }
}
