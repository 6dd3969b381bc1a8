import Records
import Telemetry
import Testing

@testable import WebInterface

@Suite("Remote write and metadata routes")
struct WriteRouteTests {
  private func write(
    _ body: [UInt8] = [0], _ headers: [String: String] = [:], as role: Role? = .writer
  ) async throws -> WebResponse {
    var settings = Bench.settings
    settings.identityOfToken = { _ in role.map { Identity(actor: .token("prometheus"), role: $0) } }
    let bench = try Bench(settings: settings)
    var fields = [
      "host": "localhost:8470", "authorization": "Bearer wk_x", "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
    ]
    fields.merge(headers) { _, new in new }
    return await bench.site.respond(
      to: WebRequest(method: "POST", path: "/api/v1/write", headers: fields, body: body))
  }

  @Test("all taken is 204 with the counts, by both messages")
  func taken() async throws {
    var answer = try await write()
    #expect(answer.status == 204)
    #expect(answer.header("X-Prometheus-Remote-Write-Samples-Written") == "2")
    #expect(answer.header("X-Prometheus-Remote-Write-Histograms-Written") == "1")
    #expect(answer.header("X-Prometheus-Remote-Write-Exemplars-Written") == "0")
    answer = try await write(
      [0], ["content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"])
    #expect(answer.header("X-Prometheus-Remote-Write-Samples-Written") == "3")
  }

  @Test("what is not taken says whether to come again")
  func refused() async throws {
    let answer = try await write([1])
    #expect(answer.status == 400 && answer.text == "1 of 3 samples were not taken\n")
    #expect(answer.header("X-Prometheus-Remote-Write-Samples-Written") == "2")
    #expect(try await write([2]).status == 503)
  }

  @Test(
    "other types and encodings are 415",
    arguments: [
      ["content-type": "application/json"], ["content-encoding": "gzip"],
      ["content-type": "application/x-protobuf;proto=io.prometheus.write.v3.Request"],
    ])
  func unknown(_ headers: [String: String]) async throws {
    #expect(try await write([0], headers).status == 415)
  }

  @Test("only whoever may write can, and a writer can do nothing else")
  func permissions() async throws {
    #expect(try await write(as: nil).status == 401)
    #expect(try await write(as: .operator_).status == 403)
    #expect(try await write(as: .administrator).status == 204)
    #expect(Role.writer.permissions == [.anonymous, .metricsWrite])
  }

  @Test("metadata has Prometheus' form and bounds")
  func metadata() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    func ask(_ query: String) async -> String {
      await bench.get("/api/v1/metadata", query: query, cookie: cookie).text
    }
    let up = #""up":[{"type":"gauge","help":"Whether it \"is\".","unit":""}]"#
    let cpu = #""node_cpu_seconds_total":[{"type":"counter","help":"","unit":"seconds"}]"#
    #expect(await ask("") == #"{"status":"success","data":{\#(cpu),\#(up)}}"#)
    #expect(await ask("metric=up") == #"{"status":"success","data":{\#(up)}}"#)
    #expect(await ask("limit=1") == #"{"status":"success","data":{\#(cpu)}}"#)
  }

  @Test("/metrics is OpenMetrics to whoever asks for it")
  func exposition() async throws {
    let bench = try Bench()
    let plain = await bench.get("/metrics")
    #expect(plain.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    #expect(plain.text == "# HELP watchkeeper_up \n# TYPE watchkeeper_up gauge\nwatchkeeper_up 1\n")
    let open = await bench.get(
      "/metrics",
      headers: ["accept": "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.5,*/*;q=0.1"])
    #expect(open.header("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(open.text.hasSuffix("watchkeeper_up 1\n# EOF\n"))
  }
}
