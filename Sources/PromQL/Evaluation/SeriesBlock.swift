internal import Telemetry

extension Double {
  /// Marks a cell without a value. Stale markers end a series and never are a value, and arithmetic cannot make one:
  /// it is a signalling NaN, which every operation quiets.
  static let absent = Double.staleMarker
  @inline(__always) var isAbsent: Bool { isStaleMarker }
}

/// Whether a series' metric name goes when the query is done.
enum NameFate { case stays, goes }

/// A vector at every instant of a grid: one row a series, one column an instant.
///
/// Label work is done once a row, arithmetic runs over flat columns of numbers.
struct SeriesBlock {
  var labels: [LabelSet] = []
  /// Rows whose metric name goes when the query is done: until then functions and `by (__name__)` still see it.
  var nameFates: [NameFate] = []
  /// Row by row; `.absent` where the series has no value.
  var values: [Double] = []
  let steps: Int

  init(steps: Int) { self.steps = steps }

  var rows: Int { labels.count }

  @inline(__always)
  subscript(row: Int, step: Int) -> Double {
    get { values[row &* steps &+ step] }
    set { values[row &* steps &+ step] = newValue }
  }

  /// Appends a row without values and answers its number.
  mutating func addRow(_ labels: LabelSet, nameFate: NameFate) -> Int {
    self.labels.append(labels)
    nameFates.append(nameFate)
    values.append(contentsOf: repeatElement(.absent, count: steps))
    return rows - 1
  }

  mutating func append(_ labels: LabelSet, nameFate: NameFate, row: some Sequence<Double>) {
    self.labels.append(labels)
    nameFates.append(nameFate)
    values.append(contentsOf: row)
  }

  func hasValues(_ step: Int) -> Bool { (0..<rows).contains { !self[$0, step].isAbsent } }

  func isEmptyRow(_ row: Int) -> Bool {
    values[(row * steps)..<((row + 1) * steps)].allSatisfy(\.isAbsent)
  }

  /// The same labels with every present value changed; `nil` takes the value away.
  func mapping(_ change: (Double, Int) throws(Complaint) -> Double?) throws(Complaint) -> SeriesBlock {
    var result = self
    for row in 0..<rows {
      for step in 0..<steps {
        let value = self[row, step]
        if value.isAbsent { continue }
        result[row, step] = try change(value, step) ?? .absent
      }
    }
    return result
  }

  func losingNames() -> SeriesBlock {
    var result = self
    for row in 0..<rows { result.nameFates[row] = .goes }
    return result
  }

  func withoutEmptyRows() -> SeriesBlock {
    guard (0..<rows).contains(where: isEmptyRow) else { return self }
    var result = SeriesBlock(steps: steps)
    for row in 0..<rows where !isEmptyRow(row) {
      result.append(labels[row], nameFate: nameFates[row], row: values[(row * steps)..<((row + 1) * steps)])
    }
    return result
  }

  /// Rows with equal labels become one; a value in both at one instant is an error.
  func mergingDuplicates(at span: SourceSpan) throws(Complaint) -> SeriesBlock {
    if Set(labels).count == rows { return self }
    var result = SeriesBlock(steps: steps)
    var known: [LabelSet: Int] = [:]
    for row in 0..<rows {
      guard let first = known[labels[row]] else {
        known[labels[row]] = result.rows
        result.append(labels[row], nameFate: nameFates[row], row: values[(row * steps)..<((row + 1) * steps)])
        continue
      }
      for step in 0..<steps where !self[row, step].isAbsent {
        guard result[first, step].isAbsent else {
          throw Self.duplicateLabels(at: span)
        }
        result[first, step] = self[row, step]
      }
    }
    return result
  }

  static func duplicateLabels(at span: SourceSpan) -> Complaint {
    Complaint(.execution("vector cannot contain metrics with the same labelset"), at: span.start)
  }

  /// What the reader of the result sees: names dropped where due.
  func finished(at span: SourceSpan) throws(Complaint) -> SeriesBlock {
    var result = self
    for row in 0..<rows where nameFates[row] == .goes {
      result.labels[row] = labels[row].removingMetricIdentity()
      result.nameFates[row] = .stays
    }
    return try result.withoutEmptyRows().mergingDuplicates(at: span)
  }
}

extension LabelSet {
  /// Labels that describe the metric as such; they go where the name goes.
  static let metricIdentity = [metricName, "__type__", "__unit__"]

  func removingMetricIdentity() -> LabelSet {
    // All three begin with two underscores; few other labels do.
    labels.contains { $0.name.utf8.first == UInt8(ascii: "_") }
      ? LabelSet(sorted: labels.filter { !Self.metricIdentity.contains($0.name) }) : self
  }
}
