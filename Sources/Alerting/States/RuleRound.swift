public import PromQL
public import Telemetry

/// What the engine answered to a rule's query.
public enum RuleResult: Sendable {
  case elements([VectorElement])
  case failed(String)

  /// A scalar becomes one element without labels; anything but a vector or scalar is a failure.
  public init(_ value: QueryValue, at timestamp: Timestamp) {
    switch value {
    case .vector(let elements): self = .elements(elements)
    case .scalar(let number): self = .elements([VectorElement(labels: .empty, timestamp: timestamp, value: number)])
    case .string, .matrix: self = .failed("rule result is not a vector or scalar")
    }
  }
}

/// What stands around a round: the same for all rules of all groups.
public struct RoundContext: Sendable {
  public var external: ExternalIdentity
  /// Answers to the `query` calls of templates, by text, fetched at the round's query time.
  public var answers: [String: TemplateAnswer]

  public init(external: ExternalIdentity = .none, answers: [String: TemplateAnswer] = [:]) {
    self.external = external
    self.answers = answers
  }
}

/// Either the rule's round is done, or templates ask for query results first and nothing has changed yet.
public enum RuleStep: Sendable {
  case done(RuleOutcome)
  /// Fetch these at the round's query time and evaluate again with all answers; ask at most
  /// `RuleRoundLimits.askingMax` times, then answer the rest with a failure.
  case needs(queries: [String])
}

public enum RuleRoundLimits {
  /// How often one round of a rule may ask for queries: 8 times, because an answer may lead to the next question.
  public static let askingMax = 8
}

/// What a round of one rule brought.
public struct RuleOutcome: Sendable {
  /// To be appended in one batch, before the next rule of the group is evaluated.
  public internal(set) var samples: [RuleSample] = []
  /// All pending and firing alerts, ascending by labels.
  public internal(set) var alerts: [Alert] = []
  /// Those of `alerts` that began to fire in this round.
  public internal(set) var started: [Alert] = []
  /// Alerts that ended in this round after firing.
  public internal(set) var resolved: [Alert] = []
  /// Alerts that fired and were forgotten because the rule passed its limit: their condition is unknown, not gone.
  public internal(set) var dropped: [Alert] = []
  /// Why the rule has no result in this round; its alerts then stay as they were.
  public internal(set) var failure: RuleFailure?
  /// Templates that failed; their texts say so.
  public internal(set) var templateErrors: [TemplateError] = []
  /// For the table of alert states: new rows, and `nil` for rows to delete. Only progress is written, not each value.
  public internal(set) var rowChanges: [String: [UInt8]?] = [:]

  /// A round that brought nothing.
  public init() {}
}

/// Why a rule has no result in a round.
public enum RuleFailure: Error, Sendable, Equatable, CustomStringConvertible {
  case query(String)
  case duplicateLabels(LabelSet)
  case tooManyAlerts(count: Int, limit: Int)
  case tooManySeries(count: Int, limit: Int)

  public var description: String {
    switch self {
    case .query(let problem): problem
    case .duplicateLabels(let labels):
      "two elements have the same labels after the rule's labels are applied: \(labels) – "
        + "keep a label that tells them apart"
    case .tooManyAlerts(let count, let limit):
      "exceeded limit of \(limit) with \(count) alerts – narrow the expression or raise the group's limit"
    case .tooManySeries(let count, let limit):
      "exceeded limit of \(limit) with \(count) series – narrow the expression or raise the group's limit"
    }
  }
}
