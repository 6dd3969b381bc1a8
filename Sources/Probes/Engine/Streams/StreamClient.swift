internal import CLinux
internal import Glibc

/// Opens a connection for each exchange, encrypts it where that is wanted, and moves bytes between it and a dialogue.
///
/// All connections are entries of one table on the loop's thread: none has a task or a thread of its own.
actor StreamClient: LoopClient {
  /// Connections at a time; the default is 4,096.
  static let connectionsMax = 4096
  /// Bytes read at a time.
  private static let readBytesMax = 16 << 10
  /// Reads from one connection before another one has its turn.
  private static let readsMax = 16
  /// What is made from files of certificates is made anew after this time; the default is 5 minutes.
  private static let contextAgeMax = Duration.seconds(300)
  /// Sets of options at a time.
  private static let contextsMax = 1024

  private let loop: NetworkLoop
  private let resolver: NameResolver
  private var connections: [UInt64: StreamConnection] = [:]
  private var nextKey: UInt64 = 0
  private var contexts: [StreamTLSOptions: (context: TLSContext, madeAt: Duration)] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(on loop: NetworkLoop, asking resolver: NameResolver) {
    self.loop = loop
    self.resolver = resolver
  }

  /// One connection, from the name's resolution to the last byte, inside the request's limit.
  func exchange<Spoken: Dialogue>(_ request: StreamRequest, _ dialogue: Spoken) async -> StreamReport<Spoken> {
    let end = await withCheckedContinuation { begin(request, dialogue, $0) }
    return StreamReport(
      dialogue: end.dialogue as? Spoken ?? dialogue, failure: end.failure, phases: end.phases, address: end.address,
      tls: end.tls, bytes: end.bytes)
  }

  // MARK: The loop's calls

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { client in
      if let connection = client.connections[key] { client.advance(connection) }
    }
  }

  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { client in
      guard let connection = client.connections[key] else { return }
      client.end(
        connection,
        ExchangeFailure(
          "reason.probe.timed_out",
          "\(connection.place): waited \(connection.request.limit) in all, at last for \(connection.awaited)"))
    }
  }

  // MARK: Connecting

  private func begin(
    _ request: StreamRequest, _ dialogue: any Dialogue, _ waiting: CheckedContinuation<StreamConnection.End, Never>
  ) {
    nextKey += 1
    let key = nextKey
    let connection = StreamConnection(key, request, dialogue, waiting, at: NetworkLoop.now)
    guard connections.count < Self.connectionsMax else {
      return end(connection, .ours("\(Self.connectionsMax) connections are open, the most at a time"))
    }
    connections[key] = connection
    connection.deadline = loop.schedule(at: connection.startedAt + request.limit, key: key, self)
    switch request.endpoint {
    case .path(let path):
      connection.times.resolved = NetworkLoop.now
      open(connection, watchkeeper_path_socket()) { watchkeeper_connect_path($0, path) }
    case .host(let host, let port):
      if let numeric = SocketAddress(host, port: port) {
        return resolved(connection, .found([numeric]))
      }
      Task {
        let addresses = await resolver.addresses(of: host, port: port)
        if connections[key] === connection { resolved(connection, addresses) }
      }
    }
  }

  private func resolved(_ connection: StreamConnection, _ answer: NameResolver.Addresses) {
    connection.times.resolved = NetworkLoop.now
    switch answer {
    case .busy(let why): end(connection, .ours(why))
    case .none(let why): end(connection, ExchangeFailure("reason.probe.name_unresolved", why))
    case .found(let addresses):
      let preference = connection.request.preference
      connection.candidates = preference == .system ? addresses : preference.choice(among: addresses).map { [$0] } ?? []
      guard !connection.candidates.isEmpty else {
        return end(
          connection,
          ExchangeFailure("reason.probe.name_unresolved", "\(connection.place) has no address of the wanted family"))
      }
      connectNext(connection, after: nil)
    }
  }

  /// - Parameter failure: of the address before.
  private func connectNext(_ connection: StreamConnection, after failure: ExchangeFailure?) {
    guard !connection.candidates.isEmpty else {
      return end(connection, failure ?? .ours("no address was tried"))
    }
    let address = connection.candidates.removeFirst()
    connection.address = address
    var remote = address.endpoint
    open(connection, watchkeeper_socket(address.isVersion6 ? 6 : 4, Int32(SOCK_STREAM.rawValue), 0)) { descriptor in
      _ = watchkeeper_socket_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
      if var source = connection.request.source?.endpoint, watchkeeper_bind(descriptor, &source) != 0 { return -2 }
      return watchkeeper_connect(descriptor, &remote)
    }
  }

  /// - Parameter connect: answers 0, -1 with errno, or -2 with errno when our own address is at fault.
  private func open(_ connection: StreamConnection, _ descriptor: Int32, _ connect: (Int32) -> Int32) {
    guard descriptor >= 0 else { return end(connection, .ours("no socket can be opened: \(SystemErrorText.last)")) }
    connection.descriptor = descriptor
    let answer = connect(descriptor)
    if answer == -2 {
      return end(connection, .ours("the address to send from cannot be used: \(SystemErrorText.last)"))
    }
    guard answer == 0 || errno == EINPROGRESS else { return connectionFailed(connection, errno) }
    connection.interest = .write
    connection.watch = loop.watch(descriptor, for: .write, key: connection.key, self)
    guard connection.watch != nil else {
      return end(connection, .ours("the socket cannot be waited for: \(SystemErrorText.last)"))
    }
  }

  private func connectionFailed(_ connection: StreamConnection, _ number: Int32) {
    release(connection)
    let text = "\(connection.peer): \(SystemErrorText.of(number))"
    let failure =
      switch number {
      case ECONNREFUSED, ENOENT: ExchangeFailure("reason.probe.refused", text)
      case ETIMEDOUT: ExchangeFailure("reason.probe.timed_out", text)
      case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN, ENETDOWN: ExchangeFailure("reason.probe.unreachable", text)
      case ECONNRESET, ECONNABORTED: ExchangeFailure("reason.probe.connection_lost", text)
      default: ExchangeFailure.ours(text)
      }
    connectNext(connection, after: failure)
  }

  private func advance(_ connection: StreamConnection) {
    switch connection.stage {
    case .connecting:
      let number = watchkeeper_socket_error(connection.descriptor)
      guard number == 0 else { return connectionFailed(connection, number) }
      connection.times.connected = NetworkLoop.now
      connection.stage = .talking
      if connection.request.encryption == .atOnce { secure(connection) } else { feed(connection, .connected) }
    case .handshaking: shakeHands(connection)
    case .talking:
      flush(connection)
      if !connection.isOver, connection.stage == .talking { receive(connection) }
    }
  }

  // MARK: Encryption

  private func secure(_ connection: StreamConnection) {
    do throws(TLSContext.Unusable) {
      let options = connection.request.tls
      let context = try context(for: options)
      guard let session = StreamTLSSession(context, connection.descriptor, name: connection.request.serverName, options)
      else { return end(connection, .ours("the library for TLS has no memory left")) }
      connection.session = session
      connection.stage = .handshaking
      connection.times.handshakeBegan = NetworkLoop.now
      shakeHands(connection)
    } catch {
      end(connection, .ours(error.text))
    }
  }

  private func context(for options: StreamTLSOptions) throws(TLSContext.Unusable) -> TLSContext {
    let now = NetworkLoop.now
    if let known = contexts[options], now - known.madeAt < Self.contextAgeMax { return known.context }
    let context = try TLSContext(options)
    if contexts.count >= Self.contextsMax { contexts.removeAll() }
    contexts[options] = (context, now)
    return context
  }

  private func shakeHands(_ connection: StreamConnection) {
    guard let session = connection.session else { return }
    switch session.handshake() {
    case .done:
      connection.times.secured = NetworkLoop.now
      let report = session.report()
      connection.tls = report
      connection.stage = .talking
      if connection.request.verifies, let problem = report.worst {
        let name = connection.request.certificateName
        return end(connection, CertificateVerdict.failure(of: problem, report, at: connection.place, as: name))
      }
      feed(connection, connection.request.encryption == .atOnce ? .connected : .encrypted)
      if !connection.isOver { receive(connection) }
    case .wantsRead: want(connection, .read)
    case .wantsWrite: want(connection, .write)
    case .closed, .failed: end(connection, session.failure(at: connection.place))
    }
  }

  // MARK: Talking

  private func feed(_ connection: StreamConnection, _ first: DialogueEvent) {
    var event = first
    while true {
      let before = connection.input.count
      switch connection.dialogue.next(event, &connection.input, &connection.output) {
      case .done:
        sayGoodbye(connection)
        return end(connection, nil)
      case .failed(let failure):
        sayGoodbye(connection)
        return end(connection, failure)
      case .startTLS:
        guard connection.input.isEmpty else {
          return end(connection, .broken("\(connection.place) sent bytes in clear before the handshake"))
        }
        connection.securesWhenSent = true
        return flush(connection)
      case .proceed:
        event = event == .closed ? .closed : .received
        if connection.input.isEmpty || connection.input.count == before { return settle(connection, first) }
      }
    }
  }

  /// The dialogue has taken what it can.
  private func settle(_ connection: StreamConnection, _ event: DialogueEvent) {
    if event == .closed {
      return end(
        connection,
        ExchangeFailure(
          "reason.probe.connection_lost",
          "\(connection.place) closed the connection where \(connection.awaited) should come"))
    }
    guard connection.input.count <= connection.dialogue.waitingBytesMax else {
      return end(
        connection,
        ExchangeFailure(
          "reason.stream.too_long",
          "\(connection.place) sent more than \(connection.dialogue.waitingBytesMax) bytes for \(connection.awaited)"))
    }
    flush(connection)
  }

  /// The last words, if the peer still takes them: the verdict is known already.
  private func sayGoodbye(_ connection: StreamConnection) {
    guard connection.sent < connection.output.count else { return }
    if case .done(let count) = write(connection) { connection.bytesWritten += count }
  }

  private func write(_ connection: StreamConnection) -> StreamTLSSession.Result {
    connection.output.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[connection.sent...])
      if let session = connection.session { return session.write(rest) }
      let count = watchkeeper_send(connection.descriptor, rest.baseAddress, rest.count)
      return count >= 0 ? .done(count) : errno == EAGAIN || errno == EINTR ? .wantsWrite : .failed
    }
  }

  private func flush(_ connection: StreamConnection) {
    while connection.sent < connection.output.count {
      switch write(connection) {
      case .done(let count):
        connection.sent += count
        connection.bytesWritten += count
      case .wantsWrite: return want(connection, [.read, .write])
      case .wantsRead: return want(connection, .read)
      case .closed, .failed: return end(connection, lost(connection))
      }
    }
    connection.output.removeAll(keepingCapacity: true)
    connection.sent = 0
    if connection.securesWhenSent {
      connection.securesWhenSent = false
      return secure(connection)
    }
    want(connection, .read)
  }

  private func receive(_ connection: StreamConnection) {
    var reads = 0
    while !connection.isOver, connection.stage == .talking {
      // Inside a session bytes may wait that the socket does not tell of.
      if connection.session == nil, reads == Self.readsMax { return }
      reads += 1
      switch read(connection) {
      case .done(0), .closed: feed(connection, .closed)
      case .done(let count):
        connection.bytes += count
        guard connection.bytes <= connection.request.bytesMax else {
          return end(
            connection,
            ExchangeFailure(
              "reason.stream.too_long",
              "\(connection.place) sent more than \(connection.request.bytesMax) bytes in all"))
        }
        feed(connection, .received)
      case .wantsRead: return
      case .wantsWrite: return want(connection, [.read, .write])
      case .failed: end(connection, lost(connection))
      }
    }
  }

  private func read(_ connection: StreamConnection) -> StreamTLSSession.Result {
    withUnsafeTemporaryAllocation(byteCount: Self.readBytesMax, alignment: 16) { place in
      let result: StreamTLSSession.Result
      if let session = connection.session {
        result = session.read(into: place)
      } else {
        let count = recv(connection.descriptor, place.baseAddress, place.count, 0)
        result = count >= 0 ? .done(count) : errno == EAGAIN || errno == EINTR ? .wantsRead : .failed
      }
      if case .done(let count) = result { connection.input.append(UnsafeRawBufferPointer(rebasing: place[..<count])) }
      return result
    }
  }

  /// Why reading or writing failed; to be asked at once.
  private func lost(_ connection: StreamConnection) -> ExchangeFailure {
    if let session = connection.session { return session.failure(at: connection.place) }
    return ExchangeFailure(
      "reason.probe.connection_lost",
      "\(connection.place): \(SystemErrorText.last) while we waited for \(connection.awaited)")
  }

  private func want(_ connection: StreamConnection, _ readiness: Readiness) {
    guard !connection.isOver, connection.interest != readiness, let watch = connection.watch else { return }
    connection.interest = readiness
    loop.change(watch, to: readiness)
  }

  // MARK: The end

  /// Closes the socket; another address may be tried afterwards.
  private func release(_ connection: StreamConnection) {
    if let watch = connection.watch { loop.unwatch(watch) }
    connection.watch = nil
    if connection.stage == .talking { connection.session?.close() }
    connection.session = nil
    if connection.descriptor >= 0 { close(connection.descriptor) }
    connection.descriptor = -1
  }

  private func end(_ connection: StreamConnection, _ failure: ExchangeFailure?) {
    guard !connection.isOver else { return }
    connection.times.ended = NetworkLoop.now
    if let deadline = connection.deadline { loop.cancel(deadline) }
    release(connection)
    connections[connection.key] = nil
    connection.finish(failure)
  }
}
