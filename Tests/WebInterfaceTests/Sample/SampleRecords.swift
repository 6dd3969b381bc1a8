import Records
import Telemetry
import WebInterface

extension SampleConsole {
  func items(_ filter: ItemFilter) async throws(ConsoleError) -> ItemsPage {
    guard content == .full else { return ItemsPage(filter: filter, classes: [], rows: [], total: 0) }
    let host: Phrase = .both(english: "Host", chinese: "主机")
    let filesystem: Phrase = .both(english: "File system", chinese: "文件系统")
    return ItemsPage(
      filter: filter,
      classes: [ItemClassCount("host", host, count: 2), ItemClassCount("filesystem", filesystem, count: 1)],
      rows: [
        dbRow, ItemRow(id: "host:web01", name: "web01", itemClass: host, state: .ok, home: .discovered),
        ItemRow(
          id: "filesystem:web01:/var", name: "/var", itemClass: filesystem, state: .warning, home: .discovered,
          parent: "web01"),
      ], total: 3,
      findings: [
        StatedPhrase(
          .warning, .both(english: "2 items have no owner", chinese: "2 个配置项没有负责人"),
          detail: .both(english: "web01, /var", chinese: "web01、/var"))
      ])
  }

  private var dbRow: ItemRow {
    ItemRow(
      id: "host:db01", name: "db01", itemClass: .both(english: "Host", chinese: "主机"), state: .critical, home: .file,
      owner: "Team DBA", criticality: 1)
  }

  func item(_ id: String, range: PageRange) async throws(ConsoleError) -> ItemPage {
    guard content == .full else { throw .notFound }
    if id == "filesystem:web01:/var" {
      return ItemPage(
        row: ItemRow(
          id: id, name: "/var", itemClass: .both(english: "File system", chinese: "文件系统"), state: .ok, home: .discovered
        ))
    }
    guard id == "host:db01" else { throw .notFound }
    return ItemPage(
      row: dbRow, badges: [StatedPhrase(.warning, .both(english: "1 drift finding", chinese: "1 处不一致"))],
      summary: .both(
        english: "MySQL primary of Orders. Half of a pair: 1 of 2 must stay up.", chinese: "订单库 MySQL 主库。双机之一：至少 1 台在线。"
      ),
      facts: [
        PageFact(.both(english: "Owner", chinese: "负责人"), .verbatim("Team DBA"), detail: .verbatim("Li Lei")),
        PageFact(.both(english: "Place", chinese: "位置"), .verbatim("Shanghai R2")),
        PageFact(.both(english: "Support", chinese: "维保"), .verbatim("2027-04-30")),
        PageFact(.both(english: "Criticality", chinese: "重要性"), .verbatim("1")),
      ],
      attributes: [
        AttributeRow(name: "mysql_version", declared: "8.0.39", observed: "8.0.39", seenAt: ago(0.1)),
        AttributeRow(name: "sync_binlog", declared: "0", observed: "1", seenAt: ago(0.1), driftSince: ago(20)),
        AttributeRow(name: "memory", declared: "64 GiB", observed: "64 GiB", seenAt: ago(0.1)),
        AttributeRow(name: "serial", declared: "VM-3F8A-21"),
      ],
      relations: [
        RelationColumn(
          heading: .both(english: "Serves", chinese: "支撑"),
          nodes: [
            RelationNode(
              id: "service:orders", name: "Orders", detail: .both(english: "down since 14:06", chinese: "14:06 起中断"),
              state: .critical),
            RelationNode(id: "host:web01", name: "web01", detail: .verbatim("shop-api"), state: .ok),
          ], edges: [RelationEdge(from: 0, to: 0, .carriesFailure), RelationEdge(from: 1, to: 0)]),
        RelationColumn(
          heading: .both(english: "This item", chinese: "本项"),
          nodes: [
            RelationNode(id: "host:db01", name: "db01", detail: .verbatim("MySQL"), state: .critical, role: .subject)
          ],
          edges: [RelationEdge(from: 0, to: 0), RelationEdge(from: 0, to: 1), RelationEdge(from: 0, to: 2, .soft)]),
        RelationColumn(
          heading: .both(english: "Depends on", chinese: "依赖"),
          nodes: [
            RelationNode(
              id: "host:vm-host3", name: "vm-host3", detail: .both(english: "runs on", chinese: "运行于"), state: .ok),
            RelationNode(
              id: "switch:sw-2", name: "sw-2", detail: .both(english: "port 3", chinese: "端口 3"), state: .warning),
            RelationNode(
              id: "ups:ups-1", name: "ups-1", detail: .both(english: "powered by", chinese: "供电"), state: .ok),
          ]),
      ], incidents: [sampleRows[0]], tasks: [sampleTasks[1]],
      history: [
        ItemChange(
          at: ago(20), actor: .verbatim("Ann Park"), .both(english: "sync_binlog changed", chinese: "sync_binlog 已更改"),
          before: .verbatim("sync_binlog = 0"),
          after: .verbatim("sync_binlog = 1")),
        ItemChange(
          at: ago(31_000), actor: .both(english: "configuration 4f1e02aa91bc", chinese: "配置 4f1e02aa91bc"),
          .both(english: "Relation added", chinese: "新增关系"),
          after: .verbatim("depends on sw-2 port 3")),
      ], source: "inventory/databases.yaml:14", host: "db01")
  }

