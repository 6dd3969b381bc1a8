import Foundation
import Glibc
import Synchronization

/// A small HTTP server that keeps every request, when its last byte has arrived, and answers 200 unless told otherwise.
final class WebhookSink: Sendable {
  struct Request: Sendable {
    let head: String
    let body: String
    /// On the clock of `Waiting.uptime`.
    var arrivedAt = 0.0

    func header(_ name: String) -> String? {
      head.split(separator: "\r\n").dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Foundation.Data(body.utf8))) as? [String: Any] ?? [:]
    }
    var status: String { json["status"] as? String ?? "" }
    var idempotencyKey: String { header("X-Watchkeeper-Idempotency-Key") ?? "" }
  }

  let port: Int
  private let descriptor: Int32
  private let state = Mutex<(requests: [Request], delay: Double, answers: [String])>(([], 0, []))

  init() throws {
    (descriptor, port) = try Sockets.listen()
    let thread = Thread { [descriptor, weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        self?.serve(connection)
        close(connection)
      }
      close(descriptor)
    }
    thread.start()
  }

  /// Ends `accept`, and with it the thread.
  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)/hook" }
  var requests: [Request] { state.withLock { $0.requests } }

  /// Holds every answer back, unless the sender goes first: widens the gap between delivery and its outcome.
  func answer(after seconds: Double) { state.withLock { $0.delay = seconds } }

  /// - Parameter answers: status lines of the next answers, header lines behind them.
  func answer(with answers: String...) { state.withLock { $0.answers = answers } }

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      if var request = Self.parse(bytes) {
        request.arrivedAt = Waiting.uptime
        let (delay, answer) = state.withLock { state in
          state.requests.append(request)
          return (state.delay, state.answers.isEmpty ? "200 OK" : state.answers.removeFirst())
        }
        // The request is read whole: what still comes is the sender's end.
        var sender = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        _ = poll(&sender, 1, Int32(delay * 1000))
        Sockets.writeAll(connection, "HTTP/1.1 \(answer)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
      }
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }

  private static func parse(_ bytes: [UInt8]) -> Request? {
    guard let split = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let body = bytes[split.upperBound...]
    let request = Request(
      head: String(decoding: bytes[..<split.lowerBound], as: UTF8.self), body: String(decoding: body, as: UTF8.self))
    return body.count >= request.header("Content-Length").flatMap(Int.init) ?? 0 ? request : nil
  }
}
