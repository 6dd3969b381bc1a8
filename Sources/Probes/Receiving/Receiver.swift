internal import CLinux
internal import Glibc

/// Where a receiver listens.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  enum Transport: String, CaseIterable, Sendable {
    case udp, tcp
    /// TLS over TCP.
    case tls
  }
  let transport: Transport
  let address: SocketAddress

  /// What `tls` without a port means.
  ///
  /// - Source: RFC 5425 section 4.1.
  static let syslogTLSPort: UInt16 = 6514

  /// - Parameter text: `udp://127.0.0.1:514` or `tcp://[::1]:514`: numeric, so that a resolver cannot open a door.
  init?(_ text: String) {
    guard let colon = text.firstRange(of: "://"),
      let transport = Transport(rawValue: String(text[..<colon.lowerBound])),
      let parts = HostAndPort(
        String(text[colon.upperBound...]), defaultPort: transport == .tls ? Self.syslogTLSPort : 0),
      parts.port > 0,
      let address = SocketAddress(parts.host, port: parts.port)
    else { return nil }
    self.transport = transport
    self.address = address
  }

  var description: String { "\(transport.rawValue)://\(address)" }
}

/// Cuts what comes over a stream into messages.
protocol MessageSplitter {
  /// - Parameter each: called for every message that is whole.
  /// - Returns: whether the stream can still be understood.
  mutating func append(_ bytes: UnsafeRawBufferPointer, each: (UnsafeRawBufferPointer) -> Void) -> Bool
}

