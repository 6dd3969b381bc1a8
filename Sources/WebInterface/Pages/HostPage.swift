public import Telemetry

/// All hosts, one row each.
public struct HostsPage: Sendable, Encodable {
  public var hosts: [HostRow]

  public init(hosts: [HostRow]) { self.hosts = hosts }
}

public struct HostRow: Sendable, Encodable {
  public var name: String
  public var state: PageState
  public var summary: Phrase
  /// 0 to 100; `nil` when unknown.
  public var cpuPercent: Double?
  public var memoryPercent: Double?
  public var worstFilesystemPercent: Double?
  public var worstFilesystem: String?
  public var lastSample: Timestamp?

  public init(
    name: String, state: PageState, summary: Phrase, cpuPercent: Double? = nil, memoryPercent: Double? = nil,
    worstFilesystemPercent: Double? = nil, worstFilesystem: String? = nil, lastSample: Timestamp? = nil
  ) {
    self.name = name
    self.state = state
    self.summary = summary
    self.cpuPercent = cpuPercent
    self.memoryPercent = memoryPercent
    self.worstFilesystemPercent = worstFilesystemPercent
    self.worstFilesystem = worstFilesystem
    self.lastSample = lastSample
  }
}

/// One host: readouts, charts, file systems.
public struct HostPage: Sendable, Encodable {
  public var name: String
  public var state: PageState
  /// Beside the state, for example its warnings and the next window.
  public var badges: [StatedPhrase]
  /// System, cores, memory, what it serves, who owns it.
  public var summary: Phrase
  public var itemID: String?
  public var range: PageRange
  public var readouts: [Readout]
  public var sections: [ChartSection]
  public var filesystems: [FilesystemRow]
  public var intervalSeconds: Double

  public init(
    name: String, state: PageState, badges: [StatedPhrase] = [], summary: Phrase, itemID: String? = nil,
    range: PageRange, readouts: [Readout], sections: [ChartSection], filesystems: [FilesystemRow],
    intervalSeconds: Double
  ) {
    self.name = name
    self.state = state
    self.badges = badges
    self.summary = summary
    self.itemID = itemID
    self.range = range
    self.readouts = readouts
    self.sections = sections
    self.filesystems = filesystems
    self.intervalSeconds = intervalSeconds
  }
}

/// Charts under one heading of the local contents list.
public struct ChartSection: Sendable, Encodable {
  /// A word for the address, for example `disks`.
  public var id: String
  public var title: Phrase
  public var charts: [Chart]

  public init(id: String, title: Phrase, charts: [Chart]) {
    self.id = id
    self.title = title
    self.charts = charts
  }
}

/// A current value with its scale.
public struct Readout: Sendable, Encodable {
  /// Deltas name it.
  public var id: String
  public var label: Phrase
  /// `nil` shows a dash: unknown is never zero.
  public var value: Double?
  public var unit: ChartUnit
  /// The end of the gauge, in the same unit; `nil` for no gauge.
  public var full: Double?
  public var threshold: Double?
  /// Upper right, for example `8 cores`.
  public var remark: Phrase?
  /// After the value, for example `/var` or `of 16 GiB`.
  public var suffix: Phrase?
  public var state: PageState

  public init(
    id: String, label: Phrase, value: Double?, unit: ChartUnit, full: Double? = nil, threshold: Double? = nil,
    remark: Phrase? = nil, suffix: Phrase? = nil, state: PageState = .ok
  ) {
    self.id = id
    self.label = label
    self.value = value
    self.unit = unit
    self.full = full
    self.threshold = threshold
    self.remark = remark
    self.suffix = suffix
    self.state = state
  }
}

public struct FilesystemRow: Sendable, Encodable {
  public var mountpoint: String
  public var usedBytes: Double
  public var sizeBytes: Double
  /// 0 to 100; where a rule warns.
  public var thresholdPercent: Double?
  public var state: PageState
  /// For example `full in about 31 h`.
  public var outlook: Phrase?

  public init(
    mountpoint: String, usedBytes: Double, sizeBytes: Double, thresholdPercent: Double? = nil, state: PageState = .ok,
    outlook: Phrase? = nil
  ) {
    self.mountpoint = mountpoint
    self.usedBytes = usedBytes
    self.sizeBytes = sizeBytes
    self.thresholdPercent = thresholdPercent
    self.state = state
    self.outlook = outlook
  }
}
