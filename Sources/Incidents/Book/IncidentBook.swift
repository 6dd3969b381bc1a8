internal import HashTreeCollections
public import Inventory
public import Records
public import Telemetry

/// All incidents that may still change, as a fold over the facts of stream `incidents`.
///
/// `decide` answers what follows from an input, `apply` is the only way the book changes, live and in replay. A copy
/// costs nothing worth naming, so an actor decides on a copy and shows it when its facts are durable. No input looks
/// at more records than it is about: incidents are found by fingerprint, rule, window and due time.
public struct IncidentBook: Sendable, Equatable {
  /// Not part of the fold: what the configuration says now.
  public var settings: IncidentSettings {
    didSet { if settings != oldValue { rebuildDue() } }
  }

  /// The highest number given out.
  public internal(set) var lastNumber = 0
  var incidents: TreeDictionary<Int, Incident> = [:]
  var withheld: TreeDictionary<Fingerprint, WithheldAlert> = [:]
  /// Intents whose delivery has not ended. A crash loses none: they are in the fold.
  var pendingIntents: TreeDictionary<IntentKey, NotificationIntent> = [:]
  var closed: TreeDictionary<Int, ClosedIncident> = [:]

  // Derived from the above; `checkInvariants` holds them equal to it.
  var byFingerprint: TreeDictionary<Fingerprint, Int> = [:]
  var firing: TreeDictionary<RuleReference, TreeSet<Fingerprint>> = [:]
  var verifying: TreeDictionary<RuleReference, DueOrder> = [:]
  var due = DueOrder()
  var withheldByWindow: TreeDictionary<RecordNumber, TreeSet<Fingerprint>> = [:]
  var coveredByWindow: TreeDictionary<RecordNumber, TreeSet<Int>> = [:]
  var byItem: TreeDictionary<ItemID, TreeSet<Int>> = [:]
  /// Items with a firing critical breach.
  var failing: TreeDictionary<ItemID, TreeSet<Int>> = [:]
  var closedByFingerprint: TreeDictionary<Fingerprint, Int> = [:]
  var closedOrder = DueOrder()

  public init(settings: IncidentSettings = .standard) { self.settings = settings }

  /// The incident with this number, `nil` when it is closed or never was.
  public subscript(number: RecordNumber) -> Incident? {
    number.kind == .incident ? incidents[number.number] : nil
  }

  /// The incident that a breach with this fingerprint attaches to or reopens.
  public subscript(fingerprint: Fingerprint) -> Incident? { byFingerprint[fingerprint].flatMap { incidents[$0] } }

  /// Open, acknowledged, resolved: all but the closed, newest first.
  public var all: [Incident] { incidents.values.sorted { $0.number > $1.number } }

  public var count: Int { incidents.count }

  /// How many are not over; asked often, so nothing is sorted for it.
  public var activeCount: Int { incidents.values.count { $0.status.isActive } }

  /// The incidents about an item that may still change, newest first.
  public func incidents(on item: ItemID) -> [Incident] {
    (byItem[item] ?? []).sorted(by: >).compactMap { incidents[$0] }
  }

  /// Whether a critical breach of the item fires: it does not stand in for others.
  public func isFailing(_ item: ItemID) -> Bool { failing[item] != nil }

  /// The closed ones that a recurrence would still find, newest first.
  public var remembered: [ClosedIncident] { closed.values.sorted { $0.number > $1.number } }

  /// The intent with this key while its delivery has not ended.
  public func pendingIntent(_ key: IntentKey) -> NotificationIntent? { pendingIntents[key] }

  /// Withheld alerts, oldest first.
  public var withheldAlerts: [WithheldAlert] {
    withheld.values.sorted { ($0.since, $0.report.fingerprint) < ($1.since, $1.report.fingerprint) }
  }

  /// Whether `tick` has something to do at `now`.
  public func isTickDue(at now: Timestamp) -> Bool { due.first.map { $0.at <= now } ?? false }

  /// The intents of one incident whose delivery has not ended.
  public func pendingIntents(of number: RecordNumber) -> [NotificationIntent] {
    (self[number]?.paging.outstanding ?? []).compactMap { pendingIntents[$0] }
  }

