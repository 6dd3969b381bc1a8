import Records
import Telemetry
import Testing

@testable import WebInterface

@Suite("Prometheus' HTTP API")
struct PrometheusTests {
  @Test(
    "numbers read as Prometheus writes them",
    arguments: [
      (1, "1"), (0.5, "0.5"), (1e6, "1000000"), (123_456_789.25, "123456789.25"), (1e20, "100000000000000000000"),
      (1e21, "1e+21"), (1.5e300, "1.5e+300"), (1e-6, "0.000001"), (9e-7, "9e-07"), (-0.25, "-0.25"), (0, "0"),
      (-0.0, "-0"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0.1 + 0.2, "0.30000000000000004"),
      (1e-4, "0.0001"), (0.000_123, "0.000123"), (9.9e-5, "0.000099"), (999_999_999_999_999.9, "999999999999999.9"),
      (-1e15, "-1000000000000000"), (999_999_999_999_999, "999999999999999"), (.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"), (1234.5678, "1234.5678"),
    ] as [(Double, String)])
  func numbers(_ value: Double, _ expected: String) { #expect(PrometheusJSON.number(value) == expected) }

  private static func json(of answer: PrometheusAnswer) -> String {
    String(decoding: PrometheusJSON.data(of: answer), as: UTF8.self)
  }

  @Test("native histograms read as Prometheus writes them")
  func histograms() {
    let labels = LabelSet(["__name__": "h"])
    let histogram = NativeHistogram(
      zeroThreshold: 0.5, zeroCount: 1, count: 7, sum: 2.5,
      positive: .init(spans: [.init(offset: 1, length: 2)], counts: [3, 0]),
      negative: .init(spans: [.init(offset: 1, length: 1)], counts: [3]))
    let text = #"{"count":"7","sum":"2.5","buckets":[[1,"-2","-1","3"],[3,"-0.5","0.5","1"],[0,"1","2","3"]]}"#
    let point = PrometheusPoint(at: .epoch, .nan, histogram: histogram)
    #expect(
      Self.json(of: .vector([PrometheusSample(labels, point)]))
        == #"{"resultType":"vector","result":[{"metric":{"__name__":"h"},"histogram":[0,\#(text)]}]}"#)
    var histograms = HistogramColumns()
    histograms.append(0, histogram)
    let slice = SeriesSlice(labels: labels, milliseconds: [0], values: [1], histograms: histograms)
    #expect(
      Self.json(of: .matrix([slice]))
        == #"{"resultType":"matrix","result":[{"metric":{"__name__":"h"},"values":[[0,"1"]],"histograms":[[0,\#(text)]]}]}"#
    )
    let empty = PrometheusPoint(at: .epoch, .nan, histogram: NativeHistogram())
    #expect(
      Self.json(of: .vector([PrometheusSample(labels, empty)]))
        .contains(#""histogram":[0,{"count":"0","sum":"0"}]"#))
  }

  @Test("rows and points are apart by commas, and no row is a list too")
  func matrices() {
    let labels = LabelSet(["a": "1"])
    let slices = [
      SeriesSlice(labels: labels, milliseconds: [1000, 2500], values: [0.5, .nan]), SeriesSlice(labels: .empty),
    ]
    #expect(
      Self.json(of: .matrix(slices))
        == #"{"resultType":"matrix","result":[{"metric":{"a":"1"},"values":[[1,"0.5"],[2.500,"NaN"]]},{"metric":{},"values":[]}]}"#
    )
    #expect(Self.json(of: .matrix([])) == #"{"resultType":"matrix","result":[]}"#)
  }

  @Test("series whose samples stand at other instants are written with their own")
  func instantsOfTheirOwn() {
    let slices = [
      SeriesSlice(labels: LabelSet(["a": "1"]), milliseconds: [2000, 4000], values: [7, 7]),
      SeriesSlice(
        labels: LabelSet(["a": "2"]), milliseconds: [1000, 2000, 3000, 4000, 5000], values: [7, 8, 8, 7, 9]),
      SeriesSlice(labels: LabelSet(["a": "3"]), milliseconds: [1000, 5000], values: [9, 7]),
    ]
    let expected = [
      #"[[2,"7"],[4,"7"]]"#, #"[[1,"7"],[2,"8"],[3,"8"],[4,"7"],[5,"9"]]"#, #"[[1,"9"],[5,"7"]]"#,
    ]
    let series = expected.enumerated().map { #"{"metric":{"a":"\#($0.offset + 1)"},"values":\#($0.element)}"# }
    #expect(
      Self.json(of: .matrix(slices)) == #"{"resultType":"matrix","result":[\#(series.joined(separator: ","))]}"#)
  }

  @Test("who may not read is told in Prometheus' form", arguments: ["query", "rules", "status/buildinfo"])
  func refusal(_ name: String) async throws {
    let answer = await (try Bench()).get("/api/v1/\(name)")
    #expect(answer.status == 401)
    #expect(answer.text.hasPrefix(#"{"status":"error","errorType":"unauthenticated","error":""#), "\(answer.text)")
    #expect(answer.text.contains("made by: watchkeeper token create"))
  }

  @Test("the least role for a permission is named: a sender of samples needs no administrator") func leastRole() {
    #expect(Role.least(with: .metricsWrite) == .writer)
    #expect(Role.least(with: .metricsRead) == .viewer && Role.least(with: .incidentWrite) == .operator_)
    #expect(Role.least(with: .configurationRead) == .operator_)
  }

  @Test(
    "times have as many as three decimals",
    arguments: [(1_435_781_451_781, "1435781451.781"), (1000, "1"), (1500, "1.500"), (-1500, "-1.500"), (7, "0.007")]
      as [(Int64, String)])
  func times(_ milliseconds: Int64, _ expected: String) {
    #expect(PrometheusJSON.time(Timestamp(milliseconds: milliseconds)) == expected)
  }

  @Test(
    "instants are seconds or RFC 3339",
    arguments: [
      ("1435781451.781", 1_435_781_451_781), ("2015-07-01T20:10:51.781Z", 1_435_781_451_781),
      ("2015-07-01T22:10:51+02:00", 1_435_781_451_000), ("1970-01-01T00:00:00Z", 0), ("2015-07-01", nil), ("soon", nil),
      ("2015-13-01T00:00:00Z", nil), ("NaN", nil), ("1e300", nil), ("2015-07-01T20:10:51.781", nil), ("", nil),
    ] as [(String, Int64?)])
  func instants(_ text: String, _ expected: Int64?) {
    #expect(PrometheusTime.instant(text)?.milliseconds == expected)
  }

  @Test(
    "steps are seconds or durations",
    arguments: [
      ("15", 15_000), ("0.5", 500), ("1m30s", 90_000), ("1h", 3_600_000), ("500ms", 500), ("0", nil), ("-1", nil),
      ("5x", nil), ("", nil), ("m", nil), ("99999999999y", nil),
    ] as [(String, Int64?)])
  func steps(_ text: String, _ expected: Int64?) {
    #expect(PrometheusTime.step(text)?.wholeMilliseconds == expected)
  }

  @Test(
    "answers have Prometheus' envelope",
    arguments: [
      (
        "/api/v1/query", "query=up&time=10", 200,
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"db01","job":"node"},"value":[10,"1"]}]}}"#
      ),
      (
        "/api/v1/query", "query=1&time=10.5", 200,
        #"{"status":"success","data":{"resultType":"scalar","result":[10.500,"1"]},"warnings":["w"],"infos":["i","\"j\""]}"#
      ),
      (
        "/api/v1/query", "query=%22x%22&time=1", 200,
        #"{"status":"success","data":{"resultType":"string","result":[1,"x"]}}"#
      ),
      (
        "/api/v1/query_range", "query=up&start=0&end=15&step=15", 200,
        #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","instance":"db01","job":"node"},"values":[[0,"1"],[15,"+Inf"]]}]}}"#
      ),
      ("/api/v1/labels", "", 200, #"{"status":"success","data":["__name__","instance","job"]}"#),
      ("/api/v1/label/job/values", "", 200, #"{"status":"success","data":["node"]}"#),
      ("/api/v1/label/none/values", "", 200, #"{"status":"success","data":[]}"#),
      (
        "/api/v1/series", "match[]=up", 200,
        #"{"status":"success","data":[{"__name__":"up","instance":"db01","job":"node"}]}"#
      ),
      (
        "/api/v1/series", "", 400,
        #"{"status":"error","errorType":"bad_data","error":"no match[] parameter provided"}"#
      ),
      (
        "/api/v1/query", "query=%29", 400,
        #"{"status":"error","errorType":"bad_data","error":"1:1: parse error: unexpected \")\""}"#
      ),
      (
        "/api/v1/query", "query=slow", 503,
        #"{"status":"error","errorType":"timeout","error":"query timed out"}"#
      ),
    ])
  func envelope(_ path: String, _ query: String, _ status: Int, _ body: String) async throws {
    let bench = try Bench()
    let answer = await bench.get(path, query: query, cookie: try await bench.logIn())
    #expect(answer.status == status)
    #expect(answer.text == body)
    #expect(answer.header("Content-Type") == "application/json")
  }

  @Test(
    "bad parameters are refused before the engine is asked",
    arguments: [
      ("query_range", "query=up&start=0&end=99999999&step=1"), ("query_range", "query=up&start=10&end=0&step=1"),
      ("query_range", "query=up&start=0&end=10&step=0"), ("query_range", "query=up&end=10&step=1"),
      ("query", "query="), ("query", ""), ("query", "query=up&time=later"),
    ])
  func badParameters(_ name: String, _ query: String) async throws {
    let bench = try Bench()
    let answer = await bench.get("/api/v1/\(name)", query: query, cookie: try await bench.logIn())
    #expect(answer.status == 400)
    #expect(answer.json["errorType"] as? String == "bad_data")
  }

  @Test(
    "a caller may shorten a query's time, look-back and answer",
    arguments: [
      (
        "timeout=5s&lookback_delta=1m&limit=7",
        PrometheusQueryOptions(timeout: .seconds(5), lookback: .seconds(60), limit: 7)
      ),
      ("limit=0", PrometheusQueryOptions()), ("timeout=0.25", PrometheusQueryOptions(timeout: .milliseconds(250))),
    ])
  func options(_ query: String, _ options: PrometheusQueryOptions) async throws {
    let bench = try Bench()
    let answer = await bench.get(
      "/api/v1/query", query: "query=options&time=1&\(query)", cookie: try await bench.logIn())
    #expect((answer.json["data"] as? [String: Any])?["result"] as? [AnyHashable] == [1, "\(options)"])
  }

  @Test("the newest samples go to another Prometheus as text, for whoever may query")
  func federation() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let answer = await bench.get("/federate", query: "match[]=up&match[]=%7Bx%21%3D%22%22%7D", cookie: cookie)
    #expect(answer.status == 200 && answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
    let expected = #"""
      # TYPE a:b untyped
      a:b{instance="",x="\"\n"} +Inf 1795155420000
      # TYPE up untyped
      up{instance="web01",job="node"} 1 1795155360000
      up{instance="",job="db"} 0.5 1795155300000

      """#
    #expect(answer.text == expected)
    let refused = await bench.get("/federate", query: "match[]=up(", cookie: cookie)
    #expect(refused.status == 400 && refused.text == "no selector\n")
    #expect(await bench.get("/federate", cookie: cookie).text == "no match[] parameter provided\n")
    #expect(await bench.get("/federate", query: "match[]=up").status == 401)
  }

  @Test("names beyond the caller's limit are left out, and it is said")
  func limited() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let cut = await bench.get("/api/v1/labels", query: "limit=2", cookie: cookie)
    #expect(
      cut.text
        == #"{"status":"success","data":["__name__","instance"],"warnings":["results truncated due to limit"]}"#)
    #expect(await bench.get("/api/v1/labels", query: "limit=3", cookie: cookie).json["warnings"] == nil)
    #expect(await bench.get("/api/v1/labels", query: "limit=x", cookie: cookie).status == 400)
  }

  @Test(
    "rules are chosen by kind, name, group and file, and shown page by page",
    arguments: [
      ("", 2), ("type=alert", 1), ("type=record", 1), ("rule_name[]=ReplicaLag", 1), ("rule_name[]=none", 0),
      ("rule_group[]=db", 2), ("rule_group[]=web", 0), ("file[]=rules/db.yaml&type=alert", 1), ("file[]=other", 0),
      ("group_limit=1", 2),
    ])
  func chosenRules(_ query: String, _ count: Int) async throws {
    let bench = try Bench()
    let answer = await bench.get("/api/v1/rules", query: query, cookie: try await bench.logIn())
    #expect(answer.text.ranges(of: #""query":"#).count == count)
  }

  @Test(
    "what is wrong with a wish for rules is said", arguments: ["type=other", "group_limit=0", "group_next_token=x"])
  func badRuleWish(_ query: String) async throws {
    let bench = try Bench()
    let answer = await bench.get("/api/v1/rules", query: query, cookie: try await bench.logIn())
    #expect(answer.status == 400)
    #expect(answer.json["errorType"] as? String == "bad_data")
  }

  @Test(
    "what Grafana asks on the way",
    arguments: [
      ("rules/test/test", 404, "404 page not found\n"),
      ("query_exemplars", 200, #"{"status":"success","data":[]}"#),
      (
        "targets", 200,
        #""labels":{"__name__":"up","instance":"db01","job":"node"},"scrapePool":"node""#
      ),
      ("targets?state=dropped", 200, #"{"status":"success","data":{"activeTargets":[],"droppedTargets":[]}}"#),
      ("status/runtimeinfo", 200, #""storageRetention":"15d""#),
      ("status/flags", 200, #""query.lookback-delta":"5m""#), ("status/tsdb", 200, #""numSeries":12"#),
      ("rules?exclude_alerts=true", 200, #""alerts":[]"#),
    ])
  func grafana(_ name: String, _ status: Int, _ part: String) async throws {
    let bench = try Bench()
    let parts = name.split(separator: "?")
    let answer = await bench.get(
      "/api/v1/\(parts[0])", query: parts.count > 1 ? String(parts[1]) : "", cookie: try await bench.logIn())
    #expect(answer.status == status)
    #expect(answer.text.contains(part), "\(answer.text)")
  }

  @Test("a query may be posted as a form")
  func posted() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    let answer = await bench.post(
      "/api/v1/query", cookie: cookie, form: "query=up&time=10", headers: ["x-csrf-token": csrf])
    #expect(answer.status == 200)
  }

  @Test("rules and alerts")
  func rules() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let rules = await bench.get("/api/v1/rules", query: "type=alert", cookie: cookie)
    #expect(rules.text.contains(#""state":"firing""#) && !rules.text.contains("recording"))
    #expect(rules.text.contains(#""interval":15,"limit":40,"#))
    let alerts = await bench.get("/api/v1/alerts", cookie: cookie)
    #expect(alerts.text.contains(#""value":"3.4e+02""#))
    #expect(
      alerts.text.contains(#""activeAt":"2026-11-20T06:06:00.000Z","keepFiringSince":"2026-11-20T06:15:00.000Z""#))
    #expect(await bench.get("/api/v1/status/buildinfo", cookie: cookie).text.contains("watchkeeper 0.1.0"))
  }
}
