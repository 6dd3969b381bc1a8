import Alerting
import Records
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Probes
@testable import WatchkeeperApp

@Suite("Console: hosts")
struct ConsoleHostTests {
  private func readout(_ id: String, of page: HostPage) -> Readout? { page.readouts.first { $0.id == id } }

  @Test("figures, charts and file systems of a host that samples") func full() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    bench.sampleHost(from: 3600)
    let page = try await bench.sources.hostPage("web01", range: .hour)
    #expect(page.state == .ok)
    #expect(readout("cpu", of: page)?.value.map { ($0 * 10).rounded() / 10 } == 25)
    #expect(readout("memory", of: page)?.value == 60)
    #expect(readout("filesystem", of: page)?.value == 95)
    #expect(readout("filesystem", of: page)?.threshold == 90, "where the rule speaks")
    #expect(readout("disk", of: page)?.suffix == .verbatim("sdb"), "the busiest, not the mean")
    #expect(readout("pressure", of: page)?.value == nil, "what is not sampled is unknown")
    let charts = page.sections.flatMap(\.charts)
    #expect(charts.map(\.id).contains("disk.sda"))
    #expect(charts.map(\.id).contains("disk.sdb"))
    #expect(!charts.map(\.id).contains("pressure"))
    #expect(charts.allSatisfy { $0.series.count <= Chart.seriesMax })
    #expect(page.filesystems.map(\.mountpoint) == ["/var"])
    #expect(page.filesystems.first?.state == .warning)
    for id in try messageIDs(in: page) { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("new values carry the ids of the page's charts and readouts") func deltas() async throws {
    let bench = try await ConsoleBench()
    bench.sampleHost(from: 3600)
    let page = try await bench.sources.hostPage("web01", range: .quarterHour)
    let samples = try #require(await bench.sources.samples(of: "web01", at: ConsoleBench.now))
    let charts = Dictionary(
      uniqueKeysWithValues: page.sections.flatMap(\.charts).map { ($0.id, Set($0.series.map(\.id))) })
    #expect(
      samples.charts.mapValues { Set($0.keys) } == charts.mapValues { $0 }.filter { samples.charts[$0.key] != nil })
    #expect(Set(samples.charts.keys) == Set(charts.keys).filter { !$0.hasPrefix("await.") })
    #expect(Set(samples.readouts.keys) == Set(page.readouts.filter { $0.value != nil }.map(\.id)))
    #expect(await bench.sources.samples(of: "nobody", at: ConsoleBench.now) == nil)
  }

  @Test("a host that stopped 20 minutes ago is unknown, its figures are none rather than zero") func gap() async throws
  {
    let bench = try await ConsoleBench()
    bench.sampleHost(from: 3600, to: 1200)
    let page = try await bench.sources.hostPage("web01", range: .hour)
    #expect(page.state == .unknown)
    #expect(page.readouts.count == 7)
    #expect(page.readouts.allSatisfy { $0.value == nil })
    #expect(!page.sections.isEmpty, "the past is still shown")
    let samples = try #require(await bench.sources.samples(of: "web01", at: ConsoleBench.now))
    #expect(samples.charts.isEmpty)
    #expect(samples.readouts.isEmpty)
    let row = try #require(await bench.sources.hostsPage().hosts.first)
    #expect(row.cpuPercent == nil)
    #expect(row.lastSample == nil)
    #expect(row.state == .unknown)
  }

