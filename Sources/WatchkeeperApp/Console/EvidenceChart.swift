internal import ServiceTime
internal import Inventory
internal import Alerting
internal import Incidents
internal import Planner
internal import Records
internal import Telemetry
internal import WebInterface

/// The graph of an incident: the quantity, where the rule speaks, when it was pending and firing, and the windows.
struct EvidenceChart {
  let evidence: Evidence
  let rule: AlertingRule
  let incident: Incident
  let start: Timestamp
  let end: Timestamp
  let step: Duration

  static let id = "evidence"

  func chart(of slices: [SeriesSlice], bands: [ChartBand], marks: [ChartMark]) -> Chart {
    let matching = matching(slices)
    let series = matching.prefix(Chart.seriesMax).enumerated().map { index, slice in
      ChartSeries(
        id: String(index), label: label(of: slice.labels, among: matching.count), milliseconds: slice.milliseconds,
        values: slice.values)
    }
    return Chart(
      id: Self.id, title: .verbatim(evidence.expression), unit: evidence.unit, start: start, end: end,
      intervalSeconds: step.inSeconds, series: series, top: top(of: series), threshold: threshold, bands: bands,
      marks: marks, width: .full)
  }

  /// What is only ever 0 or 1, such as `probe_success`, ends at 1: no scale is invented above it.
  private func top(of series: [ChartSeries]) -> Double? {
    let values = series.flatMap(\.values).filter(\.isFinite)
    guard evidence.unit == .plain, (evidence.threshold?.value ?? 0) <= 1, !values.isEmpty else { return nil }
    return values.allSatisfy { $0 == 0 || $0 == 1 } ? 1 : nil
  }

  /// The series that the incident is about; all of them when the rule's labels do not tell.
  func matching(_ slices: [SeriesSlice]) -> [SeriesSlice] {
    slices.filter { rule.isEvidence($0.labels, for: incident.labels) }
  }

  private func label(of labels: LabelSet, among count: Int) -> Phrase {
    if count == 1, let item = incident.subject.item { return .verbatim(item.name) }
    let text = labels.removingMetricName().map(\.value).joined(separator: " ")
    return .verbatim(text.isEmpty ? incident.alertName : text)
  }

  private var threshold: ChartThreshold? {
    evidence.threshold.map { threshold in
      let value = ThresholdWords.text(threshold.value, evidence.unit)
      let id = threshold.side.messageID
      guard rule.holdDuration > .zero else {
        return ChartThreshold(threshold.value, Phrase("\(id).at-once", ["value": value]))
      }
      return ChartThreshold(
        threshold.value, Phrase("\(id).held", ["value": value, "held": rule.holdDuration.argument]))
    }
  }
}

/// When a breach was pending and firing, from the facts of its incident.
enum BreachBands {
  static func bands(of history: [Incidents.TimelineEntry]) -> [ChartBand] {
    var bands: [ChartBand] = []
    var firing: Timestamp?
    func end(at: Timestamp) {
      if let start = firing { bands.append(ChartBand(.firing, from: start, to: at)) }
      firing = nil
    }
    for entry in history {
      switch entry.change {
      case .opened(let content):
        if content.alert.activeAt < entry.at {
          bands.append(ChartBand(.pending, from: content.alert.activeAt, to: entry.at))
        }
        firing = entry.at
      case .cleared: end(at: entry.at)
      case .firedAgain(let content):
        if content.since < entry.at { bands.append(ChartBand(.pending, from: content.since, to: entry.at)) }
        firing = entry.at
      case .reopened(let content) where content.firingSince != nil: firing = firing ?? entry.at
      case .resolved(let content) where content.proof == .given: end(at: entry.at)
      case .verified: end(at: entry.at)
      default: break
      }
    }
    if let start = firing { bands.append(ChartBand(.firing, from: start, to: nil)) }
    return bands
  }

  /// The windows over an item, those that ended too.
  static func windows(_ windows: [TaskWindow], over item: EntityID) -> [ChartBand] {
    windows.filter { $0.coverage.contains { $0.item == item } }
      .map { ChartBand(.maintenance, from: $0.planned.from, to: min($0.closedAt ?? $0.planned.to, $0.planned.to)) }
  }
}
