internal import Records
internal import Telemetry

extension ProbeRunner {
  /// One defined probe. A class: it is changed in place, and a copy would count up a reference for each of its parts.
  final class Entry {
    let definition: ProbeDefinition
    let probe: any Probe
    var timing: Timing
    var pacing: Pacing
    var binding: SeriesBinding
    var status: ProbeStatus
    /// What the probe resolves itself, where it is to be zoomed in on.
    let watch: WatchedSeries?
    /// The run that is going, whether abandoned or not.
    var running: Run?
    /// A failed run that waits for what the parents say.
    var held: HeldRun?
    /// The places of those that it is behind, and of those behind it.
    var parents: [Int] = []
    var children: [Int] = []
    /// The one appointment that counts; older ones in the heap are passed over.
    var appointed = Duration.zero
    /// Of the newest run that was recorded, on the clock that never steps.
    var lastStart: Duration?
    /// Samples of its own that the last complete run gave; `nil` before the first.
    var complete: Int?
    /// Whether samples are missing just now.
    var hasGap = false
    /// One run's own samples; kept, so that a run needs no room of its own.
    var own = OwnSamples()
    /// What was known of the target last, by a good check or by one that failed again; `nil` before the first.
    var lastUp: Bool?

    init(
      definition: ProbeDefinition, probe: any Probe, timing: Timing, binding: SeriesBinding, status: ProbeStatus,
      watch: WatchedSeries? = nil
    ) {
      self.watch = watch
      self.definition = definition
      self.probe = probe
      self.timing = timing
      pacing = Pacing(definition.pace, interval: definition.interval)
      self.binding = binding
      self.status = status
    }

    /// One failure that none confirms may be the first sign of what the target is behind.
    func noteKnown(_ outcome: Pacing.Outcome) {
      if outcome == .up {
        lastUp = true
      } else if pacing.failures > max(1, pacing.settings.confirmation?.runs ?? 0) {
        lastUp = false
      }
    }

    /// When it was looked at last: rhythms of the calendar are looked at again, because its clock may be set.
    var checkedAt = Duration.zero
    private static let checkedMax = Duration.seconds(60)

    /// When somebody has to look at it next.
    var nextEvent: Duration {
      let next = min(timing.due, running?.limit ?? timing.due, held?.limit ?? timing.due)
      return timing.rhythm.isCivil ? min(next, checkedAt + Self.checkedMax) : next
    }

    /// Whether one of the run's values satisfies the condition to zoom in.
    func isNear(_ report: ProbeReport, took: Duration) -> Bool {
      guard let condition = definition.pace.zoom?.when else { return false }
      return condition.holds(in: report.samples) || condition.holds(in: report.verdictSamples(took: took))
        || watch?.holds(in: report.batch) ?? false
    }

    /// What of the last round was not taken, and why; empty when all was.
    var refusals: String {
      if let text = status.refusalText { return text }
      let refusals = binding.outcome.refusals
      return refusals.isEmpty ? "" : "samples were not taken: " + refusals.joined(separator: "; ")
    }

    /// What the run means for the samples; `nil` when none is missing.
    func gap(after report: ProbeReport, wasAbandoned: Bool) -> GapObservation? {
      let own = report.samples.count + report.batch.values.count { !$0.isStaleMarker }
      let extent: SampleGap.Extent = own == 0 ? .measurements : .part
      switch report.verdict {
      case .up:
        guard !status.explanation.isEmpty else {
          complete = own
          return nil
        }
        let isRefused = status.refused > 0
        return GapObservation(
          cause: isRefused ? .seriesRefused : .incomplete, extent: .part,
          reason: Reason(
            isRefused ? "reason.gap.refused" : "reason.gap.incomplete", ["text": status.explanation]))
      case .down(let reason):
        if case .backedOff(let every) = pacing.pace {
          return GapObservation(
            cause: .backedOff, extent: .everything,
            reason: Reason("reason.gap.backed-off", ["every": String(every.inSeconds)]))
        }
        // An answer that is wrong may tell as much as a right one.
        if own > 0, own >= complete ?? .max { return nil }
        return GapObservation(cause: .failed, extent: extent, reason: reason)
      case .unknown(let reason):
        return GapObservation(cause: wasAbandoned ? .hung : .notChecked, extent: extent, reason: reason)
      case .unreachable(let reason):
        return GapObservation(cause: .unreachable, extent: .everything, reason: reason)
      }
    }
  }

  struct Run {
    let number: Int
    let task: Task<Void, Never>
    let startedAt: Timestamp
    let startedUptime: Duration
    let late: Duration
    /// When it is given up; `nil` once it was.
    var limit: Duration?
  }

  /// A report that is not recorded yet.
  struct HeldRun {
    let report: ProbeReport
    let run: Run
    let took: Duration
    /// When it is recorded by what is known then.
    let limit: Duration
  }
}

/// The samples that every run has beside the probe's own, each in a place of its own.
struct OwnSamples {
  enum Name: Int, CaseIterable {
    case up, duration, success, lastSuccess, lastUp
    case late, skipped, abandoned, interval, confirmed, unreachable, cpu, packets, bytes

    var metric: String {
      switch self {
      case .up: "up"
      case .duration: "probe_duration_seconds"
      case .success: "probe_success"
      case .late: "watchkeeper_probe_late_seconds"
      case .skipped: "watchkeeper_probe_skipped_total"
      case .abandoned: "watchkeeper_probe_abandoned_total"
      case .interval: "watchkeeper_probe_interval_seconds"
      case .confirmed: "watchkeeper_probe_down_confirmed"
      case .unreachable: "watchkeeper_probe_unreachable"
      case .lastSuccess: "watchkeeper_probe_last_success"
      case .lastUp: "watchkeeper_probe_last_up"
      case .cpu: "watchkeeper_probe_cpu_seconds"
      case .packets: "watchkeeper_probe_packets"
      case .bytes: "watchkeeper_probe_bytes"
      }
    }
  }

  private(set) var values = [Double?](repeating: nil, count: Name.allCases.count)

  subscript(name: Name) -> Double? {
    get { values[name.rawValue] }
    set { values[name.rawValue] = newValue }
  }

  static let series: [LabelSet] = Name.allCases.map { LabelSet([LabelSet.metricName: $0.metric]) }
}
