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
    let source: Source
    let labels: [Label]
  }

  private struct State {
    var receiver: NotificationReceiver?
    var tally: ReceivedTally<Source, Match>
    var informs = RepeatedInforms()
  }

  private let patterns: [TrapPattern]
  private let names: [ObjectIdentifier: String]
  /// Senders that may name another device; `nil` when everybody may.
  private let forwarders: Set<SocketAddress>?
  private let state: Mutex<State>

  init(_ patterns: [TrapPattern], names: [ObjectIdentifier: String], forwarders: Set<SocketAddress>? = nil) {
    self.patterns = patterns
    self.names = names
    self.forwarders = forwarders
    let metrics = ReceivedTally<Source, Match>.Metrics(
      messages: "snmp_traps_total", unattributed: "snmp_traps_unattributed_total",
      matches: "snmp_trap_pattern_matches_total", dropped: "snmp_traps_dropped_total")
    state = Mutex(State(tally: ReceivedTally(metrics, patterns: patterns.count)))
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
    case .success(let notification):
      let isRepeated =
        notification.isInform
        && state.withLock { $0.informs.takes(again: notification, from: sender, at: seconds) }
      if isRepeated { countRepetition(from: sender) } else { count(notification, from: sender) }
    // How every sender of informs learns our engine: nothing was refused yet.
    case .failure(.unknownEngine) where arrival.answer != nil: break
    case .failure(let fault): count(fault, from: sender)
    }
    return arrival.answer
  }

  func drop(_ reason: Receiver.Drop) { state.withLock { $0.tally.drop(reason) } }

  func tell() -> [ProbeSample] { state.withLock { $0.tally.tell() } }

  // MARK: Counting

  private func count(_ fault: NotificationFault, from sender: SocketAddress) {
    state.withLock { $0.tally.refuse("snmp_traps_refused_total", host: sender.host, reason: fault.word) }
  }

  private func countRepetition(from sender: SocketAddress) {
    state.withLock { $0.tally.refuse("snmp_informs_repeated_total", host: sender.host, reason: "") }
  }

  private func count(_ notification: DeviceNotification, from sender: SocketAddress) {
    let mayName = forwarders?.contains(sender.withoutPort) ?? notification.hasCommunity
    let named = mayName ? notification.agentAddress.map { ObjectText.of(.ipAddress($0)) } : nil
    let host = named ?? sender.host
    let source = Source(host: host, kind: notification.kind)
    // Outside of the lock: a pattern may take its time.
    let matches = patterns.enumerated().compactMap { index, pattern in
      pattern.labels(of: notification).map { (pattern: index, labels: $0) }
    }
    state.withLock { state in
      state.tally.count(source) { labels(of: source) }
      for match in matches {
        state.tally.count(Match(source: source, labels: match.labels), ofPattern: match.pattern) {
          labels(of: source) + [Label("pattern", patterns[match.pattern].name)] + match.labels
        }
      }
    }
  }

  private func labels(of source: Source) -> [Label] {
    let name = names[source.kind] ?? String(source.kind.description.prefix(ReceivedCounts.labelBytesMax))
    return [Label("host", source.host), Label("trap", name)]
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

extension DeviceNotification {
  /// Of versions 1 and 2c, where the sender's address proves no more than what it says of another; of version 3 a device
  /// has a name of its own, and who may speak for others is to be said.
  fileprivate var hasCommunity: Bool { if case .community = sender { true } else { false } }
}
