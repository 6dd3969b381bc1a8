import Interchange
import PromQL
import Synchronization
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
    let words = Dictionary(uniqueKeysWithValues: page.words.map { ($0.name, $0) })
    #expect(words["rate"]?.arguments == "range vector")
    #expect(words["topk"]?.arguments == "scalar, instant vector")
    for name in ["limitk", "first_over_time"] { #expect(words[name] == nil, "experimental") }
    for id in try messageIDs(in: page) { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("experimental functions are refused by the setting's name, and offered once it allows them")
  func experimental() async throws {
    let bench = try await bench()
    let refused = try #require(await bench.sources.explorePage("limitk(1, requests_total)", range: .hour).fault)
    #expect(refused.message?.contains("experimental") == true)
    #expect(refused.hint?.contains("experimental: true under rules: or query:") == true)
    bench.features = .all
    let page = await bench.sources.explorePage("limitk(1, requests_total)", range: .hour)
    #expect(page.fault == nil && page.answer?.rows.count == 1)
    for name in ["limitk", "first_over_time"] { #expect(page.words.contains { $0.name == name }) }
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

  @Test("what a target told of a metric is shown, a histogram's series under its family") func metadata() async throws {
    let bench = try await bench(series: 1)
    bench.metadata.note(MetricMetadata(family: "requests", type: .counter, help: "Requests served."))
    bench.metadata.note(MetricMetadata(family: "wait_seconds", type: .histogram, help: "Waiting.", unit: "seconds"))
    bench.series.append(LabelSet([LabelSet.metricName: "wait_seconds_bucket", "le": "1"]), at: ConsoleBench.ago(5), 1)
    let start = try #require(await bench.sources.explorePage("", range: .hour).start)
    #expect(start.metrics.map(\.description?.kind) == ["counter", "histogram"])
    let query = "requests_total + on() wait_seconds_bucket + on() nobody_told"
    let answer = try #require(await bench.sources.explorePage(query, range: .hour).answer)
    #expect(answer.metrics.map(\.help) == ["Requests served.", "Waiting."])
    #expect(answer.metrics.map(\.unit) == ["", "seconds"])
  }

  @Test("metrics that probes make are described without being told, and what a target tells of them goes before")
  func dictionary() async throws {
    let bench = try await ConsoleBench()
    for name in ["node_load1", "node_vmstat_pgfault", "probe_success", "watchkeeper_probe_late_seconds", "unheard_of"] {
      bench.sample(name, from: 60) { _ in 1 }
    }
    bench.metadata.note(MetricMetadata(family: "node_load1", type: .gauge, help: "1m load average."))
    let start = try #require(await bench.sources.explorePage("", range: .hour).start)
    #expect(start.metrics.map(\.description?.kind) == ["gauge", "", "gauge", nil, "gauge"])
    let query = start.metrics.map(\.name).joined(separator: " + ")
    let answer = try #require(await bench.sources.explorePage(query, range: .hour).answer)
    let helps = [
      "1m load average.", "Field pgfault of /proc/vmstat.", "Whether the target passed the check.",
      "How long after its due time the check began.",
    ]
    #expect(answer.metrics.map(\.help) == helps)

    let all = await bench.sources.metadata(of: nil).families
    #expect(all.values.joined().map(\.help).sorted() == helps.sorted())
    let one = await bench.sources.metadata(of: "probe_success").families
    #expect(one["probe_success"] == [MetricMetadata(family: "probe_success", type: .gauge, help: helps[2])])
    #expect(await bench.sources.metadata(of: "node_load5").families["node_load5"] == nil, "no such series is here")
  }

  @Test("what a target tells of a metric goes before what Watchkeeper says of its own of that name") func own()
    async throws
  {
    let bench = try await ConsoleBench()
    let told = MetricMetadata(family: "process_open_fds", type: .gauge, help: "Number of open file descriptors.")
    let own = [
      MetricMetadata(family: "process_open_fds", type: .gauge, help: "Open file descriptors."),
      MetricMetadata(family: "watchkeeper_rules", type: .gauge, help: "Rules."),
    ]
    for entry in own {
      bench.ownMetadata.note(entry)
      bench.sample(entry.family, from: 60) { _ in 1 }
    }
    bench.sample("watchkeeper_rules_count", from: 60) { _ in 1 }
    #expect(
      await bench.sources.metadata(of: nil).families == ["process_open_fds": [own[0]], "watchkeeper_rules": [own[1]]])
    bench.metadata.note(told)
    #expect(
      await bench.sources.metadata(of: nil).families == ["process_open_fds": [told], "watchkeeper_rules": [own[1]]])
    let query = "process_open_fds + watchkeeper_rules + watchkeeper_rules_count"
    let answer = try #require(await bench.sources.explorePage(query, range: .hour).answer)
    #expect(answer.metrics.map(\.help) == ["Number of open file descriptors.", "Rules."])
  }

  private final class BrokenReader: SeriesReader {
    let asked = Mutex(0)

    func select(
      _ selections: [SeriesSelection], limits: ReadLimits
    ) async throws(SeriesReadError) -> [[SeriesSlice]] { throw .unreadable("days/2026-11-20") }

    func labelSets(
      matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
    ) async throws(SeriesReadError) -> [LabelSet] {
      asked.withLock { $0 += 1 }
      throw .unreadable("days/2026-11-20")
    }
  }

  @Test("what was told of metrics is answered also when the store cannot be read, and one of them without asking it")
  func metadataAlone() async throws {
    let bench = try await ConsoleBench()
    let reader = BrokenReader()
    bench.reader = reader
    bench.metadata.note(MetricMetadata(family: "wait_seconds", type: .histogram, help: "Waiting."))
    for name in ["wait_seconds", "wait_seconds_bucket"] {
      #expect(await bench.sources.metadata(of: name).families["wait_seconds"]?.map(\.help) == ["Waiting."])
    }
    #expect(reader.asked.withLock { $0 } == 0)
    #expect(await bench.sources.metadata(of: nil).families.keys.sorted() == ["wait_seconds"])
    #expect(await bench.sources.metadata(of: "node_load1").families["node_load1"] == nil)
    #expect(reader.asked.withLock { $0 } == 2)
  }

  @Test("a limit is told in the reader's words, with its place") func limits() async throws {
    let bench = try await bench()
    bench.limits.bytesMax = 1000
    let fault = try #require(await bench.sources.explorePage("requests_total", range: .hour).fault)
    #expect(try messageIDs(in: fault) == ["explore.fault.bytes"])
    #expect(fault.message == nil)
    for bound in PromQLError.Bound.allCases { #expect(Catalogue.contains("explore.fault.\(bound.rawValue)")) }
    for id in ["syntax", "type", "execution", "time", "waited", "full", "cancelled", "unreadable"] {
      #expect(Catalogue.contains("explore.fault.\(id)"))
    }
  }

  @Test(
    "numbers are short enough to read",
    arguments: [
      (0.1 + 0.2, "0.3"), (60, "60"), (1_795_155_480, "1,795,155,480"), (1234.5678, "1,234.57"),
      (-54321.987, "−54,322"),
      (2.0 / 3, "0.666667"), (0.000_012_345_678_9, "1.23457e-5"), (.nan, "NaN"), (-.infinity, "-Inf"), (0, "0"),
    ])
  func readable(_ number: Double, _ text: String) { #expect(ExploreRow.readable(number) == text) }

  @Test("a native histogram is a picture with words, its exact text beside it") func histogram() async throws {
    let bench = try await ConsoleBench()
    let histogram = NativeHistogram(
      schema: NativeHistogram.customSchema, count: 10, sum: 15,
      positive: .init(spans: [.init(offset: 0, length: 4)], counts: [1, 6, 2, 1]), customBounds: [1, 2, 4])
    bench.series.append(LabelSet([LabelSet.metricName: "wait"]), at: ConsoleBench.ago(5), histogram)
    let row = try #require(await bench.sources.explorePage("wait", range: .hour).answer?.rows.first)
    #expect(row.value.hasPrefix("{count:10, sum:15"))
    let sixths = row.histogram?.bars.map { ($0.height * 6).rounded() }
    #expect(sixths == [1, 6, 2, 1])
    #expect(row.histogram?.bars[1].text == "1 – 2: 6")
    #expect(try row.histogram.map(messageIDs(in:)) == ["explore.histogram"])
    let answer = try #require(await bench.sources.explorePage("wait", range: .hour).answer)
    #expect(answer.charts.isEmpty, "a graph without a line would say that there are no samples")
    let instead = try #require(answer.quantile)
    #expect(instead == "histogram_quantile(0.9, wait)")
    let drawn = await bench.sources.explorePage(instead, range: .hour).answer
    #expect(drawn?.charts.count == 1 && drawn?.quantile == nil)
  }

  @Test("a classic histogram is a picture too, its buckets in the order of their bounds") func classicHistogram()
    async throws
  {
    let bench = try await ConsoleBench()
    for (bound, count) in [("0.5", 1.0), ("5", 7), ("10", 7), ("+Inf", 9)] {
      let labels = LabelSet([LabelSet.metricName: "wait_bucket", "le": bound])
      bench.series.append(labels, at: ConsoleBench.ago(5), count)
    }
    let rows = try #require(await bench.sources.explorePage("wait_bucket", range: .hour).answer?.rows)
    #expect(rows.map(\.value) == ["", "1", "7", "7", "9"])
    #expect(rows[0].series == "wait_bucket")
    #expect(rows[0].histogram?.bars.map(\.text) == ["0 – 0.5: 1", "0.5 – 5: 6", "10 – +Inf: 2"])
    #expect(
      rows[0].histogram?.summary.text(for: Reader(language: .english))
        == "9 observations from 0 to +Inf, half of them up to 5")
    let part = await bench.sources.explorePage(#"wait_bucket{le!="+Inf"}"#, range: .hour).answer
    #expect(part?.rows.contains { $0.histogram != nil } == false, "without the last bucket nothing is known")
  }

  @Test("more series than a screen shows are counted, the greatest are drawn") func many() async throws {
    let answer = try #require(await bench(series: 20).sources.explorePage("requests_total", range: .hour).answer)
    #expect(answer.charts.count == ExploreAnswer.chartsMax)
    #expect(answer.undrawn == 8)
    #expect(answer.charts.first?.series.first?.label == .verbatim("shard=s19"))
    #expect(answer.rows.count == 20 && answer.unlisted == 0)
    let crowd = try await self.bench(series: ExploreAnswer.rowsMax + 7)
    for query in ["requests_total", "requests_total[1m]"] {
      let answer = try #require(await crowd.sources.explorePage(query, range: .hour).answer)
      #expect(answer.rows.count == ExploreAnswer.rowsMax && answer.unlisted == 7)
    }
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
