internal import Records
internal import Synchronization
internal import Telemetry

/// A question to a database and what becomes of its rows.
struct SQLQuery: Hashable, Sendable {
  enum Shape: Hashable, Sendable {
    /// Columns of this list are labels, every other one is a series named with the prefix.
    case table(prefix: String, labels: [String])
    /// One column's numbers are the series of this name; of the others those listed are labels.
    case value(metric: String, column: String, labels: [String])
    /// Two columns, a name and a number.
    case pairs(SQLPairs)
    /// One row, whose columns are names.
    case row(prefix: String)
  }

  /// As the label `collector` names it.
  let name: String
  let sql: String
  let shape: Shape
  /// Written in a file: its failure fails the check.
  let isOwn: Bool

  /// Rows that are taken; the default is 1,000.
  static let rowsMax = 1000
}

/// Names of a status list and the series they become.
enum SQLPairs: Hashable, Sendable {
  case status, variables

  /// - Source: mysqld_exporter's names.
  func series(_ name: String) -> LabelSet {
    let lower = name.lowercased()
    guard self == .status else { return LabelSet([LabelSet.metricName: "mysql_global_variables_\(lower)"]) }
    for (prefix, metric, label) in [
      ("com_", "mysql_global_status_commands_total", "command"),
      ("handler_", "mysql_global_status_handlers_total", "handler"),
      ("connection_errors_", "mysql_global_status_connection_errors_total", "error"),
    ] where lower.hasPrefix(prefix) {
      return LabelSet([LabelSet.metricName: metric, label: String(lower.dropFirst(prefix.count))])
    }
    return LabelSet([LabelSet.metricName: "mysql_global_status_\(lower)"])
  }
}

/// One of `queries` in a file.
struct SQLQuerySetting: Decodable, Hashable, Sendable {
  let query: SQLQuery

  private enum CodingKeys: String, CodingKey, CaseIterable { case name, sql, value, labels }

  /// Queries of one probe; the default is 50.
  static let countMax = 50
  /// The default is 8 KiB.
  private static let sqlBytesMax = 8 << 10

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let name = try fields.decode(String.self, forKey: .name)
    guard ProbeDefinition.isLabelName(name) else { throw fields.problem(.name, "fault.sql.name", ["text": name]) }
    let sql = try fields.decode(String.self, forKey: .sql)
    guard !sql.isEmpty, sql.utf8.count <= Self.sqlBytesMax, !sql.utf8.contains(0) else {
      throw fields.problem(.sql, "fault.sql.text", ["number": String(Self.sqlBytesMax)])
    }
    let labels = try fields.decodeIfPresent([String].self, forKey: .labels) ?? []
    if let bad = labels.first(where: { !ProbeDefinition.isLabelName($0) }) {
      throw fields.problem(.labels, "fault.probe.label", ["name": bad])
    }
    let column = try fields.decode(String.self, forKey: .value)
    query = SQLQuery(
      name: name, sql: sql, shape: .value(metric: name, column: column, labels: labels), isOwn: true)
  }
}

/// What the rows of a probe's queries were, run after run: a row that was there before costs no text.
final class SQLSeries: Sendable {
  private struct State {
    var known: [[UInt8]: ProbeSample] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  private let firstSlot: Int
  /// More rows of other names are looked up by their labels; the default is 20,000.
  private static let knownMax = 20_000

  init(firstSlot: Int) { self.firstSlot = firstSlot }

  /// - Parameters:
  ///   - key: what tells this series from every other one of the probe.
  ///   - make: its labels; `nil` when it is none.
  func sample(_ key: [UInt8], _ value: Double, _ make: () -> LabelSet?) -> ProbeSample? {
    state.withLock { state in
      if let known = state.known[key] { return ProbeSample(known.series, value, slot: known.slot) }
      guard let series = make() else { return nil }
      guard state.known.count < Self.knownMax else { return ProbeSample(series, value) }
      let sample = ProbeSample(series, value, slot: firstSlot + state.next)
      state.next += 1
      state.known[key] = sample
      return sample
    }
  }
}

/// Takes the rows of queries one after the other and makes samples of them.
struct SQLCollection: Sendable {
  let queries: [SQLQuery]
  private let series: SQLSeries
  private(set) var position = 0
  private(set) var samples: [ProbeSample] = []
  /// Of the first query of a file that failed.
  private(set) var failure: ExchangeFailure?
  /// Of queries of ours that failed: each costs only its figures, most for want of a right.
  private(set) var remark = ""
  private var columns: [String] = []
  private var rows = 0
  private var problem: String?

