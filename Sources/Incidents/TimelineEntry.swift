public import Records
public import Telemetry

/// One line of an incident's history. The history itself is the journal's: the facts of its entity.
public struct TimelineEntry: Sendable {
  public let position: JournalPosition
  /// When it became true.
  public let at: Timestamp
  /// When the journal learned it.
  public let recordedAt: Timestamp
  public let actor: Actor
  /// The fact's kind: `timeline.` and this is the id of its title in `Wording`.
  public let kind: String
  /// Why, as decided then; may be several for an opening.
  public let reasons: [Reason]
  /// A person's own words, or a receiver's problem; empty when there are none.
  public let words: BilingualText
  public let progress: BreachProgress?
  public let change: IncidentChange

  /// - Throws: when a newer program wrote the fact.
  public init(_ fact: Fact) throws(FactReadError) {
    let known = try IncidentFact(fact)
    position = fact.position
    at = fact.validAt
    recordedAt = fact.recordedAt
    actor = fact.actor
    kind = fact.kind.name
    change = known.change
    reasons = known.change.reasons
    words = known.change.words
    progress = known.change.progress
  }
}

extension IncidentChange {
  /// Why it was decided.
  public var reasons: [Reason] {
    switch self {
    case .opened(let content): content.reasons + content.assessment.reasons
    case .reassessed(let content): [content.reason]
    case .windowChanged(let content): [content.reason]
    case .resolved(let content): [content.reason]
    case .verified(let content): [content.reason]
    case .reopened(let content): [content.reason]
    case .closed(let content): [content.reason]
    case .withheld(let content): [content.reason]
    case .released(let content): [content.reason]
    case .intended(let content): [content.reason]
    case .progressed, .cleared, .firedAgain, .acknowledged, .noted, .delivered, .refused: []
    }
  }

  /// What a person wrote, or what a receiver answered.
  public var words: BilingualText {
    switch self {
    case .acknowledged(let content): BilingualText(content.note)
    case .noted(let content): BilingualText(content.text)
    case .resolved(let content): BilingualText(content.text)
    case .reopened(let content): BilingualText(content.text)
    case .refused(let content): content.problem
    default: ""
    }
  }

  /// How often the breach had been seen by then.
  public var progress: BreachProgress? {
    switch self {
    case .opened(let content): content.progress
    case .progressed(let content): content.progress
    case .reassessed(let content): content.progress
    case .cleared(let content): content.progress
    case .firedAgain(let content): content.progress
    case .windowChanged(let content): content.progress
    case .acknowledged(let content): content.progress
    case .noted(let content): content.progress
    case .resolved(let content): content.progress
    case .verified(let content): content.progress
    case .reopened(let content): content.progress
    case .closed, .withheld, .released, .intended, .delivered, .refused: nil
    }
  }
}
