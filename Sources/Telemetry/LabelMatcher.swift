/// A condition on one label. An absent label counts as the empty string.
public struct LabelMatcher: Hashable, Sendable {
  public enum Test: Hashable, Sendable {
    case equals(String)
    case differs(String)
    case matches(Pattern)
    case misses(Pattern)
  }

  public let name: String
  public let test: Test

  public init(_ name: String, _ test: Test) {
    self.name = name
    self.test = test
  }

  public static func equal(_ name: String, _ value: String) -> LabelMatcher { LabelMatcher(name, .equals(value)) }

  public func accepts(_ value: String?) -> Bool {
    let value = value ?? ""
    return switch test {
    case .equals(let wanted): value == wanted
    case .differs(let unwanted): value != unwanted
    case .matches(let pattern): pattern.matchesWhole(value)
    case .misses(let pattern): !pattern.matchesWhole(value)
    }
  }

  public func accepts(_ labels: LabelSet) -> Bool { accepts(labels[name]) }

  /// A matcher that accepts the empty string also accepts series that lack the label.
  public var acceptsAbsence: Bool { accepts("") }
}

extension LabelMatcher: CustomStringConvertible {
  public var description: String {
    switch test {
    case .equals(let value): "\(name)=\(LabelSet.quoted(value))"
    case .differs(let value): "\(name)!=\(LabelSet.quoted(value))"
    case .matches(let pattern): "\(name)=~\(LabelSet.quoted(pattern.text))"
    case .misses(let pattern): "\(name)!~\(LabelSet.quoted(pattern.text))"
    }
  }
}
