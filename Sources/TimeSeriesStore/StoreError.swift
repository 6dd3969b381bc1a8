public import Telemetry

/// Why a store cannot be opened. Nothing on disk was changed.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  case newerFormat(file: String, version: Int32)
  case folderUnusable(path: String, problem: String)
  case networkFileSystem(path: String, kind: String)

  public var description: String {
    switch self {
    case .newerFormat(let file, let version):
      "\(file): sample format \(version) is newer than this program's \(SampleFormat.version) – install the newer program again"
    case .folderUnusable(let path, let problem):
      "\(path): the sample store cannot use this folder: \(problem) – check owner, mode and free space"
    case .networkFileSystem(let path, let kind):
      "\(path): is on \(kind), where SQLite loses data – use a local disk, or set storage.network_file_system: accept"
    }
  }
}

/// What the running store found damaged or could not do, in English for the log.
public struct StoreFinding: Sendable, Hashable, CustomStringConvertible {
  public enum Severity: String, Sendable, Hashable { case note, damage }

  public let severity: Severity
  /// The file's name inside the store's folder.
  public let file: String
  /// The row, for example `chunk 17 (series 3, start 1700000000000)`; empty for the whole file.
  public let place: String
  public let problem: String
  /// When the running store first saw it.
  public var foundAt: Timestamp?

  public init(_ severity: Severity, file: String, place: String, problem: String, foundAt: Timestamp? = nil) {
    self.severity = severity
    self.file = file
    self.place = place
    self.problem = problem
    self.foundAt = foundAt
  }

  /// Whether both are the same fault, whenever it was seen.
  func isSame(as other: StoreFinding) -> Bool {
    var other = other
    other.foundAt = foundAt
    return self == other
  }

  public var description: String {
    place.isEmpty ? "\(file): \(problem)" : "\(file): \(place): \(problem)"
  }
}

/// How the store fares, for pages and self-incidents.
public struct StoreHealth: Sendable, Equatable {
  public enum State: String, Sendable, Equatable {
    case healthy
    /// The disk refuses; samples wait in memory and the store tries again each second.
    case holding
    /// As `holding`, and the memory for waiting samples is used up: the oldest are dropped and counted.
    case dropping
    case closed
  }

  public var state = State.healthy
  /// The last error of the disk, `nil` when there was none since it last succeeded.
  public var lastError: String?
  /// Samples that are readable and not yet durable.
  public var uncommittedSamples = 0
  /// Age of the oldest sample that is not yet durable.
  public var lag = Duration.zero
  /// What was set aside or skipped since the start, newest last; at most 100.
  public var findings: [StoreFinding] = []

  public init() {}
}

/// Counts since the start, for `/metrics`.
public struct StoreStatistics: Sendable, Equatable {
  public var formatVersion = SampleFormat.version
  /// Series with samples in memory that are still being fed.
  public var activeSeries = 0
  /// Series in the memory index.
  public var knownSeries = 0
  /// Series that left the memory index because they stopped long ago.
  public var departedSeries: UInt64 = 0
  public var samplesAppended: UInt64 = 0
  public var refusedOutOfOrder: UInt64 = 0
  public var refusedDuplicate: UInt64 = 0
  public var refusedTooFarInFuture: UInt64 = 0
  /// Samples for references of series that had left.
  public var refusedGone: UInt64 = 0
  public var refusedTooManyBuckets: UInt64 = 0
  public var refusedMalformedHistogram: UInt64 = 0
  /// Samples that repeat a stored one bit for bit.
  public var repeatsIgnored: UInt64 = 0
  public var seriesRefused: UInt64 = 0
  public var lateSamples: UInt64 = 0
  public var chunksClosed: UInt64 = 0
  public var chunksWritten: UInt64 = 0
  public var commits: UInt64 = 0
  public var commitFailures: UInt64 = 0
  /// Samples that were never put into the batch log because the disk refused for too long.
  public var samplesUnlogged: UInt64 = 0
  /// Samples lost with chunks that the disk refused for too long.
  public var samplesLost: UInt64 = 0
  public var damagedChunks: UInt64 = 0
  public var damagedBatches: UInt64 = 0
  public var damagedSeriesRows: UInt64 = 0
  public var damagedTables: UInt64 = 0
  public var filesQuarantined: UInt64 = 0
  public var reads = StoreReads()
  public var filesUnlinked: UInt64 = 0
  public var bytesOnDisk: Int64 = 0
  /// Bytes of write-ahead logs that wait for a checkpoint.
  public var walBytes: Int64 = 0
  public var files = 0
  /// Wall-clock time of the last successful commit, `nil` before the first.
  public var lastCommitMilliseconds: Int64?

  public init() {}
}
