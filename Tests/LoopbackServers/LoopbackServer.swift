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

    /// - Returns: whether the peer still takes bytes.
    @discardableResult
    package func write(_ text: String) -> Bool {
      var bytes = Array(text.utf8)[...]
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
    (listener, port) = try Self.bound()
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

  /// A port that nobody listens on.
  package static func unusedPort() throws -> Int {
    let (descriptor, port) = try bound()
    close(descriptor)
    return port
  }

  private static func bound() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else { throw SetUpFailed() }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) {
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
