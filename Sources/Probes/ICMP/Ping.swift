internal import CLinux
internal import Glibc
internal import Synchronization

/// What one burst of echo requests asks.
struct PingRequest: Sendable {
  let address: SocketAddress
  /// How many packets; at least 1.
  let count: Int
  /// From one packet to the next.
  let spacing: Duration
  /// Bytes behind the ICMP header.
  let payloadBytes: Int
  let forbidsFragments: Bool
  /// The hop limit of the packets; `nil`: the kernel's.
  let hopsMax: Int?
  /// The type of service, in IPv6 the traffic class; `nil`: the kernel's.
  let trafficClass: Int?
  /// The address of this host to send from; `nil`: the kernel chooses.
  let source: SocketAddress?
}

/// What the network answered to a burst.
struct PingOutcome: Sendable {
  var sent = 0
  /// Of the packets that came back, in the order in which they were sent.
  var roundTrips: [Duration] = []
  /// Of the last reply, which is 255, 128 or 64 less the hops it took.
  var replyHops: Int?
  /// What the network, or this host, said first against a packet.
  var refusal: PingRefusal?
  /// From the request until the first packet left.
  var setup = Duration.zero

  var lossRatio: Double { sent == 0 ? 0 : 1 - Double(roundTrips.count) / Double(sent) }
}

/// Why a packet did not come back.
struct PingRefusal: Sendable, Hashable {
  enum Cause: Sendable, Hashable { case unreachable, hopLimit, tooBig(pathMTU: Int?), local }
  let cause: Cause
  /// In plain words.
  let text: String
  /// Who said it; `nil`: this host.
  let by: SocketAddress?
}

extension PingRefusal {
  /// What a router or the target itself said.
  init(_ error: watchkeeper_packet_error, isVersion6: Bool) {
    let by = SocketAddress(error.by).withoutPort
    let (type, code) = (Int(error.type), Int(error.code))
    let number = "ICMP\(isVersion6 ? "v6" : "") type \(type) code \(code)"
    switch (isVersion6, type) {
    case (false, 11), (true, 3):
      self.init(cause: .hopLimit, text: "the hop limit was reached at \(by.host) (\(number))", by: by)
    case (false, 3) where code == 4, (true, 2):
      let size = error.size_max > 0 ? Int(error.size_max) : nil
      self.init(
        cause: .tooBig(pathMTU: size),
        text: "\(by.host) passes on no packet of this size, but \(size.map(String.init) ?? "less") bytes (\(number))",
        by: by)
    default:
      let meaning = Self.meaning(isVersion6: isVersion6, type: type, code: code)
      self.init(cause: .unreachable, text: "\(by.host) says: \(meaning) (\(number))", by: by)
    }
  }

  init(errorOfThisHost number: Int32, pathMTU: Int?) {
    let text = "this host says: \(SystemErrorText.of(number))"
    switch number {
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EACCES:
      self.init(cause: .unreachable, text: text, by: nil)
    case EMSGSIZE:
      let most = pathMTU.map { ", the path takes \($0) bytes" } ?? ""
      self.init(cause: .tooBig(pathMTU: pathMTU), text: text + most, by: nil)
    default: self.init(cause: .local, text: text, by: nil)
    }
  }

  /// - Source: IANA, "ICMP Parameters" and "ICMPv6 Parameters".
  private static func meaning(isVersion6: Bool, type: Int, code: Int) -> String {
    let names =
      isVersion6
      ? [
        "no route", "administratively prohibited", "beyond the scope of the source address", "host unreachable",
        "port unreachable", "the source address is not allowed", "rejected route",
      ]
      : [
        "network unreachable", "host unreachable", "protocol unreachable", "port unreachable", "fragmentation needed",
        "source route failed", "network unknown", "host unknown", "source host isolated",
        "network administratively prohibited", "host administratively prohibited",
        "network unreachable for the type of service", "host unreachable for the type of service",
        "administratively prohibited", "host precedence violation", "precedence cutoff",
      ]
    guard type == (isVersion6 ? 1 : 3), names.indices.contains(code) else { return "the packet is refused" }
    return names[code]
  }
}

/// Why a burst could not be sent at all: no fault of the target.
enum PingProblem: Error, Sendable, Hashable {
  /// Neither kind of socket may be opened.
  case notPermitted
  case system(String)
  case overloaded(String)
}

/// What came for a probe outside its bursts. The engine counts, the probe reports.
final class PingTally: Sendable {
  /// Replies that came again.
  let duplicates = Atomic(0)
  /// Replies that came after the burst had ended.
  let late = Atomic(0)
}

/// A burst that is under way. It belongs to the engine's thread.
final class PingBurst {
  enum Packet {
    case unsent
    /// Nanoseconds on the monotonic clock and since 1970.
    case sent(monotonic: Int64, real: Int64)
    case answered(roundTrip: Int64)
    case refused
  }

  let request: PingRequest
  /// Its row in the engine's table.
  let slot: Int
  let tally: PingTally
  let begin: Duration
  let end: Duration
  /// Nobody who has not seen the request can forge a reply to it.
  let cookie: UInt64
  /// The message as it is sent; the sequence and, on raw sockets, the checksum change from packet to packet.
  var message: [UInt8]
  var packets: [Packet]
  var outcome = PingOutcome()
  /// Packets that nothing has been heard of yet.
  var open = 0
  var deadline: NetworkLoop.DeadlineID?
  private var waiting: CheckedContinuation<Result<PingOutcome, PingProblem>, Never>?

  var isEnded: Bool { waiting == nil }

  init(
    _ request: PingRequest, slot: Int, tally: PingTally, from begin: Duration, until end: Duration, identifier: UInt16,
    _ waiting: CheckedContinuation<Result<PingOutcome, PingProblem>, Never>
  ) {
    self.request = request
    self.tally = tally
    self.begin = begin
    self.end = end
    self.slot = slot
    cookie = watchkeeper_random()
    self.waiting = waiting
    message = EchoMessage.request(
      isVersion6: request.address.isVersion6, identifier: identifier, payloadBytes: request.payloadBytes,
      cookie: cookie)
    packets = [Packet](repeating: .unsent, count: request.count)
  }

  func finish(_ problem: PingProblem? = nil) {
    for case .answered(let nanoseconds) in packets { outcome.roundTrips.append(.nanoseconds(nanoseconds)) }
    let waiting = self.waiting
    self.waiting = nil
    waiting?.resume(returning: problem.map { .failure($0) } ?? .success(outcome))
  }
}
