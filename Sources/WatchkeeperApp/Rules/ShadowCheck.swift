internal import Alerting
internal import PromQL
internal import Telemetry

/// Says when a rule is evaluated both ways, and compares the two answers.
enum ShadowCheck {
  /// One rule a round of its group has its turn. A rule of many series, which costs the most to read plainly, lets turns
  /// pass: the check is to stay small beside what it checks.
  ///
  /// - Parameter series: that the rule looked at in its last round.
  static func isDue(_ index: Int, of group: RuleGroup, at time: Timestamp, series: Int) -> Bool {
    let round = Int(time.milliseconds / max(1, group.interval.wholeMilliseconds))
    guard round % group.rules.count == index else { return false }
    return round / group.rules.count % (1 + series / seriesOften) == 0
  }

  /// With fewer series a rule takes every turn.
  private static let seriesOften = 1000

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
