internal import CLinux
internal import Glibc

/// One datagram and the moments around it.
struct DatagramAnswer: Sendable {
  let bytes: [UInt8]
  /// Nanoseconds since 1970 on this host's clock: before the request was sent, and when the kernel took the answer in.
  let sent: Int64
  let received: Int64

  /// Zero where the clock was set back meanwhile.
  var duration: Duration { .nanoseconds(max(received - sent, 0)) }
}

/// Sends a datagram and waits for the one that answers it. Each exchange has a socket of its own: its port is random, and
/// the kernel lets in only what comes from the server.
actor DatagramClient: LoopClient {
  /// Exchanges at a time; the default is 10,000.
  static let exchangesMax = 10_000
  /// What a datagram can hold.
  private static let answerBytesMax = 65_535

  private final class Exchange {
    let server: SocketAddress
    let accepts: @Sendable ([UInt8]) -> Bool
    let waiting: CheckedContinuation<Result<DatagramAnswer, ExchangeFailure>, Never>
    var descriptor: Int32 = -1
    var watch: NetworkLoop.WatchID?
    var deadline: NetworkLoop.DeadlineID?
    var sent: Int64 = 0
    /// Datagrams that answered something else.
    var strangers = 0

    init(
      _ server: SocketAddress, _ accepts: @escaping @Sendable ([UInt8]) -> Bool,
      _ waiting: CheckedContinuation<Result<DatagramAnswer, ExchangeFailure>, Never>
    ) {
      self.server = server
      self.accepts = accepts
      self.waiting = waiting
    }
  }

  nonisolated let loop: NetworkLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private var exchanges: [Exchange?] = []
  private var free: [Int] = []
  private var buffer = [UInt8](repeating: 0, count: answerBytesMax)
  private var datagrams = [watchkeeper_datagram()]

  init(on loop: NetworkLoop) { self.loop = loop }

  /// - Parameter accepts: whether a datagram is the answer; any other is passed over.
  func exchange(
    _ message: [UInt8], with server: SocketAddress, from source: SocketAddress?, within limit: Duration,
    accepts: @escaping @Sendable ([UInt8]) -> Bool
  ) async -> Result<DatagramAnswer, ExchangeFailure> {
    guard exchanges.count - free.count < Self.exchangesMax else {
      return .failure(.ours("\(Self.exchangesMax) exchanges are under way"))
    }
    let slot = free.popLast() ?? exchanges.count
    if slot == exchanges.count { exchanges.append(nil) }
    return await withCheckedContinuation { waiting in
      let exchange = Exchange(server, accepts, waiting)
      exchanges[slot] = exchange
      exchange.deadline = loop.schedule(at: NetworkLoop.now + limit, key: UInt64(slot), self)
      if let failure = open(slot, exchange, source, message) { end(slot, .failure(failure)) }
    }
  }

  private func open(
    _ slot: Int, _ exchange: Exchange, _ source: SocketAddress?, _ message: [UInt8]
  ) -> ExchangeFailure? {
    exchange.descriptor = watchkeeper_socket(exchange.server.isVersion6 ? 6 : 4, Int32(SOCK_DGRAM.rawValue), 0)
    guard exchange.descriptor >= 0 else { return .ours(SystemErrorText.last) }
    if var source = source?.endpoint, watchkeeper_bind(exchange.descriptor, &source) != 0 {
      return .ours("source_ip_address: \(SystemErrorText.last)")
    }
    _ = watchkeeper_socket_option(exchange.descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1)
    var server = exchange.server.endpoint
    guard watchkeeper_connect(exchange.descriptor, &server) == 0 else { return Self.failure(errno, exchange.server) }
    guard let watch = loop.watch(exchange.descriptor, for: .read, key: UInt64(slot), self) else {
      return .ours(SystemErrorText.last)
    }
    exchange.watch = watch
    exchange.sent = watchkeeper_clock_nanoseconds(Int32(CLOCK_REALTIME))
    let count = send(exchange.descriptor, message, message.count, Int32(MSG_NOSIGNAL))
    return count < 0 ? Self.failure(errno, exchange.server) : nil
  }

  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { client in
      guard let exchange = client.exchanges[Int(key)] else { return }
      exchange.deadline = nil
      let noise = exchange.strangers == 0 ? "" : "; \(exchange.strangers) datagrams answered something else"
      let text = "\(exchange.server) gives no answer\(noise)"
      client.end(Int(key), .failure(ExchangeFailure("reason.probe.timed_out", text)))
    }
  }

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { $0.receive(Int(key)) }
  }

  private func receive(_ slot: Int) {
    while let exchange = exchanges[slot] {
      let count = watchkeeper_receive_many(exchange.descriptor, &buffer, buffer.count, &datagrams, 1)
      guard count > 0 else {
        if errno == EAGAIN || errno == EINTR { return }
        return end(slot, .failure(Self.failure(errno, exchange.server)))
      }
      let bytes = Array(buffer[..<Int(datagrams[0].count)])
      guard datagrams[0].is_cut == 0, exchange.accepts(bytes) else {
        exchange.strangers += 1
        continue
      }
      let told = datagrams[0].nanoseconds
      let received = told > 0 ? told : watchkeeper_clock_nanoseconds(Int32(CLOCK_REALTIME))
      return end(slot, .success(DatagramAnswer(bytes: bytes, sent: exchange.sent, received: received)))
    }
  }

  private func end(_ slot: Int, _ result: Result<DatagramAnswer, ExchangeFailure>) {
    guard let exchange = exchanges[slot] else { return }
    if let watch = exchange.watch { loop.unwatch(watch) }
    if exchange.descriptor >= 0 { close(exchange.descriptor) }
    if let deadline = exchange.deadline { loop.cancel(deadline) }
    exchanges[slot] = nil
    free.append(slot)
    exchange.waiting.resume(returning: result)
  }

  private static func failure(_ error: Int32, _ server: SocketAddress) -> ExchangeFailure {
    let text = "\(server): \(SystemErrorText.of(error))"
    switch error {
    case ECONNREFUSED: return ExchangeFailure("reason.probe.refused", text)
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EACCES:
      return ExchangeFailure("reason.probe.unreachable", text)
    default: return .ours(text)
    }
  }
}
