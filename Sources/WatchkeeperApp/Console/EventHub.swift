internal import Telemetry
internal import WebInterface

/// Numbers what changed and hands it to every open page.
actor EventHub {
  /// Deltas kept for pages that come back; the default is 256.
  static let kept = 256
  /// Deltas that wait for one slow page; older ones are dropped, and the page is told to read again.
  static let waitingMax = 64

  /// Changes told one by one after a pause; of more, pages are told once to read again. The default is 32.
  static let changesMax = 32
  /// How long changes are gathered after some were told: a storm costs a page one reading a second. The first change
  /// after a quiet second is told at once. The default is 1 s.
  static let gathering = Duration.seconds(1)

  private let clock: any WallClock
  /// What changed since the last telling.
  private var changed: Set<PageTarget> = []
  private var pause: Task<Void, Never>?
  private var lastID: UInt64
  private var recent: [ConsoleDelta] = []
  private var listeners: [UInt64: AsyncStream<ConsoleDelta>.Continuation] = [:]
  private var nextListener: UInt64 = 0
  private var isClosed = false

  /// - Parameter id: higher than any of an earlier run.
  init(after id: UInt64, clock: any WallClock) {
    lastID = id
    self.clock = clock
  }

  var hasListeners: Bool { !listeners.isEmpty }

  func send(_ content: ConsoleDelta.Content) {
    lastID += 1
    let delta = ConsoleDelta(id: lastID, content)
    recent.append(delta)
    if recent.count > Self.kept { recent.removeFirst(recent.count - Self.kept) }
    for continuation in listeners.values {
      if case .dropped = continuation.yield(delta) { continuation.yield(ConsoleDelta(id: lastID, .resync)) }
    }
  }

  /// Tells that lists and records changed, in a storm not each by itself.
  func tell(changed targets: some Sequence<PageTarget>) {
    guard !isClosed else { return }
    for target in targets where changed.count <= Self.changesMax { changed.insert(target) }
    guard pause == nil, !changed.isEmpty else { return }
    tellChanges()
    pause = Task { [clock] in
      do { try await clock.sleep(for: Self.gathering) } catch { return }
      self.endPause()
    }
  }

  private func endPause() {
    pause = nil
    tell(changed: [])
  }

  private func tellChanges() {
    if changed.count > Self.changesMax {
      send(.resync)
    } else {
      for target in changed.sorted(by: { $0.path < $1.path }) { send(.changed(target)) }
    }
    changed = []
  }

  func deltas(after id: UInt64?) -> AsyncStream<ConsoleDelta> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ConsoleDelta.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
    guard !isClosed else {
      continuation.finish()
      return stream
    }
    let number = nextListener
    nextListener += 1
    listeners[number] = continuation
    continuation.onTermination = { _ in Task { await self.forget(number) } }
    guard let id, id != lastID else { return stream }
    if let first = recent.first?.id, id + 1 >= first, id <= lastID {
      for delta in recent where delta.id > id { continuation.yield(delta) }
    } else {
      continuation.yield(ConsoleDelta(id: lastID, .resync))
    }
    return stream
  }

  /// Ends every stream, and each that is asked for later.
  func close() {
    isClosed = true
    pause?.cancel()
    for continuation in listeners.values { continuation.finish() }
    listeners = [:]
  }

  private func forget(_ number: UInt64) { listeners[number] = nil }
}
