public import Records
public import Telemetry

/// One thing that became true of a plan, a task or a window.
public struct MaintenanceFact: Hashable, Sendable {
  public let entity: EntityID
  public let at: Timestamp
  public let actor: Actor
  public let change: MaintenanceChange

  public init(at: Timestamp, by actor: Actor, _ change: MaintenanceChange) {
    entity = change.entity
    self.at = at
    self.actor = actor
    self.change = change
  }

  /// - Throws: `.unknownKind` and `.newerSchema` when a newer program wrote the fact.
  public init(_ fact: Fact) throws(FactReadError) {
    self.init(at: fact.validAt, by: fact.actor, try MaintenanceChange(reading: fact))
  }

  public func draft(scope: Scope = .root, cause: JournalPosition? = nil) -> FactDraft {
    change.payload.draft(in: .maintenance, about: entity, validAt: at, by: actor, scope: scope, cause: cause)
  }
}

/// The kinds of facts in stream `maintenance`.
public enum MaintenanceChange: Hashable, Sendable {
  case enrolled(ItemEnrolled)
  case withdrawn(ItemWithdrawn)
  case generated(TaskGenerated)
  case revised(TaskRevised)
  case scheduled(TaskScheduled)
  case unscheduled(TaskUnscheduled)
  case displaced(TaskDisplaced)
  case skipped(TaskSkipped)
  case started(TaskStarted)
  case elapsed(TaskElapsed)
  case finished(TaskFinished)
  case deferred(TaskDeferred)
  case windowOpened(WindowOpened)
  case windowClosed(WindowClosed)
  case replanned(PlanReplanned)

  /// The name of the fact's kind, for example `task.scheduled`.
  public var kindName: String { type(of: payload).kind.name }

  var payload: any FactPayload {
    switch self {
    case .enrolled(let content): content
    case .withdrawn(let content): content
    case .generated(let content): content
    case .revised(let content): content
    case .scheduled(let content): content
    case .unscheduled(let content): content
    case .displaced(let content): content
    case .skipped(let content): content
    case .started(let content): content
    case .elapsed(let content): content
    case .finished(let content): content
    case .deferred(let content): content
    case .windowOpened(let content): content
    case .windowClosed(let content): content
    case .replanned(let content): content
    }
  }

  var entity: EntityID {
    switch self {
    case .enrolled(let content): MaintenanceBook.entity(ofPlan: content.plan)
    case .withdrawn(let content): MaintenanceBook.entity(ofPlan: content.plan)
    case .generated(let content): MaintenanceTask.entity(content.number)
    case .revised(let content): MaintenanceTask.entity(content.number)
    case .scheduled(let content): MaintenanceTask.entity(content.number)
    case .unscheduled(let content): MaintenanceTask.entity(content.number)
    case .displaced(let content): MaintenanceTask.entity(content.number)
    case .skipped(let content): MaintenanceTask.entity(content.number)
    case .started(let content): MaintenanceTask.entity(content.number)
    case .elapsed(let content): MaintenanceTask.entity(content.number)
    case .finished(let content): MaintenanceTask.entity(content.number)
    case .deferred(let content): MaintenanceTask.entity(content.number)
    case .windowOpened(let content): TaskWindow.entity(content.number)
    case .windowClosed(let content): TaskWindow.entity(content.number)
    case .replanned: MaintenanceBook.planning
    }
  }

  init(reading fact: Fact) throws(FactReadError) {
    guard let reader = Self.readers[fact.kind.name] else { throw .unknownKind(fact.kind.name) }
    self = try reader(fact)
  }

  private typealias Reader = @Sendable (Fact) throws(FactReadError) -> MaintenanceChange

  /// One line per kind; a payload with schema 2 gets its steps here.
  private static let readers: [String: Reader] = [
    ItemEnrolled.kind.name: reader(SchemaLadder<ItemEnrolled>(), MaintenanceChange.enrolled),
    ItemWithdrawn.kind.name: reader(SchemaLadder<ItemWithdrawn>(), MaintenanceChange.withdrawn),
    TaskGenerated.kind.name: reader(SchemaLadder<TaskGenerated>(), MaintenanceChange.generated),
    TaskRevised.kind.name: reader(SchemaLadder<TaskRevised>(), MaintenanceChange.revised),
    TaskScheduled.kind.name: reader(SchemaLadder<TaskScheduled>(), MaintenanceChange.scheduled),
    TaskUnscheduled.kind.name: reader(SchemaLadder<TaskUnscheduled>(), MaintenanceChange.unscheduled),
    TaskDisplaced.kind.name: reader(SchemaLadder<TaskDisplaced>(), MaintenanceChange.displaced),
    TaskSkipped.kind.name: reader(SchemaLadder<TaskSkipped>(), MaintenanceChange.skipped),
    TaskStarted.kind.name: reader(SchemaLadder<TaskStarted>(), MaintenanceChange.started),
    TaskElapsed.kind.name: reader(SchemaLadder<TaskElapsed>(), MaintenanceChange.elapsed),
    TaskFinished.kind.name: reader(SchemaLadder<TaskFinished>(), MaintenanceChange.finished),
    TaskDeferred.kind.name: reader(SchemaLadder<TaskDeferred>(), MaintenanceChange.deferred),
    WindowOpened.kind.name: reader(SchemaLadder<WindowOpened>(), MaintenanceChange.windowOpened),
    WindowClosed.kind.name: reader(SchemaLadder<WindowClosed>(), MaintenanceChange.windowClosed),
    PlanReplanned.kind.name: reader(SchemaLadder<PlanReplanned>(), MaintenanceChange.replanned),
  ]

  private static func reader<Payload: FactPayload>(
    _ ladder: SchemaLadder<Payload>, _ wrap: @escaping @Sendable (Payload) -> MaintenanceChange
  ) -> Reader {
    { (fact) throws(FactReadError) in wrap(try ladder.read(fact)) }
  }
}
