import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers
import Yams

@testable import Probes

@Suite("Scenarios", .timeLimit(.minutes(1)))
struct ScenarioProbeTests {
  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  /// A shop: a login gives a cookie, a token and a next page; only who has both sees the orders.
  private func shop() throws -> LoopbackServer {
    try LoopbackServer { connection, server in
      let head = connection.readHead()
      let length = head.firstMatch(of: #/Content-Length: (\d+)/#).flatMap { Int($0.output.1) } ?? 0
      let body = length > 0 ? connection.readExactly(length) : ""
      server.note(head + body)
      func answer(_ status: String, _ headers: String, _ body: String) {
        connection.write(
          "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
      }
      if head.hasPrefix("POST /login") {
        guard body == "user=probe&password=s3cr&t" else { return answer("403 Forbidden", "", "no") }
        answer(
          "200 OK", "Set-Cookie: session=77; Path=/\r\nX-Next: /orders\r\n", #"{"token":"a b/c","pages":[{"id":12}]}"#)
      } else if head.hasPrefix("GET /orders?page=12&token=a%20b%2Fc") {
        let isKnown = head.contains("Cookie: session=77") && head.contains("Authorization: Bearer a b/c")
        answer(isKnown ? "200 OK" : "401 Unauthorized", "", "open orders: 42 of 100")
      } else {
        answer("404 Not Found", "", "")
      }
    }
  }

  private func run(_ steps: String) async throws -> ProbeReport {
    let yaml = "variables: {password: s3cr&t}\nsteps:\n\(steps)"
    let settings = try YAMLDecoder().decode(ScenarioSettings.self, from: yaml)
    return await settings.makeProbe(in: environment).run(within: .seconds(10))
  }

  private func login(_ server: LoopbackServer, _ more: String = "") -> String {
    """
    - name: login
      url: \(server.url("/login"))
      method: POST
      body: user=probe&password=${password}
      conditions: ["status == 200"]
      capture: {token: {json: body.token}, page: {json: "body.pages[0].id", metric: true}\(more)}

    """
  }

  @Test("cookies and captured values go from step to step, and measured ones become series")
  func walk() async throws {
    let server = try shop()
    defer { server.stop() }
    let report = try await run(
      login(server) + """
        - name: orders
          url: \(server.url("/orders?page=${page}&token=${token}"))
          headers: {Authorization: "Bearer ${token}"}
          capture: {open: {regexp: "open orders: ([0-9]+)", metric: true}}
        """)
    #expect(report.verdict == .up, "\(report.explanation)")
    for step in ["login", "orders"] {
      #expect(report.samples.value("probe_step_success", ["step": step]) == 1)
      #expect(report.samples.value("probe_step_status_code", ["step": step]) == 200)
      #expect((report.samples.value("probe_step_duration_seconds", ["step": step]) ?? 0) > 0)
    }
    #expect(report.samples.value("probe_captured_value", ["name": "open"]) == 42)
    #expect(report.samples.value("probe_captured_value", ["name": "page"]) == 12)
    #expect(report.samples.value("probe_scenario_failed_step") == 0)
  }

  @Test("the first step that fails ends it and is named")
  func failure() async throws {
    let server = try shop()
    defer { server.stop() }
    let report = try await run(
      login(server) + """
        - name: orders
          url: \(server.url("/orders?page=${page}&token=${token}"))
        - name: never
          url: \(server.url("/never"))
        """)
    #expect(report.verdict.reason?.id == "reason.probe.status")
    #expect(report.explanation.hasPrefix("step 'orders': "), "\(report.explanation)")
    #expect(report.samples.value("probe_scenario_failed_step") == 2)
    #expect(report.samples.value("probe_step_success", ["step": "orders"]) == 0)
    #expect(report.samples.value("probe_step_success", ["step": "never"]) == nil)
    #expect(!server.notes.contains { $0.contains("/never") })
    let missing = try await run(login(server, ", other: {header: X-Other}"))
    #expect(missing.verdict.reason?.id == "reason.scenario.capture")
    #expect(missing.explanation == "step 'login': the answer has no 'other'")
  }

  @Test("secrets and captured values show nowhere")
  func secrecy() async throws {
    let server = try shop()
    defer { server.stop() }
    let settings = try YAMLDecoder().decode(
      ScenarioSettings.self, from: "variables: {password: s3cr&t}\nsteps:\n\(login(server))")
    let report = await settings.makeProbe(in: environment).run(within: .seconds(5))
    var text = "\(settings)\(report)\(Exposition.text(report.samples))"
    dump(settings, to: &text)
    #expect(!text.contains("s3cr"))
  }

  @Test(
    "what is wrong with the steps is told",
    arguments: [
      ("steps: []", "fault.scenario.steps"),
      ("steps: [{name: a, url: 'http://a/'}, {name: a, url: 'http://a/'}]", "fault.scenario.twice"),
      ("steps: [{name: a, url: 'http://a/${tokn}'}]", "fault.scenario.unknown"),
      ("steps: [{name: a, url: 'http://a/', capture: {t: {json: a, header: b}}}]", "fault.scenario.capture"),
      ("steps: [{name: a, url: 'http://a/', capture: {1t: {header: b}}}]", "fault.scenario.name"),
      ("steps: [{name: a, url: 'http://a/', capture: {t: {json: 'body.['}}}]", "fault.condition.member"),
      ("steps: [{name: a, url: 'ftp://a/'}]", "fault.probe.url"),
    ])
  func faults(_ yaml: String, _ id: String) {
    let error = #expect(throws: DecodingError.self) { try YAMLDecoder().decode(ScenarioSettings.self, from: yaml) }
    #expect(error?.settingsFault?.id == id)
  }

  @Test("a value that looks like a placeholder is not looked up again")
  func once() {
    #expect(Placeholders.replaced(in: "a${x}b${y}${") { $0 == "x" ? "${y}" : "1" } == "a${y}b1${")
  }
}
