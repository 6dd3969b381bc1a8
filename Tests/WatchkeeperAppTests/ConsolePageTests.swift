import Alerting
import Incidents
import Inventory
import Planner
import Probes
import PromQL
import Records
import ServiceTime
import Telemetry
import Notifiers
import Testing
import WebInterface
import Wording

@testable import WatchkeeperApp

@Suite("Console: pages")
struct ConsolePageTests {
  @Test("an installation of a second ago has every page, and claims nothing") func empty() async throws {
    let sources = try await ConsoleBench().sources
    let overview = try await sources.overviewPage()
    #expect(overview.verdict.state == .unknown)
    #expect(overview.needs.isEmpty && overview.endpoints.isEmpty && overview.activity.isEmpty)
    #expect(overview.fleet.flatMap(\.hosts).map(\.state) == [.unknown])
    #expect(try await sources.incidentsPage(IncidentFilter(which: .all)).rows.isEmpty)
    #expect(sources.itemsPage(ItemFilter()).rows.isEmpty)
    let week = sources.maintenanceBuilder.page(weekOf: ConsoleBench.now)
    #expect(week.lanes.isEmpty && week.tasks.isEmpty)
    #expect(RulesPageBuilder(view: sources.rules(), incidents: sources.incidents().book).page.groups.isEmpty)
    let ids = try messageIDs(in: overview).union(try messageIDs(in: try await sources.hostsPage()))
    for id in ids { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("all in order says how much that is; trouble names the worst and counts the rest") func verdict() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    bench.sampleHost(from: 600)
    let quiet = try await bench.sources.overviewPage()
    #expect(quiet.verdict.state == .ok)
    #expect(quiet.verdict.phrase == Phrase("console.verdict.hosts", ["hosts": "1", "endpoints": "0"]))
    #expect(quiet.activity.first?.what == Phrase("console.activity.many.items", ["count": "3"]))
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let page = try await bench.sources.overviewPage()
    #expect(page.verdict.state == .critical)
    #expect(page.verdict.phrase == Phrase("console.verdict.failing-alone", ["item": "/var"]))
    #expect(page.needs.map(\.number.description) == ["INC-1"])
    #expect(page.needs.first?.spark.count == Spark.points)
    #expect(page.watch.incidents.map(\.kind) == [.critical])
    #expect(page.fleet.first?.hosts.first?.state == .critical)
    #expect(
      page.activity.first?.what
        == Phrase("console.activity.incident.opened", ["number": "INC-1", "by": "disk/DiskFull"]))
    #expect(page.activity.first?.title == .both(english: "/var is full", chinese: "/var 已满"))
    for id in try messageIDs(in: page) { #expect(Catalogue.contains(id), "\(id) has no words") }
  }

  @Test("an exporter that is scraped is an endpoint: `up` tells its state, and not that of a check") func scraped()
    async throws
  {
    let bench = try await ConsoleBench()
    bench.configuration = try ConfigurationReader.read(
      ConfigurationFiles(files: [
        .init(
          kind: .probes, path: "probes/a.yaml",
          text: """
            probes:
            - {name: db, kind: scrape, settings: {targets: ["db:9100"]}}
            - {name: web, kind: scrape, settings: {targets: ["web:9100"]}}
            - {name: shop, kind: tcp, settings: {target: "shop:443"}}

            """)
      ]), hostName: ConsoleBench.hostName, notifiers: CommandWorld.offlineNotifiers)
    for (labels, value) in [
      (["job": "db", "instance": "db:9100"], 1.0), (["job": "web", "instance": "web:9100"], 0),
      (["job": "shop", "instance": "shop:443"], 0), (["job": "blackbox", "instance": "shop:443"], 0),
    ] {
      bench.sample("up", labels, from: 600) { _ in value }
    }
    let rows = try await bench.sources.overviewPage().endpoints
    #expect(rows.map(\.name) == ["web", "shop", "db"] && rows.map(\.state) == [.critical, .unknown, .ok])
    #expect(rows.map { $0.days.last } == [.down, .notWatched, .inOrder])
  }

  @Test("an endpoint without an item of its own does not make its host fail") func endpointOfHost() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let item = try #require(bench.inventory.book.reference(to: ConsoleBench.host))
    let down = AlertReport(
      rule: ConsoleBench.rule, labels: LabelSet(["instance": "http://shop", "job": "blackbox"]), severity: .critical,
      activeAt: ConsoleBench.ago(900), value: 0, subject: .bound(item, why: Reason("reason.binding.target")))
    try await bench.fire(down, at: ConsoleBench.ago(600))
    let page = try await bench.sources.overviewPage()
    #expect(page.verdict.phrase == Phrase("console.verdict.failing-alone", ["item": "http://shop"]))
    #expect(page.needs.first?.impact == Phrase("console.impact.seen-from", ["item": "web01"]))
    let host = bench.sources.itemsPage(ItemFilter(itemClass: "host")).rows.first
    #expect(host?.state == .ok)
  }

