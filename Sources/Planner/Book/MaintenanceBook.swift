internal import HashTreeCollections
public import Records
internal import ServiceTime
public import Telemetry

/// All maintenance work that may still change, as a fold over the facts of stream `maintenance`.
///
/// `decide` answers what follows from an input, `apply` is the only way the book changes, live and in replay. An
/// occurrence becomes a task exactly once because the fact that makes the task is the record that it was made.
public struct MaintenanceBook: Sendable, Equatable {
  /// Not part of the fold: what the configuration says now.
  public var settings: PlannerSettings

  public internal(set) var lastTask = 0
  public internal(set) var lastWindow = 0
  var tasks: TreeDictionary<Int, MaintenanceTask> = [:]
  var windows: TreeDictionary<Int, TaskWindow> = [:]
  /// Since when a plan cares for an item.
  var enrolments: TreeDictionary<Enrolment, Timestamp> = [:]

  // Derived from the above; `checkInvariants` holds them equal to it.
  var byKey: TreeDictionary<OccurrenceKey, Int> = [:]
  var byEnrolment: TreeDictionary<Enrolment, TreeSet<Int>> = [:]
  var live: TreeSet<Int> = []
  var openWindows: TreeSet<Int> = []
  var coveringWindows: TreeDictionary<EntityID, TreeSet<Int>> = [:]

  public init(settings: PlannerSettings = .standard) { self.settings = settings }

  public subscript(number: RecordNumber) -> MaintenanceTask? {
    number.kind == .maintenanceTask ? tasks[number.number] : nil
  }

  public subscript(window number: RecordNumber) -> TaskWindow? {
    number.kind == .maintenanceWindow ? windows[number.number] : nil
  }

  public subscript(key: OccurrenceKey) -> MaintenanceTask? { byKey[key].flatMap { tasks[$0] } }

  /// All in memory, by slot and due time.
  public var allTasks: [MaintenanceTask] {
    tasks.values.sorted { ($0.orderingTime, $0.number) < ($1.orderingTime, $1.number) }
  }

  /// Not finished, by slot and due time.
  public var openTasks: [MaintenanceTask] {
    live.compactMap { tasks[$0] }.sorted { ($0.orderingTime, $0.number) < ($1.orderingTime, $1.number) }
  }

  /// All in memory, newest first.
  public var allWindows: [TaskWindow] { windows.values.sorted { $0.number > $1.number } }

  /// The items a plan cares for, ascending.
  public func items(ofPlan plan: String) -> [EntityID] {
    enrolments.keys.filter { $0.plan == plan }.map(\.item).sorted()
  }

  /// The open window that withholds the incidents of `item` at `now`, of several the one that ends last. It never
  /// withholds beyond its planned end, even before that end is recorded.
  public func withholding(item: EntityID, at now: Timestamp) -> Withholding? {
    let covering = (coveringWindows[item] ?? []).compactMap { windows[$0] }.filter { Self.covers($0, at: now) }
    guard let window = covering.max(by: { ($0.planned.to, $1.number) < ($1.planned.to, $0.number) }),
      let why = window.coverage.first(where: { $0.item == item })?.why
    else { return nil }
    return Withholding(
      window: window.number, task: window.task, title: window.title, until: window.planned.to, why: why)
  }

  /// How far the clock may have been set back behind the beginning of an open window that still withholds. The default
  /// is 3 h: an hour of a wrong time zone, and room. A window that a clock opened far ahead withholds nothing until then.
  public static let clockSetBackMax = Duration.seconds(3 * 3600)

  /// What is open has begun: its beginning lies ahead only when the clock was set back.
  private static func covers(_ window: TaskWindow, at now: Timestamp) -> Bool {
    now < window.planned.to && window.planned.from.elapsed(since: now) <= clockSetBackMax
  }

  /// The next moment at which `tick` has something to do.
  public func nextMoment(after now: Timestamp) -> Timestamp? {
    let ends = openWindows.compactMap { windows[$0]?.planned.to }
    let slots = live.compactMap { tasks[$0] }.filter { $0.state == .scheduled }
      .compactMap { task in task.slot.map { task.terms.opening == .automatic && $0.from > now ? $0.from : $0.to } }
    return (ends + slots).filter { $0 > now }.min()
  }

  /// Whether `tick` has something to do at `now`: also what an earlier tick should have done and could not.
  public func isTickDue(at now: Timestamp) -> Bool {
    nextMoment(after: Timestamp(milliseconds: .min)).map { $0 <= now } ?? false
  }

  /// The journal's key of a plan.
  public static func entity(ofPlan name: String) -> EntityID { EntityID("plan/\(name)") }
  /// The journal's key of planning as a whole.
  public static let planning = EntityID("planning")
}

/// A plan's care for an item.
struct Enrolment: Hashable, Sendable, Comparable, Codable {
  let plan: String
  let item: EntityID

  static func < (left: Enrolment, right: Enrolment) -> Bool {
    (left.plan, left.item) < (right.plan, right.item)
  }
}

extension MaintenanceTask {
  var enrolment: Enrolment { Enrolment(plan: key.plan, item: key.item) }
  var orderingTime: Timestamp { slot?.from ?? terms.dueAt }
}

// MARK: - Index upkeep

extension MaintenanceBook {
  mutating func put(_ task: MaintenanceTask) {
    let number = task.number.number
    tasks[number] = task
    byKey[task.key] = number
    byEnrolment[task.enrolment, default: []].insert(number)
    if task.state.isFinished { live.remove(number) } else { live.insert(number) }
  }

  mutating func put(_ window: TaskWindow) {
    let number = window.number.number
    windows[number] = window
    if window.isOpen { openWindows.insert(number) } else { openWindows.remove(number) }
    for covered in window.coverage {
      if window.isOpen {
        coveringWindows[covered.item, default: []].insert(number)
      } else {
        coveringWindows[covered.item]?.remove(number)
        if coveringWindows[covered.item]?.isEmpty == true { coveringWindows[covered.item] = nil }
      }
    }
  }

  mutating func remove(_ task: MaintenanceTask) {
    let number = task.number.number
    tasks[number] = nil
    byKey[task.key] = nil
    live.remove(number)
    byEnrolment[task.enrolment]?.remove(number)
    if byEnrolment[task.enrolment]?.isEmpty == true { byEnrolment[task.enrolment] = nil }
  }
}
