internal import CLinux
internal import Glibc
internal import Synchronization

/// Sends the echo requests of all probes through one socket of each family and tells the replies apart.
///
/// A packet costs one send and its share of a receive; a burst is a row of a table, and no task waits in it.
actor Pinger: LoopClient {
  /// Packets a second in all, so that a thousand targets are no flood; the default is 5,000.
  static let packetsPerSecondMax = 5000
  /// Packets that may leave at once before that counts; the default is 100.
  static let packetsAtOnceMax = 100
  /// From one packet to an address to the next, whoever sends it; the default is 10 ms.
  static let addressGap = Duration.milliseconds(10)
  /// Bursts at a time; the default is 50,000.
  static let burstsMax = 50_000

  /// Which request a sequence number stands for.
  private struct Numbered {
    let burst: PingBurst
    let packet: Int
  }

  private struct Family {
    var socket: PingSocket
    /// By sequence number. Replies to what is long over are told from others until its number is used again.
    var requests = [Numbered?](repeating: nil, count: 4096)
    var next = 0

    /// - Returns: `nil` when all 65,536 numbers are under way.
    mutating func sequence() -> Int? {
      if isFree(next) { return take(next) }
      if requests.count < 65_536 {
        next = requests.count
        requests += [Numbered?](repeating: nil, count: requests.count)
        return take(next)
      }
      // Packets of one burst lie together, and nearly all are free.
      for offset in 1..<1024 where isFree((next + offset) % requests.count) {
        return take((next + offset) % requests.count)
      }
      return nil
    }

    private func isFree(_ number: Int) -> Bool { requests[number]?.burst.isEnded ?? true }

    private mutating func take(_ number: Int) -> Int {
      next = (number + 1) % requests.count
      return number
    }
  }

  nonisolated let loop: NetworkLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let packetGap: Duration
  private var version4: Family?
  private var version6: Family?
  private var bursts: [PingBurst?] = []
  private var freeBursts: [Int] = []
  /// When the next packet in all would be due at an even pace.
  private var paceAt = Duration.zero
  /// When the next packet to an address may leave, for addresses that were sent to of late.
  private var addressPace: [SocketAddress: Duration] = [:]

  private static let replyBytesMax = 128
  private static let repliesAtOnce = 64
  /// Errors taken before replies are looked at again.
  private static let errorsAtOnce = 256
  private var buffer = [UInt8](repeating: 0, count: repliesAtOnce * replyBytesMax)
  private var datagrams = [watchkeeper_datagram](repeating: watchkeeper_datagram(), count: repliesAtOnce)

  init(on loop: NetworkLoop, packetsPerSecondMax: Int = Pinger.packetsPerSecondMax) {
    self.loop = loop
    packetGap = .nanoseconds(1_000_000_000 / max(1, packetsPerSecondMax))
  }

  /// Sends a burst and waits until all its packets were heard of, at most `limit`.
  func ping(_ request: PingRequest, within limit: Duration, tally: PingTally) async -> Result<PingOutcome, PingProblem>
  {
    let identifier: UInt16
    do throws(PingProblem) {
      guard bursts.count - freeBursts.count < Self.burstsMax else {
        throw .overloaded("\(Self.burstsMax) bursts of pings are under way")
      }
      identifier = try open(isVersion6: request.address.isVersion6)
    } catch {
      return .failure(error)
    }
    let now = NetworkLoop.now
    return await withCheckedContinuation { waiting in
      let slot = freeBursts.popLast() ?? bursts.count
      if slot == bursts.count { bursts.append(nil) }
      let burst = PingBurst(
        request, slot: slot, tally: tally, from: now, until: now + limit, identifier: identifier, waiting)
      bursts[slot] = burst
      advance(slot, at: now)
    }
  }

  /// - Returns: the identifier of the family's socket, which is opened when it is first used.
  private func open(isVersion6: Bool) throws(PingProblem) -> UInt16 {
    if let known = isVersion6 ? version6 : version4 { return known.socket.identifier }
    let family = Family(socket: try PingSocket(isVersion6: isVersion6, on: loop, self))
    if isVersion6 { version6 = family } else { version4 = family }
    return family.socket.identifier
  }

  // MARK: Sending

  nonisolated func deadlineCame(_ key: UInt64) {
    assumeIsolated { pinger in
      pinger.bursts[Int(key)]?.deadline = nil
      pinger.advance(Int(key), at: NetworkLoop.now)
    }
  }

  /// Sends what is due and waits for what is next: another packet, or the end.
  private func advance(_ slot: Int, at now: Duration) {
    guard let burst = bursts[slot] else { return }
    guard now < burst.end else { return end(slot) }
    let index = burst.outcome.sent
    guard index < burst.request.count else { return wait(slot, until: burst.end) }
    let permitted = permission(burst.request.address, at: now)
    guard permitted <= now else { return wait(slot, until: min(permitted, burst.end)) }
    if let problem = send(burst, index) { return end(slot, problem) }
    guard !burst.isEnded else { return }
    let isLast = index + 1 == burst.request.count
    let following = burst.begin + burst.request.spacing * (index + 1)
    wait(slot, until: isLast ? burst.end : min(burst.end, following))
  }

  private func wait(_ slot: Int, until instant: Duration) {
    bursts[slot]?.deadline = loop.schedule(at: instant, key: UInt64(slot), self)
  }

  /// When a packet to this address may leave.
  private func permission(_ address: SocketAddress, at now: Duration) -> Duration {
    let inAll = paceAt - packetGap * Self.packetsAtOnceMax
    let atAddress = addressPace[address] ?? .zero
    let permitted = max(inAll, atAddress)
    guard permitted <= now else { return permitted }
    paceAt = max(paceAt, now) + packetGap
    if addressPace.count > 4 * Self.packetsAtOnceMax { addressPace = addressPace.filter { $0.value > now } }
    addressPace[address] = now + Self.addressGap
    return permitted
  }

  private func send(_ burst: PingBurst, _ index: Int) -> PingProblem? {
    let isVersion6 = burst.request.address.isVersion6
    guard let sequence = isVersion6 ? version6?.sequence() : version4?.sequence() else {
      return .overloaded("65536 pings are under way")
    }
    burst.outcome.sent += 1
    burst.open += 1
    if isVersion6 {
      version6?.requests[sequence] = Numbered(burst: burst, packet: index)
    } else {
      version4?.requests[sequence] = Numbered(burst: burst, packet: index)
    }
    let isRaw = (isVersion6 ? version6 : version4)?.socket.isRaw ?? false
    EchoMessage.number(&burst.message, UInt16(sequence), withChecksum: isRaw && !isVersion6)
    burst.packets[index] = Self.stamp()
    var error = transmit(burst)
    if error != 0, takeErrors(isVersion6: isVersion6).count > 0 {
      // The socket told of an earlier packet, perhaps to another address, instead of sending this one.
      burst.packets[index] = Self.stamp()
      error = transmit(burst)
    }
    if index == 0 { burst.outcome.setup = NetworkLoop.now - burst.begin }
    guard error != 0 else { return nil }
    // The kernel calls a source that is not this host's a network that it cannot reach.
    if let source = burst.request.source, !PingSocket.isOfThisHost(source) { error = EADDRNOTAVAIL }
    let pathMTU = takeErrors(isVersion6: isVersion6).pathMTU
    refuse(burst, index, PingRefusal(errorOfThisHost: error, pathMTU: pathMTU))
    return nil
  }

  private static func stamp() -> PingBurst.Packet {
    .sent(
      monotonic: watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC)),
      real: watchkeeper_clock_nanoseconds(Int32(CLOCK_REALTIME)))
  }

  private func transmit(_ burst: PingBurst) -> Int32 {
    burst.request.address.isVersion6
      ? version6?.socket.send(burst.message, burst.request) ?? EBADF
      : version4?.socket.send(burst.message, burst.request) ?? EBADF
  }

  // MARK: Receiving

  nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
    assumeIsolated { pinger in
      if !readiness.isDisjoint(with: .failed) { _ = pinger.takeErrors(isVersion6: key == 6) }
      if readiness.contains(.read) { pinger.receive(isVersion6: key == 6) }
    }
  }

  private func receive(isVersion6: Bool) {
    guard let socket = (isVersion6 ? version6 : version4)?.socket else { return }
    while true {
      let count = watchkeeper_receive_many(
        socket.descriptor, &buffer, Self.replyBytesMax, &datagrams, Int32(Self.repliesAtOnce))
      guard count > 0 else { return }
      let arrived = NetworkLoop.now
      for index in 0..<Int(count) { take(datagrams[index], from: socket, at: arrived) }
      guard count == Self.repliesAtOnce else { return }
    }
  }

  private func take(_ datagram: watchkeeper_datagram, from socket: PingSocket, at arrived: Duration) {
    let found = buffer.withUnsafeBytes { buffer -> Numbered? in
      let length = min(Int(datagram.count), Self.replyBytesMax)
      var start = Int(datagram.offset)
      let end = start + length
      // An IPv4 packet on a raw socket begins with its own header.
      if socket.isRaw, !socket.isVersion6, length > 0 { start += 4 * Int(buffer[start] & 0x0f) }
      guard start < end else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      guard let identity = EchoMessage.Identity(bytes), identity.isReply(isVersion6: socket.isVersion6),
        let numbered = numbered(identity, isVersion6: socket.isVersion6),
        EchoMessage.carries(
          numbered.burst.cookie, bytes, payloadBytes: numbered.burst.request.payloadBytes),
        numbered.burst.request.address == SocketAddress(datagram.from).withoutPort
      else { return nil }
      return numbered
    }
    guard let found, case let burst = found.burst else { return }
    switch burst.packets[found.packet] {
    case .unsent, .refused: return
    case .answered: burst.tally.duplicates.add(1, ordering: .relaxed)
    case .sent where burst.isEnded: burst.tally.late.add(1, ordering: .relaxed)
    case .sent(let monotonic, let real):
      burst.packets[found.packet] = .answered(
        roundTrip: Self.roundTrip(real, datagram.nanoseconds, from: monotonic, to: arrived))
      burst.outcome.replyHops = datagram.hops < 0 ? nil : Int(datagram.hops)
      settle(burst)
    }
  }

  private func numbered(_ identity: EchoMessage.Identity, isVersion6: Bool) -> Numbered? {
    guard let family = isVersion6 ? version6 : version4, identity.identifier == family.socket.identifier,
      Int(identity.sequence) < family.requests.count
    else { return nil }
    return family.requests[Int(identity.sequence)]
  }

  /// By the kernel's time of arrival, unless the wall clock was set meanwhile: that the monotonic clock tells.
  private static func roundTrip(_ sent: Int64, _ received: Int64, from begin: Int64, to end: Duration) -> Int64 {
    let longest = Int64(end.wholeNanoseconds) - begin
    let exact = received - sent
    return received > 0 && exact >= 0 && exact <= longest ? exact : longest
  }

  /// Takes what the network said about packets of ours.
  private func takeErrors(isVersion6: Bool) -> (count: Int, pathMTU: Int?) {
    guard let descriptor = (isVersion6 ? version6 : version4)?.socket.descriptor else { return (0, nil) }
    var error = watchkeeper_packet_error()
    var count = 0
    var pathMTU: Int?
    while count < Self.errorsAtOnce, watchkeeper_receive_error(descriptor, &buffer, Self.replyBytesMax, &error) == 0 {
      count += 1
      guard error.by.version != 0 else {
        pathMTU = error.size_max > 0 ? Int(error.size_max) : pathMTU
        continue
      }
      let length = min(Int(error.count), Self.replyBytesMax)
      let identity = buffer.withUnsafeBytes { EchoMessage.Identity(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
      guard let identity, identity.isRequest(isVersion6: isVersion6),
        let found = numbered(identity, isVersion6: isVersion6), !found.burst.isEnded,
        found.burst.request.address == SocketAddress(error.to).withoutPort
      else { continue }
      refuse(found.burst, found.packet, PingRefusal(error, isVersion6: isVersion6))
    }
    return (count, pathMTU)
  }

  private func refuse(_ burst: PingBurst, _ index: Int, _ refusal: PingRefusal) {
    guard case .sent = burst.packets[index] else { return }
    burst.packets[index] = .refused
    burst.outcome.refusal = burst.outcome.refusal ?? refusal
    settle(burst)
  }

  private func settle(_ burst: PingBurst) {
    burst.open -= 1
    if burst.open == 0, burst.outcome.sent == burst.request.count { end(burst.slot) }
  }

  private func end(_ slot: Int, _ problem: PingProblem? = nil) {
    guard let burst = bursts[slot] else { return }
    if let deadline = burst.deadline { loop.cancel(deadline) }
    bursts[slot] = nil
    freeBursts.append(slot)
    let isStarved = burst.outcome.sent == 0 && problem == nil
    burst.finish(isStarved ? .overloaded("more pings were due than may leave in a second") : problem)
  }
}
