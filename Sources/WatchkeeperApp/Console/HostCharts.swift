internal import PromQL
internal import Telemetry
internal import WebInterface

/// The charts of a host, from the answers to `HostMeasure`.
struct HostCharts {
  let start: Timestamp
  let end: Timestamp
  let step: Duration
  let answers: [HostMeasure: [SeriesSlice]]
  /// The top of the memory chart.
  var memoryBytes: Double?
  /// Windows over the host.
  var bands: [ChartBand] = []
  var marks: [ChartMark] = []

  /// In the order of the page; without a series no chart, without a chart no section.
  var sections: [ChartSection] {
    HostMeasure.Section.allCases.compactMap { section in
      let charts = charts(in: section)
      guard !charts.isEmpty else { return nil }
      return ChartSection(
        id: section.rawValue, title: Phrase("console.host.section.\(section.rawValue)"), charts: charts)
    }
  }

  private func charts(in section: HostMeasure.Section) -> [Chart] {
    let measures = HostMeasure.allCases.filter { $0.section == section }
    guard section == .disks || section == .network else {
      return chart(measures, id: section.rawValue, device: nil).map { [$0] } ?? []
    }
    let devices = Set(measures.flatMap { answers[$0] ?? [] }.compactMap { $0.labels["device"] })
      .filter { device in
        let values = measures.flatMap { answers[$0] ?? [] }.filter { $0.labels["device"] == device }.map(\.values)
        return section == .disks
          ? HostDevices.isDiskShown(device, values) : HostDevices.isNetworkShown(device, values)
      }
    return devices.sorted().prefix(HostDevices.shownMax).flatMap { device in
      var kinds: [String] = []
      for measure in measures where !kinds.contains(measure.chart) { kinds.append(measure.chart) }
      return kinds.compactMap { kind in
        chart(measures.filter { $0.chart == kind }, id: "\(kind).\(device)", device: device)
      }
    }
  }

  private func chart(_ measures: [HostMeasure], id: String, device: String?) -> Chart? {
    guard let first = measures.first else { return nil }
    let series = measures.compactMap { measure -> ChartSeries? in
      guard let slice = (answers[measure] ?? []).first(where: { device == nil || $0.labels["device"] == device }) else {
        return nil
      }
      return ChartSeries(
        id: measure.series, label: Phrase("console.host.series.\(measure.series)"), milliseconds: slice.milliseconds,
        values: slice.values)
    }
    // A disk that served no request has no wait: an empty chart would say nothing.
    guard series.contains(where: { $0.values.contains(where: \.isFinite) }) else { return nil }
    return Chart(
      id: id, title: Phrase("console.host.chart.\(first.chart)", device.map { ["device": $0] } ?? [:]),
      unit: first.unit,
      start: start, end: end, intervalSeconds: step.inSeconds, series: series, top: top(of: first), bands: bands,
      marks: marks, width: first.chart == "cpu" || first.chart == "net" ? .full : .half)
  }

  private func top(of measure: HostMeasure) -> Double? {
    switch measure.section {
    case .cpu: 100
    case .memory: memoryBytes
    case .load, .pressure, .disks, .network: nil
    }
  }
}

extension HostSamples {
  /// The newest values, by the ids of the charts and readouts.
  init(host: String, at now: Timestamp, _ answers: [HostMeasure: [VectorElement]], _ figures: HostFigures) {
    var charts: [String: [String: Double]] = [:]
    for (measure, elements) in answers {
      for element in elements where element.value.isFinite {
        charts[measure.chartID(of: element.labels), default: [:]][measure.series] = element.value
      }
    }
    let readouts = HostReadouts(figures: figures, filesystemThreshold: nil).values
    self.init(host: host, at: now, charts: charts, readouts: readouts)
  }
}
