internal import Alerting
internal import PromQL
internal import Telemetry

/// Compares what the two ways of evaluation answered to one rule at one instant.
enum ShadowCheck {
  /// Sums over the same numbers in the same order are equal to the bit; the rest is the room for another order.
  static let relativeToleranceMax = 1e-12

  /// What differs, for the log; `nil` when nothing does.
  static func difference(_ incremental: RuleResult, _ plain: RuleResult) -> String? {
    switch (incremental, plain) {
    case (.failed(let one), .failed(let other)):
      return one == other ? nil : "failed with '\(one)' instead of '\(other)'"
    case (.failed(let problem), .elements): return "failed with '\(problem)' instead of succeeding"
    case (.elements, .failed(let problem)): return "succeeded instead of failing with '\(problem)'"
    case (.elements(let one), .elements(let other)): return difference(one, other)
    }
  }

  private static func difference(_ one: [VectorElement], _ other: [VectorElement]) -> String? {
    let incremental = Dictionary(one.lazy.map { ($0.labels, $0.value) }) { first, _ in first }
    let plain = Dictionary(other.lazy.map { ($0.labels, $0.value) }) { first, _ in first }
    for (labels, value) in plain.sorted(by: { $0.key < $1.key }) {
      guard let found = incremental[labels] else { return "\(labels) is missing, the plain value is \(value)" }
      if !isEqual(found, value) { return "\(labels) is \(found) instead of \(value)" }
    }
    let surplus = incremental.keys.filter { plain[$0] == nil }.min()
    return surplus.map { "\($0) is \(incremental[$0] ?? .nan) instead of absent" }
  }

  private static func isEqual(_ one: Double, _ other: Double) -> Bool {
    if one == other || (one.isNaN && other.isNaN) { return true }
    return (one - other).magnitude <= relativeToleranceMax * max(one.magnitude, other.magnitude)
  }
}
