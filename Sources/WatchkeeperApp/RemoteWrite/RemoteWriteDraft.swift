internal import Interchange
internal import Telemetry
internal import TimeSeriesStore

/// A page of the batch log as one endpoint gets it. Pure.
struct RemoteWriteDraft: Sendable {
  private(set) var message: RemoteWriteMessage
  private(set) var samples = 0
  private(set) var histograms = 0
  var count: Int { samples + histograms }
  /// In milliseconds.
  private(set) var newest: Int64?
  /// What is left out and why.
  private(set) var dropped: [RemoteWriteDrop: Int] = [:]

  init(_ page: LogPage, for endpoint: RemoteWriteEndpoint, _ metadata: MetadataTable) {
    message = RemoteWriteMessage(endpoint.version)
    dropped[.damaged] = page.samplesOfDamagedSeries
    for series in page.series {
      guard let labels = RelabelRule.apply(endpoint.rules, to: series.labels), !labels.isEmpty else {
        dropped[.relabelled, default: 0] += series.numbers.count + series.histograms.count
        continue
      }
      let meaning =
        endpoint.version == .two ? labels[LabelSet.metricName].flatMap { metadata.entry(ofSeries: $0) } : nil
      if !series.numbers.isEmpty {
        message.append(labels, series.numbers, meaning)
        samples += series.numbers.count
        note(series.numbers.last?.millisecond)
      }
      guard !series.histograms.isEmpty else { continue }
      guard endpoint.sendsHistograms else {
        dropped[.histogram, default: 0] += series.histograms.count
        continue
      }
      // Receivers of 1.0 need not know the bounds of such buckets; Prometheus leaves them out of 1.0 likewise.
      let carried =
        endpoint.version == .two ? series.histograms : series.histograms.filter { !$0.histogram.hasCustomBounds }
      if carried.count < series.histograms.count {
        dropped[.customBuckets, default: 0] += series.histograms.count - carried.count
      }
      guard !carried.isEmpty else { continue }
      message.append(labels, carried, meaning)
      histograms += carried.count
      note(carried.last?.millisecond)
    }
  }

  private mutating func note(_ time: Int64?) {
    if let time { newest = max(newest ?? time, time) }
  }
}

/// Why a sample is not sent.
enum RemoteWriteDrop: String, Sendable, CaseIterable {
  case tooOld = "too_old"
  case relabelled = "dropped_series"
  case histogram = "native_histogram"
  /// Has buckets of its own; the reason is called as by Prometheus.
  case customBuckets = "nhcb_in_rw1_not_supported"
  /// The store cannot say whose it is.
  case damaged = "damaged"
}