  var sampleTasks: [TaskRow] {
    [
      TaskRow(
        number: RecordNumber(.maintenanceTask, 9), plan: "vacuum", activity: .both(english: "vacuum", chinese: "整理表空间"),
        itemID: "host:db01", item: "db01", progress: .done, slot: TimeSpan(from: ago(4878), to: ago(4758))),
      TaskRow(
        number: RecordNumber(.maintenanceTask, 21), plan: "minor update",
        activity: .both(english: "minor update", chinese: "小版本更新"),
        itemID: "host:db01", item: "db01", progress: .planned, slot: TimeSpan(from: ago(-2082), to: ago(-2262)),
        reasons: [
          StatedPhrase(.ok, .both(english: "Window 1–5 on Sunday, first free slot", chinese: "周日 1–5 点窗口，首个空闲时段")),
          StatedPhrase(
            .warning, .both(english: "Not Saturday: MT-18 holds the pair", chinese: "周六不行：MT-18 占用该双机"),
            detail: .both(english: "1 of 2 must stay up", chinese: "至少 1 台在线")),
        ], actions: [.start]),
      TaskRow(
        number: RecordNumber(.maintenanceTask, 18), plan: "patch", activity: .both(english: "patch", chinese: "补丁"),
        itemID: "host:web01", item: "web01", progress: .late, slot: TimeSpan(from: ago(138), to: ago(18)),
        reasons: [StatedPhrase(.warning, .both(english: "Runs 18 min over its window", chinese: "超出窗口 18 分钟"))],
        actions: [.finish]),
      TaskRow(
        number: RecordNumber(.maintenanceTask, 31), plan: "battery",
        activity: .both(english: "battery test", chinese: "电池测试"),
        itemID: "ups:ups-1", item: "ups-1", progress: .unplaced,
        reasons: [
          StatedPhrase(
            .critical,
            .both(english: "Its only window, Sat 8:00–18:00, lies in the freeze", chinese: "唯一窗口（周六 8:00–18:00）处于封网期"),
            detail: .both(english: "Lifting the freeze for ups-1 would allow it", chinese: "对 ups-1 解除封网即可安排"))
        ]),
    ]
  }