  @Test(
    "devices that the kernel made and nothing uses have no chart",
    arguments: [
      ("zram0", [0, 0], false, true), ("zram0", [0, 3], true, true), ("loop7", [.nan], false, true),
      ("vda", [0, 0], true, true), ("sda", [0], true, true), ("ifb0", [0], false, false), ("ifb0", [5], true, false),
      ("eth0", [0], true, false), ("lo", [9], false, false), ("dummy0", [], false, false),
    ] as [(String, [Double], Bool, Bool)])
  func devices(_ device: String, _ values: [Double], _ isShown: Bool, _ isDisk: Bool) {
    #expect(
      (isDisk ? HostDevices.isDiskShown(device, [values]) : HostDevices.isNetworkShown(device, [values])) == isShown)
  }

  @Test("a forecast needs hours of samples", arguments: [(hours: Int64(1), isTold: false), (hours: 5, isTold: true)])
  func outlook(_ example: (hours: Int64, isTold: Bool)) async throws {
    let bench = try await ConsoleBench()
    let labels = ["mountpoint": "/srv", "fstype": "ext4"]
    bench.sample("node_filesystem_size_bytes", labels, from: example.hours * 3600) { _ in 1_000_000 }
    bench.sample("node_filesystem_avail_bytes", labels, from: example.hours * 3600) { 500_000 - $0 * 10 }
    let page = try await bench.sources.hostPage("web01", range: .hour)
    let row = try #require(page.filesystems.first)
    #expect((row.outlook != nil) == example.isTold)
    #expect(row.state == (example.isTold ? .warning : .ok))
  }

  @Test("an unknown name is not found") func missing() async throws {
    let sources = try await ConsoleBench().sources
    await #expect(throws: ConsoleError.notFound) { try await sources.hostPage("nobody", range: .hour) }
  }
}

@Suite("Console: the frame")
struct ConsoleShellTests {
  private func status(_ name: String, ranAgo seconds: Int64?, _ verdict: ProbeVerdict = .up) -> ProbeStatus {
    var status = ProbeStatus(name: name, kind: "http", item: nil, labels: .empty, interval: .seconds(15))
    status.lastRun = seconds.map(ConsoleBench.ago)
    status.verdict = seconds == nil ? nil : verdict
    return status
  }

  private func shell(_ probes: [ProbeStatus]) async throws -> ShellState {
    let bench = try await ConsoleBench()
    return ShellBuilder(
      probes: probes, incidents: bench.incidents.book, maintenance: bench.maintenance.book, rules: .init(),
      lastDelivery: nil, notices: [], now: ConsoleBench.now
    ).state
  }

  @Test("a target that is down is delivered; a probe that cannot look or does not come back is not") func health()
    async throws
  {
    let good = try await shell([status("a", ranAgo: 5), status("b", ranAgo: 10, .down(Reason("reason.probe.status")))])
    #expect(good.health == .ok)
    #expect(good.probesDelivering == 2)
    let lost = try await shell([status("a", ranAgo: 5), status("b", ranAgo: 300)])
    #expect(lost.health == .warning)
    #expect(lost.problem == Phrase("console.shell.probe", ["probe": "b"]))
    let blind = try await shell([status("a", ranAgo: 5, .unknown(Reason("reason.probe.local")))])
    #expect(blind.probesDelivering == 0)
    let young = try await shell([status("a", ranAgo: nil)])
    #expect(young.health == .ok, "a probe that has not run yet is no fault")
    #expect(young.probesDelivering == 0)
  }

  @Test("a probe that delivers without everything turns the pill, which leads to the probes") func partial()
    async throws
  {
    var scripts = status("scripts", ranAgo: 5)
    scripts.explanation = "/x/bad.prom: line 1: expected a value"
    let shell = try await shell([status("a", ranAgo: 5), scripts])
    #expect(shell.health == .warning && shell.probesDelivering == 2)
    #expect(shell.problem == Phrase("console.shell.partial", ["probe": "scripts"]))
    #expect(shell.target == .probes)
    #expect(try await self.shell([status("a", ranAgo: 5)]).problem == nil)
  }

