internal import Alerting
internal import Incidents
internal import Inventory
internal import PromQL
internal import Records
internal import Telemetry
internal import WebInterface

/// Turns what a back-test came to into what readers are told. Pure.
struct BacktestReport {
  let bench: BacktestBench
  let rehearsal: IncidentRehearsal
  let real: RealIncidents
  /// For the ladder; empty: found from the values.
  let thresholds: [Double]

  var rules: [BacktestRule] {
    var rows: [BacktestRule] = []
    for (place, group) in bench.plan.groups.enumerated() {
      for (index, rule) in group.rules.enumerated() {
        guard case .alerting(let alerting) = rule else { continue }
        rows.append(row(alerting, of: group, at: BacktestBench.RulePlace(group: place, rule: index)))
      }
    }
    return rows
  }

  private func row(_ rule: AlertingRule, of group: RuleGroup, at place: BacktestBench.RulePlace) -> BacktestRule {
    let history = bench.histories[place.group][place.rule]
    var row = BacktestRule(
      group: group.name, name: rule.name, expression: rule.query.text, intervalSeconds: group.interval.inSeconds,
      heldSeconds: rule.holdDuration.inSeconds, rounds: history.rounds, failedRounds: history.failedRounds,
      problem: history.failure?.description, fires: history.count, firingSeconds: history.firingTime.inSeconds,
      longestSeconds: history.longest.inSeconds, firstAt: history.firstAt, lastAt: history.lastAt,
      series: history.series.count)
    row.firings = history.fires.map { fire in
      BacktestFire(
        labels: fire.labels, from: fire.from, to: fire.to, value: fire.value,
        beginning: fire.beginning == .before ? .before : .inSpan)
    }
    let reference = RuleReference(group.key, rule.name)
    compare(reference, &row)
    climb(place, &row)
    return row
  }

  private func compare(_ rule: RuleReference, _ row: inout BacktestRule) {
    let opened = rehearsal.opened.filter { $0.report.origin.rule == rule }
    row.incidents = opened.map(incident)
    let withheld = rehearsal.withheld.filter { $0.report.origin.rule == rule }
    row.withheld = withheld.map { alert in
      BacktestWithheld(
        title: Self.title(alert.report), item: alert.report.subject.item?.name, at: alert.at,
        window: alert.window.number)
    }
    for page in opened.flatMap(\.pages) {
      for receiver in page.receivers { row.pages[receiver, default: 0] += 1 }
    }
    row.missed = real.all.filter { past in
      past.rule == rule
        && !opened.contains { $0.report.fingerprint == past.fingerprint && past.overlaps($0.at, $0.resolvedAt) }
        && !withheld.contains { $0.report.fingerprint == past.fingerprint }
    }.map(\.number)
  }

  private func incident(_ opened: IncidentRehearsal.Opened) -> BacktestIncident {
    let beside = real.all.filter { $0.overlaps(opened.at, opened.resolvedAt) }
    let item = opened.report.subject.item
    return BacktestIncident(
      title: Self.title(opened.report), item: item?.name, priority: opened.priority.rawValue + 1, from: opened.at,
      to: opened.resolvedAt, reopened: opened.reopened, pages: opened.pages.reduce(0) { $0 + $1.receivers.count },
      outlived: opened.outlived,
      same: beside.filter { $0.fingerprint == opened.report.fingerprint }.map(\.number),
      beside: beside.filter { past in
        past.fingerprint != opened.report.fingerprint && item != nil && past.item == item?.id
      }.map(\.number))
  }

  private static func title(_ report: AlertReport) -> Phrase {
    .annotation("summary", in: report.annotations, otherwise: report.title)
  }

  private func climb(_ place: BacktestBench.RulePlace, _ row: inout BacktestRule) {
    guard let ladder = bench.ladders[place] else { return }
    switch ladder.problem {
    case .tooManyValues(let limit): row.ladderProblem = Phrase("backtest.too-many-values", ["limit": String(limit)])
    case .query(let problem): row.ladderProblem = .verbatim(problem)
    case nil:
      let numbers = thresholds.isEmpty ? ladder.suggestions : Set(thresholds + [ladder.number]).sorted()
      row.ladder = BacktestLadder(
        comparison: ladder.operation.rawValue, number: ladder.number,
        rungs: numbers.prefix(ThresholdLadder.rungsMax).map { number in
          let rung = ladder.rung(at: number, over: bench.plan)
          return BacktestLadder.Rung(number: number, fires: rung.fires, firingSeconds: rung.firingTime.inSeconds)
        })
    }
  }
}
