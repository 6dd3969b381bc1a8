internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import ServiceTime
internal import Telemetry

/// What the rounds of a back-test would have led to: the incident book of production, empty at first, with the items of
/// today and the windows that there were. Nobody acknowledges anything, every page arrives. Pure.
struct IncidentRehearsal {
  struct Opened: Sendable {
    let number: RecordNumber
    let report: AlertReport
    let priority: Priority
    let at: Timestamp
    var resolvedAt: Timestamp?
    var reopened = 0
    var pages: [Page] = []
    /// The maintenance window that it outlived.
    var outlived: RecordNumber?
  }

  struct Page: Sendable {
    let kind: NotificationKind
    let at: Timestamp
    let receivers: [String]
  }

  struct Withheld: Sendable {
    let report: AlertReport
    let window: WindowReference
    let at: Timestamp
  }

  /// In the order of their numbers.
  private(set) var opened: [Opened] = []
  private(set) var withheld: [Withheld] = []

  private var book: IncidentBook
  private var tally = BreachTally()
  private let inventory: InventoryBook
  private let targets: TargetTable
  private let windows: PastWindows
  private var endedWindows = 0
  /// Rules of which something fires or may return; the rounds of others lead to nothing.
  private var awake: Set<RuleReference> = []

  init(settings: IncidentSettings, inventory: InventoryBook, targets: TargetTable, windows: PastWindows) {
    book = IncidentBook(settings: settings)
    self.inventory = inventory
    self.targets = targets
    self.windows = windows
  }

  mutating func take(_ round: BacktestRun.Round, of group: RuleGroup) {
    pass(until: round.slot)
    let isLoud = round.alerts.values.contains { $0?.contains { $0.state == .firing } == true }
    guard isLoud || !awake.isEmpty else { return }
    let (windows, targets) = (windows, targets)
    let offering = BreachOffering(
      inventory: inventory, targets: { targets }, window: windows.withholding, incidents: book)
    for offered in offering.rounds(of: group, at: round.slot, alerts: { round.alerts[$0] ?? nil }) {
      guard !offered.firing.isEmpty || awake.contains(offered.rule) else { continue }
      process(.round(offered), at: round.slot)
      awake.insert(offered.rule)
      if offered.firing.isEmpty, !book.all.contains(where: { $0.origin.rule == offered.rule && $0.status.isActive }) {
        awake.remove(offered.rule)
      }
    }
  }

  /// Time passes: windows end, pages are repeated, incidents close.
  mutating func pass(until now: Timestamp) {
    while endedWindows < windows.ends.count, windows.ends[endedWindows].at <= now {
      let ended = windows.ends[endedWindows]
      endedWindows += 1
      process(.windowEnded(ended.number, successors: windows.successors(of: ended)), at: ended.at)
    }
    if book.count > 0 { process(.tick, at: now) }
  }

  private mutating func process(_ input: IncidentInput, at now: Timestamp) {
    // Only a person's command is ever refused.
    guard let facts = try? book.process(input, counting: &tally, at: now) else { return }
    for fact in facts { note(fact) }
  }

  private mutating func note(_ fact: IncidentFact) {
    switch fact.change {
    case .opened(let content):
      let outlived = content.reasons.first { $0.id == "reason.incident.outlived-window" }?.arguments["window"]
      opened.append(
        Opened(
          number: content.number, report: content.alert, priority: content.assessment.priority, at: fact.at,
          outlived: outlived.flatMap { RecordNumber($0) }))
    case .intended(let content):
      change(fact) { $0.pages.append(Page(kind: content.kind, at: fact.at, receivers: content.receivers)) }
      for receiver in content.receivers {
        let key = IntentKey(incident: content.incident.number, ordinal: content.ordinal, receiver: receiver)
        process(.deliveryOutcome(key, .delivered), at: fact.at)
      }
    case .resolved, .verified: change(fact) { $0.resolvedAt = fact.at }
    case .reopened:
      change(fact) { opened in
        opened.resolvedAt = nil
        opened.reopened += 1
      }
    case .withheld(let content):
      withheld.append(Withheld(report: content.alert, window: content.window, at: fact.at))
    default: break
    }
  }

  private mutating func change(_ fact: IncidentFact, _ body: (inout Opened) -> Void) {
    guard let number = Incident.number(of: fact.entity), opened.indices.contains(number.number - 1) else { return }
    body(&opened[number.number - 1])
  }
}

/// The maintenance windows of the past, as they were.
struct PastWindows: Sendable {
  struct End: Sendable {
    let number: RecordNumber
    let at: Timestamp
    let items: [ItemID]
  }

  /// Ascending by time.
  let ends: [End]
  private let byItem: [ItemID: [TaskWindow]]

  init(_ windows: [TaskWindow], after start: Timestamp) {
    let known = windows.filter { Self.end(of: $0) > start }
    ends = known.map { window in
      End(number: window.number, at: Self.end(of: window), items: window.coverage.compactMap { ItemID($0.item) })
    }.sorted { ($0.at, $0.number) < ($1.at, $1.number) }
    var byItem: [ItemID: [TaskWindow]] = [:]
    for window in known {
      for item in window.coverage.compactMap({ ItemID($0.item) }) { byItem[item, default: []].append(window) }
    }
    self.byItem = byItem
  }

  private static func end(of window: TaskWindow) -> Timestamp {
    min(window.planned.to, window.closedAt ?? window.planned.to)
  }

  /// The window that withheld the incidents of an item, of several the one that was to end last.
  func withholding(_ item: ItemID, at time: Timestamp) -> WindowReference? {
    let covering = (byItem[item] ?? []).filter { $0.planned.from <= time && time < Self.end(of: $0) }
    guard let window = covering.max(by: { ($0.planned.to, $1.number) < ($1.planned.to, $0.number) }),
      let why = window.coverage.first(where: { ItemID($0.item) == item })?.why
    else { return nil }
    return WindowReference(number: window.number, title: window.title, until: window.planned.to, why: why)
  }

  func successors(of ended: End) -> [ItemID: WindowReference] {
    var found: [ItemID: WindowReference] = [:]
    for item in ended.items { found[item] = withholding(item, at: ended.at) }
    return found
  }
}
