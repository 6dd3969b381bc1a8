/// What the last round of one rule took, for machines and for `watchkeeper rules cost`.
public struct RuleCostRow: Sendable, Encodable {
  public var file: String
  public var group: String
  public var rule: String
  /// `incremental`, `plain` or `waiting` for a rule without a round.
  public var mode: String
  /// Why it was evaluated plainly, in one word; a function's name may follow.
  public var reason: String?
  public var series: Int
  public var samples: Int
  public var seconds: Double

  public init(
    file: String, group: String, rule: String, mode: String, reason: String?, series: Int, samples: Int, seconds: Double
  ) {
    self.file = file
    self.group = group
    self.rule = rule
    self.mode = mode
    self.reason = reason
    self.series = series
    self.samples = samples
    self.seconds = seconds
  }
}
