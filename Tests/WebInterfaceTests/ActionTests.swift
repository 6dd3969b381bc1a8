import Records
import Synchronization
import Testing

@testable import WebInterface

@Suite("Actions")
struct ActionTests {
  @Test(
    "each form reaches its action",
    arguments: [
      ("/incidents/INC-214/acknowledge", "", ConsoleAction.acknowledge(RecordNumber(.incident, 214))),
      ("/incidents/INC-214/resolve", "note=fixed+it", .resolve(RecordNumber(.incident, 214), note: "fixed it")),
      ("/incidents/INC-214/reopen", "", .reopen(RecordNumber(.incident, 214))),
      ("/incidents/INC-214/notes", "note=%E4%BD%A0%E5%A5%BD", .addNote(RecordNumber(.incident, 214), text: "你好")),
      ("/maintenance/tasks/MT-21/start", "", .startTask(RecordNumber(.maintenanceTask, 21))),
      ("/maintenance/tasks/MT-21/finish", "note=ok", .finishTask(RecordNumber(.maintenanceTask, 21), note: "ok")),
    ])
  func performs(_ path: String, _ form: String, _ action: ConsoleAction) async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let answer = await bench.post(path, cookie: cookie, form: "csrf=\(try await bench.csrf(of: cookie))&\(form)")
    #expect(answer.status == 303)
    #expect(bench.console.performed.withLock { $0 } == [action])
  }

  @Test(
    "afterwards the reader is back on a page of ours",
    arguments: [
      ("/", "/"), ("/incidents?which=all", "/incidents?which=all"), ("//evil.example", "/incidents/INC-214"),
      ("https://evil.example", "/incidents/INC-214"), ("/\\evil.example", "/incidents/INC-214"),
      ("/a\r\nSet-Cookie: x", "/incidents/INC-214"),
    ])
  func back(_ wanted: String, _ expected: String) async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    let answer = await bench.post(
      "/incidents/INC-214/acknowledge", cookie: cookie, form: "csrf=\(csrf)&back=\(PercentCoding.encode(wanted))")
    #expect(answer.header("Location") == expected)
  }

  @Test(
    "outcomes have their status",
    arguments: [
      (ActionOutcome.refused(Reason("note.empty")), 409), (.notFound, 404), (.failed(Reason("note.empty")), 503),
      (.done(Reason("note.empty")), 303),
    ])
  func outcomes(_ outcome: ActionOutcome, _ status: Int) async throws {
    let bench = try Bench()
    bench.console.outcome.withLock { $0 = outcome }
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    #expect(await bench.post("/incidents/INC-214/reopen", cookie: cookie, form: "csrf=\(csrf)").status == status)
  }

  @Test("a note is neither empty nor endless")
  func notes() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    for note in ["", "+++", String(repeating: "x", count: ConsoleAction.noteLengthMax + 1)] {
      let answer = await bench.post("/incidents/INC-214/notes", cookie: cookie, form: "csrf=\(csrf)&note=\(note)")
      #expect(answer.status == 400)
    }
    #expect(bench.console.performed.withLock { $0 }.isEmpty)
  }
}
