/// Whom to connect to and how.
struct StreamRequest: Hashable, Sendable {
  enum Endpoint: Hashable, Sendable {
    /// A name or a numeric address.
    case host(String, port: UInt16)
    /// A socket of this host.
    case path(String)
  }

  enum Encryption: Hashable, Sendable {
    /// Never, or when the dialogue asks for it.
    case onDemand
    case atOnce
  }

  var endpoint: Endpoint
  /// In the system's order one address is tried after the other, until one accepts; otherwise there is one attempt.
  var preference = AddressPreference.system
  /// Our own address; its port is 0.
  var source: SocketAddress?
  var encryption = Encryption.onDemand
  var tls = StreamTLSOptions()
  /// What the certificate must be for; `nil`: the endpoint's host.
  var certificateName: String?
  /// Whether a certificate that cannot be trusted ends the exchange.
  var verifies = true
  /// From the name's resolution to the last byte.
  var limit = Duration.seconds(5)
  /// Bytes that are read in all; the default is 4 MiB.
  var bytesMax = 4 << 20

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  var serverName: String {
    if let certificateName { return certificateName }
    guard case .host(let host, _) = endpoint else { return "localhost" }
    return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }
}

/// How long each part of an exchange took; zero where it did not take place.
struct StreamPhases: Hashable, Sendable {
  var resolve = Duration.zero
  var connect = Duration.zero
  var tls = Duration.zero
  /// From the connection to the end, without the handshake.
  var dialogue = Duration.zero
}

/// What became of an exchange.
struct StreamReport<Spoken: Dialogue>: Sendable {
  /// With what it learnt.
  let dialogue: Spoken
  /// `nil`: the dialogue came to its end.
  let failure: ExchangeFailure?
  let phases: StreamPhases
  /// The address that was tried last.
  let address: SocketAddress?
  /// When a handshake came to its end.
  let tls: TLSReport?
  /// Bytes of the dialogue in both directions.
  let bytes: Int

  var cost: ProbeCost { ProbeCost(bytes: bytes) }
}

/// One connection of `StreamClient`, on the loop's thread.
final class StreamConnection {
  enum Stage { case connecting, handshaking, talking }

  struct Times {
    var resolved: Duration?
    var connected: Duration?
    var handshakeBegan: Duration?
    var secured: Duration?
    var ended: Duration?
  }

  struct End: Sendable {
    let dialogue: any Dialogue
    let failure: ExchangeFailure?
    let phases: StreamPhases
    let address: SocketAddress?
    let tls: TLSReport?
    let bytes: Int
  }

  let key: UInt64
  let request: StreamRequest
  let startedAt: Duration
  var dialogue: any Dialogue
  var stage = Stage.connecting
  var times = Times()
  var candidates: [SocketAddress] = []
  var address: SocketAddress?
  var descriptor: Int32 = -1
  var watch: NetworkLoop.WatchID?
  var interest: Readiness = []
  var deadline: NetworkLoop.DeadlineID?
  var session: StreamTLSSession?
  var tls: TLSReport?
  var input = StreamBuffer()
  var output: [UInt8] = []
  /// Bytes of `output` that are on their way.
  var sent = 0
  var securesWhenSent = false
  /// Bytes that were read, and written.
  var bytes = 0
  var bytesWritten = 0
  private var waiting: CheckedContinuation<End, Never>?

  init(
    _ key: UInt64, _ request: StreamRequest, _ dialogue: any Dialogue, _ waiting: CheckedContinuation<End, Never>,
    at now: Duration
  ) {
    self.key = key
    self.request = request
    self.dialogue = dialogue
    self.waiting = waiting
    startedAt = now
  }

  var isOver: Bool { waiting == nil }

  /// What is asked, as the operator wrote it.
  var place: String {
    switch request.endpoint {
    case .path(let path): path
    case .host(let host, let port): "\(host):\(port)"
    }
  }

  /// The address that is tried, for a failure of the connection.
  var peer: String { address.map(\.description) ?? place }

  var awaited: String {
    switch stage {
    case .connecting: times.resolved == nil ? "the name's address" : "the connection"
    case .handshaking: "the TLS handshake"
    case .talking: dialogue.awaited
    }
  }

  func finish(_ failure: ExchangeFailure?) {
    let end = End(
      dialogue: dialogue, failure: failure, phases: phases, address: address, tls: tls, bytes: bytes + bytesWritten)
    waiting?.resume(returning: end)
    waiting = nil
  }

  private var phases: StreamPhases {
    let ended = times.ended ?? startedAt
    var phases = StreamPhases()
    phases.resolve = (times.resolved ?? ended) - startedAt
    guard let resolved = times.resolved else { return phases }
    phases.connect = (times.connected ?? ended) - resolved
    guard let connected = times.connected else { return phases }
    if let began = times.handshakeBegan { phases.tls = (times.secured ?? ended) - began }
    phases.dialogue = ended - connected - phases.tls
    return phases
  }
}
