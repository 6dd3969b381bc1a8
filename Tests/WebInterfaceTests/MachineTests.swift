import Foundation
import Records
import Telemetry
import Synchronization
import Testing
import Wording

@testable import WebInterface

@Suite("For machines")
struct MachineTests {
  @Test("healthy always, ready when it is, with the reason until then")
  func health() async throws {
    let bench = try Bench()
    bench.console.isReady.withLock { $0 = .notReady("replaying the journal, 40 %") }
    #expect(await bench.get("/-/healthy").status == 200)
    let early = await bench.get("/-/ready")
    #expect(early.status == 503)
    #expect(early.text == "not ready: replaying the journal, 40 %\n")
    bench.console.isReady.withLock { $0 = .ready }
    #expect(await bench.get("/-/ready").status == 200)
    #expect(await bench.get("/metrics").text.contains("watchkeeper_up 1"))
    #expect(await bench.get("/favicon.ico").header("Content-Type") == "image/svg+xml")
  }

  @Test("HEAD answers like GET without the body")
  func head() async throws {
    let bench = try Bench()
    let answer = await bench.get("/-/healthy", method: "HEAD")
    #expect(answer.status == 200)
    #expect(answer.text.isEmpty)
  }

  @Test("events carry ids, names and one line of JSON, after the id that the reader knows")
  func events() async throws {
    let bench = try Bench()
    let samples = HostSamples(
      host: "web01", at: SampleConsole.now, charts: ["cpu": ["user": 12.5]], readouts: ["cpu": 29])
    bench.console.feed.withLock {
      $0 = [
        ConsoleDelta(id: 1, .resync), ConsoleDelta(id: 2, .samples(samples)),
        ConsoleDelta(id: 3, .changed(.incident(RecordNumber(.incident, 214)))),
      ]
    }
    let answer = await bench.get("/events", cookie: try await bench.logIn(), headers: ["last-event-id": "1"])
    #expect(answer.header("Content-Type") == "text/event-stream; charset=utf-8")
    guard case .stream(let parts) = answer.body else {
      Issue.record("no stream")
      return
    }
    var received: [String] = []
    for await part in parts { received.append(part) }
    #expect(
      received == [
        "retry: 3000\n\n",
        "id: 2\nevent: samples\ndata: {\"at\":1795155480000,\"charts\":{\"cpu\":{\"user\":12.5}},\"host\":\"web01\",\"readouts\":{\"cpu\":29}}\n\n",
        "id: 3\nevent: changed\ndata: {\"target\":\"/incidents/INC-214\"}\n\n",
      ])
    #expect(bench.site.streams.count == 0)
  }

  @Test("more streams than allowed are refused, and a closed one makes room")
  func streamLimit() async throws {
    let limit = StreamLimit(max: 1)
    #expect(limit.enter())
    #expect(!limit.enter())
    limit.leave()
    #expect(limit.enter())
  }

  @Test("the shell's delta is worded for the reader")
  func shellDelta() async throws {
    let shell = await SampleConsole().shell()
    let text = EventRoutes.text(of: ConsoleDelta(id: 9, .shell(shell)), for: Reader(language: .simplifiedChinese))
    #expect(text.contains("监测中 214/214") && text.contains("\"style\":\"ok\""))
  }

  @Test("the server answers on TCP and on the socket, whose file only the owner may use")
  func live() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wk-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "s").path
    var settings = Bench.settings
    settings.port = 0
    settings.socketPath = path
    let clock = TurnedClock()
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let server = try WebServer(
      settings: settings, console: SampleConsole(),
      sessions: SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: nil), clock: clock,
      onListening: { announce.yield($0) })
    let running = Task { try await server.run() }
    defer { running.cancel() }
    let port = try #require(await ports.first { _ in true })
    let overTCP = try await RawClient.ask(
      .port(port), "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    #expect(overTCP.hasPrefix("HTTP/1.1 200"))
    #expect(overTCP.hasSuffix("healthy\n"))
    let foreign = try await RawClient.ask(
      .port(port), "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    #expect(foreign.hasPrefix("HTTP/1.1 421"))
    let overSocket = try await RawClient.ask(
      .path(path), "GET /rules HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    #expect(overSocket.hasPrefix("HTTP/1.1 200") && overSocket.contains("application/json"))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test("a listener that cannot be opened ends the server, the other one with it", .timeLimit(.minutes(1)))
  func unopened() async throws {
    var settings = Bench.settings
    settings.port = 0
    // The kernel's names of sockets hold 107 bytes.
    settings.socketPath = "/tmp/" + String(repeating: "s", count: 120)
    let clock = TurnedClock()
    let server = try WebServer(
      settings: settings, console: SampleConsole(),
      sessions: SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: nil), clock: clock)
    await #expect(throws: (any Error).self) { try await server.run() }
  }

  /// The socket's path and the server on it, until the task is cancelled.
  private func served(_ console: SampleConsole) async throws -> (path: String, running: Task<Void, any Error>) {
    var settings = Bench.settings
    settings.port = 0
    settings.socketPath =
      FileManager.default.temporaryDirectory.appending(path: "wk-\(UUID().uuidString.prefix(8))").path
    let clock = TurnedClock()
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let server = try WebServer(
      settings: settings, console: console,
      sessions: SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: nil), clock: clock,
      onListening: { announce.yield($0) })
    let running = Task { try await server.run() }
    _ = try #require(await ports.first { _ in true })
    return (try #require(settings.socketPath), running)
  }

  @Test("a client that goes away ends its query, on a connection that was used before as well", .timeLimit(.minutes(1)))
  func departure() async throws {
    let console = SampleConsole()
    let (path, running) = try await served(console)
    defer { running.cancel() }
    var heard = console.endless.stream.makeAsyncIterator()
    let first = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for before in ["", first] {
      try await RawClient.leave(
        .path(path), before + "GET /api/v1/query?query=endless HTTP/1.1\r\nHost: localhost\r\n\r\n"
      ) {
        #expect(await heard.next() == "asked")
      }
      #expect(await heard.next() == "cancelled")
    }
  }

  @Test("what changes something is carried through when its client goes away; what reads is not")
  func reading() {
    let requests = [
      ("GET", "/incidents"), ("HEAD", "/metrics"), ("POST", "/api/v1/query"), ("POST", "/api/v1/write"),
      ("POST", "/incidents/INC-1/acknowledge"),
    ]
    #expect(requests.map { WebRequest(method: $0.0, path: $0.1).isReading } == [true, true, true, false, false])
  }

  @Test("a client that only ends its sending side still gets what is at hand", .timeLimit(.minutes(1)))
  func halfOpen() async throws {
    let (path, running) = try await served(SampleConsole())
    defer { running.cancel() }
    for (place, part) in [("/-/healthy", "healthy\n"), ("/api/v1/query?query=endless", #""errorType":"canceled""#)] {
      // What ends first, the work or the clock over it, is chance.
      for _ in 1...20 {
        let answer = try await RawClient.ask(
          .path(path), "GET \(place) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", ending: .shut)
        #expect(answer.contains(part))
      }
    }
  }
}
