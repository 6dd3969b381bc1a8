public import Records
public import Telemetry

/// What to try on the stored past.
public struct BacktestOrder: Hashable, Sendable {
  public enum Beginning: Hashable, Sendable {
    case ago(Duration)
    case at(Timestamp)
  }

  /// As the rules' file is named to the caller; the running one of that name lends its identity.
  public var file: String
  /// The content of a file that is not, or not yet, configured; `nil` for the configured one.
  public var text: String?
  /// Of this group only.
  public var group: String?
  /// This alert only; recording rules run along.
  public var rule: String?
  public var since: Beginning
  /// `nil`: now.
  public var until: Timestamp?
  /// Instead of each group's interval.
  public var step: Duration?
  /// Numbers for the ladder; empty: found from the values.
  public var thresholds: [Double]
  /// Numbers that may be given.
  public static let thresholdsMax = 11
  /// Tells equal orders apart that want a fresh answer.
  public var key: String?

  public init(
    file: String, text: String? = nil, group: String? = nil, rule: String? = nil, since: Beginning,
    until: Timestamp? = nil, step: Duration? = nil, thresholds: [Double] = [], key: String? = nil
  ) {
    self.file = file
    self.text = text
    self.group = group
    self.rule = rule
    self.since = since
    self.until = until
    self.step = step
    self.thresholds = thresholds
    self.key = key
  }
}

/// How far a back-test has come.
public struct BacktestAnswer: Sendable, Encodable {
  public enum Stage: String, Sendable, Encodable { case running, done, failed }

  public var stage: Stage
  /// 0 to 1.
  public var progress: Double
  /// Why it failed.
  public var problem: Phrase?
  public var result: BacktestResult?

  public init(_ stage: Stage, progress: Double = 1, problem: Phrase? = nil, result: BacktestResult? = nil) {
    self.stage = stage
    self.progress = progress
    self.problem = problem
    self.result = result
  }
}

/// What rules would have done.
public struct BacktestResult: Sendable, Encodable {
  public var file: String
  public var from: Timestamp
  public var to: Timestamp
  /// What the reader should know before the figures.
  public var notes: [Phrase]
  public var rules: [BacktestRule]

  public init(file: String, from: Timestamp, to: Timestamp, notes: [Phrase] = [], rules: [BacktestRule] = []) {
    self.file = file
    self.from = from
    self.to = to
    self.notes = notes
    self.rules = rules
  }
}

/// One alerting rule over the span.
public struct BacktestRule: Sendable, Encodable {
  public var group: String
  public var name: String
  public var expression: String
  public var intervalSeconds: Double
  public var heldSeconds: Double
  public var rounds: Int
  public var failedRounds: Int
  /// The engine's newest message, when rounds failed.
  public var problem: String?
  public var fires: Int
  public var firingSeconds: Double
  public var longestSeconds: Double
  public var firstAt: Timestamp?
  public var lastAt: Timestamp?
  /// Label sets that fired.
  public var series: Int
  /// In the order of their beginning; the first ones only.
  public var firings: [BacktestFire] = []
  public var incidents: [BacktestIncident] = []
  /// What was withheld by maintenance windows.
  public var withheld: [BacktestWithheld] = []
  /// Notifications by receiver.
  public var pages: [String: Int] = [:]
  /// Incidents that the rule did open and would not have opened.
  public var missed: [RecordNumber] = []
  public var ladder: BacktestLadder?
  public var ladderProblem: Phrase?

  public init(
    group: String, name: String, expression: String, intervalSeconds: Double, heldSeconds: Double, rounds: Int,
    failedRounds: Int, problem: String?, fires: Int, firingSeconds: Double, longestSeconds: Double,
    firstAt: Timestamp?, lastAt: Timestamp?, series: Int
  ) {
    self.group = group
    self.name = name
    self.expression = expression
    self.intervalSeconds = intervalSeconds
    self.heldSeconds = heldSeconds
    self.rounds = rounds
    self.failedRounds = failedRounds
    self.problem = problem
    self.fires = fires
    self.firingSeconds = firingSeconds
    self.longestSeconds = longestSeconds
    self.firstAt = firstAt
    self.lastAt = lastAt
    self.series = series
  }

  /// Notifications to all receivers.
  public var pageCount: Int { pages.values.reduce(0, +) }
}

public struct BacktestFire: Sendable, Encodable {
  public enum Beginning: String, Sendable, Encodable { case inSpan, before }

  public var labels: LabelSet
  public var from: Timestamp
  /// `nil` when it fires at the end of the span.
  public var to: Timestamp?
  /// `nil` when it is no finite number.
  public var value: Double?
  public var beginning: Beginning

  public init(labels: LabelSet, from: Timestamp, to: Timestamp?, value: Double, beginning: Beginning) {
    self.labels = labels
    self.from = from
    self.to = to
    self.value = value.isFinite ? value : nil
    self.beginning = beginning
  }
}

public struct BacktestIncident: Sendable, Encodable {
  public var title: Phrase
  public var item: String?
  public var priority: Int
  public var from: Timestamp
  public var to: Timestamp?
  public var reopened: Int
  /// To all receivers, repeats and recoveries among them.
  public var pages: Int
  /// The window that it outlived.
  public var outlived: RecordNumber?
  /// Real incidents of the same breach at that time.
  public var same: [RecordNumber]
  /// Other real incidents on the item at that time.
  public var beside: [RecordNumber]

  public init(
    title: Phrase, item: String?, priority: Int, from: Timestamp, to: Timestamp?, reopened: Int, pages: Int,
    outlived: RecordNumber?, same: [RecordNumber], beside: [RecordNumber]
  ) {
    self.title = title
    self.item = item
    self.priority = priority
    self.from = from
    self.to = to
    self.reopened = reopened
    self.pages = pages
    self.outlived = outlived
    self.same = same
    self.beside = beside
  }
}

public struct BacktestWithheld: Sendable, Encodable {
  public var title: Phrase
  public var item: String?
  public var at: Timestamp
  public var window: RecordNumber

  public init(title: Phrase, item: String?, at: Timestamp, window: RecordNumber) {
    self.title = title
    self.item = item
    self.at = at
    self.window = window
  }
}

/// What other numbers in the rule's comparison would have led to.
public struct BacktestLadder: Sendable, Encodable {
  public struct Rung: Sendable, Encodable {
    public var number: Double
    public var fires: Int
    public var firingSeconds: Double

    public init(number: Double, fires: Int, firingSeconds: Double) {
      self.number = number
      self.fires = fires
      self.firingSeconds = firingSeconds
    }
  }

  /// For example `>`.
  public var comparison: String
  /// As the rule has it.
  public var number: Double
  /// Ascending.
  public var rungs: [Rung]

  public init(comparison: String, number: Double, rungs: [Rung]) {
    self.comparison = comparison
    self.number = number
    self.rungs = rungs
  }
}
