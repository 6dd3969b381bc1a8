public import Telemetry

/// A place in the batch log of one day file: what comes next.
public struct LogPlace: Hashable, Comparable, Sendable, Codable {
  public var row: Int64
  /// Samples of that row which are behind this place.
  public var offset: Int

  public init(row: Int64, offset: Int = 0) {
    self.row = row
    self.offset = offset
  }

  public static func < (left: LogPlace, right: LogPlace) -> Bool {
    (left.row, left.offset) < (right.row, right.offset)
  }
}

/// Where a reader of the batch log stands, by the name of the day file. A file that is not named is read from its
/// beginning: it was made after the reader's last step.
public typealias LogPosition = [String: LogPlace]

/// A stretch of one file's batch log.
public struct LogPage: Sendable {
  public let file: String
  public internal(set) var end: LogPlace
  /// Ascending in time each. Numbers and histograms of a series stand in one entry.
  public internal(set) var series: [LoggedSeries] = []
  public internal(set) var sampleCount = 0
  /// The newest time of a sample that came in order; `nil` when all came late.
  public internal(set) var newest: Int64?
  /// Rows that do not match their checksum, and samples whose series does not; both are left out.
  public internal(set) var damagedRows = 0
  public internal(set) var samplesOfDamagedSeries = 0
}

public struct LoggedSeries: Sendable {
  public let labels: LabelSet
  public internal(set) var numbers: [(millisecond: Int64, value: Double)] = []
  public internal(set) var histograms: [(millisecond: Int64, histogram: NativeHistogram)] = []
}
