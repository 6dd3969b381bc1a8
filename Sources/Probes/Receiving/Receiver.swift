internal import CLinux
internal import Glibc

/// Where a receiver listens.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  enum Transport: String, CaseIterable, Sendable { case udp, tcp }
  let transport: Transport
  let address: SocketAddress

  /// - Parameter text: `udp://127.0.0.1:514` or `tcp://[::1]:514`: numeric, so that a resolver cannot open a door.
  init?(_ text: String) {
    guard let colon = text.firstRange(of: "://"),
      let transport = Transport(rawValue: String(text[..<colon.lowerBound])),
      let parts = HostAndPort(String(text[colon.upperBound...]), defaultPort: 0), parts.port > 0,
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
  }

  enum Drop: String, CaseIterable, Sendable {
    /// The sender sends more than it may.
    case rate
    /// A datagram longer than a message may be.
    case length
    /// One connection more than there may be.
    case connections
    /// A stream that cannot be cut into messages.
    case framing
  }

  /// TCP connections at a time; the default is 256.
  static let connectionsMax = 256
  /// Bytes of a datagram; the default is 8 KiB.
  static let messageBytesMax = 8192
  /// Senders whose pace is known; the default is 4096. When there are more, all begin anew.
  static let sendersMax = 4096
  /// Datagrams taken before other sockets have their turn.
  private static let datagramsAtOnce = 32

  private final class Door {
    let descriptor: Int32
    let isListener: Bool
    let isStream: Bool
    let peer: SocketAddress
    var splitter: (any MessageSplitter)?
    var watch: NetworkLoop.WatchID?

    init(_ descriptor: Int32, isListener: Bool, isStream: Bool, peer: SocketAddress) {
      self.descriptor = descriptor
      self.isListener = isListener
      self.isStream = isStream
      self.peer = peer
    }
  }

  nonisolated let loop: NetworkLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let handler: Handler
  private let messagesPerSecondMax: Int
  private var doors: [UInt64: Door] = [:]
  private var nextDoor: UInt64 = 0
  private var connections = 0
  /// When the next message of a sender would be due at an even pace.
  private var pace: [SocketAddress: Duration] = [:]
  private var buffer = [UInt8]()
  private var datagrams = [watchkeeper_datagram](repeating: watchkeeper_datagram(), count: datagramsAtOnce)

  /// - Parameter messagesPerSecondMax: of one sender; two seconds' worth may come at once.
  init(on loop: NetworkLoop, messagesPerSecondMax: Int, _ handler: Handler) {
    self.loop = loop
    self.messagesPerSecondMax = messagesPerSecondMax
    self.handler = handler
  }

  /// Opens the addresses that are not open yet.
  func listen(at addresses: [ListenAddress]) throws(ListenProblem) {
    guard doors.isEmpty else { return }
    do throws(ListenProblem) {
      for address in addresses { try open(address) }
    } catch {
      closeAll()
      throw error
    }
  }

  func closeAll() {
    for number in doors.keys { close(number) }
  }

  private func open(_ listen: ListenAddress) throws(ListenProblem) {
    let isStream = listen.transport == .tcp
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
      admit(Door(descriptor, isListener: isStream, isStream: isStream, peer: listen.address))
    else { throw refuse() }
  }

  private func admit(_ door: Door) -> Bool {
    nextDoor += 1
    guard let watch = loop.watch(door.descriptor, for: .read, key: nextDoor, self) else { return false }
    door.watch = watch
    doors[nextDoor] = door
    return true
  }

  private func close(_ number: UInt64) {
    guard let door = doors.removeValue(forKey: number) else { return }
    if let watch = door.watch { loop.unwatch(watch) }
    Glibc.close(door.descriptor)
    if door.isStream, !door.isListener { connections -= 1 }
  }

  // MARK: Receiving

  nonisolated func deadlineCame(_ key: UInt64) {}

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { receiver in
      guard let door = receiver.doors[key] else { return }
      if door.isListener {
        receiver.accept(door)
      } else if door.isStream {
        receiver.read(key, door)
      } else {
        receiver.receive(door)
      }
    }
  }

  private func receive(_ door: Door) {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.datagramsAtOnce * Self.messageBytesMax) }
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
    let connection = Door(accepted, isListener: false, isStream: true, peer: peer)
    connection.splitter = handler.makeSplitter?()
    guard connections < Self.connectionsMax, admit(connection) else {
      Glibc.close(accepted)
      return handler.drop(.connections, peer)
    }
    connections += 1
  }

  private func read(_ key: UInt64, _ door: Door) {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.datagramsAtOnce * Self.messageBytesMax) }
    let count = recv(door.descriptor, &buffer, buffer.count, 0)
    guard count > 0 else {
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      return close(key)
    }
    let now = NetworkLoop.now
    let isUnderstood = buffer.withUnsafeBytes { buffer in
      door.splitter?.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        _ = take($0, from: door.peer, at: now)
      }
    }
    guard isUnderstood != true else { return }
    handler.drop(.framing, door.peer)
    close(key)
  }

  private func take(_ bytes: UnsafeRawBufferPointer, from sender: SocketAddress, at now: Duration) -> [UInt8]? {
    let due = pace[sender] ?? .zero
    guard due <= now + .seconds(2) else {
      handler.drop(.rate, sender)
      return nil
    }
    if pace.count >= Self.sendersMax, pace[sender] == nil { pace = [:] }
    pace[sender] = max(due, now) + .nanoseconds(1_000_000_000 / messagesPerSecondMax)
    return handler.take(bytes, sender)
  }
}
