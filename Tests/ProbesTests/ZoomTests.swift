import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("Zooming in")
struct ZoomTests {
  private func pace(of json: String, after duration: Duration = .seconds(61)) async throws -> [Pace] {
    let clock = ManualClock()
    let runner = ProbeRunner(
      environment: ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "h"), store: MemoryStore())
    let definition = try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    await runner.load(definition.perTarget)
    let task = Task { await runner.run() }
    var iterator = states.makeAsyncIterator()
    var paces: [Pace] = []
    for step in [Duration.seconds(1), duration] {
      await clock.waitForSleeper()
      clock.advance(by: step)
      if let state = await iterator.next() { paces.append(state.pace) }
    }
    task.cancel()
    await task.value
    return paces
  }

  @Test(
    "a value of a target that is scraped counts, by the labels that the store knows, also when its series is not new",
    arguments: [
      (#"queue{name=\"mail\"} > 10"#, true), (#"queue{name=\"print\"} > 10"#, false), ("queue > 20", false),
      ("scrape_samples_scraped >= 1", true),
    ])
  func scraped(_ condition: String, _ isNear: Bool) async throws {
    let body = "queue{name=\"mail\"} 12\nqueue{name=\"print\"} 3\n"
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    defer { server.stop() }
    let paces = try await pace(
      of: """
        {"name":"web","kind":"scrape","interval":"60s","zoom":{"when":"\(condition)"},
         "settings":{"targets":["127.0.0.1:\(server.port)"]}}
        """)
    let zoomed = paces.map { if case .zoomed = $0 { true } else { false } }
    #expect(zoomed == [isNear, isNear])
  }

  @Test("a file's values count, and so does what every run tells of itself")
  func files() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zoom-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("depth 7\n".utf8).write(to: folder.appending(path: "a.prom"))
    for (condition, isNear) in [("depth >= 7", true), ("depth > 7", false), ("probe_duration_seconds >= 0", true)] {
      let paces = try await pace(
        of: """
          {"name":"t","kind":"textfile","interval":"60s","zoom":{"when":"\(condition)"},
           "settings":{"directory":"\(folder.path)"}}
          """)
      #expect(paces.map { $0 != .steady } == [isNear, isNear], "\(condition)")
    }
  }
}
