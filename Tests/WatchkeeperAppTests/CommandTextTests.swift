import Foundation
import Records
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp
@testable import WebInterface

/// Page values, sent as the console sends them, shown as the commands show them.
@Suite("Pages in a terminal")
struct CommandTextTests {
  static let now = Timestamp(milliseconds: 1_795_155_480_000)

  private func reader(_ language: Language) -> Reader {
    Reader(
      language: language, zone: .fixed("Asia/Shanghai", offsetSeconds: 28_800), now: Self.now.milliseconds)
  }

  private func answer(_ page: some Encodable, _ language: Language) throws -> ControlClient.Answer {
    guard case .bytes(let bytes) = WebResponse.json(page, reader: reader(language)).body else {
      throw CocoaError(.coderInvalidValue)
    }
    return ControlClient.Answer(body: bytes)
  }

  private func text<Page: Decodable>(
    _ page: some Encodable, as type: Page.Type, _ language: Language, _ text: (Page, Reader) -> String
  ) throws -> [String] {
    let shown = text(try answer(page, language).decoded(as: type), reader(language))
    return TextLayout.plain(shown).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("a rule that fires too often for --max-fires is named, and so is one that was never evaluated")
  func gate() throws {
    func refusal(fires: Int, failedRounds: Int, at limit: Int, _ language: Language) throws -> String? {
      let json = """
        {"group": "g", "name": "A", "intervalSeconds": 60, "heldSeconds": 0, "rounds": 9, "failedRounds": \(failedRounds),
         "fires": \(fires), "firingSeconds": 0, "longestSeconds": 0, "series": 0, "firings": [], "incidents": [],
         "withheld": [], "pages": {}, "missed": []}
        """
      let rule = try JSONDecoder().decode(BacktestResultAnswer.Rule.self, from: Data(json.utf8))
      return rule.refusal(at: limit, reader(language))
    }
    #expect(try refusal(fires: 3, failedRounds: 8, at: 3, .english) == nil)
    #expect(try refusal(fires: 3, failedRounds: 0, at: 2, .english) == "A fires 3 times, --max-fires allows 2")
    #expect(try refusal(fires: 3, failedRounds: 0, at: 2, .simplifiedChinese) == "A 触发 3 次，--max-fires 允许 2 次")
    #expect(try refusal(fires: 0, failedRounds: 9, at: 2, .english) == "A could not be evaluated in any round")
  }

  private static func ago(_ minutes: Int64) -> Timestamp { now.advanced(by: .seconds(-60 * minutes)) }

  private static let row = IncidentRow(
    number: RecordNumber(.incident, 214), priority: 1, state: .critical, progress: .open,
    title: .both(english: "Replication lag\nof db01", chinese: "db01 主从复制延迟"), since: ago(132), count: 48)

  private func list(_ rows: [IncidentRow], words: String = "") -> IncidentsPage {
    IncidentsPage(
      filter: IncidentFilter(which: .open, words: words), counts: [.open: rows.count], rows: rows,
      total: rows.count * 120)
  }

  @Test("the list of incidents stands in columns, also with Han characters")
  func incidents() throws {
    var second = Self.row
    second.number = RecordNumber(.incident, 7)
    second.progress = .acknowledged
    second.owner = "Han Mei"
    let page = list([Self.row, second])
    let english = try text(page, as: IncidentListAnswer.self, .english) { IncidentListText(page: $0, reader: $1).text }
    #expect(
      english == [
        "NUMBER   PRIO  STATE         SINCE       SEEN  OWNER    WHAT",
        "INC-214  P1    open          2 h 12 min  48×   –        Replication lag of db01",
        "INC-7    P1    acknowledged  2 h 12 min  48×   Han Mei  Replication lag of db01", "", "Page 1 of 5",
      ])
    let chinese = try text(page, as: IncidentListAnswer.self, .simplifiedChinese) {
      IncidentListText(page: $0, reader: $1).text
    }
    #expect(chinese[0] == "编号     优先级  状态    持续            次数  负责人   内容")
    #expect(chinese[1] == "INC-214  P1      未确认  2 小时 12 分钟  48×   –        db01 主从复制延迟")
  }

