internal import Synchronization
internal import Telemetry

/// A store that remembers which of the series that a probe resolves itself a condition is about: their samples come to the
/// runner without labels.
final class WatchedSeries: SampleAppender {
  private let condition: MetricCondition
  private let store: any SampleAppender
  private let watched = Mutex<Set<SeriesReference>>([])

  /// Beyond this those that are not shown are forgotten. The default is 10,000.
  private static let watchedMax = 10_000

  init(_ condition: MetricCondition, in store: any SampleAppender) {
    self.condition = condition
    self.store = store
  }

  func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
    let reference = try store.reference(for: labels)
    if condition.isAbout(labels) { watched.withLock { _ = $0.insert(reference) } }
    return reference
  }

  @discardableResult
  func append(_ batch: SampleBatch) -> AppendOutcome { store.append(batch) }

  /// Whether one of the round's samples satisfies the condition.
  func holds(in batch: SampleBatch) -> Bool {
    watched.withLock { watched in
      guard !watched.isEmpty else { return false }
      if watched.count > Self.watchedMax { watched.formIntersection(batch.references) }
      return zip(batch.references, batch.values).contains { reference, value in
        watched.contains(reference) && !value.isStaleMarker && condition.accepts(value)
      }
    }
  }
}
