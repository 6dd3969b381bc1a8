public import Records
public import Telemetry

/// Which incidents a list shows; lives in the address.
public struct IncidentFilter: Sendable, Equatable, Encodable {
  public enum Which: String, CaseIterable, Sendable, Encodable { case open, waiting, withheld, resolved, all }

  public var which: Which
  /// 1 to 4; `nil` for all.
  public var priority: Int?
  /// Words looked for in title, number and item; empty for all.
  public var words: String
  /// From 1.
  public var page: Int

  public init(which: Which = .open, priority: Int? = nil, words: String = "", page: Int = 1) {
    self.which = which
    self.priority = priority
    self.words = words
    self.page = page
  }

  /// Rows of one page of a list.
  public static let pageSize = 50
}

public struct IncidentsPage: Sendable, Encodable {
  public var filter: IncidentFilter
  /// How many each choice of `which` would show.
  public var counts: [IncidentFilter.Which: Int]
  public var rows: [IncidentRow]
  /// Rows of all pages.
  public var total: Int

  public init(filter: IncidentFilter, counts: [IncidentFilter.Which: Int], rows: [IncidentRow], total: Int) {
    self.filter = filter
    self.counts = counts
    self.rows = rows
    self.total = total
  }

  private enum CodingKeys: String, CodingKey { case filter, counts, rows, total }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(filter, forKey: .filter)
    // A dictionary with enum keys would become an array.
    try container.encode(
      Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }), forKey: .counts)
    try container.encode(rows, forKey: .rows)
    try container.encode(total, forKey: .total)
  }
}

/// How far an incident has come.
public enum IncidentProgress: String, CaseIterable, Sendable, Encodable {
  /// Nobody has it.
  case open
  case acknowledged
  /// Recorded, told to nobody, because of a window or a silence.
  case withheld
  /// Quiet again, the observation time runs.
  case verifying
  case resolved
}

public struct IncidentRow: Sendable, Encodable {
  public var number: RecordNumber
  /// 1 to 4.
  public var priority: Int
  public var state: PageState
  public var progress: IncidentProgress
  public var title: Phrase
  public var since: Timestamp
  public var until: Timestamp?
  /// What is affected, in words.
  public var impact: Phrase?
  public var owner: String?
  /// For example whom the next page goes to.
  public var ownerDetail: Phrase?
  /// How often the condition was seen.
  public var count: Int
  /// The last hour of the offending value, oldest first; empty for none.
  public var spark: [Double]
  public var sparkThreshold: Double?

  public init(
    number: RecordNumber, priority: Int, state: PageState, progress: IncidentProgress, title: Phrase,
    since: Timestamp, until: Timestamp? = nil, impact: Phrase? = nil, owner: String? = nil,
    ownerDetail: Phrase? = nil, count: Int = 1, spark: [Double] = [], sparkThreshold: Double? = nil
  ) {
    self.number = number
    self.priority = priority
    self.state = state
    self.progress = progress
    self.title = title
    self.since = since
    self.until = until
    self.impact = impact
    self.owner = owner
    self.ownerDetail = ownerDetail
    self.count = count
    self.spark = spark
    self.sparkThreshold = sparkThreshold
  }
}

/// One incident with its evidence.
public struct IncidentPage: Sendable, Encodable {
  public var row: IncidentRow
  /// Under the title, for example what is normal.
  public var subtitle: Phrase?
  /// Beside since and owner: impact, respond by.
  public var facts: [PageFact]
  /// The rule's expression as text; `nil` for incidents that no rule opened.
  public var expression: String?
  /// For example `held for 5 min on db01`.
  public var why: Phrase
  public var rule: PageLink?
  /// Where the rule's author says what to do: an address of the web, or `docs/runbooks/host.md#anchor` for ours.
  public var runbook: String?
  /// Why the reader was or was not told, in the order of the decisions.
  public var told: [StatedPhrase]
  public var range: PageRange
  public var chart: Chart?
  /// Newest first.
  public var timeline: [TimelineEntry]
  /// Labels of the alert.
  public var labels: LabelSet
  public var item: PageLink?
  /// From cause to effect.
  public var impact: [RelationColumn]
  public var related: [PageFact]
  /// What the reader may do now, in order of weight.
  public var actions: [IncidentAction]

  public init(
    row: IncidentRow, subtitle: Phrase? = nil, facts: [PageFact] = [], expression: String? = nil, why: Phrase,
    rule: PageLink? = nil, runbook: String? = nil, told: [StatedPhrase] = [], range: PageRange = .hour,
    chart: Chart? = nil,
    timeline: [TimelineEntry] = [], labels: LabelSet = .empty, item: PageLink? = nil, impact: [RelationColumn] = [],
    related: [PageFact] = [], actions: [IncidentAction] = []
  ) {
    self.row = row
    self.subtitle = subtitle
    self.facts = facts
    self.expression = expression
    self.why = why
    self.rule = rule
    self.runbook = runbook
    self.told = told
    self.range = range
    self.chart = chart
    self.timeline = timeline
    self.labels = labels
    self.item = item
    self.impact = impact
    self.related = related
    self.actions = actions
  }
}

public enum IncidentAction: String, CaseIterable, Sendable, Encodable { case acknowledge, resolve, reopen }

public struct TimelineEntry: Sendable, Encodable {
  public var at: Timestamp
  public var icon: PageIcon
  public var what: Phrase
  public var detail: Phrase?

  public init(at: Timestamp, _ icon: PageIcon, _ what: Phrase, detail: Phrase? = nil) {
    self.at = at
    self.icon = icon
    self.what = what
    self.detail = detail
  }
}
