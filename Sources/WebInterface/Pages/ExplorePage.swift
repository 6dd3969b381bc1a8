public import Telemetry

/// The metric explorer: a query and what it answers, or where to begin.
public struct ExplorePage: Sendable, Encodable {
  /// As typed; empty before the first.
  public var query: String
  public var range: PageRange
  /// The instant of the table and the end of the graph.
  public var at: Timestamp
  /// Functions and aggregations, for completion.
  public var words: [ExploreWord]
  /// Set while there is no query.
  public var start: ExploreStart?
  /// Set when the query could not be answered.
  public var fault: ExploreFault?
  public var answer: ExploreAnswer?

  public init(query: String, range: PageRange, at: Timestamp, words: [ExploreWord] = []) {
    self.query = query
    self.range = range
    self.at = at
    self.words = words
  }
}

/// A word of the language that completion offers.
public struct ExploreWord: Sendable, Encodable {
  public var name: String
  /// Its arguments by type, optional ones in brackets.
  public var arguments: String
  public var meaning: Phrase

  public init(_ name: String, arguments: String, _ meaning: Phrase) {
    self.name = name
    self.arguments = arguments
    self.meaning = meaning
  }
}

/// What is known of a metric besides its samples.
public struct MetricDescription: Sendable, Encodable {
  public var name: String
  public var kind: String
  public var unit: String
  public var help: String

  public init(_ name: String, kind: String, unit: String, help: String) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.help = help
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
  public var description: MetricDescription?

  public init(name: String, series: Int, description: MetricDescription? = nil) {
    self.name = name
    self.series = series
    self.description = description
  }
}

/// Why a query has no answer, with the place in its text.
public struct ExploreFault: Sendable, Encodable {
  /// What is wrong, in the reader's words; for a limit also what to do.
  public var title: Phrase
  /// What the engine says about it; `nil` when the title says it all.
  public var message: String?
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

  public init(_ title: Phrase, message: String? = nil, hint: String? = nil, place: Place? = nil) {
    self.title = title
    self.message = message
    self.hint = hint
    self.place = place
  }
}

public struct ExploreAnswer: Sendable, Encodable {
  /// A sentence about the size: series, samples, time.
  public var summary: Phrase
  /// What was read for it, and how long it took.
  public var cost: Phrase?
  /// Warnings and remarks of the engine.
  public var remarks: [String]
  /// Of the metrics in the query, as far as it is known.
  public var metrics: [MetricDescription]
  public var charts: [Chart]
  /// What can be drawn of native histograms, which have no line: a query to ask instead.
  public var quantile: String?
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
  /// Metrics that are described.
  public static let metricsMax = 5

  public init(summary: Phrase, remarks: [String] = []) {
    self.summary = summary
    self.remarks = remarks
    metrics = []
    charts = []
    undrawn = 0
    rows = []
    unlisted = 0
    steps = []
  }
}

public struct ExploreRow: Sendable, Encodable {
  public var series: String
  /// As a person reads it.
  public var value: String
  /// With all digits, where `value` has fewer.
  public var exact: String?
  public var histogram: HistogramPicture?

  public init(series: String, value: String, exact: String? = nil, histogram: HistogramPicture? = nil) {
    self.series = series
    self.value = value
    self.exact = exact == value ? nil : exact
    self.histogram = histogram
  }
}

/// The buckets of a native histogram as bars.
public struct HistogramPicture: Sendable, Encodable {
  public var summary: Phrase
  public var bars: [Bar]

  /// Bars side by side; buckets beyond are drawn with the last.
  public static let barsMax = 60

  public struct Bar: Sendable, Encodable {
    /// For example `(0.5, 1]: 12`.
    public var text: String
    /// Of the tallest, from 0 to 1.
    public var height: Double

    public init(text: String, height: Double) {
      self.text = text
      self.height = height
    }
  }

  public init(summary: Phrase, bars: [Bar]) {
    self.summary = summary
    self.bars = bars
  }
}

/// One part of the query and what it yields at the instant.
public struct ExploreStep: Sendable, Encodable {
  public var depth: Int
  public var action: String
  /// The part as a query of its own.
  public var query: String
  /// `nil` for a part that was not needed by itself.
  public var series: Int?
  /// Set for parts with windows.
  public var samples: Int?
  /// Of this part without its operands.
  public var seconds: Double?

  public init(depth: Int, action: String, query: String, series: Int?, samples: Int?, seconds: Double?) {
    self.depth = depth
    self.action = action
    self.query = query
    self.series = series
    self.samples = samples
    self.seconds = seconds
  }
}
