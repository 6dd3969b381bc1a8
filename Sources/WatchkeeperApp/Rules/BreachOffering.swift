internal import Alerting
internal import Incidents
internal import Inventory
internal import Telemetry
internal import Wording

/// Turns a finished round of a rule group into what the incidents are offered: each alert with its item and the window
/// over it. Pure.
struct BreachOffering {
  let inventory: InventoryBook
  /// Made when the first alert needs it: nearly always nothing fires.
  let targets: () -> TargetTable
  /// The window that withholds the incidents of an item at a time.
  let window: (ItemID, Timestamp) -> WindowReference?
  let incidents: IncidentBook

  func rounds(of round: RuleEvaluator.GroupRound, at now: Timestamp) -> [RuleRound] {
    rounds(of: round.group, at: now) { round.outcomes[$0]?.alerts }
  }

  /// One round for each alert name of the group. A name of which a rule failed is not offered at all: what it watches
  /// is unknown.
  ///
  /// - Parameter alerts: of the rule at a place; `nil` when it failed.
  func rounds(of group: RuleGroup, at now: Timestamp, alerts: (Int) -> [Alert]?) -> [RuleRound] {
    var reports: [String: [AlertReport]] = [:]
    var failed: Set<String> = []
    lazy var targets = targets()
    for (index, rule) in group.rules.enumerated() {
      guard case .alerting(let alerting) = rule else { continue }
      guard let alerts = alerts(index) else {
        failed.insert(alerting.name)
        continue
      }
      let firing = alerts.filter { $0.state == .firing }
      var found = reports[alerting.name] ?? []
      for alert in firing { found.append(report(alert, of: alerting, in: group, targets, at: now)) }
      reports[alerting.name] = found
    }
    return reports.filter { !failed.contains($0.key) }.sorted { $0.key < $1.key }.map { name, alerts in
      RuleRound(RuleReference(group.key, name), firing: alerts)
    }
  }

  /// The rule's own texts speak of a value that is not there.
  private static func noDataTexts(_ alert: Alert) -> [String: String] {
    let arguments = ["rule": alert.name, "labels": alert.element.description]
    func text(_ language: Language) -> String { Reader(language: language).text("hold.told", arguments) }
    return ["summary": text(.english), "summary_zh_cn": text(.simplifiedChinese)]
  }

  private func report(
    _ alert: Alert, of rule: AlertingRule, in group: RuleGroup, _ targets: TargetTable, at now: Timestamp
  ) -> AlertReport {
    let subject = ItemBinding.resolve(labels: alert.labels, targets: targets, in: inventory) { incidents.isFailing($0) }
    let window = subject.item.flatMap { self.window($0.id, now) }
    return AlertReport(
      rule: RuleReference(group.key, rule.name), labels: alert.labels,
      annotations: alert.isNoData ? Self.noDataTexts(alert) : alert.annotations, activeAt: alert.activeAt,
      value: alert.value, volatileLabels: rule.volatileLabels,
      subject: subject, withheldBy: window)
  }
}

extension RuleReference {
  init(_ group: RuleGroupKey, _ alertName: String) {
    self.init(file: group.file, group: group.group, alertName: alertName)
  }

  /// Every alert name of every group.
  static func all(in groups: [RuleGroup]) -> Set<RuleReference> {
    Set(
      groups.flatMap { group in
        group.rules.compactMap { rule in
          if case .alerting(let alerting) = rule { RuleReference(group.key, alerting.name) } else { nil }
        }
      })
  }
}
