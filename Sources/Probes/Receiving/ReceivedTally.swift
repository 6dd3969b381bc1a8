internal import Telemetry

/// What a receiver counts: messages by their source and by the patterns that they match, and what it did not take. Each
/// has a bound, because whoever reaches the receiver can make series.
struct ReceivedTally<Source: Hashable, Match: Hashable> {
  /// What the counters are called.
  struct Metrics: Sendable {
    let messages: String
    /// Of sources beyond the bound.
    let unattributed: String
    let matches: String
    let dropped: String
  }

  private struct Refused: Hashable {
    let metric: String
    /// Empty where senders are not told apart, and beyond those that are.
    var host: String
    let reason: String
  }

  private let metrics: Metrics
  private var counts = ReceivedCounts()
  private var sources: [Source: Int] = [:]
  /// One table for each pattern, so that one does not take the place of another.
  private var matches: [[Match: Int]]
  private var refused: [Refused: Int] = [:]
  private var drops: [Receiver.Drop: Int] = [:]
  private var overflow: Int?

  init(_ metrics: Metrics, patterns: Int) {
    self.metrics = metrics
    matches = [[Match: Int]](repeating: [:], count: patterns)
  }

  /// A message. - Parameter labels: asked for when the source is new.
  mutating func count(_ source: Source, _ labels: () -> [Label]) {
    counts.count(slot(of: source, labels))
  }

  /// A message that a pattern matches; not counted when the pattern has made all the series that it may.
  mutating func count(_ match: Match, ofPattern index: Int, _ labels: () -> [Label]) {
    if let known = matches[index][match] { return counts.count(known) }
    guard matches[index].count < ReceivedCounts.seriesOfPatternMax else { return }
    let slot = counts.slot(metrics.matches, labels())
    matches[index][match] = slot
    counts.count(slot)
  }

  mutating func drop(_ reason: Receiver.Drop) {
    let slot = drops[reason] ?? counts.slot(metrics.dropped, [Label("reason", reason.rawValue)])
    drops[reason] = slot
    counts.count(slot)
  }

  /// What came and could not be used.
  ///
  /// - Parameter host: empty where senders are not told apart.
  mutating func refuse(_ metric: String, host: String, reason: String) {
    var why = Refused(metric: metric, host: host, reason: reason)
    if refused[why] == nil, refused.count >= ReceivedCounts.refusedMax { why.host = "" }
    let labels = [Label("host", why.host), Label("reason", reason)]
    let slot = refused[why] ?? counts.slot(metric, labels.filter { !$0.value.isEmpty })
    refused[why] = slot
    counts.count(slot)
  }

  mutating func tell() -> [ProbeSample] { counts.tell() }

  private mutating func slot(of source: Source, _ labels: () -> [Label]) -> Int {
    if let known = sources[source] { return known }
    guard sources.count < ReceivedCounts.sourcesMax else {
      let slot = overflow ?? counts.slot(metrics.unattributed, [])
      overflow = slot
      return slot
    }
    let slot = counts.slot(metrics.messages, labels())
    sources[source] = slot
    return slot
  }
}
