public import Telemetry

/// All probes with what they say of themselves, those that need a look first.
public struct ProbesPage: Sendable, Encodable {
  public var rows: [ProbeRow]

  public init(rows: [ProbeRow]) {
    self.rows = rows.sorted { ($0.state.rank, $0.name) < ($1.state.rank, $1.name) }
  }
}

public struct ProbeRow: Sendable, Encodable {
  public var name: String
  public var kind: String
  /// A warning when it delivers, but not everything.
  public var state: PageState
  /// What it looks at.
  public var item: PageLink?
  public var intervalSeconds: Double
  /// `nil` before the first run has ended.
  public var lastRun: Timestamp?
  public var tookSeconds: Double
  /// Of the last run.
  public var samples: Int
  /// What is wrong; `nil` when nothing is.
  public var remark: Phrase?

  public init(
    name: String, kind: String, state: PageState, item: PageLink? = nil, intervalSeconds: Double,
    lastRun: Timestamp?, tookSeconds: Double, samples: Int, remark: Phrase? = nil
  ) {
    self.name = name
    self.kind = kind
    self.state = state
    self.item = item
    self.intervalSeconds = intervalSeconds
    self.lastRun = lastRun
    self.tookSeconds = tookSeconds
    self.samples = samples
    self.remark = remark
  }
}
