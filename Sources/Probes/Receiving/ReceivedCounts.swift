internal import Telemetry

/// Counters that begin with what is received: each new label set is a series from then on.
struct ReceivedCounts {
  private var series: [LabelSet] = []
  private var counts: [Double] = []
  /// How many of the series a run has told.
  private var told = 0

  /// Bytes of a received text that become a label.
  static let labelBytesMax = 255
  /// Sources that are told apart; the default is 10,000. Messages of others are counted together.
  static let sourcesMax = 10_000
  /// Label sets that one pattern may make; the default is 1,000.
  static let seriesOfPatternMax = 1000
  /// Pairs of a sender and a reason to refuse it; the default is 1,000. Beyond them the sender is left out.
  static let refusedMax = 1000

  /// A new series.
  mutating func slot(_ metric: String, _ labels: [Label]) -> Int {
    series.append(LabelSet(labels + [Label(LabelSet.metricName, metric)]))
    counts.append(0)
    return series.count - 1
  }

  mutating func count(_ slot: Int) { counts[slot] += 1 }

  /// A series that is new is told as 0 and with its count at the next run: an increase from nothing would not be seen.
  mutating func tell() -> [ProbeSample] {
    defer { told = series.count }
    return series.indices.map { index in
      ProbeSample(series[index], index < told ? counts[index] : 0, slot: index)
    }
  }
}
