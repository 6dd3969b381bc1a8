public import Telemetry

/// Which probes are shown, and in which order.
public struct ProbesFilter: Sendable, Equatable, Encodable {
  public enum Which: String, CaseIterable, Sendable, Encodable { case all, wrong }

  /// The dearest first, but for names.
  public enum Sort: String, CaseIterable, Sendable, Encodable { case state, name, late, took, cpu, packets, samples }

  public var which: Which
  public var sort: Sort
  /// Parts of names, kinds or items.
  public var words: String

  public init(which: Which = .all, sort: Sort = .state, words: String = "") {
    self.which = which
    self.sort = sort
    self.words = words
  }
}

/// All probes with what they say of themselves, those that need a look first.
public struct ProbesPage: Sendable, Encodable {
  public var filter: ProbesFilter
  public var rows: [ProbeRow]
  /// Before the filter.
  public var total: Int
  public var wrong: Int
  /// Where targets come from that no definition names.
  public var sources: [TargetSourceRow] = []

  public init(rows: [ProbeRow], filter: ProbesFilter = ProbesFilter()) {
    self.filter = filter
    total = rows.count
    wrong = rows.count { $0.state != .ok }
    let words = filter.words.lowercased().split(separator: " ")
    self.rows = rows.filter { row in
      (filter.which == .all || row.state != .ok) && words.allSatisfy { row.searched.contains($0) }
    }
    self.rows.sort { one, other in
      let (left, right) = (one.weight(filter.sort), other.weight(filter.sort))
      return left == right ? one.name < other.name : left > right
    }
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
  /// How long after its due time the last run began.
  public var lateSeconds: Double
  /// Of the last run; `nil` when its kind does not count it.
  public var cpuSeconds: Double?
  public var packets: Int?
  /// Sent and received, without what IP, TCP and TLS add.
  public var bytes: Int?
  /// Of the last run.
  public var samples: Int
  /// What is wrong; `nil` when nothing is.
  public var remark: Phrase?
  /// Set while it leaves its interval.
  public var pace: Phrase?

  public init(
    name: String, kind: String, state: PageState, item: PageLink? = nil, intervalSeconds: Double,
    lastRun: Timestamp?, tookSeconds: Double, lateSeconds: Double = 0, cpuSeconds: Double? = nil, packets: Int? = nil,
    bytes: Int? = nil, samples: Int, remark: Phrase? = nil, pace: Phrase? = nil
  ) {
    self.name = name
    self.kind = kind
    self.state = state
    self.item = item
    self.intervalSeconds = intervalSeconds
    self.lastRun = lastRun
    self.tookSeconds = tookSeconds
    self.lateSeconds = lateSeconds
    self.cpuSeconds = cpuSeconds
    self.packets = packets
    self.bytes = bytes
    self.samples = samples
    self.remark = remark
    self.pace = pace
  }

  fileprivate var searched: String {
    var text = "\(name) \(kind)"
    if case .verbatim(let item)? = item?.phrase { text += " " + item }
    return text.lowercased()
  }

  fileprivate func weight(_ sort: ProbesFilter.Sort) -> Double {
    switch sort {
    case .state: -Double(state.rank)
    case .name: 0
    case .late: lateSeconds
    case .took: tookSeconds
    case .cpu: cpuSeconds ?? -1
    case .packets: Double(packets ?? -1)
    case .samples: Double(samples)
    }
  }
}

/// An entry of `file_sd_configs` or `http_sd_configs`.
public struct TargetSourceRow: Sendable, Encodable {
  /// What is wrong, and where.
  public struct Remark: Sendable, Encodable {
    public var place: String
    public var fault: Phrase

    public init(_ place: String, _ fault: Phrase) { (self.place, self.fault) = (place, fault) }
  }

  /// Of the definition.
  public var name: String
  /// `file` or `http`.
  public var mechanism: String
  public var place: String
  public var targets: Int
  /// `nil` before the first good list.
  public var lastRead: Timestamp?
  public var remarks: [Remark]

  public init(
    name: String, mechanism: String, place: String, targets: Int, lastRead: Timestamp?, remarks: [Remark] = []
  ) {
    self.name = name
    self.mechanism = mechanism
    self.place = place
    self.targets = targets
    self.lastRead = lastRead
    self.remarks = remarks
  }
}

/// One probe: when it runs, what it takes, why samples are missing, who reads it.
public struct ProbePage: Sendable, Encodable {
  public var row: ProbeRow
  /// What the last run said, beside the remark.
  public var facts: [PageFact]
  public var gaps: ProbeGaps
  /// Rules that read one of its series.
  public var rules: [PageLink]
  /// The query that shows its series.
  public var query: String

  public init(row: ProbeRow, facts: [PageFact], gaps: ProbeGaps, rules: [PageLink], query: String) {
    self.row = row
    self.facts = facts
    self.gaps = gaps
    self.rules = rules
    self.query = query
  }
}
