internal import Telemetry

/// How fast a probe runs just now.
public enum Pace: Hashable, Sendable {
  /// As its schedule says.
  case steady
  /// It failed: the next run comes soon, to confirm it.
  case confirming
  /// Down for long: a run only now and then.
  case backedOff(every: Duration)
  /// A value is near its threshold: run closely until this uptime.
  case zoomed(until: Duration)
  /// Behind a parent that is down, by its name.
  case unreachable(behind: String)
}

/// A probe's pace from its results. A value: the same results at the same times give the same pace.
struct Pacing: Sendable, Equatable {
  /// What a run said, as far as the pace goes.
  enum Outcome: Equatable {
    case up, down
    /// A fault of ours: no reason to ask sooner or later.
    case unknown
    case unreachable(behind: String)
  }

  let settings: PaceSettings
  let interval: Duration
  private(set) var pace = Pace.steady
  /// Runs in a row that found the target down.
  private(set) var failures = 0
  /// When the first of them began.
  private(set) var failingSince: Duration?

  init(_ settings: PaceSettings, interval: Duration) {
    self.settings = settings
    self.interval = interval
  }

  /// Whether a verdict of down has been repeated as often as it takes.
  var isConfirmed: Bool { failures > (settings.confirmation?.runs ?? 0) }

  /// Whether its runs can leave its schedule at all.
  var isAdaptive: Bool { settings.confirmation != nil || settings.backOff != nil || settings.zoom != nil }

  /// From one run to the next at the present pace; `nil`: as the schedule says.
  var step: Duration? {
    switch pace {
    case .steady: nil
    case .confirming: settings.confirmation?.every
    case .backedOff(let every): every
    case .zoomed: settings.zoom?.interval
    case .unreachable: max(interval, PaceSettings.unreachableInterval)
    }
  }

  /// - Parameters:
  ///   - isNear: whether a value satisfies the condition to zoom in.
  ///   - start: when the run began, on the clock that never steps.
  mutating func finish(_ outcome: Outcome, isNear: Bool, startedAt start: Duration) {
    switch outcome {
    case .up:
      (failures, failingSince) = (0, nil)
      pace = zoomed(isNear, start) ?? .steady
    case .unreachable(let parent):
      (failures, failingSince) = (0, nil)
      pace = .unreachable(behind: parent)
    case .unknown:
      if pace == .confirming { pace = .steady }
    case .down:
      failures += 1
      let since = failingSince ?? start
      failingSince = since
      pace = confirming ?? backedOff(after: start - since) ?? zoomed(isNear, start) ?? .steady
    }
  }

  /// An interval that is as short confirms by itself.
  private var confirming: Pace? {
    guard let confirmation = settings.confirmation, failures <= confirmation.runs, confirmation.every < interval else {
      return nil
    }
    return .confirming
  }

  private func backedOff(after dead: Duration) -> Pace? {
    guard let backOff = settings.backOff, dead >= backOff.after, backOff.to > interval else { return nil }
    if case .backedOff(let every) = pace { return .backedOff(every: min(every * 2, backOff.to)) }
    return .backedOff(every: min(interval * 2, backOff.to))
  }

  private func zoomed(_ isNear: Bool, _ start: Duration) -> Pace? {
    guard let zoom = settings.zoom else { return nil }
    if isNear { return .zoomed(until: start + zoom.length) }
    if case .zoomed(let until) = pace, start < until { return pace }
    return nil
  }
}