  init(_ queries: [SQLQuery], _ series: SQLSeries) {
    self.queries = queries
    self.series = series
  }

  var current: SQLQuery? { position < queries.count ? queries[position] : nil }

  mutating func begin(columns names: [String]) {
    columns = names
    if case .value(_, let column, let labels) = current?.shape,
      let missing = ([column] + labels).first(where: { !names.contains($0) })
    {
      problem = "the answer has no column '\(missing)', but: \(names.joined(separator: ", "))"
    }
  }

  /// - Parameter cells: `nil` stands for NULL.
  mutating func take(row cells: [[UInt8]?]) {
    guard problem == nil, let query = current, cells.count == columns.count else { return }
    rows += 1
    guard rows <= SQLQuery.rowsMax else {
      problem = "the answer has more than \(SQLQuery.rowsMax) rows"
      return
    }
    switch query.shape {
    case .table(let prefix, let labels): take(cells, labels) { labels.contains($0) ? nil : prefix + $0 }
    case .value(let metric, let column, let labels): take(cells, labels) { $0 == column ? metric : nil }
    case .row(let prefix): take(cells, []) { prefix + $0.lowercased() }
    case .pairs(let pairs):
      guard cells.count == 2, let name = cells[0], let value = Self.number(cells[1]) else { return }
      let key = [UInt8(truncatingIfNeeded: position)] + name
      if let sample = series.sample(key, value, { pairs.series(String(decoding: name, as: UTF8.self)) }) {
        samples.append(sample)
      }
    }
  }

  private mutating func take(_ cells: [[UInt8]?], _ labels: [String], metric: (String) -> String?) {
    var identity: [UInt8] = [UInt8(truncatingIfNeeded: position)]
    for label in labels {
      guard let index = columns.firstIndex(of: label) else { continue }
      identity += (cells[index] ?? []) + [0]
    }
    for (index, column) in columns.enumerated() where !labels.contains(column) {
      guard let value = Self.number(cells[index]) else { continue }
      let sample = series.sample(identity + [UInt8(truncatingIfNeeded: index)], value) {
        guard let name = metric(column) else { return nil }
        var pairs = [LabelSet.metricName: name]
        for label in labels {
          let cell = columns.firstIndex(of: label).flatMap { cells[$0] } ?? []
          pairs[label] = String(decoding: cell.prefix(Self.labelBytesMax), as: UTF8.self)
        }
        return LabelSet(pairs)
      }
      if let sample { samples.append(sample) }
    }
  }

  /// A longer text is cut; the default is 1 KiB.
  private static let labelBytesMax = 1 << 10

  private static func number(_ cell: [UInt8]?) -> Double? {
    guard let cell, !cell.isEmpty, cell.count <= 64 else { return nil }
    let text = String(decoding: cell, as: UTF8.self)
    switch text {
    case "t", "ON", "YES", "Yes": return 1
    case "f", "OFF", "NO", "No", "Connecting": return 0
    default: return Double(text)
    }
  }

  /// - Parameter error: what the server says instead of rows.
  mutating func end(_ error: String? = nil) {
    guard let query = current else { return }
    let problem = error ?? problem
    let key = [UInt8(ascii: "?")] + Array(query.name.utf8)
    let sample = series.sample(key, problem == nil ? 1 : 0) {
      LabelSet([LabelSet.metricName: "sql_query_success", "query": query.name])
    }
    if let sample { samples.append(sample) }
    if let problem, query.isOwn, failure == nil {
      failure = ExchangeFailure("reason.stream.query", "'\(query.name)': \(problem)")
    }
    if let problem, !query.isOwn {
      remark += (remark.isEmpty ? "" : "; ") + "no figures of '\(query.name)': \(problem)"
    }
    position += 1
    rows = 0
    self.problem = nil
    columns = []
  }
}
