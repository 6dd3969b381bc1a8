internal import Telemetry

/// Remembers what the deciding part of a failed condition was.
struct ConditionWitness {
  var text = "it does not hold"
}

extension ConditionExpression {
  /// - Parameter witness: says, when the answer is no, what the value was.
  func holds(for subject: some ConditionSubject, _ witness: inout ConditionWitness) -> Bool {
    switch self {
    case .both(let left, let right): return left.holds(for: subject, &witness) && right.holds(for: subject, &witness)
    case .either(let left, let right):
      if left.holds(for: subject, &witness) { return true }
      let first = witness.text
      if right.holds(for: subject, &witness) { return true }
      if first != witness.text { witness.text = "\(first), and \(witness.text)" }
      return false
    case .not(let inner):
      var ignored = ConditionWitness()
      let holds = inner.holds(for: subject, &ignored)
      if holds { witness.text = inner.observation(for: subject) }
      return !holds
    case .comparison(let left, let sign, let right):
      let value = left.value(for: subject)
      let other = right.value(for: subject)
      if sign.holds(value, other) { return true }
      witness.text = right.isFixed ? "it is \(value.shown)" : "it is \(value.shown) beside \(other.shown)"
      return false
    case .matches(let left, let pattern):
      let value = left.value(for: subject)
      if case .text(let text) = value, pattern.firstMatch(in: Array(text.utf8)) != nil { return true }
      witness.text = "it is \(value.shown)"
      return false
    default:
      let value = value(for: subject)
      if value == .truth(true) { return true }
      witness.text = "it is \(value.shown)"
      return false
    }
  }

  private func observation(for subject: some ConditionSubject) -> String {
    switch self {
    case .comparison(let left, _, _), .matches(let left, _): "it is \(left.value(for: subject).shown)"
    default: "it holds"
    }
  }

  private var isFixed: Bool {
    switch self {
    case .constant: true
    case .list(let members): members.allSatisfy(\.isFixed)
    default: false
    }
  }

  func value(for subject: some ConditionSubject) -> ConditionValue {
    switch self {
    case .constant(let value): return value
    case .root(let root): return subject.value(of: root)
    case .header(let name): return subject.header(name)
    case .path(let steps): return Self.follow(steps, in: subject.body())
    case .list(let members): return .list(members.map { $0.value(for: subject) })
    case .length(let inner):
      switch inner.value(for: subject) {
      case .text(let text): return .number(Double(text.unicodeScalars.count))
      case .list(let list): return .number(Double(list.count))
      case .object(let members): return .number(Double(members.count))
      case .missing(let why): return .missing(why)
      case let other: return .missing("\(other.shown), which has no length")
      }
    case .has(let inner): return .truth(!inner.value(for: subject).isMissing)
    case .comparison, .matches, .both, .either, .not:
      var ignored = ConditionWitness()
      return .truth(holds(for: subject, &ignored))
    }
  }

  static func follow(_ steps: [ConditionStep], in whole: ConditionValue) -> ConditionValue {
    var value = whole
    for step in steps {
      switch (step, value) {
      case (.member(let name), .object(let members)):
        guard let member = members[name] else { return .missing("without '\(name)'") }
        value = member
      case (.index(let index), .list(let list)):
        let place = index < 0 ? list.count + index : index
        guard list.indices.contains(place) else { return .missing("a list of \(list.count)") }
        value = list[place]
      case (_, .missing): return value
      case (.member(let name), let other): return .missing("\(other.shown), which has no '\(name)'")
      case (.index, let other): return .missing("\(other.shown), which is no list")
      }
    }
    return value
  }
}

extension ConditionOperator {
  func holds(_ left: ConditionValue, _ right: ConditionValue) -> Bool {
    switch self {
    case .equal: return Self.areEqual(left, right)
    // What is not there is unequal to nothing: a typing error must not be a success.
    case .unequal: return !left.isMissing && !right.isMissing && !Self.areEqual(left, right)
    case .contains:
      switch (left, right) {
      case (.text(let text), .text(let part)): return text.contains(part)
      case (.list(let list), _): return list.contains { Self.areEqual($0, right) }
      case (.object(let members), .text(let name)): return members[name] != nil
      default: return false
      }
    case .startsWith, .endsWith:
      guard case .text(let text) = left, case .text(let part) = right else { return false }
      return self == .startsWith ? text.hasPrefix(part) : text.hasSuffix(part)
    case .isIn:
      switch right {
      case .list(let list): return list.contains { Self.areEqual(left, $0) }
      case .text(let text):
        guard case .text(let part) = left else { return false }
        return text.contains(part)
      case .object(let members):
        guard case .text(let name) = left else { return false }
        return members[name] != nil
      default: return false
      }
    case .less, .atMost, .more, .atLeast: return isOrdered(left, right)
    }
  }

  private static func areEqual(_ left: ConditionValue, _ right: ConditionValue) -> Bool {
    guard !left.isMissing, !right.isMissing else { return false }
    if let one = left.magnitude, let other = right.magnitude { return one == other }
    return left == right
  }

  private func isOrdered(_ left: ConditionValue, _ right: ConditionValue) -> Bool {
    if let one = left.magnitude, let other = right.magnitude { return isOrdered(one, other) }
    if case .text(let one) = left, case .text(let other) = right { return isOrdered(one, other) }
    return false
  }

  private func isOrdered<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .less: left < right
    case .atMost: left <= right
    case .more: left > right
    default: left >= right
    }
  }
}

extension ConditionValue {
  fileprivate var isMissing: Bool {
    if case .missing = self { true } else { false }
  }

  /// Of what can be compared as a number: a duration in seconds beside a number of JSON.
  fileprivate var magnitude: Double? {
    switch self {
    case .number(let number), .duration(let number), .bytes(let number): number
    default: nil
    }
  }
}
