public import Records
public import Telemetry

/// A time without samples of a probe, or with fewer than usual, and why.
public struct SampleGap: Codable, Hashable, Sendable {
  public enum Cause: String, Codable, Sendable, CaseIterable {
    /// The check failed, so what a good answer would have told is not known.
    case failed
    /// A fault of ours: the check could not be carried out.
    case notChecked = "not_checked"
    /// The check did not come back and was abandoned.
    case hung
    /// Not everything could be collected.
    case incomplete
    case seriesRefused = "series_refused"
    case late
    /// Due times that passed while the last run was still going.
    case stillRunning = "still_running"
    /// Long dead, so runs come only now and then.
    case backedOff = "backed_off"
    /// It failed behind a parent that is down, and runs come only now and then.
    case unreachable
    /// Left out because the runner could not keep up.
    case shed
    /// The calendar has no run here.
    case notDue = "not_due"
    /// Nothing ran: the program was stopped or had crashed.
    case notRunning = "not_running"
    /// The clock was set forward: no time passed, and no run was due.
    case clockSet = "clock_set"
    /// The probe was not in the configuration.
    case notDefined = "not_defined"
    /// The probe ran and answered without this series. Seen in the store, never noted by the runner; so are the next two.
    case absent
    /// Relabelling, as it is defined now, drops the series.
    case dropped
    /// Samples that were due are not in the store.
    case notStored = "not_stored"
  }

  public enum Extent: String, Codable, Sendable {
    /// Nothing ran: the verdict's series have no samples either.
    case everything
    /// A run that told nothing but its verdict.
    case measurements
    case part
    /// The one series that was looked at.
    case series
  }

  public internal(set) var from: Timestamp
  /// `nil` while it lasts.
  public var to: Timestamp?
  public let cause: Cause
  public var extent: Extent
  /// Of the newest run in it.
  public var reason: Reason
  /// Runs or due times in it.
  public var runs: Int

  public init(
    from: Timestamp, to: Timestamp? = nil, _ cause: Cause, _ extent: Extent, _ reason: Reason, runs: Int = 1
  ) {
    self.from = from
    self.to = to
    self.cause = cause
    self.extent = extent
    self.reason = reason
    self.runs = runs
  }

  /// Whether samples of this metric are missing. Every run has its own series, whatever it finds, and a failed check
  /// still tells that it failed.
  public func concerns(metric: String) -> Bool {
    guard extent != .everything else { return true }
    if metric == "up" || metric.hasPrefix("watchkeeper_probe_") { return false }
    if metric == "probe_duration_seconds" || metric == "scrape_duration_seconds" { return false }
    return metric != "probe_success" || cause == .notChecked || cause == .hung
  }

  /// Whether it tells why runs are not in the store. In every other gap each run leaves its own series, whatever it found;
  /// of one that hangs only the first does.
  var explainsMissingRuns: Bool { extent == .everything || cause == .hung }

  /// Whether it has a part in the time from `start` to `end`.
  public func overlaps(from start: Timestamp, through end: Timestamp) -> Bool {
    from <= end && (to.map { $0 > start } ?? true)
  }
}

/// What one run, or the lack of one, means for the samples.
struct GapObservation: Equatable {
  let cause: SampleGap.Cause
  let extent: SampleGap.Extent
  let reason: Reason
}
