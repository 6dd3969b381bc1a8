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
    /// Since when the one that waits longest is here, on the clock that never steps.
    var waitingSince: Duration?
    var delivered: UInt64 = 0
    var retried: UInt64 = 0
    var refused: UInt64 = 0
    var lastDelivery: Timestamp?
  }

  private let world: World
  private let log: Log
  private let settle: @Sendable (IntentKey, Incidents.DeliveryOutcome) async -> Bool
  private var composer: MessageComposer
  private var channels: [String: any Notifier]
  private var waiting: [String: DeliveryQueue] = [:]
  private var busy: Set<String> = []
  /// Wakes the service when the next attempt is due.
  private var alarm: (due: Duration, task: Task<Void, Never>)?
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
    let intents = pending().sorted { ($0.createdAt, $0.key) < ($1.createdAt, $1.key) }
    let uptime = world.clock.uptime
    for intent in intents { waiting[intent.receiver, default: DeliveryQueue()].append(intent, at: uptime) }
    publish()
    pump()
  }

  /// Begins no attempt from here on, and waits a while for those under way.
  func stop() async {
    isStopping = true
    wake(at: nil)
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
  /// attempt ends and when the next one is due.
  func pump() {
    guard !isStopping else { return }
    let now = world.clock.uptime
    var due: Duration?
    for (channel, queue) in waiting where !busy.contains(channel) {
      switch queue.next(at: now) {
      case .ready(let entry): start(entry, on: channel)
      case .later(let time): due = [due, time].compactMap(\.self).min()
      }
    }
    wake(at: due)
  }

  private func start(_ entry: DeliveryQueue.Entry, on channel: String) {
    busy.insert(channel)
    let composer = composer
    let notifier = channels[channel]
    Task {
      if let outcome = entry.outcome {
        await self.finish(entry.intent, on: channel, outcome)
      } else {
        await self.attempt(entry.intent, on: channel, by: notifier, composer)
      }
      self.release(channel)
    }
  }

  /// A service that has nothing to wait for does not wake.
  private func wake(at due: Duration?) {
    guard alarm?.due != due else { return }
    alarm?.task.cancel()
    let clock = world.clock
    alarm = due.map { due in
      let task = Task {
        do { try await clock.sleep(untilUptime: due) } catch { return }
        self.ring()
      }
      return (due, task)
    }
  }

  private func ring() {
    alarm = nil
    pump()
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
      outcome = .refused(why: BilingualText(worded: "delivery.refused.unconfigured"))
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
      log.error("\(intent.incident.number): \(channel) refuses: \(why.text)")
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
    let summary = waiting.compactMapValues { queue in queue.oldest.map { (count: queue.count, oldest: $0) } }
    let since = waiting.values.compactMap(\.waitingSince).min()
    published.withLock { view in
      view.waiting = summary
      view.waitingSince = since
    }
  }
}
