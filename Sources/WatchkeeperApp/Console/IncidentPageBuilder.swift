internal import PromQL
internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

/// One incident with its evidence. Pure: what was fetched comes in.
struct IncidentPageBuilder {
  let rows: IncidentRows
  let standing: ItemStanding
  let incident: Incident
  let status: IncidentStatus
  /// Ascending.
  let history: [Incidents.TimelineEntry]
  let rule: AlertingRule?
  let range: PageRange
  let chart: Chart?
  /// The same breach before this one, newest first.
  let earlier: [EarlierIncident]
  /// Changes of the item shortly before, newest first.
  let changesBefore: [ItemChange]
  /// The alert behind the incident, while it is active.
  var alert: Alert?
  /// What the probe says that the alert is about, while it fails.
  var check: PageFact?

  /// How long before an incident a change counts as its neighbour.
  static let neighbourhood = Duration.seconds(3600)

  var page: IncidentPage {
    let item = incident.subject.item
    return IncidentPage(
      row: rows.row(incident), subtitle: subtitle, facts: facts, expression: rule?.query.text, why: why, rule: ruleLink,
      runbook: incident.annotations["runbook_url"].flatMap { $0.isEmpty ? nil : $0 },
      told: IncidentTelling.told(history, notNow: reasonNotNow), range: range, chart: chart,
      timeline: IncidentTimeline.entries(history), labels: incident.labels,
      item: item.map { PageLink(.verbatim($0.name), to: .item($0.id.text)) },
      impact: impact, related: related,
      actions: Self.actions(for: status))
  }

  /// For an incident in a window the window; else what the rule's author has to say.
  private var subtitle: Phrase? {
    if status.isActive, let window = incident.window {
      return .message(
        Reason(
          "reason.no-page.window",
          ["window": window.number.description, "untilAt": window.until.argument].merging(
            window.title.arguments("title")
          ) { $1 }))
    }
    guard let text = incident.annotations["description"], !text.isEmpty else { return nil }
    return .annotation("description", in: incident.annotations, otherwise: text)
  }

  private var facts: [PageFact] {
    let progress = rows.tally.progress(of: incident)
    let reasons = incident.assessment.reasons
    return [
      PageFact(
        Phrase("console.fact.impact"), rows.row(incident).impact ?? Phrase("console.impact.unbound"),
        detail: reasons.first.map(Phrase.message)),
      PageFact(
        Phrase("console.fact.priority"), .verbatim("P\(incident.priorityNumber)"),
        detail: reasons.dropFirst().first.map(Phrase.message)),
      PageFact(
        Phrase("console.fact.seen"), Phrase("console.seen.times", ["count": String(progress.count)]),
        detail: Phrase(
          "console.seen.last", ["at": progress.lastSeenAt.argument, "value": Quantity.short(progress.value)])),
    ]
  }

  private var why: Phrase {
    guard incident.origin.rule != nil else {
      return incident.reasons.first.map(Phrase.message) ?? Phrase("console.why.posted")
    }
    let item = incident.objectName(in: rows.inventory)
    if let alert, let held = alert.isNoData ? .noData : alert.held {
      let since = alert.missingSince ?? alert.activeAt
      return Phrase(
        "hold.\(held.rawValue)", ["expression": rule?.policy.recovery?.text ?? "", "since": since.argument])
    }
    guard let rule else { return Phrase("console.why.retired", ["item": item]) }
    guard rule.holdDuration > .zero else { return Phrase("console.why.at-once", ["item": item]) }
    return Phrase("console.why.held", ["item": item, "held": rule.holdDuration.argument])
  }

  private var ruleLink: PageLink? {
    incident.origin.rule.map {
      PageLink(.verbatim($0.description), to: .rule(file: $0.file, group: $0.group, name: $0.alertName))
    }
  }

  /// Nothing hangs on what has no item of its own.
  private var impact: [RelationColumn] {
    guard let item = incident.subject.item, incident.isAboutItem(in: rows.inventory) else { return [] }
    return ImpactColumns.columns(of: item.id, in: rows.inventory, standing)
  }

  private var reasonNotNow: Reason? { rows.book.reasonNotToPage(incident, at: rows.now) }

  private var related: [PageFact] {
    var facts = [check].compactMap { $0 }
    if let last = earlier.first {
      facts.append(
        PageFact(
          Phrase("console.related.recurrence"),
          Phrase("console.related.numbers", ["numbers": earlier.map(\.number.description).joined(separator: ", ")]),
          detail: last.solution.map {
            Phrase(
              "console.related.solution",
              ["number": last.number.description, "at": $0.at.argument, "by": $0.by, "text": $0.text])
          }))
    }
    let others = others
    if !others.isEmpty {
      facts.append(
        PageFact(
          Phrase("console.related.others"), Self.naming(others.map(\.number))))
    }
    for change in changesBefore {
      let value = ItemChanges.replacement(in: change)
      facts.append(
        PageFact(
          Phrase("console.related.change", ["at": change.at.argument]), value ?? change.what,
          detail: value == nil ? nil : change.what))
    }
    if case .unbound(let reason) = incident.subject {
      facts.append(PageFact(Phrase("console.related.unbound"), .message(reason), state: .warning))
    }
    return facts
  }

  /// Records that are named one by one; of more the count is told.
  static let othersMax = 5

  static func naming(_ numbers: [RecordNumber]) -> Phrase {
    let shown = numbers.prefix(othersMax).map(\.description).joined(separator: ", ")
    guard numbers.count > othersMax else { return Phrase("console.related.numbers", ["numbers": shown]) }
    return Phrase("console.related.numbers-more", ["numbers": shown, "count": String(numbers.count - othersMax)])
  }

  /// What else is open on the item: perhaps one cause.
  private var others: [Incident] {
    guard let item = incident.subject.item, incident.isAboutItem(in: rows.inventory) else { return [] }
    return rows.book.incidents(on: item.id).filter { other in
      other.number != incident.number && other.status.isActive && other.isAboutItem(in: rows.inventory)
    }
  }

  static func actions(for status: IncidentStatus) -> [IncidentAction] {
    switch status {
    case .open: [.acknowledge, .resolve]
    case .acknowledged: [.resolve]
    case .resolvedUnverified, .resolved: [.reopen]
    case .closed: []
    }
  }
}
