import CLinux
import Glibc
import Testing

@testable import Probes

@Suite("The loop of the network probes")
struct NetworkLoopTests {
  /// Sends a datagram to itself and waits for it, or for a deadline.
  private actor Echo: LoopClient {
    private let loop: NetworkLoop
    private let descriptor: Int32
    private var watch: NetworkLoop.WatchID?
    private var waiting: CheckedContinuation<String, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(on loop: NetworkLoop) {
      self.loop = loop
      descriptor = watchkeeper_socket(4, Int32(SOCK_DGRAM.rawValue), 0)
    }

    deinit { close(descriptor) }

    func roundTrip() async throws -> String {
      var own = try #require(SocketAddress("127.0.0.1", port: 0)).endpoint
      try #require(watchkeeper_bind(descriptor, &own) == 0)
      try #require(watchkeeper_local_endpoint(descriptor, &own) == 0)
      watch = loop.watch(descriptor, for: .read, key: 7, self)
      let sent = Array("hello".utf8)
      try #require(watchkeeper_send_to(descriptor, sent, sent.count, &own) == 5)
      return await withCheckedContinuation { waiting = $0 }
    }

    func deadline(after duration: Duration) async -> String {
      _ = loop.schedule(at: NetworkLoop.now + duration, key: 9, self)
      return await withCheckedContinuation { waiting = $0 }
    }

    /// The first of the two is taken back.
    func secondOfTwo() async -> String {
      let first = loop.schedule(at: NetworkLoop.now, key: 1, self)
      _ = loop.schedule(at: NetworkLoop.now + .milliseconds(1), key: 2, self)
      loop.cancel(first)
      return await withCheckedContinuation { waiting = $0 }
    }

    nonisolated func socketIsReady(_ key: UInt64, _ readiness: Readiness) {
      assumeIsolated { $0.receive(key) }
    }

    nonisolated func deadlineCame(_ key: UInt64) {
      assumeIsolated { $0.end("deadline \(key)") }
    }

    private func receive(_ key: UInt64) {
      var buffer = [UInt8](repeating: 0, count: 128)
      var datagrams = [watchkeeper_datagram()]
      let count = watchkeeper_receive_many(descriptor, &buffer, 128, &datagrams, 1)
      guard count == 1 else { return end("nothing") }
      let text = String(decoding: buffer.prefix(Int(datagrams[0].count)), as: UTF8.self)
      if let watch { loop.unwatch(watch) }
      end("\(text) \(key) from \(SocketAddress(datagrams[0].from).host)")
    }

    private func end(_ text: String) {
      waiting?.resume(returning: text)
      waiting = nil
    }
  }

  @Test("a datagram and a deadline reach the actor that waits on the loop's thread")
  func roundTrip() async throws {
    let loop = NetworkLoop()
    defer { loop.stop() }
    let echo = Echo(on: loop)
    #expect(try await echo.roundTrip() == "hello 7 from 127.0.0.1")
    #expect(await echo.deadline(after: .milliseconds(2)) == "deadline 9")
    #expect(await echo.secondOfTwo() == "deadline 2")
  }

  @Test("a loop that was stopped begins anew with the next job")
  func again() async {
    let loop = NetworkLoop()
    let echo = Echo(on: loop)
    #expect(await echo.deadline(after: .zero) == "deadline 9")
    loop.stop()
    #expect(await echo.deadline(after: .zero) == "deadline 9")
    loop.stop()
  }

  @Test(
    "addresses are read and written",
    arguments: [
      ("127.0.0.1", "127.0.0.1:161"), ("2001:DB8::1", "[2001:db8::1]:161"), ("[::1]", "[::1]:161"),
      ("fe80::1%lo", "[fe80::1%lo]:161"),
    ])
  func addresses(_ text: String, _ written: String) throws {
    #expect(try #require(SocketAddress(text, port: 161)).description == written)
  }

  @Test("what is no address is none", arguments: ["", "localhost", "1.2.3", "::g", "127.0.0.1%lo", "fe80::1%nosuch0"])
  func noAddress(_ text: String) { #expect(SocketAddress(text, port: 1) == nil) }

  @Test("names are looked up, numeric addresses are not")
  func names() async {
    let resolver = NameResolver()
    if case .address(let address) = await resolver.address(of: "localhost", port: 53, .only(version6: false)) {
      #expect(address.description == "127.0.0.1:53")
    } else {
      Issue.record("localhost has no address")
    }
    guard case .none(let why) = await resolver.address(of: "no-such-host.invalid", port: 53, .prefer(version6: false))
    else {
      Issue.record("a name under .invalid has an address")
      return
    }
    #expect(why.hasPrefix("'no-such-host.invalid' has no address"))
    guard case .none = await resolver.address(of: "127.0.0.1", port: 53, .only(version6: true)) else {
      Issue.record("an IPv4 address is taken for IPv6")
      return
    }
  }
}
