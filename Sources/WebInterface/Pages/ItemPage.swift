public import Telemetry

public struct ItemFilter: Sendable, Equatable, Encodable {
  /// A class name; `nil` for all.
  public var itemClass: String?
  public var words: String
  /// From 1.
  public var page: Int

  public init(itemClass: String? = nil, words: String = "", page: Int = 1) {
    self.itemClass = itemClass
    self.words = words
    self.page = page
  }

  public static let pageSize = 100
}

/// The CMDB as a list.
public struct ItemsPage: Sendable, Encodable {
  public var filter: ItemFilter
  public var classes: [ItemClassCount]
  public var rows: [ItemRow]
  public var total: Int
  /// Drift, missing owners, alerts without an item.
  public var findings: [StatedPhrase]

  public init(
    filter: ItemFilter, classes: [ItemClassCount], rows: [ItemRow], total: Int, findings: [StatedPhrase] = []
  ) {
    self.filter = filter
    self.classes = classes
    self.rows = rows
    self.total = total
    self.findings = findings
  }
}

public struct ItemClassCount: Sendable, Encodable {
  public var name: String
  public var label: Phrase
  public var count: Int

  public init(_ name: String, _ label: Phrase, count: Int) {
    self.name = name
    self.label = label
    self.count = count
  }
}

/// Where a record may be changed.
public enum RecordHome: String, CaseIterable, Sendable, Encodable { case file, desk, discovered }

public struct ItemRow: Sendable, Encodable {
  public var id: String
  public var name: String
  public var itemClass: Phrase
  public var state: PageState
  public var home: RecordHome
  public var owner: String?
  /// 1 (highest) to 4; `nil` when nobody has said.
  public var criticality: Int?
  /// What it belongs to, for example the host of a file system.
  public var parent: String?

  public init(
    id: String, name: String, itemClass: Phrase, state: PageState, home: RecordHome, owner: String? = nil,
    criticality: Int? = nil, parent: String? = nil
  ) {
    self.id = id
    self.name = name
    self.itemClass = itemClass
    self.state = state
    self.home = home
    self.owner = owner
    self.criticality = criticality
    self.parent = parent
  }
}

/// One item of the CMDB.
public struct ItemPage: Sendable, Encodable {
  public var row: ItemRow
  public var badges: [StatedPhrase]
  public var summary: Phrase?
  /// Owner, place, support and the like.
  public var facts: [PageFact]
  public var attributes: [AttributeRow]
  /// From effect to cause: what it serves, itself, what it needs.
  public var relations: [RelationColumn]
  public var charts: [Chart]
  /// Those that look at it.
  public var probes: [ProbeRow] = []
  public var incidents: [IncidentRow]
  public var tasks: [TaskRow]
  /// Newest first.
  public var history: [ItemChange]
  /// Where the record is written, for example `inventory/site.yaml:14`.
  public var source: String?
  /// The page with its graphs, for hosts.
  public var host: String?

  public init(
    row: ItemRow, badges: [StatedPhrase] = [], summary: Phrase? = nil, facts: [PageFact] = [],
    attributes: [AttributeRow] = [], relations: [RelationColumn] = [], charts: [Chart] = [],
    incidents: [IncidentRow] = [], tasks: [TaskRow] = [], history: [ItemChange] = [], source: String? = nil,
    host: String? = nil
  ) {
    self.row = row
    self.badges = badges
    self.summary = summary
    self.facts = facts
    self.attributes = attributes
    self.relations = relations
    self.charts = charts
    self.incidents = incidents
    self.tasks = tasks
    self.history = history
    self.source = source
    self.host = host
  }
}

/// An attribute as declared and as seen.
public struct AttributeRow: Sendable, Encodable {
  public var name: String
  public var declared: String?
  public var observed: String?
  public var seenAt: Timestamp?
  /// Set when both exist and differ.
  public var driftSince: Timestamp?

  public init(
    name: String, declared: String? = nil, observed: String? = nil, seenAt: Timestamp? = nil,
    driftSince: Timestamp? = nil
  ) {
    self.name = name
    self.declared = declared
    self.observed = observed
    self.seenAt = seenAt
    self.driftSince = driftSince
  }
}

/// One column of a relation graph.
public struct RelationColumn: Sendable, Encodable {
  public var heading: Phrase
  public var nodes: [RelationNode]
  /// To nodes of the next column.
  public var edges: [RelationEdge]

  public init(heading: Phrase, nodes: [RelationNode], edges: [RelationEdge] = []) {
    self.heading = heading
    self.nodes = nodes
    self.edges = edges
  }
}

public struct RelationNode: Sendable, Encodable {
  public enum Role: String, Sendable, Encodable { case subject, other }

  public var id: String
  public var name: String
  public var detail: Phrase?
  public var state: PageState
  public var role: Role

  public init(id: String, name: String, detail: Phrase? = nil, state: PageState, role: Role = .other) {
    self.id = id
    self.name = name
    self.detail = detail
    self.state = state
    self.role = role
  }
}

public struct RelationEdge: Sendable, Encodable {
  public enum Kind: String, Sendable, Encodable { case hard, soft, carriesFailure }

  /// Index in this column.
  public var from: Int
  /// Index in the next column.
  public var to: Int
  public var kind: Kind

  public init(from: Int, to: Int, _ kind: Kind = .hard) {
    self.from = from
    self.to = to
    self.kind = kind
  }
}

public struct ItemChange: Sendable, Encodable {
  public var at: Timestamp
  public var actor: Phrase
  public var what: Phrase
  /// `attribute = value` before; `nil` when it did not exist.
  public var before: Phrase?
  public var after: Phrase?

  public init(at: Timestamp, actor: Phrase, _ what: Phrase, before: Phrase? = nil, after: Phrase? = nil) {
    self.at = at
    self.actor = actor
    self.what = what
    self.before = before
    self.after = after
  }
}
