public import Telemetry

/// A question why samples are missing.
public struct GapQuestion: Sendable, Hashable {
  /// A probe's name, or a series selector such as `up{instance="db01"}`.
  public var subject: String
  public var from: Timestamp
  public var to: Timestamp

  public init(subject: String, from: Timestamp, to: Timestamp) {
    self.subject = subject
    self.from = from
    self.to = to
  }
}

/// The gaps of the probes that a question is about.
public struct GapsPage: Sendable, Encodable {
  public var subject: String
  public var from: Timestamp
  public var to: Timestamp
  public var probes: [ProbeGaps]
  /// Set when more probes give such series than are told, or the store could not be asked for them.
  public var remark: Phrase?

  public init(_ question: GapQuestion, probes: [ProbeGaps], remark: Phrase? = nil) {
    subject = question.subject
    from = question.from
    to = question.to
    self.probes = probes
    self.remark = remark
  }
}

public struct ProbeGaps: Sendable, Encodable {
  public var probe: String
  /// The metric that is asked about; `nil`: all of the probe's.
  public var metric: String?
  /// The one series that was looked at sample by sample; `nil`: what is told holds for all of the probe's.
  public var series: String?
  /// What the record does not reach back to.
  public var remarks: [Phrase]
  /// Newest first.
  public var gaps: [GapRow]

  public init(
    probe: String, metric: String? = nil, series: String? = nil, remarks: [Phrase] = [], gaps: [GapRow]
  ) {
    self.probe = probe
    self.metric = metric
    self.series = series
    self.remarks = remarks
    self.gaps = gaps
  }
}

public struct GapRow: Sendable, Encodable {
  public var from: Timestamp
  /// `nil` while it lasts.
  public var to: Timestamp?
  /// Stable, for programs: `failed`, `late`, `not_running` …
  public var cause: String
  /// `everything`, `measurements`, `part`, or `series`: the one that was looked at.
  public var extent: String
  public var reason: Phrase
  /// Runs or due times in it; `nil`: not known.
  public var runs: Int?

  public init(from: Timestamp, to: Timestamp?, cause: String, extent: String, reason: Phrase, runs: Int?) {
    self.from = from
    self.to = to
    self.cause = cause
    self.extent = extent
    self.reason = reason
    self.runs = runs
  }
}
