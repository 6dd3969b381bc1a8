internal import Incidents
internal import Records
internal import Telemetry

/// The notifications that wait for one channel, the oldest first. Pure.
///
/// Taking the next and putting away the oldest cost the same with ten thousand waiting as with one; while a channel
/// refuses, those in back-off are walked past.
struct DeliveryQueue: Sendable {
  struct Entry: Sendable {
    let intent: NotificationIntent
    /// When it came, on the clock that never steps.
    let takenUpAt: Duration
    var attempts = 0
    /// On the clock that never steps.
    var notBefore = Duration.zero
    /// How the delivery ended, while that is not yet durable: it is recorded again, never sent again.
    var outcome: Incidents.DeliveryOutcome?
  }

  /// In the order of arrival, which within an incident is that of its intents; `nil` for what is done.
  private var entries: [Entry?] = []
  /// The first that is not done.
  private var first = 0
  /// The number that `entries[0]` has among all that ever arrived.
  private var base = 0
  private var numbers: [IntentKey: Int] = [:]

  /// Done entries are cleared away when they are more than this and more than half.
  private static let doneMax = 64

  var count: Int { numbers.count }
  var isEmpty: Bool { numbers.isEmpty }
  var oldest: Timestamp? { oldestEntry?.intent.createdAt }
  /// Since when the oldest waits here, on the clock that never steps.
  var waitingSince: Duration? { oldestEntry?.takenUpAt }
  private var oldestEntry: Entry? { entries.indices.contains(first) ? entries[first] : nil }

  /// A known one is left alone.
  mutating func append(_ intent: NotificationIntent, at uptime: Duration) {
    guard numbers[intent.key] == nil else { return }
    numbers[intent.key] = base + entries.count
    entries.append(Entry(intent: intent, takenUpAt: uptime))
  }

  subscript(key: IntentKey) -> Entry? {
    get { numbers[key].flatMap { entries[$0 - base] } }
    set {
      guard let number = numbers[key] else { return }
      entries[number - base] = newValue
      if newValue == nil { numbers[key] = nil }
      compact()
    }
  }

  private mutating func compact() {
    while first < entries.count, entries[first] == nil { first += 1 }
    guard first > Self.doneMax, first > entries.count / 2 else { return }
    entries.removeFirst(first)
    base += first
    first = 0
  }

  /// The oldest that is due and has no older one of its incident before it, because a recovery never overtakes its
  /// alarm; or when there will be one, `nil` when nothing waits.
  func next(at now: Duration) -> Next {
    var passed: Set<RecordNumber> = []
    var due: Duration?
    for case let entry? in entries[first...] where passed.insert(entry.intent.incident.number).inserted {
      if entry.notBefore <= now { return .ready(entry) }
      due = min(due ?? entry.notBefore, entry.notBefore)
    }
    return .later(due)
  }

  enum Next: Sendable {
    case ready(Entry)
    /// On the clock that never steps.
    case later(Duration?)
  }
}
