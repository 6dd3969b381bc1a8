import Foundation
import Glibc
import Records
import Synchronization
import Telemetry
import Testing
import Transfers
import Wording

@testable import WatchkeeperApp

@Suite("Asking a running program")
struct ControlClientTests {
  /// A folder with a file where the socket would be, so that the client goes on to the transfer.
  private func withSocket<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wk-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/control.sock"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    return try await body(path)
  }

  private static func report(_ status: Int, _ body: String) -> TransferReport {
    var report = TransferReport(outcome: .completed(status: status, version: .http11))
    report.body = Array(body.utf8)
    return report
  }

  private static func failed(_ cause: TransferFailure.Cause) -> TransferReport {
    TransferReport(outcome: .failed(TransferFailure(cause, "libcurl's words")))
  }

  private static func server(_ report: TransferReport) -> ControlClient {
    ControlClient(
      door: .server(url: "https://watch.example/", token: Secret("wk_hush"), tokenFile: "desk.token"),
      language: .english
    ) { _ in report }
  }

  private func error(_ ask: () async throws(ControlError) -> ControlClient.Answer) async -> ControlError? {
    do throws(ControlError) {
      _ = try await ask()
      return nil
    } catch {
      return error
    }
  }

  @Test("without a program the remedy is said, with the path that was tried")
  func noProgram() async throws {
    let client = ControlClient(door: .socket(path: "/nonexistent/control.sock"), language: .english) { _ in
      Self.report(200, "{}")
    }
    let error = await error { () async throws(ControlError) in try await client.get("/incidents") }
    #expect(
      error?.description
        == "no program answers at /nonexistent/control.sock – start it with: watchkeeper run")
  }

  @Test("a socket that a killed program left behind is no program either")
  func leftBehind() async throws {
    try await withSocket { path in
      unlink(path)
      let handle = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      let bound = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      close(handle)
      try #require(bound == 0)
      let engine = TransferEngine()
      defer { engine.shutdown() }
      let client = ControlClient(door: .socket(path: path), language: .english) { await engine.perform($0) }
      #expect(await error { () async throws(ControlError) in try await client.get("/incidents") }?.cause == .noProgram)
    }
  }

  @Test("through the socket a request names the file and carries no credential")
  func overSocket() async throws {
    let seen = Mutex<[TransferRequest]>([])
    try await withSocket { path in
      let client = ControlClient(door: .socket(path: path), language: .simplifiedChinese) { request in
        seen.withLock { $0.append(request) }
        return Self.report(200, "{}")
      }
      _ = try await client.get("/cmdb", [("q", "a b&c"), ("class", "主机")])
      _ = try await client.post("/tokens", json: ["role": "viewer"])
      let requests = seen.withLock { $0 }
      #expect(requests.map(\.unixSocketPath) == [path, path])
      #expect(requests[0].url.reveal() == "http://localhost/cmdb?q=a%20b%26c&class=%E4%B8%BB%E6%9C%BA")
      #expect(requests[1].method == "POST")
      #expect(requests[1].upload == Array(#"{"role":"viewer"}"#.utf8))
      let headers = requests.flatMap(\.headers)
      #expect(!headers.contains { $0.name == "Authorization" })
      #expect(headers.contains(TransferHeader("Accept-Language", "zh-CN")))
      #expect(headers.contains(TransferHeader("Accept", "application/json")))
    }
  }

  @Test("a server gets the token, and the URL may end in a slash")
  func overHTTP() async throws {
    let seen = Mutex<TransferRequest?>(nil)
    let client = ControlClient(
      door: .server(url: "https://watch.example/", token: Secret("wk_hush"), tokenFile: "desk.token"),
      language: .english
    ) { request in
      seen.withLock { $0 = request }
      return Self.report(200, "{}")
    }
    _ = try await client.get("/incidents")
    let request = try #require(seen.withLock { $0 })
    #expect(request.url.reveal() == "https://watch.example/incidents")
    #expect(request.headers.contains(TransferHeader("Authorization", "Bearer wk_hush")))
    #expect(request.unixSocketPath == nil)
  }

  @Test(
    "a refusal is told in the program's words, in either form of its JSON",
    arguments: [
      (403, #"{"error":{"code":"forbidden","message":"This takes incident:write."}}"#, "This takes incident:write."),
      (409, #"{"error":{"code":"refused","message":"It is closed."}}"#, "It is closed."),
      (400, #"{"status":"error","errorType":"bad_data","error":"1:4: no"}"#, "1:4: no"),
      (502, "<html>", "the program answered with HTTP status 502"),
    ])
  func refused(_ status: Int, _ body: String, _ expected: String) async {
    let client = Self.server(Self.report(status, body))
    #expect(await error { () async throws(ControlError) in try await client.get("/x") }?.description == expected)
  }

  @Test("a token that admits nobody is named by its file, never by its text")
  func unauthenticated() async {
    let client = Self.server(Self.report(401, "{}"))
    let text = await error { () async throws(ControlError) in try await client.get("/x") }?.description ?? ""
    #expect(text.hasPrefix("the token in desk.token is unknown, revoked or expired – "))
    #expect(!text.contains("hush"))
  }

  @Test(
    "what happens on the way is told apart",
    arguments: [
      (TransferFailure.Cause.refused, ControlError.Cause.unreachable), (.nameUnresolved, .unreachable),
      (.timedOut(.processing), .timedOut), (.bodyTooLarge, .unreadable), (.tls(.nameMismatch), .unreachable),
    ])
  func unreachable(_ cause: TransferFailure.Cause, _ expected: ControlError.Cause) async {
    let client = Self.server(Self.failed(cause))
    #expect(await error { () async throws(ControlError) in try await client.get("/x") }?.cause == expected)
  }

  @Test("an answer of another shape names the place")
  func unreadable() {
    let answer = ControlClient.Answer(body: Array(#"{"filter":{"page":1},"rows":[{"id":7}],"total":1}"#.utf8))
    let error = #expect(throws: ControlError.self) { try answer.decoded(as: ItemListAnswer.self) }
    #expect(error?.cause == .unreadable)
    #expect(error?.problem.contains("rows.0.id") == true)
  }
}
