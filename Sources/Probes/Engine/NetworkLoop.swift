internal import CLinux
internal import Glibc
internal import HeapModule
internal import Synchronization

/// Who is told on the loop's thread what happened to its sockets and deadlines. An actor whose executor is the loop
/// answers with `assumeIsolated`.
protocol LoopClient: AnyObject, Sendable {
  /// - Parameter key: what the client gave when it began to watch.
  func socketIsReady(_ key: UInt64, _ readiness: Readiness)
  func deadlineCame(_ key: UInt64)
}

/// What may be done with a socket.
struct Readiness: OptionSet, Sendable {
  let rawValue: UInt32
  static let read = Readiness(rawValue: EPOLLIN.rawValue)
  static let write = Readiness(rawValue: EPOLLOUT.rawValue)
  /// Reading or writing will tell the error.
  static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// One thread that waits for the sockets and deadlines of all probes that speak their protocol themselves.
///
/// It is the executor of the actors that own those sockets: ten thousand waiting checks are entries of a table, not
/// tasks, and an actor's call from a probe arrives between two waits. The thread begins with the first job.
public final class NetworkLoop: SerialExecutor {
  struct WatchID: Hashable, Sendable { fileprivate let index: Int }
  struct DeadlineID: Hashable, Sendable { fileprivate let number: UInt64 }

  private struct Watch {
    let client: any LoopClient
    let key: UInt64
    let descriptor: Int32
    let generation: UInt32
  }

  private struct Deadline: Comparable {
    let at: Duration
    let number: UInt64

    static func < (one: Deadline, other: Deadline) -> Bool {
      one.at == other.at ? one.number < other.number : one.at < other.at
    }
  }

  private struct State {
    var epoll: Int32 = -1
    var wakeup: Int32 = -1
    var isRunning = false
    var isStopping = false
    var thread: pthread_t?
    var jobs: [UnownedJob] = []
    var watches: [Watch?] = []
    var freeWatches: [Int] = []
    var generation: UInt32 = 0
    var deadlines = Heap<Deadline>()
    var expecting: [UInt64: (client: any LoopClient, key: UInt64)] = [:]
    var nextDeadline: UInt64 = 0
  }

  private let state = Mutex(State())

  /// The eventfd's place in epoll's data, which no watch has.
  private static let wakeupData = UInt64.max
  private static let eventsMax = 256
  /// The longest wait without any event; everything that matters wakes the thread.
  private static let waitMillisecondsMax = 60_000
  /// From one look at jobs and deadlines to the next while the kernel gives nothing to wait with.
  private static let blindMilliseconds: Int32 = 50

  public init() {}

  deinit {
    state.withLock { state in
      if state.epoll >= 0 { close(state.epoll) }
      if state.wakeup >= 0 { close(state.wakeup) }
    }
  }

