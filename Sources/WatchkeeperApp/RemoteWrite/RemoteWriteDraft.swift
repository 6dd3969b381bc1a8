internal import Interchange
internal import Telemetry
internal import TimeSeriesStore

/// A page of the batch log as one endpoint gets it. Pure.
struct RemoteWriteDraft: Sendable {
  private(set) var message: RemoteWriteMessage
  private(set) var samples = 0
  private(set) var histograms = 0
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
      if endpoint.sendsHistograms {
        message.append(labels, series.histograms, meaning)
        histograms += series.histograms.count
        note(series.histograms.last?.millisecond)
      } else {
        dropped[.histogram, default: 0] += series.histograms.count
      }
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
  /// The store cannot say whose it is.
  case damaged = "damaged"
}
