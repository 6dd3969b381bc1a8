public import Telemetry

/// The metric explorer: a query and what it answers, or where to begin.
public struct ExplorePage: Sendable, Encodable {
  /// As typed; empty before the first.
  public var query: String
  public var range: PageRange
  /// The instant of the table and the end of the graph.
  public var at: Timestamp
  /// Names of functions and aggregations, for completion.
  public var words: [String]
  /// Set while there is no query.
  public var start: ExploreStart?
  /// Set when the query could not be answered.
  public var fault: ExploreFault?
  public var answer: ExploreAnswer?

  public init(query: String, range: PageRange, at: Timestamp, words: [String] = []) {
    self.query = query
    self.range = range
    self.at = at
    self.words = words
  }
}

/// What there is to ask about.
public struct ExploreStart: Sendable, Encodable {
  /// Queries whose metrics exist here.
  public var examples: [ExploreExample]
  /// By name, those with the most series first; at most `metricsMax`.
  public var metrics: [MetricRow]
  public var metricsTotal: Int

  public static let metricsMax = 200

  public init(examples: [ExploreExample], metrics: [MetricRow], metricsTotal: Int) {
    self.examples = examples
    self.metrics = metrics
    self.metricsTotal = metricsTotal
  }
}

public struct ExploreExample: Sendable, Encodable {
  public var query: String
  public var meaning: Phrase

  public init(_ query: String, _ meaning: Phrase) {
    self.query = query
    self.meaning = meaning
  }
}

public struct MetricRow: Sendable, Encodable {
  public var name: String
  public var series: Int

  public init(name: String, series: Int) {
    self.name = name
    self.series = series
  }
}

/// Why a query has no answer, with the place in its text.
public struct ExploreFault: Sendable, Encodable {
  public var message: String
  public var hint: String?
  /// `nil` when the fault has no place, for example a time limit.
  public var place: Place?

  public struct Place: Sendable, Encodable {
    /// From 1.
    public var line: Int
    /// From 1, in characters.
    public var column: Int
    /// The text of that line.
    public var text: String

    public init(line: Int, column: Int, text: String) {
      self.line = line
      self.column = column
      self.text = text
    }
  }

  public init(message: String, hint: String? = nil, place: Place? = nil) {
    self.message = message
    self.hint = hint
    self.place = place
  }
}

public struct ExploreAnswer: Sendable, Encodable {
  /// A sentence about the size: series, samples, time.
  public var summary: Phrase
  /// Warnings and remarks of the engine.
  public var remarks: [String]
  public var charts: [Chart]
  /// Series beyond those that are drawn.
  public var undrawn: Int
  public var rows: [ExploreRow]
  /// Rows beyond those listed.
  public var unlisted: Int
  public var steps: [ExploreStep]
  /// A rule file with this query, to go on from.
  public var rule: String?

  /// Charts of four series each.
  public static let chartsMax = 3
  public static let rowsMax = 500

  public init(summary: Phrase, remarks: [String] = []) {
    self.summary = summary
    self.remarks = remarks
    charts = []
    undrawn = 0
    rows = []
    unlisted = 0
    steps = []
  }
}

public struct ExploreRow: Sendable, Encodable {
  public var series: String
  public var value: String

  public init(series: String, value: String) {
    self.series = series
    self.value = value
  }
}

/// One part of the query and what it yields at the instant.
public struct ExploreStep: Sendable, Encodable {
  public var depth: Int
  public var action: String
  /// The part as a query of its own.
  public var query: String
  public var series: Int
  /// Set for parts with windows.
  public var samples: Int?
  /// Of this part without its operands.
  public var seconds: Double

  public init(depth: Int, action: String, query: String, series: Int, samples: Int?, seconds: Double) {
    self.depth = depth
    self.action = action
    self.query = query
    self.series = series
    self.samples = samples
    self.seconds = seconds
  }
}
