import Foundation
import Inventory
import Records
import Synchronization
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Probes
@testable import WatchkeeperApp

@Suite("Why there is a gap")
struct GapAnswerTests {
  private func ago(_ seconds: Int64) -> Timestamp { ConsoleBench.ago(seconds) }

  private func question(_ subject: String, since seconds: Int64 = 3600) -> GapQuestion {
    GapQuestion(subject: subject, from: ago(seconds), to: ConsoleBench.now)
  }

  /// Two probes that run too seldom to be missed; the one of the shop failed for ten minutes.
  private func bench() async throws -> ConsoleBench {
    let bench = try await ConsoleBench()
    let probes = try ["shop", "wiki"].map { name in
      let json = #"{"name":"\#(name)","kind":"http","interval":"2h","settings":{"url":"http://\#(name)"}}"#
      return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    }
    bench.configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: probes, ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
    var record = GapRecord(knownSince: ago(1800))
    record.miss(
      GapObservation(
        cause: .failed, extent: .measurements, reason: Reason("reason.probe.refused", ["text": "shop:80"])),
      at: ago(1200))
    record.close(at: ago(600))
    bench.gaps = [
      "shop": GapHistory(probe: "shop", record), "wiki": GapHistory(probe: "wiki", GapRecord(knownSince: ago(9000))),
    ]
    return bench
  }

  @Test("a probe is asked by its name, and what its record does not reach is said")
  func byName() async throws {
    let page = try await bench().sources.gapsPage(question("shop"))
    #expect(page.probes.map(\.probe) == ["shop"])
    #expect(page.probes[0].gaps.map(\.cause) == ["failed"])
    #expect(page.probes[0].remarks == [Phrase("gaps.unknown-before", ["at": ago(1800).argument])])
    let later = try await bench().sources.gapsPage(question("shop", since: 300))
    #expect(later.probes[0].gaps.isEmpty && later.probes[0].remarks.isEmpty)
  }

