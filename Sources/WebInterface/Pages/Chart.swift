public import Telemetry

/// One graph: columns of samples and what to draw behind and over them.
public struct Chart: Sendable, Encodable {
  /// Unique on its page; deltas name it.
  public var id: String
  public var title: Phrase
  public var unit: ChartUnit
  /// Exclusive.
  public var start: Timestamp
  /// Inclusive.
  public var end: Timestamp
  /// The distance of samples in seconds; a distance of more than 2.5 of them is a gap.
  public var intervalSeconds: Double
  /// At most four; a fifth means a second chart.
  public var series: [ChartSeries]
  /// The top of the scale when it is known, such as 100 for percentages; `nil` fits the data.
  public var top: Double?
  public var threshold: ChartThreshold?
  public var bands: [ChartBand]
  public var marks: [ChartMark]
  public var width: ChartWidth

  public init(
    id: String, title: Phrase, unit: ChartUnit, start: Timestamp, end: Timestamp, intervalSeconds: Double,
    series: [ChartSeries], top: Double? = nil, threshold: ChartThreshold? = nil, bands: [ChartBand] = [],
    marks: [ChartMark] = [], width: ChartWidth = .half
  ) {
    self.id = id
    self.title = title
    self.unit = unit
    self.start = start
    self.end = end
    self.intervalSeconds = intervalSeconds
    self.series = series
    self.top = top
    self.threshold = threshold
    self.bands = bands
    self.marks = marks
    self.width = width
  }

  public static let seriesMax = 4
}

/// Half: two beside each other on a desk.
public enum ChartWidth: String, Sendable, Encodable { case full, half }

/// What the numbers of a chart count.
public enum ChartUnit: String, CaseIterable, Sendable, Encodable {
  /// 0 to 100.
  case percent
  case bytes
  case bytesPerSecond
  case seconds
  case milliseconds
  case perSecond
  case plain
}

/// One line: columns of equal length, ascending in time.
public struct ChartSeries: Sendable, Encodable {
  /// Unique in its chart; deltas name it.
  public var id: String
  public var label: Phrase
  public var milliseconds: [Int64]
  public var values: [Double]

  public init(id: String, label: Phrase, milliseconds: [Int64], values: [Double]) {
    self.id = id
    self.label = label
    let count = min(milliseconds.count, values.count)
    self.milliseconds = Array(milliseconds.prefix(count))
    self.values = Array(values.prefix(count))
  }
}

public struct ChartThreshold: Sendable, Encodable {
  public var value: Double
  /// For example `fires above 60 s for 5 min`.
  public var sentence: Phrase

  public init(_ value: Double, _ sentence: Phrase) {
    self.value = value
    self.sentence = sentence
  }
}

public struct ChartBand: Sendable, Encodable {
  public enum Kind: String, CaseIterable, Sendable, Encodable { case maintenance, pending, firing }

  public var kind: Kind
  public var start: Timestamp
  /// `nil` while it lasts.
  public var end: Timestamp?

  public init(_ kind: Kind, from start: Timestamp, to end: Timestamp?) {
    self.kind = kind
    self.start = start
    self.end = end
  }
}

/// A change at an instant.
public struct ChartMark: Sendable, Encodable {
  public var at: Timestamp
  public var label: Phrase

  public init(at: Timestamp, _ label: Phrase) {
    self.at = at
    self.label = label
  }
}

/// How much of the past a page shows.
public enum PageRange: String, CaseIterable, Sendable, Encodable {
  case quarterHour = "15m"
  case hour = "1h"
  case sixHours = "6h"
  case day = "24h"
  case week = "7d"

  public var duration: Duration {
    switch self {
    case .quarterHour: .seconds(900)
    case .hour: .seconds(3600)
    case .sixHours: .seconds(21_600)
    case .day: .seconds(86_400)
    case .week: .seconds(604_800)
    }
  }
}
