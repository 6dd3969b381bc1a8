internal import Interchange
internal import Synchronization

/// What is told of metrics by whoever knows them: targets, senders of remote write, device profiles, this program itself.
///
/// Many tell at a time; `MetadataTable` has the bounds.
final class ToldMetadata: Sendable {
  private let noted = Mutex(MetadataTable())

  var table: MetadataTable { noted.withLock { $0 } }

  func note(_ metadata: [MetricMetadata]) {
    noted.withLock { table in for entry in metadata { table.note(entry) } }
  }
}