  /// What delivery workers must take up after a start, oldest first.
  public var pendingIntentsInOrder: [NotificationIntent] {
    pendingIntents.values.sorted { ($0.createdAt, $0.key) < ($1.createdAt, $1.key) }
  }
}

// MARK: - Index upkeep

extension IncidentBook {
  /// Replaces one record and what is derived from it; an index whose key stays is not touched.
  mutating func put(_ new: Incident?, at number: Int) {
    let old = incidents[number]
    incidents[number] = new
    if let new {
      byFingerprint[new.fingerprint] = number
    } else if let old, byFingerprint[old.fingerprint] == number {
      byFingerprint[old.fingerprint] = nil
    }
    if let fingerprint = (new ?? old)?.fingerprint {
      Self.move(fingerprint, in: &firing, from: old?.firingRule, to: new?.firingRule)
    }
    Self.move(number, in: &byItem, from: old?.subject.item?.id, to: new?.subject.item?.id)
    Self.move(number, in: &failing, from: old?.failingItem, to: new?.failingItem)
    Self.move(number, in: &coveredByWindow, from: old?.window?.number, to: new?.window?.number)
    moveVerification(from: old, to: new)
    moveDue(number, from: old?.dueAt(settings), to: new?.dueAt(settings))
  }

  private mutating func moveVerification(from old: Incident?, to new: Incident?) {
    guard old?.verifyingSince != new?.verifyingSince else { return }
    if let (rule, entry) = old?.verifyingEntry {
      verifying[rule]?.remove(entry)
      if verifying[rule]?.isEmpty == true { verifying[rule] = nil }
    }
    if let (rule, entry) = new?.verifyingEntry { verifying[rule, default: DueOrder()].insert(entry) }
  }

  private mutating func moveDue(_ number: Int, from old: Timestamp?, to new: Timestamp?) {
    guard old != new else { return }
    if let old { due.remove(DueOrder.Entry(at: old, number: number)) }
    if let new { due.insert(DueOrder.Entry(at: new, number: number)) }
  }

  private static func move<Key: Hashable, Member: Hashable>(
    _ member: Member, in index: inout TreeDictionary<Key, TreeSet<Member>>, from old: Key?, to new: Key?
  ) {
    guard old != new else { return }
    if let old { remove(member, from: &index, at: old) }
    if let new { index[new, default: []].insert(member) }
  }

  mutating func put(_ alert: WithheldAlert?, at fingerprint: Fingerprint) {
    if let old = withheld[fingerprint] {
      if let rule = old.report.origin.rule { Self.remove(fingerprint, from: &firing, at: rule) }
      Self.remove(fingerprint, from: &withheldByWindow, at: old.window.number)
    }
    withheld[fingerprint] = alert
    guard let alert else { return }
    if let rule = alert.report.origin.rule { firing[rule, default: []].insert(fingerprint) }
    withheldByWindow[alert.window.number, default: []].insert(fingerprint)
  }

  mutating func remember(_ record: ClosedIncident) {
    closed[record.number.number] = record
    closedByFingerprint[record.fingerprint] = record.number.number
    closedOrder.insert(DueOrder.Entry(at: record.closedAt, number: record.number.number))
  }

  mutating func forget(_ number: RecordNumber) {
    guard let record = closed[number.number] else { return }
    closed[number.number] = nil
    if closedByFingerprint[record.fingerprint] == number.number { closedByFingerprint[record.fingerprint] = nil }
    closedOrder.remove(DueOrder.Entry(at: record.closedAt, number: number.number))
  }

  private mutating func rebuildDue() {
    due = DueOrder()
    for (number, incident) in incidents {
      if let at = incident.dueAt(settings) { due.insert(DueOrder.Entry(at: at, number: number)) }
    }
  }

  private static func remove<Key: Hashable, Member: Hashable>(
    _ member: Member, from index: inout TreeDictionary<Key, TreeSet<Member>>, at key: Key
  ) {
    index[key]?.remove(member)
    if index[key]?.isEmpty == true { index[key] = nil }
  }
}

extension Incident {
  /// The rule under which its breach is listed as firing.
  var firingRule: RuleReference? {
    guard case .firing = breach else { return nil }
    return origin.rule
  }

