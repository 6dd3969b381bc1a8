import Foundation
import Glibc

/// One request over a plain socket, with a deadline of its own.
enum RawClient {
  enum Address: Sendable {
    case port(Int)
    case path(String)
  }

  /// What becomes of the sending side once the request is out.
  enum Ending: Sendable { case open, shut }

  struct Failure: Error { let call: String, code: Int32 }

  static func ask(_ address: Address, _ request: String, ending: Ending = .open) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      // Blocking calls stay off the threads that Swift's tasks share.
      DispatchQueue.global().async { continuation.resume(with: Result { try blocking(address, request, ending) }) }
    }
  }

  /// Sends a request and closes the connection without reading, once it is time.
  static func leave(_ address: Address, _ request: String, when: () async -> Void) async throws {
    let handle = try connected(address)
    defer { close(handle) }
    guard write(handle, request, request.utf8.count) == request.utf8.count else {
      throw Failure(call: "write", code: errno)
    }
    await when()
  }

  private static func blocking(_ address: Address, _ request: String, _ ending: Ending) throws -> String {
    let handle = try connected(address)
    defer { close(handle) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let bytes = Array(request.utf8)
    guard write(handle, bytes, bytes.count) == bytes.count else { throw Failure(call: "write", code: errno) }
    if ending == .shut { shutdown(handle, Int32(SHUT_WR)) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(handle, &buffer, buffer.count)
      if count <= 0 { break }
      answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private static func connected(_ address: Address) throws -> Int32 {
    switch address {
    case .port(let port):
      let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = in_port_t(port).bigEndian
      name.sin_addr.s_addr = inet_addr("127.0.0.1")
      return try connect(handle, &name)
    case .path(let path):
      let handle = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return try connect(handle, &name)
    }
  }

  private static func connect<Name>(_ handle: Int32, _ name: inout Name) throws -> Int32 {
    let size = socklen_t(MemoryLayout<Name>.size)
    let status = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(handle, $0, size) }
    }
    guard status == 0 else { throw Failure(call: "connect", code: errno) }
    return handle
  }
}
