internal import Telemetry

extension Double {
  /// Marks a cell without a value. Stale markers end a series and never are a value, and arithmetic cannot make one:
  /// it is a signalling NaN, which every operation quiets.
  static let absent = Double.staleMarker
  @inline(__always) var isAbsent: Bool { isStaleMarker }
}

/// Whether a series' metric name goes when the query is done.
enum NameFate { case stays, goes }

/// One sample of either kind.
enum SampleValue {
  case float(Double)
  case histogram(NativeHistogram)

  var float: Double? {
    if case .float(let value) = self { value } else { nil }
  }

  var histogram: NativeHistogram? {
    if case .histogram(let histogram) = self { histogram } else { nil }
  }
}

/// A vector at every instant of a grid: one row a series, one column an instant.
///
/// Label work is done once a row, arithmetic runs over flat columns of numbers.
struct SeriesBlock {
  var labels: [LabelSet] = []
  /// Rows whose metric name goes when the query is done: until then functions and `by (__name__)` still see it.
  var nameFates: [NameFate] = []
  /// Row by row; `.absent` where the series has no number.
  var values: [Double] = []
  /// By position in `values`, where `.absent` stands: what looks only at numbers does not see them.
  var histograms: [Int: NativeHistogram] = [:]
  let steps: Int

  init(steps: Int) { self.steps = steps }

  var rows: Int { labels.count }

  @inline(__always)
  subscript(row: Int, step: Int) -> Double {
    get { values[row &* steps &+ step] }
    set { values[row &* steps &+ step] = newValue }
  }

  func histogram(_ row: Int, _ step: Int) -> NativeHistogram? {
    histograms.isEmpty ? nil : histograms[row * steps + step]
  }

  /// Whether there is a sample of either kind.
  @inline(__always)
  func isPresent(_ row: Int, _ step: Int) -> Bool { !self[row, step].isAbsent || histogram(row, step) != nil }

  func sample(_ row: Int, _ step: Int) -> SampleValue? {
    if let histogram = histogram(row, step) { return .histogram(histogram) }
    let value = self[row, step]
    return value.isAbsent ? nil : .float(value)
  }

  mutating func set(_ row: Int, _ step: Int, _ sample: SampleValue?) {
    switch sample {
    case .histogram(let histogram):
      self[row, step] = .absent
      histograms[row * steps + step] = histogram
    case .float(let value):
      self[row, step] = value
      if !histograms.isEmpty { histograms[row * steps + step] = nil }
    case nil:
      self[row, step] = .absent
      if !histograms.isEmpty { histograms[row * steps + step] = nil }
    }
  }

  /// Appends a row without values and answers its number.
  @discardableResult
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

  /// Appends a row of another block with as many steps.
  mutating func append(_ row: Int, of other: SeriesBlock) {
    append(
      other.labels[row], nameFate: other.nameFates[row], row: other.values[(row * steps)..<((row + 1) * steps)])
    guard !other.histograms.isEmpty else { return }
    for step in 0..<steps {
      if let histogram = other.histogram(row, step) { histograms[(rows - 1) * steps + step] = histogram }
    }
  }

  func hasValues(_ step: Int) -> Bool { (0..<rows).contains { isPresent($0, step) } }

  func isEmptyRow(_ row: Int) -> Bool { !(0..<steps).contains { isPresent(row, $0) } }

  /// The same labels with every number changed; `nil` takes it away, and histograms go.
  func mapping(_ change: (Double, Int) throws(Complaint) -> Double?) throws(Complaint) -> SeriesBlock {
    var result = self
    result.histograms = [:]
    for row in 0..<rows {
      for step in 0..<steps {
        let value = self[row, step]
        if value.isAbsent { continue }
        result[row, step] = try change(value, step) ?? .absent
      }
    }
    return result
  }

  /// The same labels with every histogram changed, numbers too where the answer is one; `nil` takes it away.
  mutating func changeHistograms(
    _ change: (NativeHistogram, Int) throws(Complaint) -> SampleValue?
  ) throws(Complaint) {
    for (position, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
      set(position / steps, position % steps, try change(histogram, position % steps))
    }
  }

  func losingNames() -> SeriesBlock {
    var result = self
    for row in 0..<rows { result.nameFates[row] = .goes }
    return result
  }

  func withoutEmptyRows() -> SeriesBlock {
    guard (0..<rows).contains(where: isEmptyRow) else { return self }
    var result = SeriesBlock(steps: steps)
    for row in 0..<rows where !isEmptyRow(row) { result.append(row, of: self) }
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
        result.append(row, of: self)
        continue
      }
      for step in 0..<steps where isPresent(row, step) {
        guard !result.isPresent(first, step) else {
          throw Self.duplicateLabels(at: span)
        }
        result.set(first, step, sample(row, step))
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
