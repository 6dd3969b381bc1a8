import CLinux
import Foundation
import Glibc
import LoopbackServers
import Synchronization
import Testing

@testable import SNMP

@Suite(
  "Notifications by snmptrap", .enabled(if: ServerProcess.isInstalled(TrapSink.program), "needs the package snmp"),
  .timeLimit(.minutes(1)))
struct NotificationTests {
  static let linkDown = "1.3.6.1.6.3.1.1.5.3"
  static let interface = ["1.3.6.1.2.1.2.2.1.1.7", "i", "7", "1.3.6.1.2.1.31.1.1.1.1.7", "s", "ge-0/0/7"]
  static let binding = [
    VariableBinding(ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 7]), .integer(7)),
    VariableBinding(
      ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1, 7]), .octets(Array("ge-0/0/7".utf8))),
  ]

  @Test(
    "a trap of version 1 is told in version 2's terms",
    arguments: [("2", "0", linkDown), ("6", "17", "1.3.6.1.4.1.9.9.41.2.0.17")])
  func version1(_ generic: String, _ specific: String, _ kind: String) throws {
    let sink = try TrapSink()
    let told = try sink.take(
      ["-v1", "-c", "secret", sink.address, "1.3.6.1.4.1.9.9.41.2", "192.0.2.9", generic, specific, "123"]
        + Self.interface)
    let notification = try #require(try told.first?.get())
    #expect(notification.kind.description == kind)
    #expect(notification.uptime == 123)
    #expect(notification.agentAddress == [192, 0, 2, 9])
    #expect(notification.bindings == Self.binding)
    #expect(notification.sender == .community("secret"))
    #expect(notification.standardName == (generic == "2" ? "linkDown" : nil))
  }

  @Test("a trap of version 2c is taken, an inform is answered so that its sender is content", arguments: [[], ["-Ci"]])
  func version2(_ options: [String]) throws {
    let sink = try TrapSink()
    let told = try sink.take(
      ["-v2c", "-c", "secret"] + options + [sink.address, "77", Self.linkDown] + Self.interface)
    let notification = try #require(try told.first?.get())
    #expect(told.count == 1)
    #expect(notification.kind.description == Self.linkDown)
    #expect(notification.uptime == 77)
    #expect(notification.bindings == Self.binding)
    #expect(notification.isInform == !options.isEmpty)
    #expect(sink.isContent)
  }

  @Test("another community's trap is not taken")
  func community() throws {
    let sink = try TrapSink()
    let told = try sink.take(["-v2c", "-c", "wrong", sink.address, "77", Self.linkDown])
    #expect(told == [.failure(.unknownCommunity)])
  }

  static let users: [[String]] = [
    ["-l", "noAuthNoPriv", "-u", "plain"], ["-l", "authNoPriv", "-u", "proven", "-a", "SHA-256", "-A", "authpassword"],
    ["-l", "authPriv", "-u", "hidden", "-a", "SHA", "-A", "authpassword", "-x", "AES", "-X", "privpassword"],
    ["-l", "authPriv", "-u", "old", "-a", "MD5", "-A", "authpassword", "-x", "DES", "-X", "privpassword"],
  ]

  @Test("a trap of version 3 is opened with keys for its sender's engine", arguments: users)
  func traps(_ user: [String]) throws {
    let sink = try TrapSink()
    for _ in 0..<2 {
      let told = try sink.take(
        ["-v3", "-e", "0x8000000001020304"] + user + [sink.address, "77", Self.linkDown] + Self.interface)
      let notification = try #require(try told.first?.get())
      #expect(notification.bindings == Self.binding)
      #expect(notification.sender == .user(user[3], engine: [0x80, 0, 0, 0, 1, 2, 3, 4]))
      #expect(!notification.isInform)
    }
  }

  @Test("an inform of version 3 learns our engine and clock by reports, and is answered", arguments: users)
  func informs(_ user: [String]) throws {
    let sink = try TrapSink()
    let told = try sink.take(
      ["-v3", "-Ci", "-r", "10", "-t", "3"] + user + [sink.address, "77", Self.linkDown] + Self.interface)
    #expect(told.first == .failure(.unknownEngine))
    let notification = try #require(try told.last?.get())
    #expect(notification.isInform)
    #expect(notification.bindings == Self.binding)
    #expect(sink.isContent)
  }

  @Test("a wrong password, user and level are each told apart")
  func refusals() throws {
    for (user, fault) in [
      (["-l", "noAuthNoPriv", "-u", "nobody"], NotificationFault.unknownUser),
      (["-l", "noAuthNoPriv", "-u", "proven"], .unsupportedSecurityLevel),
      (["-l", "authNoPriv", "-u", "proven", "-a", "SHA-256", "-A", "wrongpassword"], .wrongAuthentication),
      (
        ["-l", "authPriv", "-u", "hidden", "-a", "SHA", "-A", "authpassword", "-x", "AES", "-X", "wrongpassword"],
        .wrongPrivacy
      ),
    ] {
      let sink = try TrapSink()
      let told = try sink.take(["-v3", "-e", "0x8000000001020304"] + user + [sink.address, "77", Self.linkDown])
      #expect(told == [.failure(fault)], "\(user)")
      // net-snmp does not believe every report, and would wait for another answer.
      let informed = try sink.take(
        ["-v3", "-Ci", "-r", "10", "-t", "3"] + user + [sink.address, "77", Self.linkDown],
        until: { $0 == .failure(fault) })
      #expect(informed.last == .failure(fault), "\(user)")
      #expect(!sink.isContent)
    }
  }

  @Test("a trap that comes again late is not taken")
  func repetition() throws {
    let sink = try TrapSink()
    _ = try sink.take(
      ["-v3", "-e", "0x8000000001020304", "-Z", "5,1000"] + Self.users[1] + [sink.address, "77", Self.linkDown])
    let (first, datagram) = try #require(sink.last)
    #expect((try? first.get()) != nil)
    sink.seconds += 100
    #expect((try? sink.receive(datagram).outcome.get()) != nil)
    sink.seconds += 100
    #expect(sink.receive(datagram).outcome == .failure(.notInTimeWindow))
  }

  @Test("what is cut or changed is refused by name, never taken")
  func garbage() throws {
    let sink = try TrapSink()
    _ = try sink.take(
      ["-v1", "-c", "secret", sink.address, "1.3.6.1.4.1.9", "192.0.2.9", "2", "0", "123"] + Self.interface)
    var datagrams = [try #require(sink.last).datagram]
    for user in Self.users[1...2] {
      _ = try sink.take(["-v3", "-e", "0x8000000001020304"] + user + [sink.address, "77", Self.linkDown])
      datagrams.append(try #require(sink.last).datagram)
    }
    for (number, datagram) in datagrams.enumerated() {
      for count in 0..<datagram.count { #expect((try? sink.receive(Array(datagram[..<count])).outcome.get()) == nil) }
      for place in datagram.indices {
        var changed = datagram
        changed[place] ^= 0x55
        let outcome = sink.receive(changed).outcome
        // Nothing proves what came with version 1.
        if number > 0 { #expect((try? outcome.get()) == nil, "byte \(place)") }
      }
    }
  }
}

/// A port that takes what net-snmp's snmptrap sends.
final class TrapSink {
  static let program = "/usr/bin/snmptrap"

  private let descriptor: Int32
  private let port: UInt16
  /// Where the senders keep their engine's identity: a file that they share is now and then read half written.
  private let folder = ServerProcess.makeFolder()
  private var receiver: NotificationReceiver
  /// On the clock of the receiver.
  var seconds = 100.0
  private(set) var last: (outcome: Result<DeviceNotification, NotificationFault>, datagram: [UInt8])?
  /// Whether the sender of the last notification got the answer that it wanted.
  private(set) var isContent = false

  var address: String { "127.0.0.1:\(port)" }

  init() throws {
    descriptor = watchkeeper_socket(4, Int32(SOCK_DGRAM.rawValue), 0)
    var endpoint = watchkeeper_endpoint()
    try #require(watchkeeper_endpoint_parse("127.0.0.1", &endpoint) == 0)
    try #require(watchkeeper_bind(descriptor, &endpoint) == 0)
    try #require(watchkeeper_local_endpoint(descriptor, &endpoint) == 0)
    port = endpoint.port
    let proof = SecurityUser.Authentication(.sha, password: "authpassword")
    let admission = NotificationReceiver.Admission(
      communities: ["secret"],
      users: [
        SecurityUser(name: "plain"),
        SecurityUser(name: "proven", authentication: .init(.sha256, password: "authpassword")),
        SecurityUser(name: "hidden", authentication: proof, privacy: .init(.aes, password: "privpassword")),
        SecurityUser(
          name: "old", authentication: .init(.md5, password: "authpassword"),
          privacy: .init(.des, password: "privpassword")),
      ])
    receiver = NotificationReceiver(
      admitting: admission, engine: [0x80, 0, 0, 0, 5, 1, 2, 3, 4], boots: 3, salt: 7)
  }

  deinit {
    close(descriptor)
    try? FileManager.default.removeItem(atPath: folder)
  }

  func receive(_ datagram: [UInt8]) -> NotificationReceiver.Arrival {
    datagram.withUnsafeBytes { receiver.receive($0, at: seconds) }
  }

  /// Sends one notification and answers until its sender ends, or until there is nothing more to learn.
  func take(
    _ arguments: [String], until isEnough: (Result<DeviceNotification, NotificationFault>) -> Bool = { _ in false }
  ) throws -> [Result<DeviceNotification, NotificationFault>] {
    let ending = Ending()
    let options = ["--persistentDir=\(folder)", "-m", ""]
    Thread.detachNewThread {
      let isAnswered = (try? ServerProcess.run(Self.program, options + arguments)) ?? false
      ending.isContent.withLock { $0 = isAnswered }
    }
    var outcomes: [Result<DeviceNotification, NotificationFault>] = []
    var ended: Bool?
    repeat {
      ended = ending.isContent.withLock { $0 }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&waiting, 1, 20)
      while let outcome = try takeOne() { outcomes.append(outcome) }
    } while ended == nil && !(outcomes.last.map(isEnough) ?? false)
    isContent = ended ?? false
    return outcomes
  }

  private func takeOne() throws -> Result<DeviceNotification, NotificationFault>? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var datagrams = [watchkeeper_datagram()]
    guard watchkeeper_receive_many(descriptor, &buffer, buffer.count, &datagrams, 1) == 1 else { return nil }
    let datagram = Array(buffer[..<Int(datagrams[0].count)])
    let arrival = receive(datagram)
    last = (arrival.outcome, datagram)
    if let answer = arrival.answer {
      try #require(watchkeeper_send_to(descriptor, answer, answer.count, &datagrams[0].from) == answer.count)
    }
    return arrival.outcome
  }

  private final class Ending: Sendable {
    let isContent = Mutex<Bool?>(nil)
  }
}
