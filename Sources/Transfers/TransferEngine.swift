internal import CCurl
internal import Glibc
internal import Synchronization

/// The program's one way out for HTTP and mail: libcurl's multi interface on a thread of its own.
///
/// A task that waits here costs a continuation, no thread. Dropping the engine stops it as `shutdown` does.
public final class TransferEngine: Sendable {
  /// How much runs at once.
  public struct Limits: Sendable, Equatable {
    /// Transfers with a descriptor; the default is 256.
    public var transfersMax = 256
    /// Transfers over TLS that have not passed the handshake, the costly part; the default is 32.
    public var handshakesMax = 32
    /// Transfers that wait for room; one more is `.overloaded`. The default is 10,000.
    public var queueMax = 10_000

    public init() {}
  }

  /// Whether the installed libcurl speaks HTTP/3.
  public static var knowsHTTP3: Bool {
    watchkeeper_curl_knows_http3() != 0
  }

  private let mailbox: TransferMailbox

  public init(limits: Limits = Limits()) {
    mailbox = TransferMailbox(limits: limits)
    mailbox.start()
  }

  deinit { mailbox.stop() }

  /// Carries the request out. Never throws: every fault, the target's and our own, is in the report.
  ///
  /// Cancelling the task aborts the transfer.
  public func perform(_ request: TransferRequest) async -> TransferReport {
    if let problem = request.problem {
      return TransferReport(outcome: .failed(TransferFailure(.invalidRequest, problem)))
    }
    let mailbox = self.mailbox
    let number = mailbox.admit()
    defer { mailbox.forget(number) }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let deadline = MonotonicClock.nanoseconds &+ UInt64(max(0, request.timeout.wholeNanoseconds))
        mailbox.offer(
          TransferJob(number: number, request: request, deadline: deadline, continuation: continuation))
      }
    } onCancel: {
      mailbox.cancel(number)
    }
  }

  /// Fails what is in flight with `.engineStopped` and joins the thread. Later requests fail at once.
  public func shutdown() { mailbox.stop() }
}

/// What passes between the callers and the engine's thread.
final class TransferMailbox: Sendable {
  struct Intake {
    var arriving: [TransferJob] = []
    var cancelled: Set<UInt64> = []
    var isStopping = false
  }

  private struct State {
    var nextNumber: UInt64 = 0
    /// Admitted and not yet answered.
    var alive: Set<UInt64> = []
    var cancelled: Set<UInt64> = []
    var arriving: [TransferJob] = []
    var isStopping = false
    var waiting = 0
    nonisolated(unsafe) var multi: UnsafeMutableRawPointer?
    var thread: pthread_t?
  }

  let limits: TransferEngine.Limits
  private let state = Mutex(State())

  /// libcurl's process-wide set-up, once.
  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init(limits: TransferEngine.Limits) { self.limits = limits }

  func start() {
    guard Self.isReady, let multi = curl_multi_init() else { return state.withLock { $0.isStopping = true } }
    let loop = Unmanaged.passRetained(TransferLoop(multi: multi, mailbox: self))
    var thread = pthread_t()
    let problem = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, loop.toOpaque())
    let started = problem == 0 ? thread : nil
    state.withLock {
      $0.multi = started == nil ? nil : multi
      $0.thread = started
      $0.isStopping = started == nil
    }
    if started == nil {
      loop.release()
      curl_multi_cleanup(multi)
    }
  }

  func admit() -> UInt64 {
    state.withLock { state in
      state.nextNumber += 1
      state.alive.insert(state.nextNumber)
      return state.nextNumber
    }
  }

  func forget(_ number: UInt64) {
    state.withLock { state in
      state.alive.remove(number)
      state.cancelled.remove(number)
    }
  }

  func offer(_ job: TransferJob) {
    let refusal: TransferFailure? = state.withLock { state in
      if state.isStopping { return TransferFailure(.engineStopped, "the transfer engine is stopped") }
      if state.cancelled.contains(job.number) { return TransferFailure(.cancelled, "cancelled") }
      if state.waiting >= limits.queueMax {
        return TransferFailure(.overloaded, "\(limits.queueMax) transfers wait already")
      }
      state.waiting += 1
      state.arriving.append(job)
      Self.wake(state.multi)
      return nil
    }
    if let refusal { job.finish(TransferReport(outcome: .failed(refusal))) }
  }

  func cancel(_ number: UInt64) {
    state.withLock { state in
      guard state.alive.contains(number) else { return }
      state.cancelled.insert(number)
      Self.wake(state.multi)
    }
  }

  func stop() {
    let thread: pthread_t? = state.withLock { state in
      state.isStopping = true
      Self.wake(state.multi)
      defer { state.thread = nil }
      return state.thread
    }
    if let thread { pthread_join(thread, nil) }
  }

  /// For the engine's thread.
  func take() -> Intake {
    state.withLock { state in
      defer { state.arriving.removeAll() }
      return Intake(arriving: state.arriving, cancelled: state.cancelled, isStopping: state.isStopping)
    }
  }

  func leftQueue(_ count: Int) { state.withLock { $0.waiting -= count } }

  /// After this nobody wakes the handle any more, so that it may be freed.
  func closeMulti() { state.withLock { $0.multi = nil } }

  private static func wake(_ multi: UnsafeMutableRawPointer?) {
    if let multi { curl_multi_wakeup(multi) }
  }
}

enum MonotonicClock {
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

extension Duration {
  /// Saturates at about 292 years.
  var wholeNanoseconds: Int64 {
    let (whole, fraction) = components
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return whole < 0 ? .min : .max }
    return product.addingReportingOverflow(fraction / 1_000_000_000).partialValue
  }
}
