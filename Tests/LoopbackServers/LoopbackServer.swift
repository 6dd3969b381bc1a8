import Glibc
import Synchronization

/// A server on a free port of 127.0.0.1 that plays one script for each connection, on a thread each.
package final class LoopbackServer: Sendable {
  /// One accepted connection.
  package struct Connection {
    let descriptor: Int32

    /// Up to and with the empty line; what arrived when the peer closes first.
    package func readHead() -> String { read { $0.hasSuffix("\r\n\r\n") } }

    package func readLine() -> String { read { $0.hasSuffix("\r\n") } }

    package func readExactly(_ count: Int) -> String { read { $0.utf8.count >= count } }

    package func readBytes(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      var filled = 0
      while filled < count {
        let read = bytes.withUnsafeMutableBytes {
          recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, 0)
        }
        guard read > 0 else { break }
        filled += read
      }
      return Array(bytes[..<filled])
    }

    /// Returns when the peer has closed: the way of a server that never answers.
    package func waitForClose() { _ = read { _ in false } }

    /// Breaks off at the script's end: the peer's bytes are thrown away.
    package func reset() -> Bool {
      var linger = linger(l_onoff: 1, l_linger: 0)
      return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger))) == 0
    }

    /// - Returns: whether the peer still takes bytes.
    @discardableResult
    package func write(_ text: String) -> Bool { write(bytes: Array(text.utf8)) }

    @discardableResult
    package func write(bytes: [UInt8]) -> Bool {
      var bytes = bytes[...]
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        bytes = bytes.dropFirst(count)
      }
      return true
    }

    private func read(until isComplete: (String) -> Bool) -> String {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while Glibc.read(descriptor, &byte, 1) == 1 {
        bytes.append(byte)
        if isComplete(String(decoding: bytes, as: UTF8.self)) { break }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  package let port: Int
  private let heads = Mutex<[String]>([])
  private let listener: Int32
  private let script: @Sendable (Connection, LoopbackServer) -> Void

  package init(_ script: @escaping @Sendable (Connection, LoopbackServer) -> Void) throws {
    self.script = script
    (listener, port) = try Self.bound(0)
    guard listen(listener, 64) == 0 else { throw SetUpFailed() }
    Self.detach { [listener, script] in
      while true {
        let accepted = accept(listener, nil, nil)
        guard accepted >= 0 else {
          close(listener)  // here and not in `stop`: the number may belong to another socket at once
          return
        }
        Self.detach { [weak self] in
          if let self { script(Connection(descriptor: accepted), self) }
          close(accepted)
        }
      }
    }
  }

  package struct SetUpFailed: Error {}

  /// Answers every request with this text and closes.
  package static func answering(_ answer: String) throws -> LoopbackServer {
    try LoopbackServer { connection, server in
      let head = connection.readHead()
      server.note(head)
      connection.write(answer)
    }
  }

  /// What the script has noted, in order.
  package var notes: [String] { heads.withLock { $0 } }

  package func note(_ text: String) { heads.withLock { $0.append(text) } }

  package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// Ends the listener; connections end by themselves.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Below those that the kernel gives to connections, and not given twice: a server binds it a good while later.
  private static let ports = 20_000..<32_000
  private static let nextPort = Mutex(Int(getpid()) % ports.count)

  /// A port that nobody listens on.
  package static func unusedPort() throws -> Int {
    for _ in ports {
      let next = nextPort.withLock { next in
        next = (next + 1) % ports.count
        return next
      }
      guard let (descriptor, port) = try? bound(UInt16(ports.lowerBound + next)) else { continue }
      close(descriptor)
      return port
    }
    throw SetUpFailed()
  }

  /// - Parameter port: 0: the kernel's choice.
  private static func bound(_ port: UInt16) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else {
      close(descriptor)
      throw SetUpFailed()
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  static func detach(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