  @Test(
    "how often a plan comes round",
    arguments: [
      ("FREQ=DAILY;INTERVAL=2", "every 2 days, 22:00"), ("FREQ=WEEKLY;BYDAY=TU", "every Tuesday, 22:00"),
      ("FREQ=MONTHLY;BYDAY=1SA", "every month on the first Saturday, 22:00"),
      ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "every 3 months on the last Friday, 22:00"),
      ("FREQ=MONTHLY", "every month, day 7, 22:00"),
      ("FREQ=WEEKLY;BYDAY=FR,TU", "every Tuesday, Friday, 22:00"),
      ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR", "every 2 weeks on Tuesday, Friday, 22:00"),
      ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
    ])
  func rhythm(_ example: (rule: String, text: String)) throws {
    let start = try #require(CivilDateTime("2026-11-07T22:00"))
    let phrase = RhythmWords.phrase(Recurrence(start: start, rule: try RecurrenceRule(example.rule), zone: .utc))
    #expect(phrase.text(for: Reader(language: .english)) == example.text)
  }

  @Test("several days of a week are listed in Chinese too")
  func rhythmInChinese() throws {
    let start = try #require(CivilDateTime("2026-11-07T22:00"))
    let rule = try RecurrenceRule("FREQ=WEEKLY;BYDAY=TU,FR")
    let phrase = RhythmWords.phrase(Recurrence(start: start, rule: rule, zone: .utc))
    #expect(phrase.text(for: Reader(language: .simplifiedChinese)) == "每周二、周五，22:00")
  }

  @Test("the CMDB: list, search, drift, relations and history") func items() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.take(.observe(Observation(ConsoleBench.host, ["os": "Ubuntu"], source: "host")))
    let list = bench.sources.itemsPage(ItemFilter())
    #expect(list.total == 3)
    #expect(list.classes.map(\.name) == ["host", "filesystem", "application"])
    #expect(bench.sources.itemsPage(ItemFilter(itemClass: "host", words: "ann")).rows.map(\.name) == ["web01"])
    #expect(bench.sources.itemsPage(ItemFilter(page: 9)).rows.isEmpty)
    #expect(list.findings.count == 1, "the drift of the system")
    let page = try await bench.sources.itemPage("host/web01", range: .hour)
    #expect(page.relations.map { $0.nodes.map(\.name) } == [["Shop", "/var"], ["web01"]])
    let system = try #require(page.attributes.first { $0.name == "os" })
    #expect(system.declared == "Debian" && system.observed == "Ubuntu" && system.driftSince != nil)
    #expect(page.history.first?.after == Phrase("console.value.plain", ["field": "os", "value": "Ubuntu"]))
    #expect(page.host == "web01")
    for id in try messageIDs(in: page).union(try messageIDs(in: list)) {
      #expect(Catalogue.contains(id), "\(id) has no words")
    }
    let sources = bench.sources
    await #expect(throws: ConsoleError.notFound) { try await sources.itemPage("host/none", range: .hour) }
  }

  @Test("a column of relations says how many it does not show")
  func cutRelations() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let found = (1...20).map { Discovery.Found("filesystem", identity: "/mnt/\($0)", attributes: ["fstype": "ext4"]) }
    try await bench.take(
      .discover(Discovery(below: ConsoleBench.host, classes: ["filesystem"], found: found, source: "h")))
    let count = bench.inventory.book.children(of: ConsoleBench.host).count { !$0.isRetired } + 1
    let page = try await bench.sources.itemPage("host/web01", range: .hour)
    #expect(page.relations.map(\.nodes.count) == [ItemsPageBuilder.nodesMax, 1])
    let hidden = String(count - ItemsPageBuilder.nodesMax)
    #expect(page.relations[0].heading == Phrase("console.column-cut.serves", ["count": hidden]))
    let standing = ItemStanding(
      bench.incidents.book, bench.inventory.book, bench.maintenance.book, at: ConsoleBench.now)
    let impact = ImpactColumns.columns(of: ConsoleBench.host, in: bench.inventory.book, standing)
    #expect(impact.map(\.nodes.count) == [1, ImpactColumns.nodesMax])
    let behind = String(count - ImpactColumns.nodesMax)
    #expect(impact[1].heading == Phrase("console.column-cut.affected", ["count": behind]))
    for side in ["serves", "affected", "needs", "behind"] {
      #expect(Catalogue.contains("console.column-cut.\(side)"), "\(side)")
    }
  }

  @Test("every class and relation has words")
  func words() {
    for known in ItemClass.catalogue { #expect(Catalogue.contains("console.class.\(known.name)")) }
    for type in RelationType.allCases { #expect(Catalogue.contains("console.relation.\(type.rawValue)")) }
    for measure in HostMeasure.allCases {
      #expect(Catalogue.contains("console.host.series.\(measure.series)"))
      #expect(Catalogue.contains("console.host.chart.\(measure.chart)"))
      #expect(Catalogue.contains("console.host.section.\(measure.section.rawValue)"))
    }
  }

  @Test("on whichever day Watchkeeper is first run, the page opens with a packaged task", arguments: 0..<14)
  func firstTask(_ half: Int) async throws {
    let bench = try await ConsoleBench()
    let environment = NotifierEnvironment(
      carry: { _ in preconditionFailure("reading sends nothing") }, readSecret: { Secret($0) }, write: { _ in })
    let plans = try ConfigurationReader.read(
      ConfigurationFiles(files: []), hostName: "web01", notifiers: environment
    ).plans
    let host = PlannedItem(id: ConsoleBench.host.entity, name: "web01", className: "host")
    // Every noon and every midnight of a week.
    let now = ConsoleBench.now.advanced(by: .seconds(Int64(half) * 43_200))
    var book = bench.maintenance.book
    for fact in try book.decide(.plan, in: PlanningScene(plans: plans, items: [host]), at: now) { book.apply(fact) }
    let builder = MaintenancePageBuilder(
      maintenance: book, inventory: bench.inventory.book, plans: plans, zone: .utc, now: now)
    let page = builder.page(weekOf: builder.opening)
    #expect(page.tasks.contains { $0.plan == "security-updates" && $0.slot.map { $0.end > now } == true })
    #expect(page.start.elapsed(since: now) < .seconds(7 * 86_400), "no further than the next week")
  }

  @Test("a week of maintenance: Monday, windows, tasks with their reasons, what may be done") func maintenance()
    async throws
  {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let plan = try Self.plan()
    bench.configuration = Configuration(
      files: bench.configuration.files, settings: bench.configuration.settings, probes: [], ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [plan])
    let scene = PlanningScene(plans: [plan], inventory: bench.inventory.book, incidents: bench.incidents.book)
    try await bench.take(.plan, scene, at: ConsoleBench.now)
    let builder = bench.sources.maintenanceBuilder
    let page = builder.page(weekOf: ConsoleBench.now)
    #expect(page.start == Timestamp(milliseconds: 1_794_787_200_000), "Monday 2026-11-16")
    let lane = try #require(page.lanes.first)
    #expect(lane.item == "web01")
    #expect(lane.windows.count == 8, "seven nights, and the one that began before the week")
    let task = try #require(page.tasks.first)
    #expect(task.progress == .planned)
    #expect(task.actions == [.start])
    #expect(!task.reasons.isEmpty)
    #expect(page.plans.first?.rhythm == Phrase("console.rhythm.each.SA", ["count": "1", "time": "22:00"]))
    #expect(builder.page(weekOf: ConsoleBench.now.advanced(by: .seconds(-30 * 86_400))).tasks.isEmpty)
    try await bench.take(.start(task.number, .respectConstraints, by: .person("ann")), scene, at: ConsoleBench.now)
    let running = bench.sources.maintenanceBuilder.page(weekOf: ConsoleBench.now)
    #expect(running.tasks.first?.progress == .running)
    #expect(running.tasks.first?.actions == [.finish])
    let host = try await bench.sources.hostPage("web01", range: .hour)
    #expect(host.state == .maintenance)
    #expect(host.badges.contains { $0.state == .maintenance })
  }

  @Test("a task that was begun and that nobody ended keeps the page on this week") func unconfirmed() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    let plans = [try Self.plan()]
    let scene = PlanningScene(plans: plans, inventory: bench.inventory.book, incidents: bench.incidents.book)
    try await bench.take(.plan, scene, at: ConsoleBench.now)
    let task = try #require(bench.maintenance.book.allTasks.first)
    let slot = try #require(task.slot)
    try await bench.take(.start(task.number, .respectConstraints, by: .person("ann")), scene, at: slot.from)
    // Sunday night: the plan's next task lies in the next week.
    let late = slot.to.advanced(by: .seconds(86_400))
    try await bench.take(.plan, scene, at: late)
    let builder = MaintenancePageBuilder(
      maintenance: bench.maintenance.book, inventory: bench.inventory.book, plans: plans, zone: .utc, now: late)
    #expect(bench.maintenance.book[task.number]?.state.isFinished == false)
    #expect(builder.opening == late)
    #expect(builder.page(weekOf: builder.opening).tasks.contains { $0.number == task.number })
  }

  private static func plan() throws -> MaintenancePlan {
    var draft = PlanDraft()
    draft.name = "patch"
    draft.title = "Patch"
    draft.items = [ConsoleBench.host.entity]
    draft.start = "2026-11-07T22:00"
    draft.rule = "FREQ=WEEKLY;BYDAY=SA"
    let (from, to) = (try #require(CivilTime("22:00")), try #require(CivilTime("04:00")))
    draft.window = MaintenanceHours(
      WindowDefinition(name: "night", schedule: .weekly(days: Set(Weekday.allCases), from: from, to: to), zone: .utc))
    draft.windowName = "night"
    draft.duration = .seconds(3600)
    draft.lead = .seconds(7 * 86_400)
    return try MaintenancePlan(draft)
  }

  @Test("rules: not evaluated, then with what is open under their name") func rules() async throws {
    let bench = try await ConsoleBench()
    try await bench.furnish()
    try await bench.fire(bench.alert(), at: ConsoleBench.ago(600))
    let page = RulesPageBuilder(view: bench.rules, incidents: bench.incidents.book).page
    let rule = try #require(page.groups.first?.rules.first)
    #expect(rule.condition == .notEvaluated)
    #expect(rule.heldSeconds == 300)
    #expect(rule.severity == "critical")
    #expect(rule.incidents == [RecordNumber(.incident, 1)])
    let file = try #require(page.groups.first?.file)
    let incident = try await bench.sources.incidentPage(RecordNumber(.incident, 1), range: .hour)
    let target = PageTarget.rule(file: file, group: page.groups[0].name, name: rule.name)
    #expect(incident.rule?.target == target)
    #expect(target.path != PageTarget.rule(file: "b.yaml", group: page.groups[0].name, name: rule.name).path)
    #expect(PrometheusRules.groups(of: bench.rules).first?.rules.first?.health == .unknown)
  }

  @Test(
    "days of an endpoint: what was not watched is never in order",
    arguments: [
      (nil, EndpointDay.notWatched), (Double.nan, .notWatched), (1.0, .inOrder), (0.995, .degraded), (0.5, .down),
    ] as [(Double?, EndpointDay)])
  func days(_ example: (share: Double?, day: EndpointDay)) {
    #expect(EndpointDays.cell(example.share) == example.day)
  }

  @Test("an endpoint's answer is its own, not that of another probe of the same target") func siblings() {
    let labels = LabelSet([Label("instance", "web"), Label("job", "blackbox")])
    let endpoint = WatchedEndpoint(name: "web", labels: labels, metrics: .check, item: nil)
    let name = Label(LabelSet.metricName, "probe_success")
    let elements = [
      VectorElement(
        labels: LabelSet(labels + [name, Label("check", "strict")]), timestamp: ConsoleBench.now, value: 0),
      VectorElement(labels: LabelSet(labels + [name]), timestamp: ConsoleBench.now, value: 1),
    ]
    #expect(endpoint.value(in: elements) == 1)
  }

  @Test("the query API answers, and names the kind of a failure") func prometheus() async throws {
    let bench = try await ConsoleBench()
    bench.sample("up", from: 600) { _ in 1 }
    let sources = bench.sources
    guard case .vector(let samples) = try await sources.answer("up", over: .instant(ConsoleBench.now)).answer else {
      Issue.record("no vector")
      return
    }
    #expect(samples.map(\.point.value) == [1])
    guard
      case .matrix(let series) = try await sources.answer(
        "up", over: EvaluationRange(from: ConsoleBench.ago(60), through: ConsoleBench.now, step: .seconds(15))
      ).answer
    else {
      Issue.record("no matrix")
      return
    }
    #expect(series.first?.values.count == 5)
    let sets = try await sources.labelSets(matching: ["up"], from: ConsoleBench.ago(60), through: ConsoleBench.now)
    #expect(sets.map { $0["instance"] } == ["web01"])
    bench.series.append(LabelSet(["__name__": "up", "job": "old"]), at: ConsoleBench.ago(400), 1)
    bench.series.append(LabelSet(["__name__": "up", "job": "new"]), at: ConsoleBench.ago(1), 1)
    func count(_ options: PrometheusQueryOptions) async throws -> (Int, [String]) {
      let result = try await bench.sources.answer("up", over: .instant(ConsoleBench.now), options)
      guard case .vector(let samples) = result.answer else { return (-1, []) }
      return (samples.count, result.warnings)
    }
    #expect(try await count(.init()) == (2, []))
    #expect(try await count(.init(lookback: .seconds(500))) == (3, []), "the caller's look-back")
    #expect(try await count(.init(limit: 1)) == (1, ["results truncated due to limit"]))
    #expect(try await count(.init(limit: 2)) == (2, []))
    let latest = try await bench.sources.latest(matching: ["up", #"up{job="new"}"#]).sorted { $0.labels < $1.labels }
    #expect(latest.map(\.labels["instance"]) == ["web01", nil] && latest.map(\.labels["job"]) == [nil, "new"])
    #expect(latest.map(\.sample.timestamp) == [ConsoleBench.now, ConsoleBench.ago(1)])
    bench.series.append(LabelSet(["__name__": "up", "job": "new"]), at: ConsoleBench.now, .staleMarker)
    #expect(try await bench.sources.latest(matching: ["up{job!=\"\"}"]).isEmpty)
    let remark = try await sources.answer("quantile(2, up)", over: .instant(ConsoleBench.now))
    #expect(remark.warnings == ["PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)"])
    await #expect { try await sources.answer("up(", over: .instant(ConsoleBench.now)) } throws: {
      ($0 as? PrometheusFailure)?.kind == .badData
    }
    await #expect {
      try await sources.labelSets(matching: ["rate(up[5m])"], from: ConsoleBench.ago(60), through: ConsoleBench.now)
    } throws: {
      ($0 as? PrometheusFailure)?.kind == .badData
    }
  }
}
