import Incidents
import PromQL
import Records
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Probes
@testable import WatchkeeperApp

@Suite("Console: incidents")
struct ConsoleIncidentTests {
  @Test("of many records five are named and the others counted") func naming() {
    let numbers = (1...7).map { RecordNumber(.incident, $0) }
    let reader = Reader(language: .english)
    #expect(
      IncidentPageBuilder.naming(Array(numbers.prefix(5))).text(for: reader) == "INC-1, INC-2, INC-3, INC-4, INC-5")
    let more = IncidentPageBuilder.naming(numbers)
    #expect(more.text(for: reader) == "INC-1, INC-2, INC-3, INC-4, INC-5 and 2 more")
    #expect(more.text(for: Reader(language: .simplifiedChinese)).hasSuffix("，另有 2 个"))
  }

  @Test(
    "the graph shows the quantity that a rule compares",
    arguments: [
      ("up == 0", "up", 0.0, Evidence.Side.at),
      (
        "avg_over_time(probe_duration_seconds[10m]) > 2 and probe_success == 1",
        "avg_over_time(probe_duration_seconds[10m])", 2, .above
      ),
      ("90 < cpu", "cpu", 90, .above),
      ("(a / b < 0.05) unless c", "a / b", 0.05, .below),
      ("e - time() > 0 and e - time() < 7 * 86400", "e - time()", 604_800, .below),
      ("lag > -1", "lag", -1, .above),
    ])
  func evidence(_ example: (rule: String, quantity: String, value: Double, side: Evidence.Side)) throws {
    let evidence = Evidence(try Query(parsing: example.rule))
    #expect(evidence.expression == example.quantity)
    #expect(evidence.threshold == Evidence.Threshold(value: example.value, side: example.side))
  }

  @Test("any other rule is drawn whole", arguments: ["absent(up)", "a > b", "a and b", "1 > bool 0"])
  func whole(_ rule: String) throws {
    let query = try Query(parsing: rule)
    #expect(Evidence(query) == Evidence(try Query(parsing: query.description)))
    #expect(Evidence(query).threshold == nil)
    #expect(Evidence(query).expression == query.description)
  }

  @Test(
    "units follow the metric",
    arguments: [
      ("node_memory_MemFree_bytes < 5", ChartUnit.bytes), ("max by (x) (probe_duration_seconds) > 5", .seconds),
      ("rate(node_network_receive_bytes_total[5m]) > 5", .bytesPerSecond), ("a_bytes / b_bytes > 1", .plain),
    ])
  func unit(_ example: (rule: String, unit: ChartUnit)) throws {
    #expect(Evidence(try Query(parsing: example.rule)).unit == example.unit)
  }

  @Test("a breach that came back names the incident before it, and how a person solved that") func earlier()
    async throws
  {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let first = RecordNumber(.incident, 1)
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(90_000))
    try await bench.take(
      .resolve(first, by: .person("Ann"), text: "deleted old dumps", code: "fixed"), at: ConsoleBench.ago(89_000))
    for ago: Int64 in stride(from: 88_900, through: 86_900, by: -200) {
      try await bench.fire(at: ConsoleBench.ago(ago))
    }
    try await bench.take(.tick, at: ConsoleBench.ago(3600))
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let page = try await bench.sources.incidentPage(RecordNumber(.incident, 2), range: .hour)
    let before = try #require(page.related.first { $0.label == Phrase("console.related.recurrence") })
    #expect(before.value == Phrase("console.related.numbers", ["numbers": "INC-1"]))
    let detail = before.detail?.text(for: Reader(language: .english, now: ConsoleBench.now.milliseconds)) ?? ""
    #expect(detail.hasPrefix("INC-1 was resolved by Ann") && detail.hasSuffix(": deleted old dumps"))
    let again = try #require(bench.incidents.book[RecordNumber(.incident, 2)])
    #expect(EarlierIncident.before(again, in: bench.incidents.book).map(\.number) == [first])
  }

  @Test("an open incident tells why the check behind it fails; a well one, another's and a past one say nothing")
  func check() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(90_000))
    func said() async throws -> [PageFact] {
      try await bench.sources.incidentPage(RecordNumber(.incident, 1), range: .hour).related.filter {
        $0.label == Phrase("console.related.check", ["probe": "this-host"])
      }
    }
    func status(_ labels: LabelSet, _ verdict: ProbeVerdict) -> ProbeStatus {
      var status = ProbeStatus(
        name: "this-host", kind: "linux-host", item: nil, labels: labels, interval: .seconds(15))
      (status.verdict, status.lastRun) = (verdict, ConsoleBench.ago(5))
      return status
    }
    let labels = LabelSet(["instance": ConsoleBench.hostName])
    let refused = Reason("reason.probe.refused", ["text": "x"])
    bench.probes = [status(LabelSet(["instance": "db01"]), .down(refused)), status(labels, .up)]
    #expect(try await said().isEmpty)
    bench.probes.append(status(labels, .down(refused)))
    let facts = try await said()
    #expect(facts.map(\.value) == [.message(refused)] && facts.map(\.state) == [.critical])
    try await bench.take(
      .resolve(RecordNumber(.incident, 1), by: .person("Ann"), text: "x", code: "fixed"), at: ConsoleBench.ago(89_000))
    for ago: Int64 in stride(from: 88_900, through: 86_900, by: -200) {
      try await bench.fire(at: ConsoleBench.ago(ago))
    }
    try await bench.take(.tick, at: ConsoleBench.ago(3600))
    #expect(try await said().isEmpty)
  }

  @Test("an open incident: state, impact, graph, threshold, telling and actions") func open() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    bench.sampleHost(from: 3600)
    bench.sample("node_filesystem_avail_bytes", ["mountpoint": "/", "fstype": "ext4"], from: 3600) { _ in 500 }
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let key = IntentKey(incident: RecordNumber(.incident, 1), ordinal: 1, receiver: "on-call")
    try await bench.take(.deliveryOutcome(key, .delivered), at: ConsoleBench.ago(598))
    let page = try await bench.sources.incidentPage(RecordNumber(.incident, 1), range: .hour)
    #expect(page.row.state == .critical)
    #expect(page.row.progress == .open)
    #expect(page.row.title == .both(english: "/var is full", chinese: "/var 已满"))
    #expect(page.row.since == ConsoleBench.ago(900))
    #expect(page.actions == [.acknowledge, .resolve])
    #expect(page.told.first?.state == .ok)
    #expect(
      page.told.first?.phrase
        == Phrase(
          "console.told.delivered",
          ["receiver": "on-call", "at": "\(ConsoleBench.ago(600).milliseconds)", "took": "2.0"])
    )
    let chart = try #require(page.chart)
    #expect(chart.series.count == 1, "only the alert's own file system")
    #expect(chart.series.first?.values.last == 0.05)
    #expect(chart.threshold?.value == 0.1)
    #expect(chart.threshold?.sentence == Phrase("console.threshold.below.held", ["value": "0.1", "held": "300"]))
    #expect(chart.bands.map(\.kind) == [.pending, .firing])
    #expect(chart.bands.last?.end == nil)
    #expect(page.timeline.count == 3)
    #expect(page.timeline.first?.icon == .sent)
    for id in try messageIDs(in: page) { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("what is only ever 0 or 1 has no scale above 1", arguments: [(1000.0, 1.0 as Double?), (0, 1), (50, nil)])
  func truth(_ example: (available: Double, top: Double?)) async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let labels = ["mountpoint": "/var", "fstype": "ext4"]
    bench.sample("node_filesystem_size_bytes", labels, from: 3600) { _ in 1000 }
    bench.sample("node_filesystem_avail_bytes", labels, from: 3600) { _ in example.available }
    bench.sample("node_filesystem_readonly", labels, from: 3600) { _ in 0 }
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let page = try await bench.sources.incidentPage(RecordNumber(.incident, 1), range: .hour)
    #expect(try #require(page.chart).top == example.top)
  }

  @Test("the host of a failing file system stands worst; what runs on the host is in the impact of the host")
  func standing() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let standing = ItemStanding(
      bench.incidents.book, bench.inventory.book, bench.maintenance.book, at: ConsoleBench.now)
    #expect(standing.state(of: ConsoleBench.host) == .ok)
    #expect(standing.stateWithParts(of: ConsoleBench.host) == .critical)
    let columns = ImpactColumns.columns(of: ConsoleBench.host, in: bench.inventory.book, standing)
    #expect(columns.map { $0.nodes.map(\.name) } == [["web01"], ["/var", "Shop"]])
    #expect(columns[0].edges.count == 2)
  }

  @Test("a breach in a window is listed as withheld with the window as its reason, and is no incident") func withheld()
    async throws
  {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.fire(bench.alert(window: ConsoleBench.window()), at: ConsoleBench.ago(600))
    let open = try await bench.sources.incidentsPage(IncidentFilter())
    #expect(open.rows.isEmpty)
    #expect(open.counts[.withheld] == 1)
    let page = try await bench.sources.incidentsPage(IncidentFilter(which: .withheld))
    let row = try #require(page.rows.first)
    #expect(row.number == RecordNumber(.maintenanceWindow, 3))
    #expect(row.progress == .withheld)
    #expect(row.state == .maintenance)
    guard case .message(let reason) = row.ownerDetail else {
      Issue.record("no reason")
      return
    }
    #expect(reason.id == "reason.withheld.window")
    #expect(reason.arguments["window"] == "MW-3")
  }

  @Test("a closed incident is still read by its number, and listed") func closed() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(40_000))
    for round in 0..<30 { try await bench.fire(at: ConsoleBench.ago(39_985 - Int64(round) * 15)) }
    try await bench.take(.tick, at: ConsoleBench.ago(100))
    let number = RecordNumber(.incident, 1)
    try #require(bench.incidents.book[number] == nil, "it left memory")
    let page = try await bench.sources.incidentPage(number, range: .hour)
    #expect(page.row.progress == .resolved)
    #expect(page.row.state == .ok)
    #expect(page.row.until != nil)
    #expect(page.actions.isEmpty)
    #expect(page.chart?.bands.last?.end != nil)
    let all = try await bench.sources.incidentsPage(IncidentFilter(which: .all))
    #expect(all.rows.map(\.number) == [number])
    #expect(all.total == 1)
    let found = try await bench.sources.incidentsPage(IncidentFilter(which: .resolved, words: "VAR full"))
    #expect(found.rows.count == 1)
    let missed = try await bench.sources.incidentsPage(IncidentFilter(which: .resolved, words: "orders"))
    #expect(missed.rows.isEmpty)
  }

  @Test("a number that was never given out is not found") func missing() async throws {
    let sources = try await ConsoleBench().sources
    await #expect(throws: ConsoleError.notFound) {
      try await sources.incidentPage(RecordNumber(.incident, 9), range: .hour)
    }
  }

  @Test("a gap stays a gap in the last hour") func spark() {
    var slice = SeriesSlice(labels: .empty)
    slice.milliseconds = [ConsoleBench.ago(180).milliseconds, ConsoleBench.now.milliseconds]
    slice.values = [1, 3]
    let spark = Spark(slice, threshold: 2, endingAt: ConsoleBench.now)
    #expect(spark.values.count == Spark.points)
    #expect(spark.values.last == 3)
    #expect(spark.values[Spark.points - 2].isNaN)
    #expect(spark.values[Spark.points - 3] == 1)
  }
}
