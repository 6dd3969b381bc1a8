import PromQL
import Telemetry
import Testing
import WebInterface
import Wording

@testable import WatchkeeperApp

@Suite("Console: explore")
struct ConsoleExploreTests {
  private func bench(series: Int = 3) async throws -> ConsoleBench {
    let bench = try await ConsoleBench()
    for number in 0..<series {
      let labels = LabelSet([LabelSet.metricName: "requests_total", "job": "shop", "shard": "s\(number)"])
      for step in 0...60 {
        bench.series.append(labels, at: ConsoleBench.ago(Int64(60 - step) * 15), Double(step * (number + 1)))
      }
    }
    return bench
  }

  @Test("without a query: what there is, and examples that would answer") func start() async throws {
    let bench = try await bench()
    bench.series.append(LabelSet([LabelSet.metricName: "up", "job": "shop"]), at: ConsoleBench.ago(5), 1)
    let page = await bench.sources.explorePage(" \r\n", range: .hour)
    let start = try #require(page.start)
    #expect(start.metrics.map(\.name) == ["requests_total", "up"])
    #expect(start.metrics.map(\.series) == [3, 1])
    #expect(start.metricsTotal == 2)
    #expect(start.examples.map(\.query) == ["up", #"topk(10, count by (__name__) ({__name__!=""}))"#])
    let empty = try await ConsoleBench().sources.explorePage("", range: .hour)
    #expect(empty.start?.examples.isEmpty == true)
    #expect(page.words.contains("rate") && page.words.contains("sum") && !page.words.contains("limitk"))
  }

  @Test("experimental functions are refused by the setting's name, and offered once it allows them")
  func experimental() async throws {
    let bench = try await bench()
    let refused = try #require(await bench.sources.explorePage("limitk(1, requests_total)", range: .hour).fault)
    #expect(refused.message.contains("experimental"))
    #expect(refused.hint?.contains("experimental: true under rules: or query:") == true)
    bench.features = .all
    let page = await bench.sources.explorePage("limitk(1, requests_total)", range: .hour)
    #expect(page.fault == nil && page.answer?.rows.count == 1)
    #expect(page.words.contains("limitk"))
  }

  @Test("every example is a query and has its meaning in words") func examples() async throws {
    let bench = try await ConsoleBench()
    bench.sampleHost(from: 600)
    let start = try #require(await bench.sources.explorePage("", range: .hour).start)
    #expect(start.examples.count >= 3)
    for example in start.examples { #expect(await bench.sources.explorePage(example.query, range: .hour).fault == nil) }
    for id in try messageIDs(in: start) { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("a fault stands at its place, in the line where it is") func fault() async throws {
    let page = try await bench().sources.explorePage("sum(\r\n  rate(requests_total[5m]) +* 2)", range: .hour)
    let fault = try #require(page.fault)
    #expect(fault.place?.line == 2)
    #expect(fault.place?.column == 29)
    #expect(fault.place?.text == "  rate(requests_total[5m]) +* 2)")
    #expect(page.answer == nil)
    let clash = try await bench().sources.explorePage("requests_total + on(job) requests_total", range: .hour)
    #expect(clash.fault?.place?.column == 16, "an error of the data has a place too")
  }

  @Test("table, graph, explanation and rule of one query") func answer() async throws {
    let query = "sum by (shard) (rate(requests_total{job=\"shop\"}[5m])) > 0.1"
    let page = try await bench().sources.explorePage(query, range: .quarterHour)
    let answer = try #require(page.answer)
    #expect(answer.rows.map(\.series) == [#"{shard="s1"}"#, #"{shard="s2"}"#])
    #expect(answer.charts.map { $0.series.map(\.label) } == [[.verbatim("shard=s2"), .verbatim("shard=s1")]])
    #expect(answer.steps.map(\.action) == ["… > 0.1", "sum by (shard)", "rate", #"requests_total{job="shop"}[5m]"#])
    #expect(answer.steps.map(\.depth) == [0, 1, 2, 3])
    #expect(answer.steps.map(\.series) == [2, 3, 3, 3])
    #expect(answer.steps.map(\.samples) == [nil, nil, nil, 60])
    #expect(answer.rule?.contains("\n          sum by (shard)") == true)
  }

  @Test("more series than a screen shows are counted, the greatest are drawn") func many() async throws {
    let answer = try #require(await bench(series: 20).sources.explorePage("requests_total", range: .hour).answer)
    #expect(answer.charts.count == ExploreAnswer.chartsMax)
    #expect(answer.undrawn == 8)
    #expect(answer.charts.first?.series.first?.label == .verbatim("shard=s19"))
    #expect(answer.rows.count == 20)
  }

  @Test(
    "what is no vector is answered too",
    arguments: [
      ("1 + 1", ["2"], 1), (#""words""#, ["words"], 0), ("requests_total[30s]", ["59  60  (2)", "118  120  (2)"], 0),
    ])
  func others(_ query: String, _ values: [String], _ lines: Int) async throws {
    let answer = try #require(await bench(series: 2).sources.explorePage(query, range: .hour).answer)
    #expect(answer.rows.map(\.value) == values)
    #expect(answer.charts.flatMap(\.series).count == lines)
    #expect(answer.rule == nil)
  }
}