  func maintenance(weekOf instant: Timestamp?) async throws(ConsoleError) -> MaintenancePage {
    let monday = Timestamp(milliseconds: 1_794_758_400_000)
    guard content == .full else { return MaintenancePage(start: monday, now: now, lanes: [], tasks: []) }
    func nights(_ hour: Double, _ length: Double) -> [TimeSpan] {
      (0..<7).map { day in
        let start = monday.advanced(by: .seconds((Double(day) * 24 + hour) * 3600))
        return TimeSpan(from: start, to: start.advanced(by: .seconds(length * 3600)))
      }
    }
    return MaintenancePage(
      start: monday, now: now,
      lanes: [
        MaintenanceLane(
          itemID: "host:db01", item: "db01", remark: .both(english: "window 1–5", chinese: "窗口 1–5 点"),
          windows: nights(1, 4), tasks: [RecordNumber(.maintenanceTask, 9), RecordNumber(.maintenanceTask, 21)]),
        MaintenanceLane(
          itemID: "host:web01", item: "web01", remark: .both(english: "window 22–4", chinese: "窗口 22–4 点"),
          windows: nights(22, 6), tasks: [RecordNumber(.maintenanceTask, 18)]),
      ], tasks: sampleTasks,
      problems: [
        StatedPhrase(
          .critical, .both(english: "MT-18 and MT-21 overlap on Sat 22:00.", chinese: "MT-18 与 MT-21 在周六 22:00 冲突。"),
          detail: .both(english: "Web pool would keep 1 of 3, it needs 2.", chinese: "Web 资源池仅剩 1/3，至少需要 2。"))
      ],
      plans: [
        PlanRow(
          name: "vacuum", activity: .both(english: "vacuum", chinese: "整理表空间"),
          rhythm: .both(english: "weekly, Tue", chinese: "每周二"),
          next: ago(-5202), items: 2)
      ])
  }

  func maintenance(of record: RecordNumber) async throws(ConsoleError) -> MaintenancePage {
    guard let task = sampleTasks.first(where: { $0.number.number == record.number }) else { throw .notFound }
    var page = try await maintenance(weekOf: nil)
    page.chosen = task.number
    return page
  }

  func explore(_ query: String, range: PageRange) async throws(ConsoleError) -> ExplorePage {
    var page = ExplorePage(
      query: query, range: range, at: now,
      words: [ExploreWord("rate", arguments: "range vector", Phrase("promql.rate"))])
    switch query {
    case "":
      page.start = ExploreStart(
        examples: content == .full ? [ExploreExample("up", Phrase("explore.example.up"))] : [],
        metrics: content == .full ? [MetricRow(name: "up", series: 12)] : [], metricsTotal: content == .full ? 1 : 0)
    case "sum(":
      page.fault = ExploreFault(
        Phrase("explore.fault.syntax"), message: "unclosed parenthesis", hint: "write )",
        place: .init(line: 1, column: 5, text: query))
    default:
      var answer = ExploreAnswer(summary: Phrase("explore.single"), remarks: ["PromQL info: a remark (1:1)"])
      answer.rows = [ExploreRow(series: "up{job=\"node\"}", value: "1")]
      answer.steps = [ExploreStep(depth: 0, action: "up", query: "up", series: 12, samples: nil, seconds: 0.001)]
      answer.rule = "groups: []"
      answer.undrawn = 3
      answer.unlisted = 1
      page.answer = answer
    }
    return page
  }

  func backtest(_ order: BacktestOrder, waiting: Duration) async -> BacktestAnswer {
    guard order.rule == "ReplicaLag" else { return BacktestAnswer(.running, progress: 0.4) }
    var rule = BacktestRule(
      group: "db", name: "ReplicaLag", expression: "mysql_replica_lag_seconds > 60", intervalSeconds: 15,
      heldSeconds: 300, rounds: 5760, failedRounds: 0, problem: nil, fires: 2, firingSeconds: 5400,
      longestSeconds: 3600, firstAt: ago(1000), lastAt: ago(100), series: 1)
    rule.firings = [
      BacktestFire(
        labels: LabelSet(["instance": "db01"]), from: ago(1000), to: ago(940), value: 90, beginning: .inSpan),
      BacktestFire(labels: LabelSet(["instance": "db01"]), from: ago(100), to: nil, value: .nan, beginning: .inSpan),
    ]
    rule.incidents = [
      BacktestIncident(
        title: .verbatim("db01 is behind"), item: "db01", priority: 2, from: ago(1000), to: ago(940), reopened: 0,
        pages: 2, outlived: nil, same: [RecordNumber(.incident, 214)], beside: [])
    ]
    rule.pages = ["on-call": 3]
    rule.ladder = BacktestLadder(
      comparison: ">", number: 60,
      rungs: [.init(number: 30, fires: 9, firingSeconds: 20_000), .init(number: 60, fires: 2, firingSeconds: 5400)])
    return BacktestAnswer(
      .done, result: BacktestResult(file: order.file, from: ago(1440), to: ago(0), rules: [rule]))
  }

