import Alerting
import Incidents
import Inventory
import PromQL
import Telemetry
import Testing

@testable import WatchkeeperApp

/// What Prometheus' resend delay is for: an offer that never arrived must not cost an incident or a recovery.
@Suite("Resend")
struct BreachOfferingTests {
  private let group: RuleGroup
  private var state: GroupState
  private var book: IncidentBook
  private var tally = BreachTally()
  private var opened: [String] = []

  init() throws {
    let text = """
      groups:
        - name: g
          interval: 1m
          rules:
            - {alert: Down, expr: up == 0, keep_firing_for: 1m}
      """
    group = try ConfigurationReader.read(
      ConfigurationFiles(files: [
        .init(kind: .settings, path: "watchkeeper.yaml", text: "packaged: {probes: false, rules: false, plans: false}"),
        .init(kind: .rules, path: "rules/a.yaml", text: text),
      ]), hostName: "h", notifiers: CommandWorld.offlineNotifiers
    ).ruleGroups[0]
    state = GroupState(for: group)
    book = IncidentBook(settings: IncidentSettings())
  }

  /// A round at `minute` in which `instances` are down; `nil`: the query failed.
  private mutating func round(_ minute: Int, _ instances: [String]?, isLost: Bool = false) throws {
    let slot = Timestamp(milliseconds: Int64(minute) * 60_000)
    let elements = (instances ?? []).map {
      VectorElement(labels: LabelSet([LabelSet.metricName: "up", "instance": $0]), timestamp: slot, value: 0)
    }
    let result = instances == nil ? RuleResult.failed("disk") : .elements(elements)
    guard case .done(let outcome) = state.evaluate(ruleAt: 0, of: group, given: result, at: slot), !isLost else {
      return
    }
    let inventory = InventoryBook()
    let offering = BreachOffering(
      inventory: inventory, targets: { TargetTable() }, window: { _, _ in nil },
      incidents: book)
    for offered in offering.rounds(of: group, at: slot, alerts: { _ in outcome.failure == nil ? outcome.alerts : nil })
    {
      opened += try book.process(.round(offered), counting: &tally, at: slot).map {
        "\($0.change)".prefix { $0 != "(" } + ""
      }
    }
  }

  private func count(_ name: String) -> Int { opened.count { $0.contains(name) } }

  @Test("an offer that was lost heals with the next round: the incident opens, once, and ends, once")
  func lostOffers() throws {
    var bench = self
    try bench.round(0, ["a"], isLost: true)
    #expect(bench.book.all.isEmpty)
    try bench.round(1, ["a"])
    try bench.round(2, ["a"], isLost: true)
    try bench.round(3, ["a"])
    #expect(bench.count("opened") == 1)
    // Kept for a minute, and the offer that would end it is lost.
    try bench.round(4, [])
    try bench.round(5, [], isLost: true)
    #expect(bench.count("cleared") == 0)
    try bench.round(6, [])
    try bench.round(7, [])
    #expect(bench.count("cleared") == 1)
    for minute in 8..<30 { try bench.round(minute, []) }
    #expect(bench.count("opened") == 1 && bench.count("resolved") == 1)
  }

  @Test("a round whose query failed neither ends an incident nor counts toward its recovery")
  func failedRounds() throws {
    var bench = self
    try bench.round(0, ["a"])
    for minute in 1..<30 { try bench.round(minute, nil) }
    #expect(bench.count("cleared") == 0)
    try bench.round(30, [])
    try bench.round(31, [])
    #expect(bench.count("cleared") == 1)
  }
}
