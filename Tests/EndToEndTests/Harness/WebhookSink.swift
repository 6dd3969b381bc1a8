import Foundation
import Glibc
import Synchronization

/// A small HTTP server that keeps every request and answers as the test says.
final class WebhookSink: Sendable {
  struct Request: Sendable {
    let head: String
    let body: String

    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    var json: [String: Any]? { try? JSONSerialization.jsonObject(with: Foundation.Data(body.utf8)) as? [String: Any] }
  }

  let port: Int
  private let descriptor: Int32
  private let state = Mutex<(requests: [Request], status: Int)>(([], 200))

  init() throws {
    port = try FreePort.find()
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard bound, listen(descriptor, 64) == 0 else { throw Waiting.TimedOut(what: "a listening sink", seconds: 0) }
    let listener = descriptor
    let thread = Thread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        serve(connection)
        close(connection)
      }
    }
    thread.start()
  }

  deinit { close(descriptor) }

  var url: String { "http://127.0.0.1:\(port)/hook" }
  var requests: [Request] { state.withLock { $0.requests } }
  func answer(with status: Int) { state.withLock { $0.status = status } }
  func shutdown() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      if let request = Self.parse(bytes) {
        let status = state.withLock { state in
          state.requests.append(request)
          return state.status
        }
        let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
        _ = write(connection, answer, answer.count)
        return
      }
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }

  private static func parse(_ bytes: [UInt8]) -> Request? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let split = text.range(of: "\r\n\r\n") else { return nil }
    let head = String(text[..<split.lowerBound])
    let body = String(text[split.upperBound...])
    let partial = Request(head: head, body: body)
    let length = partial.header("Content-Length").flatMap(Int.init) ?? 0
    return body.utf8.count >= length ? partial : nil
  }
}
