public import Telemetry

/// When the alerts of one rule fired over a span of time, as its rounds told.
public struct FiringHistory: Sendable {
  /// One alert from its first firing round to the round that saw its end.
  public struct Fire: Sendable, Equatable {
    public enum Beginning: Sendable, Equatable {
      case inSpan
      /// It fired already when the span began.
      case before
    }

    public let labels: LabelSet
    /// When it began to fire; the span's beginning for one that fired already.
    public let from: Timestamp
    /// `nil` while it fires.
    public internal(set) var to: Timestamp?
    /// The value with which it began.
    public let value: Double
    public let beginning: Beginning
  }

  /// In the order of their beginning; at most `firesKept`, the count goes on.
  public private(set) var fires: [Fire] = []
  public private(set) var count = 0
  /// The time in which at least one alert fired.
  public private(set) var firingTime = Duration.zero
  public private(set) var longest = Duration.zero
  public private(set) var firstAt: Timestamp?
  public private(set) var lastAt: Timestamp?
  /// Label sets that fired.
  public private(set) var series: Set<LabelSet> = []
  public private(set) var rounds = 0
  public private(set) var failedRounds = 0
  /// The newest failure.
  public private(set) var failure: RuleFailure?

  private let start: Timestamp
  private var open: [LabelSet: Fire] = [:]
  /// The places in `fires` of those that are kept and still fire.
  private var places: [LabelSet: Int] = [:]
  /// Since when at least one alert fires.
  private var firingSince: Timestamp?

  /// Fires listed one by one; the default is 1,000.
  public static let firesKept = 1000

  /// - Parameter start: of the span. What ends before it is not told.
  public init(from start: Timestamp) { self.start = start }

  /// A round; earlier ones came first.
  public mutating func note(_ outcome: RuleOutcome, at slot: Timestamp) {
    if slot > start {
      rounds += 1
      if let problem = outcome.failure {
        failedRounds += 1
        failure = problem
      }
      if rounds == 1 {
        for fire in open.values.sorted(by: { $0.labels < $1.labels }) where fire.from < start { tell(fire) }
      }
    }
    for alert in outcome.resolved + outcome.dropped { end(alert.labels, at: slot) }
    for alert in outcome.started { begin(alert) }
    if open.isEmpty, let since = firingSince {
      firingSince = nil
      add(since, slot)
    } else if !open.isEmpty, firingSince == nil {
      firingSince = slot
    }
  }

  /// The span is over: what still fires has fired until then.
  public mutating func finish(at end: Timestamp) {
    if let since = firingSince { add(since, end) }
    for fire in open.values { longest = max(longest, end.elapsed(since: max(fire.from, start))) }
  }

  private mutating func add(_ from: Timestamp, _ to: Timestamp) {
    firingTime += max(.zero, to.elapsed(since: max(from, start)))
  }

  private mutating func begin(_ alert: Alert) {
    let from = alert.firedAt ?? alert.activeAt
    let fire = Fire(
      labels: alert.labels, from: from, to: nil, value: alert.value, beginning: from < start ? .before : .inSpan)
    open[alert.labels] = fire
    if from >= start { tell(fire) }
  }

  private mutating func tell(_ fire: Fire) {
    count += 1
    series.insert(fire.labels)
    let from = max(fire.from, start)
    firstAt = min(firstAt ?? from, from)
    lastAt = max(lastAt ?? from, from)
    guard fires.count < Self.firesKept else { return }
    places[fire.labels] = fires.count
    fires.append(
      Fire(labels: fire.labels, from: from, to: nil, value: fire.value, beginning: fire.beginning))
  }

  private mutating func end(_ labels: LabelSet, at slot: Timestamp) {
    guard let fire = open.removeValue(forKey: labels) else { return }
    longest = max(longest, slot.elapsed(since: max(fire.from, start)))
    if let place = places.removeValue(forKey: labels) { fires[place].to = slot }
  }
}
