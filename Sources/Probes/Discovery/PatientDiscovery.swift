internal import Dispatch
internal import Synchronization

/// Looks at this host on a thread of its own and waits a bounded time for it: reading /proc or a mount can stall, and
/// neither the start nor anything else may stall with it.
public final class PatientDiscovery: Sendable {
  private let patience: DispatchTimeInterval
  private let look: @Sendable () -> HostFindings
  /// Whether a look has not come back: no second one is begun beside it.
  private let isLooking = Mutex(false)

  /// How long a look may take. The default is 10 s: a stalled mount costs a look 3 s at most.
  public static let secondsMax = 10

  public convenience init() {
    self.init(patience: .seconds(Self.secondsMax)) { HostDiscovery().look() }
  }

  init(patience: DispatchTimeInterval, look: @escaping @Sendable () -> HostFindings) {
    self.patience = patience
    self.look = look
  }

  /// - Returns: only the host's names, and not complete, when the look does not end in time or an earlier one still
  ///   hangs.
  public func findings() async -> HostFindings {
    let mayBegin = isLooking.withLock { isLooking in
      defer { isLooking = true }
      return !isLooking
    }
    guard mayBegin else { return Self.incomplete() }
    let answer = Answer()
    let isStarted = DetachedThread.start {
      answer.give(self.look())
      self.isLooking.withLock { $0 = false }
    }
    guard isStarted else {
      isLooking.withLock { $0 = false }
      return Self.incomplete()
    }
    return await withCheckedContinuation { continuation in
      let waits = DetachedThread.start {
        continuation.resume(returning: answer.wait(self.patience) ?? Self.incomplete())
      }
      if !waits { continuation.resume(returning: Self.incomplete()) }
    }
  }

  private static func incomplete() -> HostFindings {
    var findings = HostDiscovery.names()
    findings.isComplete = false
    return findings
  }

  private final class Answer: Sendable {
    private let given = DispatchSemaphore(value: 0)
    private let findings = Mutex<HostFindings?>(nil)

    func give(_ found: HostFindings) {
      findings.withLock { $0 = found }
      given.signal()
    }

    func wait(_ patience: DispatchTimeInterval) -> HostFindings? {
      _ = given.wait(timeout: .now() + patience)
      return findings.withLock { $0 }
    }
  }
}
