import Alerting
import Incidents
import Inventory
import PromQL
import Records
import Telemetry
import Testing
import WebInterface
import Wording

@testable import WatchkeeperApp

/// From samples over the state machine and the offering to the words on the page.
@Suite("Console: incidents that go on without their condition")
struct HeldIncidentTests {
  /// One rule about free space; rounds are further apart than the look-back.
  private final class Stage {
    let bench: ConsoleBench
    let group: RuleGroup
    private var state: GroupState

    init(_ settings: RuleSettingsDefinition) async throws {
      bench = try await ConsoleBench()
      var rule = RuleDefinition(alert: "Low", expression: "free < 10")
      rule.settings = settings
      rule.annotations = ["summary": "{{ $value }} left"]
      let file = RuleFile(
        RuleFileDefinition(groups: [RuleGroupDefinition(name: "disk", rules: [rule])]), file: "rules/disk.yaml")
      group = try #require(file.groups.first, "\(file.problems)")
      state = GroupState(for: group)
    }

    /// - Parameter free: of the one disk that there is; `nil` when nothing was measured.
    func round(minutesAgo: Int64, _ free: Double?) async throws {
      let slot = ConsoleBench.ago(minutesAgo * 60)
      if let free { bench.series.append(LabelSet([LabelSet.metricName: "free", "disk": "a"]), at: slot, free) }
      let queries = bench.sources.queries
      var context = RoundContext()
      while true {
        let elements = await queries.vector(group.rules[0].query.text, at: slot)
        switch state.evaluate(ruleAt: 0, of: group, given: .elements(elements), at: slot, in: context) {
        case .needs(let texts):
          for text in texts {
            context.answers[text] = .samples(
              await queries.vector(text, at: slot).map { TemplateSample($0.labels, $0.value) })
          }
        case .done(let outcome):
          let offering = BreachOffering(
            inventory: bench.inventory.book, targets: { TargetTable() }, window: { _, _ in nil },
            incidents: bench.incidents.book)
          for offered in offering.rounds(of: group, at: slot, alerts: { _ in outcome.alerts }) {
            try await bench.take(.round(offered), at: slot)
          }
          bench.rules.groups = [group]
          bench.rules.states[group.key] = state
          return
        }
      }
    }

    func why(_ number: Int = 1, _ language: Language = .english) async throws -> String {
      try await bench.sources.incidentPage(RecordNumber(.incident, number), range: .hour).why.text(
        for: Reader(language: language, zone: .fixed("UTC", offsetSeconds: 0), now: ConsoleBench.now.milliseconds))
    }

    var row: RuleRow? {
      RulesPageBuilder(view: bench.rules, incidents: bench.incidents.book).page.groups.first?.rules.first
    }
  }

  @Test("held by its recovery expression: the page names it, and no longer once the condition is back") func recovery()
    async throws
  {
    let stage = try await Stage(RuleSettingsDefinition(recovery: "free > 20"))
    try await stage.round(minutesAgo: 50, 5)
    #expect(try await stage.why() == "true on Low.")
    try await stage.round(minutesAgo: 40, 15)
    #expect(
      try await stage.why() == "no longer holds, but the recovery expression `free > 20` does not hold yet.")
    #expect(try await stage.why(1, .simplifiedChinese) == "已不成立，但恢复条件 `free > 20` 尚未满足，告警保持。")
    #expect(stage.row?.holds == [Phrase("rule.holds.recovery", ["count": "1"])])
    #expect(stage.row?.policy == [Phrase("rule.recovers", ["expression": "free > 20"])])
    try await stage.round(minutesAgo: 30, 5)
    #expect(try await stage.why() == "true on Low.")
    try await stage.round(minutesAgo: 20, 25)
    #expect(stage.row?.holds == [])
    #expect(stage.bench.incidents.book.all.map(\.breach) == [.cleared(at: ConsoleBench.ago(1200))])
  }

  @Test("kept while data are missing: the page says so, and since when") func noData() async throws {
    let stage = try await Stage(RuleSettingsDefinition(noData: "keep"))
    try await stage.round(minutesAgo: 50, 5)
    try await stage.round(minutesAgo: 38, nil)
    try await stage.round(minutesAgo: 20, nil)
    #expect(try await stage.why() == "cannot be judged: no data since 05:40.")
    #expect(try await stage.why(1, .simplifiedChinese) == "自 05:40 起无数据，无法判断。")
    #expect(stage.row?.holds == [Phrase("rule.holds.no-data", ["count": "1"])])
    #expect(stage.row?.policy == [Phrase("rule.no-data.keep")])
    #expect(stage.bench.incidents.book.all.map(\.breach) == [.firing(since: ConsoleBench.ago(3000))])
  }

  @Test("an alert about missing data has a title of its own in both languages: the rule's speaks of a value")
  func told()
    async throws
  {
    let stage = try await Stage(RuleSettingsDefinition(noData: "alert"))
    try await stage.round(minutesAgo: 50, 50)
    #expect(stage.bench.incidents.book.all.isEmpty)
    try await stage.round(minutesAgo: 40, nil)
    let page = try await stage.bench.sources.incidentPage(RecordNumber(.incident, 1), range: .hour)
    #expect(
      page.row.title
        == .both(english: #"No data for {disk="a"}: Low cannot be judged"#, chinese: #"{disk="a"} 无数据：无法判断 Low"#))
    #expect(page.labels["no_data"] == "true")
    #expect(try await stage.why() == "cannot be judged: no data since 05:38.")
    #expect(stage.row?.policy == [Phrase("rule.no-data.alert")])
  }
}
