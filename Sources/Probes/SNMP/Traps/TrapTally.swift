internal import SNMP
internal import Synchronization
internal import Telemetry

/// What has been received since the probe began. The engine's thread takes, answers and counts, the probe's runs read.
final class TrapTally: Sendable {
  private struct Source: Hashable {
    let host: String
    let kind: ObjectIdentifier
  }

  private struct Match: Hashable {
    let pattern: Int
    let source: Source
    let labels: [Label]
  }

  private struct Refused: Hashable {
    /// Empty beyond the hosts that are told apart.
    let host: String
    let reason: String
  }

  private struct State {
    var receiver: NotificationReceiver?
    var counts = ReceivedCounts()
    var bySource: [Source: Int] = [:]
    var byMatch: [Match: Int] = [:]
    var seriesOfPattern: [Int]
    var byRefused: [Refused: Int] = [:]
    var byDrop: [Receiver.Drop: Int] = [:]
    var overflow: Int?
  }

  /// Pairs of a device and a trap; the default is 10,000. Others are counted together.
  static let sourcesMax = 10_000
  /// Pairs of a host and a reason to refuse it; the default is 1,000. Anybody's datagram can make one.
  static let refusedMax = 1000

  private let patterns: [TrapPattern]
  private let names: [ObjectIdentifier: String]
  private let state: Mutex<State>

  init(_ patterns: [TrapPattern], names: [ObjectIdentifier: String]) {
    self.patterns = patterns
    self.names = names
    state = Mutex(State(seriesOfPattern: [Int](repeating: 0, count: patterns.count)))
  }

  var hasReceiver: Bool { state.withLock { $0.receiver != nil } }

  /// Before the first datagram.
  func begin(_ receiver: NotificationReceiver) { state.withLock { $0.receiver = receiver } }

  func admit(_ admission: NotificationReceiver.Admission) { state.withLock { $0.receiver?.admission = admission } }

  /// - Parameter seconds: since the receiver began.
  /// - Returns: what is answered.
  func take(_ bytes: UnsafeRawBufferPointer, from sender: SocketAddress, at seconds: Double) -> [UInt8]? {
    guard let arrival = state.withLock({ $0.receiver?.receive(bytes, at: seconds) }) else { return nil }
    switch arrival.outcome {
    case .success(let notification): count(notification, from: sender)
    // How every sender of informs learns our engine: nothing was refused yet.
    case .failure(.unknownEngine) where arrival.answer != nil: break
    case .failure(let fault): count(fault, from: sender)
    }
    return arrival.answer
  }

  func drop(_ reason: Receiver.Drop) {
    state.withLock { state in
      let slot =
        state.byDrop[reason] ?? state.counts.slot("snmp_traps_dropped_total", [Label("reason", reason.rawValue)])
      state.byDrop[reason] = slot
      state.counts.count(slot)
    }
  }

  func tell() -> [ProbeSample] { state.withLock { $0.counts.tell() } }

  // MARK: Counting

  private func count(_ fault: NotificationFault, from sender: SocketAddress) {
    state.withLock { state in
      var refused = Refused(host: sender.host, reason: fault.word)
      if state.byRefused[refused] == nil, state.byRefused.count >= Self.refusedMax {
        refused = Refused(host: "", reason: fault.word)
      }
      let labels = [Label("host", refused.host), Label("reason", refused.reason)]
      let slot =
        state.byRefused[refused] ?? state.counts.slot("snmp_traps_refused_total", labels.filter { !$0.value.isEmpty })
      state.byRefused[refused] = slot
      state.counts.count(slot)
    }
  }

  private func count(_ notification: DeviceNotification, from sender: SocketAddress) {
    let host = notification.agentAddress.map { ObjectText.of(.ipAddress($0)) } ?? sender.host
    let source = Source(host: host, kind: notification.kind)
    // Outside of the lock: a pattern may take its time.
    let matches = patterns.enumerated().compactMap { index, pattern in
      pattern.labels(of: notification).map { Match(pattern: index, source: source, labels: $0) }
    }
    state.withLock { state in
      state.counts.count(slot(of: source, &state))
      for match in matches {
        if let slot = slot(of: match, &state) { state.counts.count(slot) }
      }
    }
  }

  private func slot(of source: Source, _ state: inout State) -> Int {
    if let known = state.bySource[source] { return known }
    guard state.bySource.count < Self.sourcesMax else {
      let slot = state.overflow ?? state.counts.slot("snmp_traps_unattributed_total", [])
      state.overflow = slot
      return slot
    }
    let slot = state.counts.slot("snmp_traps_total", labels(of: source))
    state.bySource[source] = slot
    return slot
  }

  private func labels(of source: Source) -> [Label] {
    let name = names[source.kind] ?? String(source.kind.description.prefix(ReceivedCounts.labelBytesMax))
    return [Label("host", source.host), Label("trap", name)]
  }

  /// - Returns: `nil` when the pattern has made all the series that it may.
  private func slot(of match: Match, _ state: inout State) -> Int? {
    if let known = state.byMatch[match] { return known }
    guard state.seriesOfPattern[match.pattern] < TrapPattern.seriesMax else { return nil }
    state.seriesOfPattern[match.pattern] += 1
    let labels = labels(of: match.source) + [Label("pattern", patterns[match.pattern].name)] + match.labels
    let slot = state.counts.slot("snmp_trap_pattern_matches_total", labels)
    state.byMatch[match] = slot
    return slot
  }
}

extension NotificationFault {
  /// As the label `reason` has it.
  fileprivate var word: String {
    switch self {
    case .malformed: "malformed"
    case .foreign: "no_notification"
    case .unknownCommunity: "unknown_community"
    case .unknownUser: "unknown_user"
    case .wrongAuthentication: "wrong_authentication"
    case .wrongPrivacy: "wrong_privacy"
    case .unsupportedSecurityLevel: "security_level"
    case .notInTimeWindow: "time_window"
    case .unknownEngine: "unknown_engine"
    case .tooManyEngines: "too_many_engines"
    }
  }
}