  /// The item that a critical breach of it takes out.
  var failingItem: ItemID? {
    guard severity == .critical, case .firing = breach else { return nil }
    return subject.item?.id
  }

  /// When the breach was seen to end, while the end still has to be proved.
  var verifyingSince: Timestamp? {
    guard case .cleared(let at) = breach else { return nil }
    return switch status {
    case .resolvedUnverified: at
    case .open, .acknowledged: heldOpenBy == nil ? at : nil
    case .resolved, .closed: nil
    }
  }

  var verifyingEntry: (RuleReference, DueOrder.Entry)? {
    guard let rule = origin.rule, let since = verifyingSince else { return nil }
    return (rule, DueOrder.Entry(at: since, number: number.number))
  }

  /// When time alone next changes it: page, repeat, verification without rounds, closing. `nil`: never.
  func dueAt(_ settings: IncidentSettings) -> Timestamp? {
    if status == .resolved { return closingDueAt(settings) }
    return [postVerificationDueAt(settings), pageDueAt(settings), repeatDueAt(settings)].compactMap { $0 }.min()
  }

  private func closingDueAt(_ settings: IncidentSettings) -> Timestamp? {
    resolvedAt?.advanced(by: settings.reopenWindow)
  }

  /// Posts come when they come, so their end is proved by time alone.
  func postVerificationDueAt(_ settings: IncidentSettings) -> Timestamp? {
    guard origin.rule == nil else { return nil }
    if let since = verifyingSince { return since.advanced(by: settings.verification.duration) }
    guard status == .resolvedUnverified else { return nil }
    return resolution?.at.advanced(by: settings.verification.duration)
  }

  func pageDueAt(_ settings: IncidentSettings) -> Timestamp? {
    isPageable(settings) ? paging.dueAt : nil
  }

  func repeatDueAt(_ settings: IncidentSettings) -> Timestamp? {
    guard isPageable(settings), paging.dueAt == nil, let last = paging.lastToldAt else { return nil }
    guard !repeatReceivers(settings).isEmpty else { return nil }
    return last.advanced(by: settings.notification.repeatInterval)
  }

  func isPostVerified(_ settings: IncidentSettings, at now: Timestamp) -> Bool {
    Self.isDue(postVerificationDueAt(settings), waiting: settings.verification.duration, at: now)
  }

  func isPageDue(_ settings: IncidentSettings, at now: Timestamp) -> Bool {
    Self.isDue(pageDueAt(settings), waiting: settings.notification.groupWait, at: now)
  }

  func isRepeatDue(_ settings: IncidentSettings, at now: Timestamp) -> Bool {
    Self.isDue(repeatDueAt(settings), waiting: settings.notification.repeatInterval, at: now)
  }

  /// May wait twice as long as wanted: a clock set back by less than the reopen window leaves a breach that comes back
  /// its incident.
  func isClosingDue(_ settings: IncidentSettings, at now: Timestamp) -> Bool {
    Self.isDue(closingDueAt(settings), waiting: settings.reopenWindow * 2, at: now)
  }

  /// All that time alone leads to.
  func isTickDue(_ settings: IncidentSettings, at now: Timestamp) -> Bool {
    if status == .resolved { return isClosingDue(settings, at: now) }
    return isPostVerified(settings, at: now) || isPageDue(settings, at: now) || isRepeatDue(settings, at: now)
  }

  /// Also when it lies further ahead than it may wait: then a clock dated it that was set back since.
  private static func isDue(_ due: Timestamp?, waiting: Duration, at now: Timestamp) -> Bool {
    guard let due else { return false }
    return due <= now || due.elapsed(since: now) > waiting
  }

  /// Those who may be told again: a receiver that has not taken the last notification gets no second one behind it.
  func repeatReceivers(_ settings: IncidentSettings) -> [String] {
    settings.notification.receivers.map(\.name).filter { name in
      paging.told[name].map { !paging.outstanding.contains($0) } ?? true
    }
  }

  private func isPageable(_ settings: IncidentSettings) -> Bool {
    guard status == .open, window == nil, case .firing = breach else { return false }
    return !settings.notification.receivers.isEmpty
  }
}
