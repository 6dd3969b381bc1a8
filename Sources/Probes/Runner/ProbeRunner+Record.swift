internal import Records
internal import Telemetry

extension ProbeRunner {
  func record(_ entry: Entry, _ report: ProbeReport, of run: Run, took: Duration) {
    entry.pacing.finish(
      report.verdict.outcome, isNear: entry.isNear(report, took: took), startedAt: run.startedUptime)
    entry.timing.follow(entry.pacing, startedAt: run.startedUptime, now: run.startedUptime + took, clock.now)
    let time = report.measuredAt ?? run.startedAt
    fillOwnSamples(entry, report, of: run, took: took)
    let probe = entry.probe
    let round = SeriesBinding.Round(
      samples: report.samples, verdict: report.ownVerdictSamples ?? [], own: entry.own, batch: report.batch, time: time)
    entry.binding.record(round, in: store) { probe.renewSeries($0) }
    updateStatus(entry, report, of: run, took: took)
    if let seen = entry.gap(after: report, wasAbandoned: run.limit == nil) {
      miss(entry, seen, at: time)
    } else if entry.hasGap {
      entry.hasGap = false
      gaps.complete(entry.definition.name, at: time)
    }
    notePause(of: entry, from: run.startedAt.advanced(by: entry.definition.interval), at: run.startedUptime + took)
    entry.lastStart = run.startedUptime
    observer?(entry.status)
  }

  /// The names of a kind that has its own come with the report.
  private func fillOwnSamples(_ entry: Entry, _ report: ProbeReport, of run: Run, took: Duration) {
    let isUsual = report.ownVerdictSamples == nil
    entry.own[.up] = isUsual ? (report.verdict.isKnown ? 1 : 0) : nil
    entry.own[.duration] = isUsual ? took.inSeconds : nil
    entry.own[.success] = nil
    entry.own[.lastSuccess] = nil
    entry.own[.lastUp] = nil
    switch report.verdict {
    case .up, .down:
      entry.noteKnown(report.verdict.outcome)
      entry.own[.success] = isUsual ? (report.verdict == .up ? 1 : 0) : nil
    case .unknown, .unreachable:
      // What is not known any more has not recovered: rules go on from what was known last.
      let isScrape = entry.definition.settings.verdictMetrics == .scrape
      entry.own[isScrape ? .lastUp : .lastSuccess] = entry.lastUp.map { $0 ? 1 : 0 }
    }
    entry.own[.late] = run.late.inSeconds
    entry.own[.skipped] = Double(entry.timing.skipped)
    entry.own[.abandoned] = Double(entry.status.abandoned)
    entry.own[.cpu] = report.cost.cpu?.inSeconds
    entry.own[.packets] = report.cost.packets.map(Double.init)
    entry.own[.bytes] = report.cost.bytes.map(Double.init)
    let pacing = entry.pacing
    entry.own[.interval] =
      pacing.isAdaptive || !entry.parents.isEmpty ? (pacing.step ?? pacing.interval).inSeconds : nil
    entry.own[.unreachable] = entry.parents.isEmpty ? nil : report.verdict.isUnreachable ? 1 : 0
    if pacing.settings.confirmation != nil {
      entry.own[.confirmed] = report.verdict.outcome == .down && pacing.isConfirmed ? 1 : 0
    }
  }

  private func updateStatus(_ entry: Entry, _ report: ProbeReport, of run: Run, took: Duration) {
    entry.status.lastRun = run.startedAt
    entry.status.verdict = report.verdict
    entry.status.explanation = report.explanation
    // A run that failed or hung says none; they hold on.
    if report.verdict == .up { entry.status.notes = report.notes }
    entry.status.duration = took
    entry.status.late = run.late
    entry.status.samples = entry.binding.stored
    entry.status.refused = entry.binding.refused + report.refused
    entry.status.refusal = entry.binding.refusal ?? report.refusal
    entry.status.refusedInAll += entry.status.refused
    entry.status.runs += 1
    entry.status.cost = report.cost
    entry.status.pace = entry.pacing.pace
    let step = entry.pacing.step ?? entry.definition.interval
    entry.status.step = entry.timing.rhythm.isCivil ? max(step, entry.timing.due - run.startedUptime) : step
    entry.status.failures = entry.pacing.failures
    entry.status.isConfirmed = entry.pacing.isConfirmed
    if entry.status.explanation.isEmpty { entry.status.explanation = entry.refusals }
  }
}

extension ProbeVerdict {
  var outcome: Pacing.Outcome {
    switch self {
    case .up: .up
    case .down: .down
    case .unknown: .unknown
    case .unreachable(let reason): .unreachable(behind: reason.arguments["parent"] ?? "")
    }
  }

  /// Whether the check could be carried out.
  var isKnown: Bool { if case .unknown = self { false } else { true } }

  var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
}