  @Test("an empty list says which")
  func empty() throws {
    let none = try text(list([]), as: IncidentListAnswer.self, .english) { IncidentListText(page: $0, reader: $1).text }
    #expect(none == ["No open incident. The watch goes on."])
    let words = try text(list([], words: "x"), as: IncidentListAnswer.self, .english) {
      IncidentListText(page: $0, reader: $1).text
    }
    #expect(words == ["No incident has these words. Try fewer of them."])
  }

  @Test("an incident shows its evidence, who was told, its timeline and its labels")
  func incident() throws {
    let page = IncidentPage(
      row: Self.row, facts: [PageFact(.verbatim("Impact"), .verbatim("Orders down"), detail: .verbatim("340 users"))],
      expression: "lag > 60", why: .verbatim("held for 5 min"), rule: PageLink(.verbatim("db/Lag"), to: .rules),
      told: [], timeline: [TimelineEntry(at: Self.ago(12), .sent, .verbatim("Mail sent"), detail: .verbatim("250"))],
      labels: LabelSet(["severity": "critical"]), item: PageLink(.verbatim("db01"), to: .item("host/db01")))
    let lines = try text(page, as: IncidentAnswer.self, .english) { IncidentText(page: $0, reader: $1).text }
    #expect(
      lines == [
        "INC-214  P1  open  Critical", "Replication lag", "of db01", "", "Since           12:06 (2 h 12 min)",
        "Who has it      Nobody yet", "Impact          Orders down – 340 users", "Item            db01 (host/db01)",
        "Rule            db/Lag", "Why this fired  lag > 60 – held for 5 min", "", "Who was told, and why",
        "  Nobody was told.", "", "Timeline", "  2026-11-20 14:06:00  Mail sent – 250", "", "Labels",
        "  severity=\"critical\"",
      ])
  }

  private static let item = ItemPage(
    row: ItemRow(
      id: "host/db01", name: "db01", itemClass: .verbatim("Host"), state: .critical, home: .file, criticality: 2),
    attributes: [
      AttributeRow(name: "kernel", declared: "6.1", observed: "6.2", seenAt: ago(2), driftSince: ago(60)),
      AttributeRow(name: "rack", declared: "A3"),
    ],
    relations: [
      RelationColumn(
        heading: .verbatim("Serves"), nodes: [RelationNode(id: "s", name: "orders", state: .warning)],
        edges: [RelationEdge(from: 0, to: 0, .soft), RelationEdge(from: 0, to: 9)]),
      RelationColumn(
        heading: .verbatim("This item"),
        nodes: [RelationNode(id: "host/db01", name: "db01", state: .critical, role: .subject)]),
    ],
    history: [
      ItemChange(
        at: ago(60), actor: .verbatim("Han Mei"), .verbatim("rack changed"), before: .verbatim("rack = A2"),
        after: .verbatim("rack = A3"))
    ], source: "inventory/site.yaml:14")

  @Test("an item shows what was declared and seen, where it is written, and its relations")
  func item() throws {
    let lines = try text(Self.item, as: ItemAnswer.self, .english) { ItemText(page: $0, reader: $1).text }
    #expect(
      lines == [
        "host/db01  Host  Critical", "", "HOME  file inventory/site.yaml:14", "", "Facts",
        "  FIELD   DECLARED  OBSERVED  TIME", "  kernel  6.1       6.2       2 min ago, drift since 13:18",
        "  rack    A3        –", "", "Relations", "  Serves", "      orders  Warning  → db01 (soft)", "  This item",
        "    * db01  Critical",
      ])
  }

  @Test("the history of an item stands newest first, an item alone says so")
  func historyAndImpact() throws {
    let history = try text(Self.item, as: ItemAnswer.self, .english) { ItemText(page: $0, reader: $1).history }
    #expect(history[1] == "2026-11-20 13:18:00  Han Mei  rack changed  rack = A2 → rack = A3")
    var alone = Self.item
    (alone.relations, alone.history) = ([], [])
    let impact = try text(alone, as: ItemAnswer.self, .simplifiedChinese) { ItemText(page: $0, reader: $1).impact }
    #expect(impact == ["host/db01  严重", "", "此配置项没有依赖关系。"])
    #expect(
      try text(alone, as: ItemAnswer.self, .english) { ItemText(page: $0, reader: $1).history }
        == ["No change since the first sighting."])
  }

  private static let task = TaskRow(
    number: RecordNumber(.maintenanceTask, 1), plan: "updates", activity: .verbatim("Install updates"),
    checklist: [.both(english: "Read what changes", chinese: "查看更新")], itemID: "host/db01", item: "db01",
    progress: .planned,
    slot: TimeSpan(from: now.advanced(by: .seconds(86_400)), to: now.advanced(by: .seconds(90_000))),
    reasons: [StatedPhrase(.ok, .verbatim("The earliest slot."))])

  @Test("plans and the week's tasks stand under each other; a task without a slot says so")
  func plans() throws {
    var unplaced = Self.task
    (unplaced.number, unplaced.slot, unplaced.progress) = (RecordNumber(.maintenanceTask, 2), nil, .unplaced)
    let page = MaintenancePage(
      start: Timestamp(milliseconds: 1_794_758_400_000), now: Self.now, lanes: [], tasks: [Self.task, unplaced],
      problems: [StatedPhrase(.critical, .verbatim("MT-2 fits nowhere"))],
      plans: [PlanRow(name: "updates", activity: .verbatim("Install updates"), rhythm: .verbatim("weekly"), items: 3)])
    let lines = try text(page, as: MaintenanceAnswer.self, .english) { PlanText(page: $0, reader: $1).text }
    #expect(
      lines == [
        "PLAN     WHAT             RHYTHM  ITEMS  NEXT", "updates  Install updates  weekly  3      –", "",
        "Week 47, 16–22 Nov 2026", "  NUMBER  STATE    SLOT             ITEM  PLAN     WHAT",
        "  MT-1    planned  Sat 14:18–15:18  db01  updates  Install updates",
        "  MT-2    no slot  no slot fits     db01  updates  Install updates", "", "Critical  MT-2 fits nowhere",
      ])
    let task = TaskText(
      task: try #require(try answer(page, .english).decoded(as: MaintenanceAnswer.self).tasks.first),
      reader: reader(.english))
    #expect(task.text.contains("Why then\n  OK  The earliest slot.\n\nSteps\n  1. Read what changes"))
  }

  @Test(
    "a query's answer stands in rows, whatever its type",
    arguments: [
      (
        #"{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"node"},"value":[1795155480.5,"1"]}]}"#,
        "SERIES          TIME                 VALUE\nup{job=\"node\"}  2026-11-20 14:18:00  1"
      ),
      (
        #"{"resultType":"matrix","result":[{"metric":{},"values":[[1795155480,"1"],[1795155540,"NaN"]]}]}"#,
        "SERIES  TIME                 VALUE\n{}      2026-11-20 14:18:00  1\n{}      2026-11-20 14:19:00  NaN"
      ),
      (
        #"{"resultType":"vector","result":[{"metric":{},"histogram":[1795155480,{"count":"3","sum":"1","buckets":[[3,"-1","1","1"],[0,"1","2","2"]]}]}]}"#,
        "SERIES  TIME                 VALUE\n{}      2026-11-20 14:18:00  {count:3, sum:1, [-1,1]:1, (1,2]:2}"
      ),
      (#"{"resultType":"scalar","result":[1795155480,"2"]}"#, "2"),
      (#"{"resultType":"vector","result":[]}"#, "no series"),
    ])
  func query(_ result: String, _ expected: String) throws {
    let answer = ControlClient.Answer(body: Array(#"{"status":"success","data":\#(result)}"#.utf8))
    let shown = QueryText(result: try answer.decoded(as: QueryAnswer.self).data, reader: reader(.english)).text
    #expect(shown == expected)
  }

  private struct Status: Encodable {
    var version = "0.1.0"
    var now = CommandTextTests.now
    var notReady: String?
    var shell: ShellState
    var overview: OverviewPage
  }

  private func status(
    _ health: PageState, _ verdict: PageState, notReady: String? = nil, needs: [IncidentRow] = [],
    notices: [StatedPhrase] = []
  ) -> Status {
    Status(
      notReady: notReady,
      shell: ShellState(
        health: health, probesDelivering: 3, probesExpected: 4, newestSample: Self.ago(1), incidentsWaiting: 1,
        notices: notices),
      overview: OverviewPage(
        verdict: StatedPhrase(verdict, .verbatim("db01 is failing.")), needs: needs,
        watch: WatchTimeline(now: Self.now, incidents: [], maintenance: []), endpoints: [], fleet: [], totals: [],
        next: [ComingEntry(at: Self.now, .verbatim("MT-1"))], activity: []))
  }

  @Test("the status is one screen")
  func statusText() throws {
    let page = status(.ok, .critical, needs: [Self.row])
    let lines = try text(page, as: StatusAnswer.self, .english) { StatusText(status: $0, reader: $1).text }
    #expect(
      lines == [
        "Watchkeeper 0.1.0  Critical  db01 is failing.", "",
        "watch                       OK  probes deliver, rules are evaluated",
        "probes                      3 of 4 deliver, newest sample 1 min ago",
        "incidents                   1 waits for somebody", "tasks                       0 due or late",
        "last page proven delivered  –", "", "1 incident needs someone",
        "  NUMBER   PRIO  STATE  SINCE       SEEN  OWNER  WHAT",
        "  INC-214  P1    open   2 h 12 min  48×   –      Replication lag of db01", "", "Next 24 hours",
        "  14:18  MT-1",
      ])
    let chinese = try text(page, as: StatusAnswer.self, .simplifiedChinese) { StatusText(status: $0, reader: $1).text }
    #expect(chinese[0].hasPrefix("Watchkeeper 0.1.0  严重") && chinese[3] == "探测                3/4 正常，最新采样 1 分钟前")
  }

  @Test(
    "the exit status is the worst of the watch and of what it sees",
    arguments: [
      (PageState.ok, PageState.ok, nil, 0), (.ok, .maintenance, nil, 0), (.warning, .ok, nil, 1),
      (.ok, .warning, nil, 1), (.ok, .unknown, nil, 1), (.ok, .critical, nil, 2), (.critical, .ok, nil, 2),
      (.ok, .unreachable, nil, 2), (.ok, .ok, "replaying", 1),
    ] as [(PageState, PageState, String?, Int32)])
  func exitStatus(_ health: PageState, _ verdict: PageState, _ notReady: String?, _ expected: Int32) throws {
    let answer = try answer(status(health, verdict, notReady: notReady), .english)
    #expect(try answer.decoded(as: StatusAnswer.self).exitStatus.rawValue == expected)
  }

  @Test("every notice has a line, and the worst of them counts for the exit status")
  func notices() throws {
    let refused = StatedPhrase(.warning, .verbatim("The configuration is refused."))
    let page = status(.ok, .ok, notices: [StatedPhrase(.critical, .verbatim("Nobody is told.")), refused])
    let lines = try text(page, as: StatusAnswer.self, .english) { StatusText(status: $0, reader: $1).text }
    #expect(lines.filter { $0.hasPrefix("notice ") }.count == 2)
    #expect(lines.contains { $0.hasSuffix("Nobody is told.") } && lines.contains { $0.hasSuffix("is refused.") })
    #expect(try answer(page, .english).decoded(as: StatusAnswer.self).exitStatus == .critical)
    let warned = try answer(status(.ok, .ok, notices: [refused]), .english)
    #expect(try warned.decoded(as: StatusAnswer.self).exitStatus == .warning)
  }
}
