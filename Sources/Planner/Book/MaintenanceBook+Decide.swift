internal import HashTreeCollections
internal import Records
public import Telemetry

extension MaintenanceBook {
  /// What follows from `input`. Nothing changes until the facts are applied, in order.
  ///
  /// - Parameter scene: the whole configuration and inventory; what is missing from it counts as removed.
  public func decide(
    _ input: MaintenanceInput, in scene: PlanningScene, at now: Timestamp
  ) throws(MaintenanceRefusal) -> [MaintenanceFact] {
    var deliberation = Deliberation(book: self, scene: scene, now: now)
    switch input {
    case .tick:
      if deliberation.passTime() == .slotsLost { deliberation.replan() }
    case .plan:
      _ = deliberation.passTime()
      deliberation.enrol()
      deliberation.generate()
      deliberation.revise()
      deliberation.replan()
    case .start(let number, let policy, let actor): try deliberation.start(number, policy, by: actor)
    case .finish(let number, let outcome, let result, let actor):
      try deliberation.finish(number, outcome, result, by: actor)
    case .postpone(let number, let until, let text, let actor):
      try deliberation.postpone(number, until: until, text: text, by: actor)
    case .skip(let number, let text, let actor): try deliberation.skip(number, text: text, by: actor)
    }
    return deliberation.facts
  }
}

/// One decision under way: a copy of the book that each fact is applied to as soon as it is decided, so that what
/// follows is decided on what is already true.
struct Deliberation {
  static let planner = Actor.program("planner")

  private(set) var book: MaintenanceBook
  private(set) var facts: [MaintenanceFact] = []
  let scene: PlanningScene
  let now: Timestamp

  init(book: MaintenanceBook, scene: PlanningScene, now: Timestamp) {
    self.book = book
    self.scene = scene
    self.now = now
  }

  mutating func record(_ change: MaintenanceChange, by actor: Actor = planner, at: Timestamp? = nil) {
    let fact = MaintenanceFact(at: at ?? now, by: actor, change)
    book.apply(fact)
    facts.append(fact)
  }

  /// Tasks of one kind of state, by number.
  func openTasks(_ matches: (MaintenanceTask) -> Bool) -> [MaintenanceTask] {
    book.live.compactMap { book.tasks[$0] }.filter(matches).sorted { $0.number < $1.number }
  }
}
