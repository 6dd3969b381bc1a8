public import Records
public import Telemetry

/// All rules with what they see now.
public struct RulesPage: Sendable, Encodable {
  public var groups: [RuleGroupRow]

  public init(groups: [RuleGroupRow]) { self.groups = groups }
}

public struct RuleGroupRow: Sendable, Encodable {
  public var name: String
  public var file: String
  public var intervalSeconds: Double
  public var lastEvaluation: Timestamp?
  public var tookSeconds: Double?
  public var rules: [RuleRow]

  public init(
    name: String, file: String, intervalSeconds: Double, lastEvaluation: Timestamp? = nil, tookSeconds: Double? = nil,
    rules: [RuleRow]
  ) {
    self.name = name
    self.file = file
    self.intervalSeconds = intervalSeconds
    self.lastEvaluation = lastEvaluation
    self.tookSeconds = tookSeconds
    self.rules = rules
  }
}

public enum RuleCondition: String, CaseIterable, Sendable, Encodable {
  case inactive, pending, firing, recording, failing, notEvaluated
}

public struct RuleRow: Sendable, Encodable {
  public var name: String
  public var expression: String
  public var heldSeconds: Double
  public var severity: String?
  public var condition: RuleCondition
  public var summary: Phrase?
  /// The engine's message when the last evaluation failed.
  public var problem: String?
  /// What Watchkeeper's own keys add: when its alerts may end, and what missing data mean.
  public var policy: [Phrase] = []
  public var pending: Int
  public var firing: Int
  /// Why alerts go on although their condition no longer holds, and how many.
  public var holds: [Phrase] = []
  public var incidents: [RecordNumber]

  public init(
    name: String, expression: String, heldSeconds: Double = 0, severity: String? = nil, condition: RuleCondition,
    summary: Phrase? = nil, problem: String? = nil, pending: Int = 0, firing: Int = 0, incidents: [RecordNumber] = []
  ) {
    self.name = name
    self.expression = expression
    self.heldSeconds = heldSeconds
    self.severity = severity
    self.condition = condition
    self.summary = summary
    self.problem = problem
    self.pending = pending
    self.firing = firing
    self.incidents = incidents
  }
}
