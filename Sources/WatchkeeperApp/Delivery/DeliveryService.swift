internal import Incidents
internal import Notifiers
internal import Records
internal import Synchronization
internal import Telemetry

/// Carries notification intents out: one queue a channel, so that a slow endpoint holds no other and no decision.
///
/// Intents come from the fold of the journal, also after a crash; an intent is forgotten only when its outcome is a
/// fact. Between the far end's yes and that fact a crash sends the same message again, with the same key.
actor DeliveryService {
  /// What others read.
  struct View: Sendable {
    /// By channel: how many wait, and since when the oldest.
    var waiting: [String: (count: Int, oldest: Timestamp)] = [:]
    var delivered: UInt64 = 0
    var retried: UInt64 = 0
    var refused: UInt64 = 0
    var lastDelivery: Timestamp?
  }

  private struct Waiting {
    let intent: NotificationIntent
    var attempts = 0
    /// On the clock that never steps.
    var notBefore = Duration.zero
    /// How the delivery ended, while that is not yet durable: it is recorded again, never sent again.
    var outcome: Incidents.DeliveryOutcome?
  }

  private let world: World
  private let log: Log
  private let settle: @Sendable (IntentKey, Incidents.DeliveryOutcome) async -> Bool
  private var composer: MessageComposer
  private var channels: [String: any Notifier]
  private var waiting: [String: [IntentKey: Waiting]] = [:]
  private var busy: Set<String> = []
  private let published = Mutex(View())
  private var isStopping = false
  private var drained: CheckedContinuation<Void, Never>?

  /// How long a stop waits for attempts under way, because one that is cut off is sent again: 5 s.
  static let drainMax = Duration.seconds(5)
  /// How long an outcome waits that could not be recorded: 5 s.
  static let recordingPause = Duration.seconds(5)

  /// - Parameter settle: makes an outcome durable; `false` when that failed and the intent is to be kept.
  init(
    channels: [String: any Notifier], composer: MessageComposer, world: World, log: Log,
    settle: @escaping @Sendable (IntentKey, Incidents.DeliveryOutcome) async -> Bool
  ) {
    self.channels = channels
    self.composer = composer
    self.world = world
    self.log = log
    self.settle = settle
  }

  nonisolated var view: View { published.withLock { $0 } }

  /// New receivers; what waits for a channel that is gone is refused, which the incident's timeline says.
  func adopt(_ channels: [String: any Notifier], composer: MessageComposer) {
    self.channels = channels
    self.composer = composer
  }

  func link(to composer: MessageComposer) { self.composer = composer }

  /// Takes up intents; known ones are left alone.
  ///
  /// - Parameter pending: read here and not by the caller: a list that was read before an outcome became durable and
  ///   arrives after it would send that message again.
  func take(_ pending: @Sendable () -> [NotificationIntent]) {
    for intent in pending() where waiting[intent.receiver]?[intent.key] == nil {
      waiting[intent.receiver, default: [:]][intent.key] = Waiting(intent: intent)
    }
    publish()
    pump()
  }

  /// Begins no attempt from here on, and waits a while for those under way.
  func stop() async {
    isStopping = true
    guard !busy.isEmpty else { return }
    let clock = world.clock
    let limit = Task {
      do { try await clock.sleep(for: Self.drainMax) } catch { return }
      self.endDraining()
    }
    await withCheckedContinuation { drained = $0 }
    limit.cancel()
  }

  private func endDraining() { drained.take()?.resume() }

  /// Starts an attempt on every channel that is idle and has something due. Called when intents arrive, when an
  /// attempt ends and once a second.
  func pump() {
    guard !isStopping else { return }
    let now = world.clock.uptime
    for (channel, entries) in waiting where !busy.contains(channel) {
      guard let next = Self.next(of: entries, at: now) else { continue }
      busy.insert(channel)
      let composer = composer
      let notifier = channels[channel]
      Task {
        if let outcome = next.outcome {
          await self.finish(next.intent, on: channel, outcome)
        } else {
          await self.attempt(next.intent, on: channel, by: notifier, composer)
        }
        self.release(channel)
      }
    }
  }

  /// The oldest that is due and has no older one of its incident before it: a recovery never overtakes its alarm.
  private static func next(of entries: [IntentKey: Waiting], at now: Duration) -> Waiting? {
    var seen: Set<RecordNumber> = []
    for entry in entries.values.sorted(by: {
      ($0.intent.createdAt, $0.intent.key) < ($1.intent.createdAt, $1.intent.key)
    }) {
      let isFirst = seen.insert(entry.intent.incident.number).inserted
      if isFirst, entry.notBefore <= now { return entry }
    }
    return nil
  }

  private func attempt(
    _ intent: NotificationIntent, on channel: String, by notifier: (any Notifier)?, _ composer: MessageComposer
  ) async {
    let outcome: Notifiers.DeliveryOutcome
    if let notifier {
      Failpoint.sendBefore.pass()
      outcome = await notifier.deliver(composer.message(for: intent), at: world.clock.now)
      Failpoint.sendAfter.pass()
    } else {
      outcome = .refused(why: "the receiver is no longer in the configuration")
    }
    await conclude(intent, on: channel, outcome)
  }

  private func release(_ channel: String) {
    busy.remove(channel)
    publish()
    if isStopping, busy.isEmpty { endDraining() }
    pump()
  }

  private func conclude(_ intent: NotificationIntent, on channel: String, _ outcome: Notifiers.DeliveryOutcome) async {
    switch outcome {
    case .delivered(let evidence):
      log.information("\(intent.incident.number): \(channel) was told (\(intent.kind.rawValue)): \(evidence)")
      await finish(intent, on: channel, .delivered)
      published.withLock { view in
        view.delivered += 1
        view.lastDelivery = world.clock.now
      }
    case .refused(let why):
      log.error("\(intent.incident.number): \(channel) refuses: \(why)")
      await finish(intent, on: channel, .refused(problem: why))
      published.withLock { $0.refused += 1 }
    case .retry(let wait, let why):
      let attempts = (waiting[channel]?[intent.key]?.attempts ?? 0) + 1
      let delay = wait ?? Backoff.delay(afterAttempt: attempts, key: intent.key.text)
      log.warning("\(intent.incident.number): \(channel): \(why); attempt \(attempts + 1) in \(delay.notation)")
      postpone(intent, on: channel, by: delay, attempts: attempts)
      published.withLock { $0.retried += 1 }
    }
  }

  private func finish(
    _ intent: NotificationIntent, on channel: String, _ outcome: Incidents.DeliveryOutcome
  ) async {
    Failpoint.outcomeBefore.pass()
    if await settle(intent.key, outcome) {
      Failpoint.outcomeAfter.pass()
      waiting[channel]?[intent.key] = nil
      if waiting[channel]?.isEmpty == true { waiting[channel] = nil }
    } else {
      // A journal that refuses must not become a stream of equal messages: only the recording is tried again.
      waiting[channel]?[intent.key]?.outcome = outcome
      waiting[channel]?[intent.key]?.notBefore = world.clock.uptime + Self.recordingPause
    }
  }

  private func postpone(_ intent: NotificationIntent, on channel: String, by delay: Duration, attempts: Int) {
    waiting[channel]?[intent.key]?.attempts = attempts
    waiting[channel]?[intent.key]?.notBefore = world.clock.uptime + delay
  }

  private func publish() {
    let summary = waiting.compactMapValues { entries -> (count: Int, oldest: Timestamp)? in
      entries.values.map(\.intent.createdAt).min().map { (entries.count, $0) }
    }
    published.withLock { $0.waiting = summary }
  }
}