  @Test(
    "a selector finds the probe of a stored series, and a gap that leaves its metric whole is not told",
    arguments: [
      (#"probe_http_status_code{instance="http://shop"}"#, ["shop"], 1),
      (#"probe_success{instance="http://shop"}"#, ["shop"], 0),
      (#"probe_http_status_code{job="blackbox"}"#, ["shop"], 1),
      // Not stored: whoever has such labels could have given it.
      (#"probe_http_redirects{job="blackbox"}"#, ["shop", "wiki"], 1),
    ])
  func bySelector(_ subject: String, _ probes: [String], _ gaps: Int) async throws {
    let bench = try await bench()
    for metric in ["probe_http_status_code", "probe_success"] {
      bench.series.append(
        LabelSet(["__name__": metric, "job": "blackbox", "instance": "http://shop"]), at: ago(1500), 200)
    }
    let page = try await bench.sources.gapsPage(question(subject))
    #expect(page.probes.map(\.probe) == probes)
    #expect(page.probes.map(\.gaps.count).reduce(0, +) == gaps)
  }

  @Test(
    "what names no probe and no series of one is refused, with what is near it",
    arguments: [
      ("shpo", "'shop'"), ("SHOP-2", "'shop'"), ("i", "'wiki'"), (#"up{instance="http://shpo"}"#, "'shop'"),
      ("sum(up)", nil), ("{", nil), (#"up{job="x"}"#, nil), ("nothing", nil),
    ])
  func unknown(_ subject: String, _ near: String?) async throws {
    let bench = try await bench()
    let reason =
      near.map { Reason("api.gaps.near", ["subject": subject, "names": $0]) }
      ?? Reason("api.gaps.none", ["subject": subject])
    await #expect(throws: ConsoleError.unknown(reason)) { _ = try await bench.sources.gapsPage(question(subject)) }
  }

  @Test("a probe that has left the configuration is found by its name and by its series, with when it left")
  func removed() async throws {
    let bench = try await bench()
    var record = GapRecord(knownSince: ago(9000))
    record.miss(
      GapObservation(cause: .notDefined, extent: .everything, reason: Reason("reason.gap.not-defined")), at: ago(900))
    bench.gaps["old"] = GapHistory(probe: "old", record)
    let target = LabelSet(["job": "blackbox", "instance": "http://old"])
    bench.retired = [
      RetiredProbe(name: "old", target: target, removedAt: ago(900)),
      RetiredProbe(name: "older", target: nil, removedAt: ago(900)),
    ]
    bench.series.append(
      LabelSet([Label("__name__", "probe_success")] + target.labels), at: ago(1500), 1)
    for subject in ["old", #"probe_success{instance="http://old"}"#, #"never_stored{instance="http://old"}"#] {
      let page = try await bench.sources.gapsPage(question(subject))
      #expect(page.probes.map(\.probe) == ["old"], "\(subject)")
      #expect(page.probes.first?.gaps.map(\.cause) == ["not_defined"])
      #expect(page.probes.first?.remarks == [Phrase("gaps.removed", ["at": ago(900).argument])])
    }
    // A probe that was renamed goes on with its series under the new name.
    bench.gaps["shop-of-old"] = GapHistory(probe: "shop-of-old", record)
    bench.retired = [
      RetiredProbe(
        name: "shop-of-old", target: LabelSet(["job": "blackbox", "instance": "http://shop"]), removedAt: ago(900))
    ]
    let page = try await bench.sources.gapsPage(question(#"probe_http_redirects{instance="http://shop"}"#))
    #expect(page.probes.map(\.probe) == ["shop"])
  }

  @Test("a series that relabelling drops now is told as dropped")
  func dropped() async throws {
    let bench = try await bench()
    let json = """
      {"name":"node","kind":"scrape","interval":"60s","settings":{"targets":["db01:9100"],
       "metric_relabel_configs":[{"source_labels":["__name__"],"regex":"secret_.*","action":"drop"}]}}
      """
    let probe = try #require(
      try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8)).perTarget.first)
    bench.configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: [probe], ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
    bench.gaps = [probe.name: GapHistory(probe: probe.name, GapRecord(knownSince: ago(1800)))]
    let target = probe.targetLabels(hostName: ConsoleBench.hostName)
    func series(_ name: String) -> LabelSet { LabelSet([Label("__name__", name)] + target.labels) }
    for minute in (0..<30).reversed() as ReversedCollection<Range<Int64>> {
      for own in [RecordedRuns.metric, "up"] { bench.series.append(series(own), at: ago(minute * 60), 1) }
      guard minute >= 9 else { continue }
      for name in ["secret_total", "shown_total"] {
        bench.series.append(series(name), at: ago(minute * 60), minute > 9 ? 1 : .staleMarker)
      }
    }
    for (metric, cause) in [("secret_total", "dropped"), ("shown_total", "absent")] {
      let page = try await bench.sources.gapsPage(question(metric))
      #expect(page.probes.map { $0.gaps.map(\.cause) } == [[cause]], "\(metric)")
      #expect(page.probes.first?.gaps.map(\.from) == [ago(540)])
      #expect(page.probes.first?.gaps.map(\.runs) == [10])
    }
  }

  @Test("days that retention removed are no loss, and what was written without runs is none either")
  func notLost() async throws {
    let bench = try await bench()
    let json = #"{"name":"host","kind":"linux-host","interval":"60s"}"#
    let probe = try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    bench.configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: [probe], ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
    let day: Int64 = 86_400
    bench.gaps = ["host": GapHistory(probe: "host", GapRecord(knownSince: ago(40 * day)))]
    func gaps(from: Int64, to: Int64) async throws -> [GapRow] {
      let question = GapQuestion(subject: "host", from: ago(from), to: ago(to))
      return try await bench.sources.gapsPage(question).probes.first?.gaps ?? []
    }
    #expect(try await gaps(from: 30 * day, to: 20 * day).isEmpty)
    let kept = try await gaps(from: 30 * day, to: 10 * day)
    #expect(kept.map(\.from) == [ago(15 * day)] && kept.map(\.to) == [ago(10 * day)])
    bench.storedSince = ago(12 * day)
    #expect(try await gaps(from: 30 * day, to: 10 * day).map(\.from) == [ago(12 * day)])
    #expect(try await gaps(from: 30 * day, to: 13 * day).isEmpty)
    let target = probe.targetLabels(hostName: ConsoleBench.hostName)
    let success = probe.settings.verdictMetrics.success
    #expect(try await gaps(from: 5400, to: 1800).map(\.reason) == [.message(Reason("reason.gap.none-stored"))])
    bench.series.append(LabelSet([Label("__name__", success)] + target.labels), at: ago(5410), 1)
    #expect(try await gaps(from: 5400, to: 1800).isEmpty)
  }

  private struct BrokenReader: SeriesReader {
    func select(
      _ selections: [SeriesSelection], limits: ReadLimits
    ) async throws(SeriesReadError) -> [[SeriesSlice]] { throw .unreadable("days/2026-11-20") }

    func labelSets(
      matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
    ) async throws(SeriesReadError) -> [LabelSet] { throw .unreadable("days/2026-11-20") }
  }

  @Test("when samples cannot be read, what is noted is told, and that it is all")
  func unread() async throws {
    let bench = try await bench()
    bench.reader = BrokenReader()
    let page = try await bench.sources.gapsPage(question("shop"))
    #expect(page.probes.map { $0.gaps.map(\.cause) } == [["failed"]])
    let ids = page.probes.first?.remarks.map { phrase in
      if case .message(let reason) = phrase { reason.id } else { "" }
    }
    #expect(ids == ["gaps.unknown-before", "gaps.unread"])
  }

  /// Each read takes 70 seconds.
  private final class SlowReader: SeriesReader {
    let clock = TestClock(now: ConsoleBench.now)
    let reads = Atomic(0)

    func select(
      _ selections: [SeriesSelection], limits: ReadLimits
    ) async throws(SeriesReadError) -> [[SeriesSlice]] {
      reads.add(1, ordering: .relaxed)
      clock.advance(by: .seconds(70))
      guard limits.timeMax >= .seconds(70) else { throw .tookTooLong(limit: limits.timeMax) }
      return selections.map { _ in [] }
    }

    func labelSets(
      matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
    ) async throws(SeriesReadError) -> [LabelSet] { [] }
  }

  @Test("all reads of one answer share the time of a query; whose turn does not come is told from the notes alone")
  func deadline() async throws {
    let bench = try await bench()
    let reader = SlowReader()
    (bench.reader, bench.clock) = (reader, reader.clock)
    let page = try await bench.sources.gapsPage(question(#"probe_http_redirects{job="blackbox"}"#))
    #expect(page.probes.map(\.probe) == ["shop", "wiki"] && page.probes[0].gaps.map(\.cause) == ["failed"])
    let unread = Phrase("gaps.unread", ["why": "\(SeriesReadError.tookTooLong(limit: ReadLimits().timeMax))"])
    #expect(page.probes.map { $0.remarks.contains(unread) } == [false, true])
    #expect(reader.reads.load(ordering: .relaxed) == 2)
  }

  @Test("a time in which nothing ran has the runs that each probe's schedule has in it; of one that left nobody knows")
  func outage() async throws {
    let bench = try await bench()
    let probes = try [
      #""name":"each-minute","interval":"1m""#, #""name":"each-hour","cron":"0 * * * *""#,
      #""name":"seldom","interval":"1d""#,
    ].map { keys in
      let json = #"{\#(keys),"kind":"http","settings":{"url":"http://shop"}}"#
      return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    }
    bench.configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: probes, ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
    var times = RunnerTimes(startingAt: ago(9000))
    _ = times.begin(at: ago(600))
    for name in ["each-minute", "each-hour", "seldom", "gone"] {
      bench.gaps[name] = GapHistory(probe: name, GapRecord(knownSince: ago(9600)), times)
    }
    func runs(of name: String) async throws -> [Int?] {
      try await bench.sources.gapsPage(question(name, since: 9100)).probes[0].gaps
        .filter { $0.cause == "not_running" }.map(\.runs)
    }
    #expect(try await runs(of: "each-minute") == [140])
    #expect(try await runs(of: "each-hour") == [3])
    #expect(try await runs(of: "seldom") == [0])
    #expect(try await runs(of: "gone") == [nil])
  }

  @Test(
    "when series cannot be read, those who could give them are told of, and that nothing was read",
    arguments: [(#"never{instance="http://shop"}"#, ["shop"]), ("never", [])])
  func unreadSeries(_ subject: String, _ probes: [String]) async throws {
    let bench = try await bench()
    bench.reader = BrokenReader()
    let page = try await bench.sources.gapsPage(question(subject))
    #expect(
      page.probes.map(\.probe) == probes && page.probes.map { $0.gaps.map(\.cause) } == probes.map { _ in ["failed"] })
    let why = PrometheusFailure(.reading(.unreadable("days/2026-11-20"))).message
    #expect(page.remark == Phrase("gaps.unread", ["why": why]))
  }

  @Test("the terminal tells each gap with its reason, in the reader's language", arguments: Language.allCases)
  func text(_ language: Language) async throws {
    let reader = Reader(language: language, now: ConsoleBench.now.milliseconds)
    let words = reader.text("reason.probe.refused", ["text": "shop:80"])
    let json = """
      {"from": \(ago(3600).milliseconds), "to": \(ago(0).milliseconds), "probes": [{"probe": "shop", "metric": "m", "series": "m{x=1}", "remarks": [], "gaps":
      [{"from": \(ago(1200).milliseconds), "extent": "measurements", "runs": 3, "reason": {"text": "\(words)"}}]}]}
      """
    let answer = try JSONDecoder().decode(GapsAnswer.self, from: Data(json.utf8))
    let lines = GapsText(answer: answer, reader: reader).text.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("shop  m{x=1}  "))
    for part in [words, reader.text("gaps.extent.measurements"), reader.text("gaps.lasts")] {
      #expect(lines.last?.contains(part) == true)
    }
  }
}
