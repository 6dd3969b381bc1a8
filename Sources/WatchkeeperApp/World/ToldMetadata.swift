internal import Interchange
internal import Probes
internal import Synchronization

/// What is told of metrics by whoever knows them: targets, senders of remote write, device profiles.
///
/// What this program says of its own is noted apart: others have metrics of the same names, and only what they say may go
/// out as a target's.
///
/// Many tell at a time; `MetadataTable` has the bounds.
final class ToldMetadata: Sendable {
  private let noted = Mutex(MetadataTable())

  var table: MetadataTable { noted.withLock { $0 } }

  func note(_ metadata: [MetricMetadata]) {
    noted.withLock { table in for entry in metadata { table.note(entry) } }
  }
}

/// What is known of metrics, whoever says it.
struct KnownMetadata: Sendable {
  /// By targets, senders and device profiles.
  var told = MetadataTable()
  /// By this program of its own metrics.
  var own = MetadataTable()

  /// What was told goes before: a target's `process_open_fds` is the target's. Of what nobody tells, what this program
  /// says of its own metrics and of those that probes make.
  func entry(ofSeries name: String) -> MetricMetadata? {
    told.entry(ofSeries: name) ?? own.families[name]?.first ?? MetricDictionary.metadata(of: name)
  }
}
