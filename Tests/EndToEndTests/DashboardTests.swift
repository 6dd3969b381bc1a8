import Foundation
import Testing

extension EndToEnd {
  @Suite("A dashboard that takes the program for Prometheus")
  struct DashboardTests {
    /// One call of the data source, as Grafana 11 makes it.
    struct Step: Sendable {
      let method: String
      /// With `START` and `END` for instants in seconds.
      let path: String
      var form = ""
      var status = 200
      /// A part of the answer.
      let holds: String

      init(_ method: String, _ path: String, form: String = "", status: Int = 200, holds: String) {
        (self.method, self.path, self.form, self.status, self.holds) = (method, path, form, status, holds)
      }
    }

    /// "Save & test", the editor's names and values, a variable, a panel with exemplars, an alert list.
    static let session = [
      Step("GET", "/api/v1/status/buildinfo", holds: #""version":"3."#),
      Step("GET", "/api/v1/rules/test/test", status: 404, holds: "page not found"),
      Step("POST", "/api/v1/query", form: "query=1%2B1&time=END", holds: #""result":[END,"2"]"#),
      Step("GET", "/api/v1/label/__name__/values?start=START&end=END", holds: #""tick""#),
      Step("POST", "/api/v1/labels", form: "start=START&end=END&match%5B%5D=tick", holds: #"["__name__","place"]"#),
      Step("GET", "/api/v1/label/place/values?start=START&end=END&match%5B%5D=tick", holds: #"["here"]"#),
      Step(
        "POST", "/api/v1/series", form: "match%5B%5D=tick&start=START&end=END",
        holds: #"{"__name__":"tick","place":"here"}"#),
      Step(
        "POST", "/api/v1/query_range", form: "query=sum(tick)&start=START&end=END&step=1",
        holds: #"{"metric":{},"values":[["#),
      Step(
        "POST", "/api/v1/query_range", form: "query=quantile(7%2Ctick)&start=START&end=END&step=1",
        holds: #""warnings":["PromQL warning: quantile value should be between 0 and 1, got 7 (1:10)"]"#),
      Step("POST", "/api/v1/query_exemplars", form: "query=tick&start=START&end=END", holds: #""data":[]"#),
      Step("POST", "/api/v1/query", form: "query=sum(tick", status: 400, holds: #""errorType":"bad_data""#),
      Step("GET", "/api/v1/rules", holds: #""name":"tick""#),
      Step("GET", "/api/v1/alerts", holds: #""alertname":"Ticking""#),
    ]

    @Test("a viewer's token is enough for all that Grafana asks, and nothing more is allowed")
    func session() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try watchkeeper.folder.write(
        "config/rules/own.yaml",
        """
        groups:
          - name: own
            interval: 1s
            rules:
              - {record: tick, expr: vector(1), labels: {place: here}}
              - {alert: Ticking, expr: tick}
        """)
      try await watchkeeper.startAndAwaitReady()
      let token =
        try await watchkeeper.command("token", "create", "--role", "viewer").output
        .split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      try await Waiting.untilTrue("the alert") { try watchkeeper.ask("GET", "/api/v1/alerts").body.contains("Ticking") }
      let end = Int(Date.now.timeIntervalSince1970) + 1
      func filled(_ text: String) -> String {
        text.replacing("START", with: "\(end - 60)").replacing("END", with: "\(end)")
      }
      for step in Self.session {
        let answer = try watchkeeper.call(step.method, filled(step.path), token: token, form: filled(step.form))
        #expect(answer.status == step.status, "\(step.path): \(answer.body)")
        #expect(answer.body.contains(filled(step.holds)), "\(step.path): \(answer.body)")
      }
      #expect(try watchkeeper.call("GET", "/api/v1/query?query=1", token: "no-such-token").status == 401)
    }
  }
}