/// Listens for messages that nobody asked for: syslog, traps. It takes, answers and counts on the engine's thread; a
/// probe tells at each run what came since.
actor Receiver: LoopClient {
  /// Why nothing can be received.
  struct ListenProblem: Error, Sendable { let text: String }

  /// What becomes of a message; called on the engine's thread, where it must not wait.
  struct Handler: Sendable {
    /// What it returns is sent back, where the message came as a datagram.
    let take: @Sendable (UnsafeRawBufferPointer, SocketAddress) -> [UInt8]?
    /// For streams; without one, none are listened for.
    var makeSplitter: (@Sendable () -> any MessageSplitter)?
    /// What was not taken, for a reason that becomes a label.
    let drop: @Sendable (Drop, SocketAddress) -> Void
    /// A handshake that failed.
    var refuse: (@Sendable (HandshakeRefusal, SocketAddress) -> Void)?
  }

  enum Drop: String, CaseIterable, Sendable {
    /// The sender sends more than it may.
    case rate
    /// A datagram longer than a message may be.
    case length
    /// One connection more than there may be, in all or of this sender.
    case connections
    /// The sender begins more encrypted connections than it may.
    case handshakes
    /// A stream that cannot be cut into messages.
    case framing
  }

  /// TCP connections at a time; the default is 256.
  static let connectionsMax = 256
  /// Bytes of a datagram; the default is 8 KiB.
  static let messageBytesMax = 8192
  /// TCP connections of one sender at a time; the default is 128, so that nobody takes all of them.
  static let connectionsOfSenderMax = 128
  /// From the connection to the end of the handshake; the default is 10 seconds.
  static let handshakeLimit = Duration.seconds(10)
  /// Encrypted connections that one sender may begin in a second; the default is 20, and two seconds' worth may come at
  /// once. Each costs this thread, which all senders share, up to some milliseconds.
  static let handshakesPerSecondMax = 20
  /// Datagrams taken before other sockets have their turn.
  private static let datagramsAtOnce = 32
  /// Pieces of an encrypted stream, each of up to 16 KiB, taken before other sockets have their turn.
  private static let recordsAtOnce = 16

  private final class Door {
    let descriptor: Int32
    let transport: ListenAddress.Transport
    let isListener: Bool
    let peer: SocketAddress
    var splitter: (any MessageSplitter)?
    var watch: NetworkLoop.WatchID?
    /// Of a connection with TLS.
    var stream: SecureStream?
    var awaited = Readiness.read
    /// When its handshake is to be done.
    var deadline: NetworkLoop.DeadlineID?

    init(_ descriptor: Int32, _ transport: ListenAddress.Transport, isListener: Bool, peer: SocketAddress) {
      self.descriptor = descriptor
      self.transport = transport
      self.isListener = isListener
      self.peer = peer
    }

    var isConnection: Bool { transport != .udp && !isListener }
  }

  nonisolated let loop: NetworkLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let handler: Handler
  private let handshakeLimit: Duration
  private var doors: [UInt64: Door] = [:]
  private var nextDoor: UInt64 = 0
  private var connections = 0
  private var opened: Set<ListenAddress> = []
  /// For the encrypted connections that begin from now on.
  private var context: TLSContext?
  private var pace: SenderPace
  private var handshakePace = SenderPace(perSecondMax: handshakesPerSecondMax)
  private var buffer = [UInt8]()
  private var datagrams = [watchkeeper_datagram](repeating: watchkeeper_datagram(), count: datagramsAtOnce)

  /// - Parameter messagesPerSecondMax: of one sender; two seconds' worth may come at once.
  init(
    on loop: NetworkLoop, messagesPerSecondMax: Int, handshakeLimit: Duration = Receiver.handshakeLimit,
    _ handler: Handler
  ) {
    self.loop = loop
    self.handshakeLimit = handshakeLimit
    pace = SenderPace(perSecondMax: messagesPerSecondMax)
    self.handler = handler
  }

  /// Opens the addresses that are not open yet.
  func listen(at addresses: [ListenAddress]) throws(ListenProblem) {
    do throws(ListenProblem) {
      for address in addresses where !opened.contains(address) {
        try open(address)
        opened.insert(address)
      }
    } catch {
      closeAll()
      throw error
    }
  }

  /// With what TLS is served from now on; connections that are open stay so. Before TLS is listened for.
  func present(_ context: sending TLSContext) { self.context = context }

  func closeAll() {
    for number in doors.keys { close(number) }
    opened = []
  }

  private func open(_ listen: ListenAddress) throws(ListenProblem) {
    let isStream = listen.transport != .udp
    let descriptor = watchkeeper_socket(
      listen.address.isVersion6 ? 6 : 4, Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue), 0)
    func refuse() -> ListenProblem {
      let advice =
        errno == EACCES
        ? " – ports below 1024 need CAP_NET_BIND_SERVICE"
        : errno == EADDRINUSE ? " – another program listens there" : ""
      let text = "cannot listen at \(listen): \(SystemErrorText.last)\(advice)"
      if descriptor >= 0 { Glibc.close(descriptor) }
      return ListenProblem(text: text)
    }
    guard descriptor >= 0 else { throw refuse() }
    if isStream { _ = watchkeeper_socket_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
    if listen.address.isVersion6 { _ = watchkeeper_socket_option(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    if !isStream { _ = watchkeeper_socket_option(descriptor, SOL_SOCKET, SO_RCVBUF, 1 << 20) }
    var endpoint = listen.address.endpoint
    guard watchkeeper_bind(descriptor, &endpoint) == 0, !isStream || Glibc.listen(descriptor, 64) == 0,
      admit(Door(descriptor, listen.transport, isListener: isStream, peer: listen.address)) != nil
    else { throw refuse() }
  }

  /// - Returns: its number; `nil` when the kernel watches no more.
  private func admit(_ door: Door) -> UInt64? {
    nextDoor += 1
    guard let watch = loop.watch(door.descriptor, for: door.awaited, key: nextDoor, self) else { return nil }
    door.watch = watch
    doors[nextDoor] = door
    return nextDoor
  }

  private func close(_ number: UInt64) {
    guard let door = doors.removeValue(forKey: number) else { return }
    if let watch = door.watch { loop.unwatch(watch) }
    if let deadline = door.deadline { loop.cancel(deadline) }
    door.stream?.close()
    Glibc.close(door.descriptor)
    if door.isConnection { connections -= 1 }
  }

  // MARK: Receiving

  /// A handshake took too long.
  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { receiver in
      guard let door = receiver.doors[key] else { return }
      door.deadline = nil
      receiver.refuse(key, door, .timeout)
    }
  }

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { receiver in
      guard let door = receiver.doors[key] else { return }
      if door.isListener {
        receiver.accept(door)
      } else if let stream = door.stream {
        receiver.read(key, door, stream)
      } else if door.isConnection {
        receiver.read(key, door)
      } else {
        receiver.receive(door)
      }
    }
  }

  private func prepareBuffer() {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.datagramsAtOnce * Self.messageBytesMax) }
  }

  private func receive(_ door: Door) {
    prepareBuffer()
    let count = watchkeeper_receive_many(
      door.descriptor, &buffer, Self.messageBytesMax, &datagrams, Int32(Self.datagramsAtOnce))
    guard count > 0 else { return }
    let now = NetworkLoop.now
    buffer.withUnsafeBytes { buffer in
      for datagram in datagrams[..<Int(count)] {
        let sender = SocketAddress(datagram.from).withoutPort
        if datagram.is_cut != 0 {
          handler.drop(.length, sender)
        } else {
          let start = Int(datagram.offset)
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<start + Int(datagram.count)])
          if let answer = take(bytes, from: sender, at: now) {
            var endpoint = datagram.from
            _ = watchkeeper_send_to(door.descriptor, answer, answer.count, &endpoint)
          }
        }
      }
    }
  }

  private func accept(_ door: Door) {
    var from = watchkeeper_endpoint()
    let accepted = watchkeeper_accept(door.descriptor, &from)
    guard accepted >= 0 else { return }
    let peer = SocketAddress(from).withoutPort
    func refuse(_ reason: Drop) {
      Glibc.close(accepted)
      handler.drop(reason, peer)
    }
    let ofSender = doors.values.count { $0.isConnection && $0.peer == peer }
    guard connections < Self.connectionsMax, ofSender < Self.connectionsOfSenderMax else {
      return refuse(.connections)
    }
    let connection = Door(accepted, door.transport, isListener: false, peer: peer)
    connection.splitter = handler.makeSplitter?()
    if door.transport == .tls {
      guard handshakePace.admits(peer, at: NetworkLoop.now) else { return refuse(.handshakes) }
      guard let context, let stream = SecureStream(context, accepted) else { return refuse(.connections) }
      connection.stream = stream
    }
    keepAlive(accepted)
    guard let key = admit(connection) else { return refuse(.connections) }
    connections += 1
    if connection.stream != nil {
      connection.deadline = loop.schedule(at: NetworkLoop.now + handshakeLimit, key: key, self)
    }
  }

  /// A sender that was switched off says no more, and would keep its place among the connections for ever.
  private func keepAlive(_ descriptor: Int32) {
    _ = watchkeeper_socket_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
    _ = watchkeeper_socket_option(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.idleSecondsMax)
  }

  /// Until a sender that says nothing is asked whether it is still there; the default is 5 minutes.
  private static let idleSecondsMax: Int32 = 300

  private func read(_ key: UInt64, _ door: Door) {
    prepareBuffer()
    let count = recv(door.descriptor, &buffer, buffer.count, 0)
    guard count > 0 else {
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      return close(key)
    }
    cut(count, key, door)
  }

  /// The library keeps nothing back: what it did not read is still with the kernel, which tells again.
  private func read(_ key: UInt64, _ door: Door, _ stream: SecureStream) {
    prepareBuffer()
    for _ in 0..<Self.recordsAtOnce {
      let event = buffer.withUnsafeMutableBytes { stream.next(into: $0) }
      if stream.isSecured, let deadline = door.deadline {
        loop.cancel(deadline)
        door.deadline = nil
      }
      switch event {
      case .bytes(let count): guard cut(count, key, door) else { return }
      case .waits(let readiness): return wait(for: readiness, door)
      case .refused(let reason): return refuse(key, door, reason)
      case .ended: return close(key)
      }
    }
  }

  private func wait(for readiness: Readiness, _ door: Door) {
    guard readiness != door.awaited, let watch = door.watch else { return }
    door.awaited = readiness
    loop.change(watch, to: readiness)
  }

  private func refuse(_ key: UInt64, _ door: Door, _ reason: HandshakeRefusal) {
    handler.refuse?(reason, door.peer)
    close(key)
  }

  /// - Returns: whether the connection is still open.
  @discardableResult
  private func cut(_ count: Int, _ key: UInt64, _ door: Door) -> Bool {
    let now = NetworkLoop.now
    let isUnderstood = buffer.withUnsafeBytes { buffer in
      door.splitter?.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        _ = take($0, from: door.peer, at: now)
      }
    }
    if isUnderstood == true { return true }
    handler.drop(.framing, door.peer)
    close(key)
    return false
  }

  private func take(_ bytes: UnsafeRawBufferPointer, from sender: SocketAddress, at now: Duration) -> [UInt8]? {
    guard pace.admits(sender, at: now) else {
      handler.drop(.rate, sender)
      return nil
    }
    return handler.take(bytes, sender)
  }
}