  /// Seconds on the kernel's monotonic clock.
  static var now: Duration { .nanoseconds(watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC))) }

  // MARK: Executor

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let wakes = state.withLock { state in
      state.jobs.append(job)
      state.isStopping = false
      if !state.isRunning { return start(&state) }
      return state.jobs.count == 1
    }
    if wakes, !isOnThread { wake() }
  }

  public func checkIsolated() { precondition(isOnThread, "not on the loop's thread") }

  public func isIsolatingCurrentContext() -> Bool? { isOnThread }

  private var isOnThread: Bool {
    state.withLock { state in state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  /// Ends the thread, with what waits on it. A later job begins it anew.
  public func stop() {
    state.withLock { $0.isStopping = true }
    wake()
  }

  // MARK: Sockets and deadlines

  /// Tells `client` whenever `descriptor` is ready. The descriptor stays the client's to close, after `unwatch`.
  /// - Returns: `nil` when the kernel takes no more.
  func watch(_ descriptor: Int32, for readiness: Readiness, key: UInt64, _ client: any LoopClient) -> WatchID? {
    state.withLock { state in
      openIfNeeded(&state)
      let index = state.freeWatches.popLast() ?? state.watches.count
      if index == state.watches.count { state.watches.append(nil) }
      state.generation &+= 1
      let watch = Watch(client: client, key: key, descriptor: descriptor, generation: state.generation)
      guard
        watchkeeper_epoll_control(
          state.epoll, EPOLL_CTL_ADD, descriptor, readiness.rawValue, Self.data(index, watch.generation)) == 0
      else {
        state.freeWatches.append(index)
        return nil
      }
      state.watches[index] = watch
      return WatchID(index: index)
    }
  }

  func change(_ id: WatchID, to readiness: Readiness) {
    state.withLock { state in
      guard let watch = state.watches[id.index] else { return }
      _ = watchkeeper_epoll_control(
        state.epoll, EPOLL_CTL_MOD, watch.descriptor, readiness.rawValue, Self.data(id.index, watch.generation))
    }
  }

  func unwatch(_ id: WatchID) {
    state.withLock { state in
      guard let watch = state.watches[id.index] else { return }
      _ = watchkeeper_epoll_control(state.epoll, EPOLL_CTL_DEL, watch.descriptor, 0, 0)
      state.watches[id.index] = nil
      state.freeWatches.append(id.index)
    }
  }

  /// Tells `client` once, when `now` has reached `instant`.
  func schedule(at instant: Duration, key: UInt64, _ client: any LoopClient) -> DeadlineID {
    let (number, isFirst) = state.withLock { state in
      state.nextDeadline += 1
      let deadline = Deadline(at: instant, number: state.nextDeadline)
      state.expecting[deadline.number] = (client, key)
      state.deadlines.insert(deadline)
      return (deadline.number, state.deadlines.min == deadline)
    }
    if isFirst, !isOnThread { wake() }
    return DeadlineID(number: number)
  }

  func cancel(_ id: DeadlineID) {
    state.withLock { state in
      state.expecting[id.number] = nil
      // What nobody waits for must not pile up: most deadlines of a healthy network are cancelled long before they come.
      if state.deadlines.count > 64, state.deadlines.count > 4 * state.expecting.count {
        state.deadlines = Heap(state.deadlines.unordered.filter { state.expecting[$0.number] != nil })
      }
    }
  }

  // MARK: The thread

  private static func data(_ index: Int, _ generation: UInt32) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: index)) | UInt64(generation) << 32
  }

  private func openIfNeeded(_ state: inout State) {
    guard state.epoll < 0 else { return }
    if state.wakeup < 0 { state.wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) }
    guard state.wakeup >= 0 else { return }  // a thread that cannot be woken must not wait long
    state.epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    _ = watchkeeper_epoll_control(
      state.epoll, EPOLL_CTL_ADD, state.wakeup, Readiness.read.rawValue, Self.wakeupData)
  }

  /// - Returns: whether the thread must be woken, which a new one need not.
  private func start(_ state: inout State) -> Bool {
    openIfNeeded(&state)
    // Without a thread nothing else works either, and the next job tries again.
    state.isRunning = DetachedThread.start { self.run() }
    return false
  }

  private func wake() {
    let descriptor = state.withLock { $0.wakeup }
    guard descriptor >= 0 else { return }
    var one: UInt64 = 1
    _ = Glibc.write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  private func run() {
    state.withLock { $0.thread = pthread_self() }
    var data = [UInt64](repeating: 0, count: Self.eventsMax)
    var events = [UInt32](repeating: 0, count: Self.eventsMax)
    let executor = asUnownedSerialExecutor()
    var epoll: Int32 = -1
    while true {
      let jobs = state.withLock { state in
        epoll = state.epoll
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return state.jobs
      }
      for job in jobs { job.runSynchronously(on: executor) }
      tellDeadlines()
      guard let patience = patience() else { return }
      guard epoll >= 0 else {
        // No descriptor was left for waiting: what is due is done all the same, and the next round asks anew.
        poll(nil, 0, min(patience, Self.blindMilliseconds))
        state.withLock { openIfNeeded(&$0) }
        continue
      }
      let count = watchkeeper_epoll_wait(epoll, &data, &events, Int32(Self.eventsMax), patience)
      guard count > 0 else { continue }
      for index in 0..<Int(count) { tell(data[index], Readiness(rawValue: events[index])) }
    }
  }

  /// Milliseconds until something is to be done, rounded up; `nil` when the thread ends.
  private func patience() -> Int32? {
    state.withLock { state in
      guard state.jobs.isEmpty else { return 0 }
      if state.isStopping {
        state.isRunning = false
        state.thread = nil
        return nil
      }
      while let next = state.deadlines.min, state.expecting[next.number] == nil { state.deadlines.removeMin() }
      guard let next = state.deadlines.min else { return Int32(Self.waitMillisecondsMax) }
      let nanoseconds = (next.at - Self.now).wholeNanoseconds
      return Int32(clamping: min(Self.waitMillisecondsMax, max(0, (nanoseconds + 999_999) / 1_000_000)))
    }
  }

  private func tellDeadlines() {
    let now = Self.now
    while true {
      let due = state.withLock { state -> (client: any LoopClient, key: UInt64)? in
        while let next = state.deadlines.min, next.at <= now {
          state.deadlines.removeMin()
          if let due = state.expecting.removeValue(forKey: next.number) { return due }
        }
        return nil
      }
      guard let due else { return }
      due.client.deadlineCame(due.key)
    }
  }

  private func tell(_ data: UInt64, _ readiness: Readiness) {
    if data == Self.wakeupData {
      var count: UInt64 = 0
      let descriptor = state.withLock { $0.wakeup }
      _ = Glibc.read(descriptor, &count, MemoryLayout<UInt64>.size)
      return
    }
    let watch = state.withLock { state -> Watch? in
      let index = Int(UInt32(truncatingIfNeeded: data))
      // An event of a socket that was closed in this very round is for nobody.
      guard let watch = state.watches[index], watch.generation == UInt32(data >> 32) else { return nil }
      return watch
    }
    watch?.client.socketIsReady(watch?.key ?? 0, readiness)
  }
}

extension Duration {
  /// Cut towards zero; a duration beyond 292 years is the greatest.
  var wholeNanoseconds: Int {
    let (seconds, attoseconds) = components
    let (product, overflow) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? (seconds < 0 ? Int.min : Int.max) : product &+ Int(attoseconds / 1_000_000_000)
  }
}
