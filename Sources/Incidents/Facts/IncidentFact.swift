public import Records
public import Telemetry

/// One thing that became true of an incident, a withheld alert or a notification.
public struct IncidentFact: Hashable, Sendable {
  public let entity: EntityID
  /// When it became true.
  public let at: Timestamp
  public let actor: Actor
  public let change: IncidentChange

  public init(about entity: EntityID, at: Timestamp, by actor: Actor, _ change: IncidentChange) {
    self.entity = entity
    self.at = at
    self.actor = actor
    self.change = change
  }

  /// - Throws: `.unknownKind` and `.newerSchema` when a newer program wrote the fact.
  public init(_ fact: Fact) throws(FactReadError) {
    self.init(about: fact.entity, at: fact.validAt, by: fact.actor, try IncidentChange(reading: fact))
  }

  public func draft(scope: Scope = .root, cause: JournalPosition? = nil) -> FactDraft {
    change.payload.draft(in: .incidents, about: entity, validAt: at, by: actor, scope: scope, cause: cause)
  }
}

/// The kinds of facts in stream `incidents`.
public enum IncidentChange: Hashable, Sendable {
  case opened(IncidentOpened)
  case progressed(IncidentProgressed)
  case reassessed(IncidentReassessed)
  case cleared(BreachCleared)
  case firedAgain(BreachReturned)
  case windowChanged(IncidentWindowChanged)
  case acknowledged(IncidentAcknowledged)
  case noted(IncidentNoted)
  case resolved(IncidentResolved)
  case verified(IncidentVerified)
  case reopened(IncidentReopened)
  case closed(IncidentClosed)
  case withheld(AlertWithheld)
  case released(AlertReleased)
  case intended(NotificationIntended)
  case delivered(NotificationDelivered)
  case refused(NotificationRefused)

  var payload: any FactPayload {
    switch self {
    case .opened(let content): content
    case .progressed(let content): content
    case .reassessed(let content): content
    case .cleared(let content): content
    case .firedAgain(let content): content
    case .windowChanged(let content): content
    case .acknowledged(let content): content
    case .noted(let content): content
    case .resolved(let content): content
    case .verified(let content): content
    case .reopened(let content): content
    case .closed(let content): content
    case .withheld(let content): content
    case .released(let content): content
    case .intended(let content): content
    case .delivered(let content): content
    case .refused(let content): content
    }
  }

  /// The name of the fact's kind, for example `incident.opened`.
  public var kindName: String { type(of: payload).kind.name }

  init(reading fact: Fact) throws(FactReadError) {
    guard let reader = Self.readers[fact.kind.name] else { throw .unknownKind(fact.kind.name) }
    self = try reader(fact)
  }

  /// The names of all kinds, ascending: `Wording` has a `timeline.` title for each.
  public static var kindNames: [String] { readers.keys.sorted() }

  private typealias Reader = @Sendable (Fact) throws(FactReadError) -> IncidentChange

  /// One line per kind; a payload with schema 2 gets its steps here.
  private static let readers: [String: Reader] = [
    IncidentOpened.kind.name: reader(SchemaLadder<IncidentOpened>(), IncidentChange.opened),
    IncidentProgressed.kind.name: reader(SchemaLadder<IncidentProgressed>(), IncidentChange.progressed),
    IncidentReassessed.kind.name: reader(SchemaLadder<IncidentReassessed>(), IncidentChange.reassessed),
    BreachCleared.kind.name: reader(SchemaLadder<BreachCleared>(), IncidentChange.cleared),
    BreachReturned.kind.name: reader(SchemaLadder<BreachReturned>(), IncidentChange.firedAgain),
    IncidentWindowChanged.kind.name: reader(SchemaLadder<IncidentWindowChanged>(), IncidentChange.windowChanged),
    IncidentAcknowledged.kind.name: reader(SchemaLadder<IncidentAcknowledged>(), IncidentChange.acknowledged),
    IncidentNoted.kind.name: reader(SchemaLadder<IncidentNoted>(), IncidentChange.noted),
    IncidentResolved.kind.name: reader(SchemaLadder<IncidentResolved>(), IncidentChange.resolved),
    IncidentVerified.kind.name: reader(SchemaLadder<IncidentVerified>(), IncidentChange.verified),
    IncidentReopened.kind.name: reader(SchemaLadder<IncidentReopened>(), IncidentChange.reopened),
    IncidentClosed.kind.name: reader(SchemaLadder<IncidentClosed>(), IncidentChange.closed),
    AlertWithheld.kind.name: reader(SchemaLadder<AlertWithheld>(), IncidentChange.withheld),
    AlertReleased.kind.name: reader(SchemaLadder<AlertReleased>(), IncidentChange.released),
    NotificationIntended.kind.name: reader(SchemaLadder<NotificationIntended>(), IncidentChange.intended),
    NotificationDelivered.kind.name: reader(SchemaLadder<NotificationDelivered>(), IncidentChange.delivered),
    NotificationRefused.kind.name: reader(SchemaLadder<NotificationRefused>(), IncidentChange.refused),
  ]

  private static func reader<Payload: FactPayload>(
    _ ladder: SchemaLadder<Payload>, _ wrap: @escaping @Sendable (Payload) -> IncidentChange
  ) -> Reader {
    { (fact) throws(FactReadError) in wrap(try ladder.read(fact)) }
  }
}
