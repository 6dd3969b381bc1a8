public import Telemetry

/// What is wrong with a rule file, at which key.
public struct RuleError: Error, Sendable, Equatable {
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
  public let fault: SettingsFault

  public init(_ path: [Step], _ fault: SettingsFault) {
    self.path = path
    self.fault = fault
  }

  init(_ path: [Step], _ id: String, _ arguments: [String: String] = [:]) {
    self.init(path, SettingsFault(id, arguments))
  }

  init(key: String, _ id: String, _ arguments: [String: String] = [:]) { self.init([.key(key)], id, arguments) }

  /// The same error seen from further outside.
  func inside(_ steps: [Step]) -> RuleError { RuleError(steps + path, fault) }

  /// For example `groups[0].rules[3].expr`.
  public var key: String {
    path.reduce(into: "") { text, step in
      if case .key = step, !text.isEmpty { text += "." }
      text += step.description
    }
  }
}