  func probe(_ name: String) async throws(ConsoleError) -> ProbePage {
    guard content == .full, let row = try await probes(ProbesFilter()).rows.first(where: { $0.name == name }) else {
      throw .notFound
    }
    let question = GapQuestion(subject: "db01", from: ago(60), to: ago(0))
    return ProbePage(
      row: row,
      facts: [
        PageFact(
          Phrase("probe.fact.schedule"), Phrase("probe.rhythm.cron", ["cron": "*/5 * * * *", "zone": "UTC"]),
          detail: Phrase("probe.fact.timeout", ["timeout": "5 s", "priority": "3"]))
      ],
      gaps: try await gaps(question).probes[0],
      rules: [PageLink(.verbatim("InstanceDown"), to: .rule(file: "rules/db.yaml", group: "db", name: "InstanceDown"))],
      query: "{instance=\"db01\"}")
  }

  func probes(_ filter: ProbesFilter) async throws(ConsoleError) -> ProbesPage {
    guard content == .full else { return ProbesPage(rows: []) }
    let rows = [
      ProbeRow(
        name: "db01", kind: "scrape", state: .ok, item: PageLink(.verbatim("db01"), to: .item("host:db01")),
        intervalSeconds: 15, lastRun: ago(0.1), tookSeconds: 0.012, lateSeconds: 0.004, cpuSeconds: 0.0007,
        packets: 8, bytes: 4096, samples: 812, pace: Phrase("probe.pace.zoomed", ["every": "1"])),
      ProbeRow(
        name: "scripts", kind: "textfile", state: .warning, intervalSeconds: 15, lastRun: ago(0.1), tookSeconds: 0.001,
        samples: 9, remark: Phrase("console.probe.partly", ["text": "backup.prom: line 3"])),
    ]
    return ProbesPage(rows: rows, filter: filter)
  }

  func gaps(_ question: GapQuestion) async throws(ConsoleError) -> GapsPage {
    guard question.subject == "db01" else { throw .notFound }
    return GapsPage(
      question,
      probes: [
        ProbeGaps(
          probe: "db01",
          gaps: [
            GapRow(
              from: ago(30), to: ago(20), cause: "not_running", extent: "everything",
              reason: Phrase("reason.gap.stopped"), runs: 1)
          ])
      ])
  }

  func rules() async throws(ConsoleError) -> RulesPage {
    guard content == .full else { return RulesPage(groups: []) }
    return RulesPage(groups: [
      RuleGroupRow(
        name: "db", file: "rules/db.yaml", intervalSeconds: 15, lastEvaluation: ago(0.1), tookSeconds: 0.0012,
        rules: [
          RuleRow(
            name: "ReplicaLag", expression: "mysql_replica_lag_seconds > 60", heldSeconds: 300, severity: "critical",
            condition: .firing,
            summary: .both(english: "{{ $labels.instance }} is behind", chinese: "{{ $labels.instance }} 延迟"),
            firing: 1, incidents: [RecordNumber(.incident, 214)]),
          RuleRow(name: "job:up:sum", expression: "sum by (job) (up)", condition: .recording),
          RuleRow(
            name: "Broken", expression: "a / on(x) b", condition: .failing,
            problem: "found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation"),
        ])
    ])
  }
}