  @Test("each probe stands with its item, its state and what it says, the worst first; on its item's page too")
  func probes() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let yaml = ["crowded", "down", "good", "partly", "silent", "young"].map {
      "- {name: \($0), kind: textfile, item: \($0 == "good" ? "application/shop" : "host/web01"), labels: {job: \($0)}, settings: {directory: /x}}"
    }
    bench.configuration = try ConfigurationReader.read(
      ConfigurationFiles(files: [
        .init(kind: .settings, path: "watchkeeper.yaml", text: "packaged: {probes: false, rules: false, plans: false}"),
        .init(kind: .probes, path: "probes/a.yaml", text: "probes:\n" + yaml.joined(separator: "\n")),
      ]), hostName: ConsoleBench.hostName, notifiers: CommandWorld.offlineNotifiers)
    var crowded = status("crowded", ranAgo: 5)
    (crowded.refused, crowded.refusal) = (7, .tooManySeriesOfProbe(limit: 20))
    crowded.explanation = crowded.refusalText ?? ""
    var partly = status("partly", ranAgo: 5)
    partly.explanation = "/x/bad.prom: line 1: expected a value"
    bench.probes = [
      crowded, status("down", ranAgo: 5, .down(Reason("reason.probe.refused", ["text": "x"]))),
      status("good", ranAgo: 5), partly, status("silent", ranAgo: 600), status("young", ranAgo: nil),
    ]
    let page = await bench.sources.probesPage()
    #expect(page.rows.map(\.name) == ["down", "crowded", "partly", "silent", "young", "good"])
    #expect(page.rows.map(\.state) == [.critical, .warning, .warning, .unknown, .unknown, .ok])
    let chinese = Reader(language: .simplifiedChinese, now: ConsoleBench.now.milliseconds)
    #expect(
      page.rows.map { $0.remark?.text(for: chinese) } == [
        "连接被拒绝：x", "7 个序列被拒绝：该探测已有 20 个，达到上限——请去掉一些标签，或调大其 series_max",
        "部分数据未能采集：/x/bad.prom: line 1: expected a value", "自 06:08 起没有运行完成。", "尚未运行。", nil,
      ])
    for id in try messageIDs(in: page) { #expect(Catalogue.contains(id), "\(id) has no words") }
    let shop = try await bench.sources.itemPage("application/shop", range: .hour)
    #expect(shop.probes.map(\.name) == ["good"])
    #expect(page.rows.last?.item == PageLink(.verbatim("Shop"), to: .item("application/shop")))
  }

  @Test("the log hears of a note once, whatever words a server has for it each time, and of one more")
  func notes() {
    let good = status("db", ranAgo: 5)
    var first = good
    first.notes = ["no figures of 'locks': error 1"]
    var reworded = good
    reworded.notes = ["no figures of 'locks': error 2"]
    var more = first
    more.notes.append("this needs CAP_SYS_PTRACE")
    #expect(first.news(since: good) == first.notes && first.news(since: nil) == first.notes)
    #expect(reworded.news(since: first) == [] && good.news(since: first) == [])
    #expect(more.news(since: first) == ["this needs CAP_SYS_PTRACE"])
  }

  @Test("the log hears of what cannot be read when it begins and when it ends, and of refused series likewise")
  func news() {
    let good = status("scripts", ranAgo: 5)
    var bad = good
    bad.explanation = "a.prom: line 1"
    var worse = good
    worse.explanation = "a.prom: line 2"
    #expect(bad.news(since: nil) == ["a.prom: line 1"])
    #expect(worse.news(since: bad) == [])
    #expect(good.news(since: worse) == ["everything is collected again"])
    #expect(good.news(since: nil) == [])
    var lacking = good
    lacking.notes = ["this needs CAP_X"]
    #expect(lacking.news(since: good) == ["this needs CAP_X"])
    #expect(lacking.news(since: lacking) == [], "told once, and nothing has ended")
    var more = lacking
    more.notes.append("this needs CAP_Y")
    #expect(more.news(since: lacking) == ["this needs CAP_Y"])
    var crowded = good
    (crowded.refused, crowded.refusal) = (7, .tooManySeriesOfProbe(limit: 20))
    crowded.explanation = crowded.refusalText ?? ""
    #expect(crowded.news(since: good).count == 1)
    #expect(good.news(since: crowded) == ["no series is refused any more"])
    var down = status("shop", ranAgo: 5, .down(Reason("reason.probe.refused", ["text": "x"])))
    down.explanation = "x"
    #expect(down.news(since: good) == [], "incidents tell of targets")
  }
}
