internal import Alerting
internal import Incidents
internal import Planner
internal import Probes
internal import Telemetry
internal import WebInterface

/// The frame around every page: Watchkeeper about itself. Pure.
struct ShellBuilder {
  let probes: [ProbeStatus]
  let incidents: IncidentBook
  let maintenance: MaintenanceBook
  let rules: RuleEvaluator.View
  let lastDelivery: Timestamp?
  let notices: [StatedPhrase]
  let now: Timestamp

  /// A probe that has not come back for so many intervals does not deliver.
  static let intervalsMax: Int64 = 3
  /// Without a round for so long evaluation stands still: ten times the usual interval, at least 5 minutes.
  static let evaluationAgeMin = Duration.seconds(300)

  var state: ShellState {
    let delivering = probes.filter(isDelivering)
    let rows = TaskRows(maintenance: maintenance, now: now)
    let problem = problem
    return ShellState(
      health: problem == nil ? .ok : .warning, problem: problem, probesDelivering: delivering.count,
      probesExpected: probes.count, newestSample: probes.compactMap(\.lastRun).max(),
      incidentsWaiting: IncidentListing(book: incidents).waiting.count,
      tasksWaiting: maintenance.openTasks.count { [.due, .late].contains(rows.progress(of: $0)) },
      lastDelivery: lastDelivery, notices: notices)
  }

  /// A target that is down is delivered well; a probe that could not look, or did not come back, is not.
  func isDelivering(_ probe: ProbeStatus) -> Bool {
    guard let last = probe.lastRun else { return false }
    if case .unknown = probe.verdict { return false }
    let limit = Duration.milliseconds(probe.interval.wholeMilliseconds * Self.intervalsMax) + probe.duration
    return now.elapsed(since: last) <= max(limit, .seconds(10))
  }

  private var problem: Phrase? {
    let silent = probes.filter { $0.lastRun != nil && !isDelivering($0) }
    if let first = silent.map(\.name).sorted().first {
      return silent.count == 1
        ? Phrase("console.shell.probe", ["probe": first])
        : Phrase("console.shell.probes", ["probe": first, "count": String(silent.count - 1)])
    }
    let longest = rules.groups.map(\.interval).max() ?? .zero
    let limit = max(Self.evaluationAgeMin, .milliseconds(longest.wholeMilliseconds * 10))
    if let last = rules.lastEvaluation, now.elapsed(since: last) > limit {
      return Phrase("console.shell.rules", ["at": last.argument])
    }
    return nil
  }
}
