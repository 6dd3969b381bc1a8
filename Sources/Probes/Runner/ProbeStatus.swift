public import Telemetry

/// How one probe is doing, for pages and `watchkeeper status`.
public struct ProbeStatus: Sendable {
  public let name: String
  public let kind: String
  public let item: String?
  public let labels: LabelSet
  public let interval: Duration
  /// How fast it runs just now, and from one run to the next.
  public var pace = Pace.steady
  public var step: Duration
  /// Runs in a row that found the target down.
  public var failures = 0
  /// Whether they are as many as it takes.
  public var isConfirmed = false
  /// `nil` before the first run has ended.
  public var lastRun: Timestamp?
  public var verdict: ProbeVerdict?
  /// One line; empty when all is well.
  public var explanation = ""
  /// What the probe cannot read at all, as it said last.
  public var notes: [String] = []
  public var duration = Duration.zero
  /// How long after its due time the last run started.
  public var late = Duration.zero
  /// Of the last run.
  public var samples = 0
  /// Of the last run: samples that there was no series for.
  public var refused = 0
  /// Why.
  public var refusal: AppendError?
  /// How many were refused and why, in one line.
  public var refusalText: String? { refusal.map { "\(refused) series were refused: \($0)" } }
  /// Of all runs.
  public var refusedInAll = 0
  public var runs = 0
  /// Due times that passed while a run was still going.
  public var skipped = 0
  /// Runs that did not come back in time.
  public var abandoned = 0
  public var cost = ProbeCost()
  /// The names of the probes that it is behind.
  public var parents: [String] = []
  public var isRunning = false
  /// Until the next due time; zero when it has come.
  public var nextIn = Duration.zero

  init(name: String, kind: String, item: String?, labels: LabelSet, interval: Duration) {
    self.name = name
    self.kind = kind
    self.item = item
    self.labels = labels
    self.interval = interval
    step = interval
  }
}
