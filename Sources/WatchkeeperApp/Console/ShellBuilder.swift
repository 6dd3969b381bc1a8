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

  /// Without a round for so long evaluation stands still: ten times the usual interval, at least 5 minutes.
  static let evaluationAgeMin = Duration.seconds(300)

  var state: ShellState {
    let delivering = probes.filter { $0.isDelivering(at: now) }
    let rows = TaskRows(maintenance: maintenance, now: now)
    let problem = problem
    return ShellState(
      health: problem == nil ? .ok : .warning, problem: problem?.phrase, target: problem?.target ?? .probes,
      probesDelivering: delivering.count, probesExpected: probes.count,
      newestSample: probes.compactMap(\.lastRun).max(),
      incidentsWaiting: IncidentListing(book: incidents).waiting.count,
      tasksWaiting: maintenance.openTasks.count { [.due, .late].contains(rows.progress(of: $0)) },
      lastDelivery: lastDelivery, notices: notices)
  }

  private var problem: (phrase: Phrase, target: PageTarget)? {
    if let silent = name(of: "console.shell.probe", probes.filter { $0.lastRun != nil && !$0.isDelivering(at: now) }) {
      return (silent, .probes)
    }
    let longest = rules.groups.map(\.interval).max() ?? .zero
    let limit = max(Self.evaluationAgeMin, .milliseconds(longest.wholeMilliseconds * 10))
    if let last = rules.lastEvaluation, now.elapsed(since: last) > limit {
      return (Phrase("console.shell.rules", ["at": last.argument]), .rules)
    }
    return name(of: "console.shell.partial", probes.filter(\.isPartial)).map { ($0, .probes) }
  }

  /// One probe by its name, of more the first and how many others.
  private func name(of fault: String, _ probes: [ProbeStatus]) -> Phrase? {
    guard let first = probes.map(\.name).min() else { return nil }
    return probes.count == 1
      ? Phrase(fault, ["probe": first]) : Phrase("\(fault)s", ["probe": first, "count": String(probes.count - 1)])
  }
}
