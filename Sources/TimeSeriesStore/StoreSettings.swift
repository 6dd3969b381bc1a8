/// The bounds of an embedded store. Each has a name, a unit and a default.
public struct StoreSettings: Sendable, Equatable {
  /// Series that may receive samples at the same time. The default is 1,000,000.
  public var seriesMax = 1_000_000
  /// Series the memory index may know in all, idle ones among them. The default is 4,000,000; at most 2³⁰.
  public var knownSeriesMax = 4_000_000
  /// Labels of one series. The default is 64.
  public var labelsMax = 64
  /// Bytes of one label's name or value. The default is 4,096.
  public var labelBytesMax = 4096
  /// How far a sample may lie behind the newest one of its series. The default is 1 hour.
  public var outOfOrderWindow = Duration.seconds(3600)
  /// How far a sample may lie ahead of the clock. The default is 10 minutes.
  public var futureSkew = Duration.seconds(600)
  /// How far a sample may lie behind the clock: an agent's spool of 24 hours arrives whole. The default is 25 hours.
  public var acceptedAge = Duration.seconds(25 * 3600)
  /// Late samples of one series held in memory. The default is 4,096; more are refused as out of order.
  public var lateSamplesMax = 4096
  /// How long samples are kept. The default is 15 days.
  public var retention = Duration.seconds(15 * 86_400)
  /// Bytes of all files; the oldest day goes first. The default is 20 GiB.
  public var retentionBytes: Int64 = 20 << 30
  /// Day files that one pass of retention may unlink, so that a clock gone wrong cannot empty the store at once.
  /// The default is 4; a pass is made once an hour.
  public var retentionFilesPerPass = 4
  /// Time between two group commits. The default is 800 milliseconds, so that samples are on disk within the second that
  /// the contract gives; the most is 1 second.
  public var commitInterval = Duration.milliseconds(800)
  /// Samples in one row of the batch log. The default, and the most that the format allows, is 250,000.
  public var batchRowSamples = 250_000
  /// Samples of a full chunk. The default is 120; at most 4,096.
  public var chunkSamples = 120
  /// Time that one chunk may span. The default, and the most that the format allows, is 2 hours.
  public var chunkSpan = Duration.seconds(7200)
  /// Chunks written in one commit, so that midnight is no storm. The default is 4,096.
  public var chunksPerCommit = 4096
  /// Samples waiting for a disk that does not take them. The default is 5,000,000, about 100 MB; beyond it the oldest
  /// leave the queue of the batch log, counted, and stay readable until their chunk closes.
  public var uncommittedSamplesMax = 5_000_000
  /// Bytes of closed chunks waiting for the disk. The default is 256 MiB; beyond it the oldest are lost, counted.
  public var waitingChunkBytesMax = 256 << 20
  /// SQLite on a network file system loses data. The default refuses.
  public var networkFileSystem = NetworkFileSystem.refuse

  public enum NetworkFileSystem: Sendable, Equatable { case refuse, accept }

  public init() {}

  /// The same bounds, each within what the format and the contracts allow.
  var withinFormat: StoreSettings {
    var bounded = self
    bounded.knownSeriesMax = min(max(knownSeriesMax, 1), 1 << 30)
    bounded.seriesMax = min(max(seriesMax, 1), bounded.knownSeriesMax)
    bounded.labelsMax = max(labelsMax, 1)
    bounded.labelBytesMax = min(max(labelBytesMax, 1), 1 << 20)
    bounded.commitInterval = min(max(commitInterval, .milliseconds(10)), .seconds(1))
    bounded.batchRowSamples = min(max(batchRowSamples, 1), SampleFormat.batchSamplesMax)
    bounded.chunkSamples = min(max(chunkSamples, 2), 4096)
    bounded.chunkSpan = min(max(chunkSpan, .seconds(1)), SampleFormat.chunkSpanMax)
    bounded.chunksPerCommit = max(chunksPerCommit, 1)
    return bounded
  }
}

/// What every file of the store agrees on; described in docs/formats/sample-store.md.
enum SampleFormat {
  /// `PRAGMA user_version` of each file.
  static let version: Int32 = 1
  /// `PRAGMA application_id`: the letters WKTS.
  static let applicationIdentifier: Int32 = 0x574B_5453
  static let pageSizeBytes = 8192
  /// No chunk spans more, so a reader looks for chunks no further back than this.
  static let chunkSpanMax = Duration.seconds(7200)
  /// Samples in one row of the batch log.
  static let batchSamplesMax = 250_000
  /// Bytes that one row of the batch log may declare before snappy.
  static let batchBytesMax = 16 << 20
  /// Bytes of one series' labels.
  static let labelSetBytesMax = 1 << 20
}
