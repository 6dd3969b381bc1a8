internal import Alerting
internal import PromQL
internal import Telemetry
internal import WebInterface

extension RuleEvaluator.View {
  /// Every rule in force, dearest first.
  var costRows: [RuleCostRow] {
    groups.flatMap { group in
      group.rules.enumerated().map { index, rule in
        let cost = costs[group.key]?[index]
        return RuleCostRow(
          file: group.key.file, group: group.key.group, rule: rule.name,
          mode: cost.map { $0.plain == nil ? "incremental" : "plain" } ?? "waiting",
          reason: cost?.plain?.description, series: cost?.cost.series ?? 0, samples: cost?.cost.samples ?? 0,
          seconds: cost?.took.inSeconds ?? 0)
      }
    }.sorted { ($0.seconds, $1.rule) > ($1.seconds, $0.rule) }
  }
}
