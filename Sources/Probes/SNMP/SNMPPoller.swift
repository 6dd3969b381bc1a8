internal import CLinux
internal import Glibc
internal import Records
internal import SNMP
internal import Synchronization
internal import Telemetry

/// A device's place between its probe and the poller. The poller works with it on the loop's thread; the probe asks for
/// its series from elsewhere, so a lock guards it.
final class DeviceHandle: Sendable {
  private let agent = Mutex<DeviceAgent?>(nil)

  func withAgent<Outcome: Sendable>(_ body: (DeviceAgent?) -> Outcome) -> Outcome {
    agent.withLock { body($0) }
  }

  /// The device's agent, made by `make` when there is none yet.
  fileprivate func withAgent<Outcome: Sendable>(
    orMake make: @Sendable () -> DeviceAgent, _ body: (DeviceAgent) -> Outcome
  ) -> Outcome {
    agent.withLock { agent in
      let own = agent ?? make()
      agent = own
      return body(own)
    }
  }
}

/// Asks all devices over two sockets, one for each version of IP, and one for each `source_ip_address`.
///
/// A request's number holds the place of its poll in a table, so an answer finds its device without a search.
actor SNMPPoller: LoopClient {
  private struct Poll {
    let device: DeviceHandle
    let address: SocketAddress
    let descriptor: Int32
    let waiter: CheckedContinuation<ProbeReport, Never>
    /// When the whole round is given up.
    let limit: Duration
    /// The number that an answer must have.
    var awaited = 0
    /// Its request waits for room in the window.
    var isQueued = false
    /// When the request is sent again.
    var patience = Duration.zero
    /// What its answer takes of the window; 0 once it came or is overdue.
    var expected = 0
    /// Of the loop; it may come before `patience`, then it is set anew.
    var deadline: NetworkLoop.DeadlineID?
  }

  private struct Waiting {
    let place: Int
    let bytes: [UInt8]
    /// What its answer takes of the window.
    let share: Int
    let until: Duration
  }

  private let loop: NetworkLoop
  /// By the address that they come from.
  private var sockets: [SocketAddress: Int32] = [:]
  private var polls: [Poll?] = []
  private var free: [Int] = []
  private var buffer: [UInt8] = []
  private var datagrams = [watchkeeper_datagram](repeating: watchkeeper_datagram(), count: SNMPPoller.batch)
  /// Octets of answers that may be on their way.
  private var expected = 0
  private var window = 0
  private var queue: [Waiting] = []

  /// Datagrams that are taken at a time.
  private static let batch = 8
  private static let datagramBytesMax = 65_536
  /// Rounds at a time; the number of a request has 16 bits for its place.
  private static let pollsMax = 65_536
  /// An answer that is longer on its way does not keep others waiting.
  private static let overdue = Duration.milliseconds(100)

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(on loop: NetworkLoop) { self.loop = loop }

  deinit { for descriptor in sockets.values { close(descriptor) } }

  /// One round of one device.
  func poll(
    _ device: DeviceHandle, _ settings: SNMPProbeSettings, _ environment: ProbeEnvironment,
    as credentials: Credentials, at address: SocketAddress, time: Timestamp, within limit: Duration
  ) async -> ProbeReport {
    let descriptor: Int32
    do throws(LocalProblem) {
      let source = settings.address.source ?? .unspecified(isVersion6: address.isVersion6)
      guard source.isVersion6 == address.isVersion6 else {
        throw LocalProblem(
          text: "source_ip_address \(source.host) is of another family than \(address.host) – set preferred_ip_protocol"
        )
      }
      descriptor = try socket(from: source)
    } catch {
      return .unknown("reason.probe.local", error.text)
    }
    guard let place = free.popLast() ?? (polls.count < Self.pollsMax ? polls.count : nil) else {
      return .unknown("reason.probe.local", "\(Self.pollsMax) devices are being asked already")
    }
    if place == polls.count { polls.append(nil) }
    let now = NetworkLoop.now
    return await withCheckedContinuation { waiter in
      polls[place] = Poll(
        device: device, address: address, descriptor: descriptor, waiter: waiter, limit: now + limit)
      let first = Int(arc4random_uniform(0x7ffe) + 1) << 16 | place
      let (action, awaited) = device.withAgent(orMake: {
        DeviceAgent(settings, in: environment, as: credentials, salt: watchkeeper_random())
      }) { ($0.begin(as: credentials, at: time, now: now, number: first), $0.awaited) }
      act(action, place, awaited, now)
    }
  }

  // MARK: Sockets

  private struct LocalProblem: Error { let text: String }

  private func socket(from source: SocketAddress) throws(LocalProblem) -> Int32 {
    if let known = sockets[source] { return known }
    let descriptor = watchkeeper_socket(source.isVersion6 ? 6 : 4, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw LocalProblem(text: "no socket for SNMP: \(SystemErrorText.last)") }
    var endpoint = source.endpoint
    guard source == .unspecified(isVersion6: source.isVersion6) || watchkeeper_bind(descriptor, &endpoint) == 0 else {
      defer { close(descriptor) }
      throw LocalProblem(text: "source_ip_address \(source.host): \(SystemErrorText.last)")
    }
    _ = watchkeeper_socket_option(descriptor, SOL_SOCKET, SO_RCVBUF, Self.receiveBytes)
    guard loop.watch(descriptor, for: .read, key: UInt64(UInt32(bitPattern: descriptor)), self) != nil else {
      defer { close(descriptor) }
      throw LocalProblem(text: "the socket for SNMP cannot be watched: \(SystemErrorText.last)")
    }
    sockets[source] = descriptor
    window = Self.window(of: descriptor)
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.batch * Self.datagramBytesMax) }
    return descriptor
  }

  /// Asked of the kernel, which grants what net.core.rmem_max allows: of 208 KiB, Debian's default, about 110 answers of
  /// 1,400 octets may be on their way at a time; of the whole, 2,200.
  private static let receiveBytes: Int32 = 4 << 20
  /// Eighths of a socket's buffer that answers may fill; the rest is the kernel's, which takes up to 2.65 octets for one
  /// of a datagram (484 of 1,280, Linux 6.18). Shorter answers count as `ReplySize.expectedBytes`, which is no less.
  private static let windowEighths = 3

  /// Octets of answers that may come at a time.
  private static func window(of descriptor: Int32) -> Int {
    var granted: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length)
    return Int(granted) * windowEighths / 8
  }

  // MARK: Acting

  private func act(_ action: DeviceAgent.Action, _ place: Int, _ awaited: Int, _ now: Duration) {
    switch action {
    case .wait: break
    case .send(let bytes, let share, let until):
      polls[place]?.awaited = awaited
      send(Waiting(place: place, bytes: bytes, share: share, until: until), now)
    case .finished(let report):
      guard let poll = polls[place] else { return }
      release(place)
      if let deadline = poll.deadline { loop.cancel(deadline) }
      polls[place] = nil
      free.append(place)
      poll.waiter.resume(returning: report)
      sendWaiting(now)
    }
  }

  /// Sends at once when the window has room and nobody waits longer.
  private func send(_ waiting: Waiting, _ now: Duration) {
    release(waiting.place)
    if queue.isEmpty, fits(waiting) { return sendNow(waiting, now) }
    polls[waiting.place]?.isQueued = true
    queue.append(waiting)
    if let limit = polls[waiting.place]?.limit { expect(waiting.place, at: limit) }
  }

  private func fits(_ waiting: Waiting) -> Bool { expected == 0 || expected + waiting.share <= window }

  private func sendNow(_ waiting: Waiting, _ now: Duration) {
    guard let poll = polls[waiting.place] else { return }
    expected += waiting.share
    polls[waiting.place]?.expected = waiting.share
    polls[waiting.place]?.isQueued = false
    polls[waiting.place]?.patience = min(waiting.until, poll.limit)
    var endpoint = poll.address.endpoint
    // A full buffer or a missing route is a lost packet: it is sent again, or the round ends in time.
    _ = watchkeeper_send_to(poll.descriptor, waiting.bytes, waiting.bytes.count, &endpoint)
    expect(waiting.place, at: min(now + Self.overdue, waiting.until, poll.limit))
  }

  private func sendWaiting(_ now: Duration) {
    var sent = 0
    while sent < queue.count, fits(queue[sent]) {
      sendNow(queue[sent], now)
      sent += 1
    }
    queue.removeFirst(sent)
  }

  /// One deadline stands for each poll; it is not moved with each packet, but looked at when it comes.
  private func expect(_ place: Int, at instant: Duration) {
    guard polls[place]?.deadline == nil else { return }
    polls[place]?.deadline = loop.schedule(at: instant, key: UInt64(place), self)
  }

  private func release(_ place: Int) {
    expected -= polls[place]?.expected ?? 0
    polls[place]?.expected = 0
  }

  // MARK: The loop's thread

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { $0.receive(Int32(truncatingIfNeeded: key)) }
  }

  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { $0.checkDeadline(Int(key)) }
  }

  private func receive(_ descriptor: Int32) {
    let count = buffer.withUnsafeMutableBytes { bytes in
      watchkeeper_receive_many(
        descriptor, bytes.baseAddress, Self.datagramBytesMax, &datagrams, Int32(Self.batch))
    }
    guard count > 0 else { return }
    let now = NetworkLoop.now
    for index in 0..<Int(count) where datagrams[index].is_cut == 0 { receive(datagrams[index], now) }
    sendWaiting(now)
  }

  private func receive(_ datagram: watchkeeper_datagram, _ now: Duration) {
    let range = Int(datagram.offset)..<Int(datagram.offset) + Int(datagram.count)
    let answer = buffer.withUnsafeBytes { buffer -> (DeviceAgent.Action, Int, Int)? in
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[range])
      guard let number = Session.number(of: bytes) else { return nil }
      let place = number & 0xffff
      guard place < polls.count, let poll = polls[place], poll.awaited == number,
        poll.address == SocketAddress(datagram.from)
      else { return nil }
      let (action, awaited) = poll.device.withAgent { agent in
        agent.map { ($0.received(bytes, at: now), $0.awaited) } ?? (.wait, 0)
      }
      return (action, place, awaited)
    }
    guard let (action, place, awaited) = answer else { return }
    if case .wait = action { return }
    release(place)
    act(action, place, awaited, now)
  }

  private func checkDeadline(_ place: Int) {
    guard place < polls.count, let poll = polls[place] else { return }
    polls[place]?.deadline = nil
    let now = NetworkLoop.now
    let isOver = now >= poll.limit
    if isOver || !poll.isQueued && now >= poll.patience {
      release(place)
      if poll.isQueued { queue.removeAll { $0.place == place } }
      let (action, awaited) = poll.device.withAgent { agent -> (DeviceAgent.Action, Int) in
        guard let agent else { return (.wait, 0) }
        return (isOver ? agent.expire(at: now) : agent.deadlineCame(at: now), agent.awaited)
      }
      act(action, place, awaited, now)
    } else {
      if !poll.isQueued { release(place) }  // overdue: others need not wait for it
      expect(place, at: poll.isQueued ? poll.limit : poll.patience)
    }
    sendWaiting(now)
  }
}
