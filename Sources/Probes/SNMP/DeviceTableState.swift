internal import SNMP
internal import Telemetry

/// What is known of one table of a device: its rows, their labels, and the store's series of each cell.
///
/// Labels are read and series resolved when a row is new; afterwards a value costs an array access.
struct DeviceTableState {
  /// A row's number among `keys`, and what was read of it with the names.
  private struct Row {
    let labels: [Label]
    /// Whether the settings want it; one that is left out keeps its place, because the device goes on naming it.
    let isShown: Bool
    /// Of the column `discontinuity`, as last seen.
    var discontinuity = Double.nan
    /// Whether its counters began anew since the last round.
    var isFresh = false
    /// What the slow metrics say in words, by their place; empty without any.
    var texts: [String] = []
    /// Of the metrics with units, by their place; empty without any.
    var sizes: [UnitSize?] = []
  }

  /// One metric of one row: plain numbers, which are copied and compared without counting owners.
  private struct Cell {
    /// Its generation is `none` where there is no series.
    var reference = SeriesReference(slot: 0, generation: DeviceTableState.none)
    /// As the device told it last.
    var value = Double.nan
    /// The round that showed it last.
    var round: UInt32 = 0

    var isResolved: Bool { reference.generation & 1 == 1 }
  }

  /// In place of a live generation, which is odd.
  private static let none: UInt32 = 0

  let table: DeviceTable
  private let filter: RowFilter
  /// The columns that are read each time; the discontinuity comes before the counters that it is about.
  let fastColumns: [ObjectIdentifier]
  private let fastMetrics: [ShownMetric]
  private let slowMetrics: [Int]
  /// What `slowMetrics` are, in their order.
  private let slowShown: [ShownMetric]
  private let hasDiscontinuity: Bool
  private let width: Int
  private let columnsOfLabels: [(place: Int, oid: ObjectIdentifier)]
  /// Whether a row is one though the device gives it none of its labels' columns: those that only lead elsewhere may lack.
  private let isKnownByKey: Bool
  /// Of the metrics that have some, in their order.
  private let units: [ObjectUnits]
  /// Whether a row shows what only the names' reading tells, though it is known by its key.
  private let isTold: Bool
  private(set) var keys = RowKeys()
  private var rows: [Row] = []
  private var cells: [Cell] = []
  /// As the last round left them, where this one may be taken back.
  private var cellsBefore: [Cell] = []
  private var round: UInt32 = 0
  private var shown = 0
  private var shownBefore = 0
  /// Of `shown`: that were not there in the last round.
  private var fresh = 0
  private var names = NameReading()
  /// What the names' reading found for labels; until the round's end, because rows without names come with their values.
  private var lookups = ObjectLookups()
  /// The names were read in this round.
  private var areNamesFresh = false
  /// A row came that the names do not know.
  private(set) var hasNewRows = false

  /// What is to be known of a metric for each of its values: no texts, which would be counted as owned at each.
  private struct ShownMetric {
    let metric: Int
    let isCounter: Bool
    let isText: Bool
    let scale: Double
    /// Its place among the metrics with units; -1 for one without.
    let units: Int

    init(_ metric: Int, of table: DeviceTable) {
      let definition = table.metrics[metric]
      self.metric = metric
      units = definition.units == nil ? -1 : table.metrics[..<metric].count { $0.units != nil }
      isCounter = definition.kind == .counter
      isText = definition.kind == .info
      scale = definition.scale
    }
  }

  /// What the names' walk has found so far.
  private struct NameReading {
    var keys = RowKeys()
    /// By row and column, labels first.
    var values: [[ObjectValue]] = []
    /// The row at which each column stands.
    var next: [Int] = []
  }

  init(_ table: DeviceTable, showing filter: RowFilter) {
    self.table = table
    self.filter = filter
    fastMetrics = table.metrics.indices.filter { !table.metrics[$0].isSlow }.map { ShownMetric($0, of: table) }
    fastColumns = (table.discontinuity.map { [$0] } ?? []) + fastMetrics.map { table.metrics[$0.metric].oid }
    hasDiscontinuity = table.discontinuity != nil
    width = table.metrics.count
    slowMetrics = table.metrics.indices.filter { table.metrics[$0].isSlow }
    slowShown = slowMetrics.map { ShownMetric($0, of: table) }
    isKnownByKey = table.labels.allSatisfy { label in
      if case .column = label.source { !label.lookup.isEmpty } else { true }
    }
    columnsOfLabels = table.labels.indices.compactMap { place in
      if case .column(let oid) = table.labels[place].source { (place, oid) } else { nil }
    }
    units = table.metrics.compactMap(\.units)
    isTold = !units.isEmpty || table.labels.contains { !$0.lookup.isEmpty }
  }

  private var isScalar: Bool { table.name.isEmpty }

  /// The columns that are read with the names: labels, then slow metrics, then units.
  var slowColumns: [ObjectIdentifier] {
    columnsOfLabels.map(\.oid) + slowMetrics.map { table.metrics[$0].oid } + units.flatMap(\.columns)
  }

  var fastColumnCount: Int { fastColumns.count }

  /// Whether a change of this one of `fastColumns` means that tables were renumbered.
  func isWatched(_ column: Int) -> Bool { table.metrics[fastMetrics[column].metric].renumbers }

  // MARK: Names

  mutating func beginNames() {
    names = NameReading()
    names.next = [Int](repeating: 0, count: slowColumns.count)
  }

  mutating func takeName(_ visit: ColumnWalk.Visit, column: Int) {
    guard let value = try? visit.binding.value() else { return }
    let near = names.next[column]
    let row: Int
    // All rows before a column's place come before this key: one that is not behind it is new.
    if near < names.keys.count, let known = names.keys.row(of: visit.keyOctets, near: near) {
      row = known
    } else {
      row = names.keys.count
      names.keys.append(visit.keyOctets)
      names.values.append([ObjectValue](repeating: .null, count: names.next.count))
    }
    names.next[column] = row + 1
    names.values[row][column] = ObjectText.bounded(value)
  }

  /// Rows that are known by their keys alone stay, whether the names' reading came past them or not: to end them and show
  /// them again in the same round would tear their series.
  private mutating func keepShownRows() {
    for row in rows.indices where (0..<width).contains(where: { isShown(cells[cell(row, $0)]) }) {
      keys[row].withUnsafeBytes { key in
        guard names.keys.row(of: key, near: 0) == nil else { return }
        names.keys.append(key)
        names.values.append([ObjectValue](repeating: .null, count: names.next.count))
      }
    }
  }

  /// Numbers the rows as the device does now. A row is the one of before that bears its labels, whatever its number was.
  ///
  /// - Returns: the series of rows that are no more.
  mutating func endNames(_ lookups: ObjectLookups) -> [SeriesReference] {
    hasNewRows = false
    areNamesFresh = true
    if isTold { self.lookups = lookups }
    if isKnownByKey { keepShownRows() }
    var known: [[Label]: Int] = [:]
    for row in rows.indices { known[rows[row].labels] = row }
    let (oldRows, oldCells) = (rows, cells)
    keys = names.keys
    rows = []
    cells = []
    var taken: Set<[Label]> = []
    for row in 0..<keys.count {
      var labels = labels(of: keys[row], names.values[row])
      // Two rows of one name are told apart by what the device numbers them by.
      if !isScalar, !taken.insert(labels).inserted { labels.append(Label("index", ObjectText.dotted(keys[row]))) }
      if let old = known.removeValue(forKey: labels) {
        rows.append(oldRows[old])
        cells.append(contentsOf: oldCells[old * width..<(old + 1) * width])
      } else {
        rows.append(Row(labels: labels, isShown: filter.accepts(labels, of: table)))
        cells.append(contentsOf: repeatElement(Cell(), count: width))
      }
    }
    var ended = takeSlowValues()
    for row in known.values {
      ended += oldCells[row * width..<(row + 1) * width].filter(isShown).map(\.reference)
    }
    shown -= ended.count
    names = NameReading()
    return ended
  }

  /// - Returns: the series of texts that changed.
  private mutating func takeSlowValues() -> [SeriesReference] {
    var ended: [SeriesReference] = []
    for row in rows.indices {
      if !units.isEmpty { rows[row].sizes = sizes(names.values[row]) }
      for (place, metric) in slowMetrics.enumerated() {
        let value = names.values[row][columnsOfLabels.count + place]
        let cell = cell(row, metric)
        guard table.metrics[metric].kind == .info else {
          cells[cell].value = value.number ?? .nan
          continue
        }
        if rows[row].texts.isEmpty { rows[row].texts = Array(repeating: "", count: slowMetrics.count) }
        let text = ObjectText.of(value)
        guard text != rows[row].texts[place] else { continue }
        if isShown(cells[cell]) { ended.append(cells[cell].reference) }
        cells[cell] = Cell()
        rows[row].texts[place] = text
      }
    }
    return ended
  }

  private func sizes(_ values: [ObjectValue]) -> [UnitSize?] {
    var place = columnsOfLabels.count + slowMetrics.count
    return units.map { units in
      defer { place += units.columns.count }
      return units.size(values[place..<place + units.columns.count])
    }
  }

  private func labels(of key: [UInt8], _ values: [ObjectValue]) -> [Label] {
    let parts = table.index.isEmpty ? [:] : ObjectText.parts(of: key, table.index)
    var column = 0
    var labels: [Label] = []
    for label in table.labels {
      var text = ""
      switch label.source {
      case .column:
        if column < values.count { text = label.text(of: values[column], lookups) }
        column += 1
      case .index(let part) where !label.lookup.isEmpty:
        text = ObjectText.numbers(of: key, table.index, part: part).map { label.text(at: $0, lookups) } ?? ""
      case .index(let part): text = parts[part].map { label.values[$0] ?? $0 } ?? ""
      }
      if !text.isEmpty { labels.append(Label(label.label, text)) }
    }
    return labels
  }

  // MARK: Values

  /// Whether a round has begun and not ended.
  private(set) var isInRound = false

  mutating func beginValues() {
    isInRound = true
    round += 1
    shownBefore = shown
    shown = 0
    fresh = 0
  }

  /// Begins a round that `takeBackValues` may undo.
  mutating func beginRevocableValues() {
    cellsBefore.removeAll(keepingCapacity: true)
    cellsBefore.append(contentsOf: cells)
    beginValues()
  }

  /// As if the round had not begun.
  mutating func takeBackValues(_ round: inout DeviceRound) {
    for _ in 0..<fresh { round.giveBack() }
    cells.replaceSubrange(..<cellsBefore.count, with: cellsBefore)
    for place in cellsBefore.count..<cells.count { cells[place] = Cell() }
    cancelValues()
  }

  /// As if the round that has shown nothing yet had not begun.
  mutating func cancelValues() {
    isInRound = false
    round -= 1
    shown = shownBefore
  }

  private func cell(_ row: Int, _ metric: Int) -> Int { row * width + metric }

  private func isShown(_ cell: Cell) -> Bool { cell.isResolved && cell.round == round }

  /// The row of a value; without names to know a row by, a new one is known by its key at once.
  private mutating func row(of visit: ColumnWalk.Visit) -> Int? {
    if let row = visit.row, row < rows.count { return row }
    if let row = keys.row(of: visit.keyOctets, near: 0) { return row }
    guard isScalar || isKnownByKey && (areNamesFresh || !isTold) else { return nil }
    keys.append(visit.keyOctets)
    let labels = labels(of: keys[keys.count - 1], [])
    rows.append(Row(labels: labels, isShown: filter.accepts(labels, of: table)))
    cells.append(contentsOf: repeatElement(Cell(), count: table.metrics.count))
    return rows.count - 1
  }

  /// Takes one value of a round.
  ///
  /// - Parameter column: its place among `fastColumns`.
  mutating func take(_ visit: ColumnWalk.Visit, column: Int, _ round: inout DeviceRound) {
    guard let row = row(of: visit) else {
      hasNewRows = true
      return
    }
    guard rows[row].isShown else { return }
    guard let number = (try? visit.binding.number()) ?? nil else { return }
    var place = column
    if hasDiscontinuity {
      guard column > 0 else { return noticeDiscontinuity(row, number) }
      place -= 1
    }
    show(row, fastMetrics[place], number, isNarrow: visit.binding.tag == BERTag.counter32, &round)
  }

  private mutating func noticeDiscontinuity(_ row: Int, _ value: Double) {
    if !rows[row].discontinuity.isNaN, value != rows[row].discontinuity { rows[row].isFresh = true }
    rows[row].discontinuity = value
  }

  /// - Parameter isNarrow: a counter of 32 bits.
  private mutating func show(
    _ row: Int, _ metric: ShownMetric, _ number: Double, isNarrow: Bool, _ round: inout DeviceRound
  ) {
    var size: UnitSize?
    if metric.units >= 0 {
      guard let known = rows[row].sizes.isEmpty ? nil : rows[row].sizes[metric.units] else { return }
      size = known
    }
    let place = cell(row, metric.metric)
    guard let reference = reference(place, row, metric.metric, &round) else { return }
    let last = cells[place].value
    cells[place] = Cell(reference: reference, value: number, round: self.round)
    shown += 1
    if metric.isCounter {
      // A counter that began anew above its last value would pass for one that went on: it is shown at zero in between.
      if round.hasRestarted || rows[row].isFresh {
        if number >= last { round.append(reference, 0, millisecondsBefore: 1) }
      } else if isNarrow, number < last {
        // It went round: its top and zero in between make the increase right, but for one.
        round.append(reference, Double(UInt32.max) * metric.scale, millisecondsBefore: 2)
        round.append(reference, 0, millisecondsBefore: 1)
      }
    }
    let scaled = metric.scale == 1 ? number : number * metric.scale
    round.append(reference, size?.applied(to: scaled) ?? scaled)
  }

  private mutating func reference(
    _ place: Int, _ row: Int, _ metric: Int, _ round: inout DeviceRound
  ) -> SeriesReference? {
    // What was not there in the last round takes a place of the allowance anew.
    let cell = cells[place]
    if cell.isResolved, cell.round &+ 1 >= self.round { return cell.reference }
    return resolve(place, row, metric, &round)
  }

  private mutating func resolve(
    _ place: Int, _ row: Int, _ metric: Int, _ round: inout DeviceRound
  ) -> SeriesReference? {
    let definition = table.metrics[metric]
    var labels = rows[row].labels
    if definition.kind == .info, let slow = slowMetrics.firstIndex(of: metric) {
      labels.append(Label(definition.metric, rows[row].texts[slow]))
    }
    labels.append(Label(LabelSet.metricName, definition.metric))
    guard let reference = round.resolve(LabelSet(labels)) else { return nil }
    cells[place].reference = reference
    fresh += 1
    return reference
  }

  /// Ends what was shown in the last round and is not in this one.
  ///
  /// - Parameter isWhole: what was read with the names is still so.
  mutating func endValues(_ round: inout DeviceRound, isWhole: Bool) {
    if !isInRound { beginValues() }
    isInRound = false
    if isWhole { showSlowValues(&round) }
    areNamesFresh = false
    lookups = ObjectLookups()
    for row in rows.indices where rows[row].isFresh { rows[row].isFresh = false }
    guard shown - fresh < shownBefore else { return }
    for place in cells.indices where cells[place].isResolved && cells[place].round &+ 1 == self.round {
      round.end(cells[place].reference)
    }
  }

  private mutating func showSlowValues(_ round: inout DeviceRound) {
    guard !slowMetrics.isEmpty else { return }
    for row in rows.indices where rows[row].isShown {
      for (place, metric) in slowShown.enumerated() {
        if metric.isText {
          if !rows[row].texts.isEmpty, !rows[row].texts[place].isEmpty { showText(row, metric.metric, &round) }
        } else {
          let value = cells[cell(row, metric.metric)].value
          if !value.isNaN { show(row, metric, value, isNarrow: false, &round) }
        }
      }
    }
  }

  private mutating func showText(_ row: Int, _ metric: Int, _ round: inout DeviceRound) {
    let place = cell(row, metric)
    guard let reference = reference(place, row, metric, &round) else { return }
    cells[place].round = self.round
    shown += 1
    round.append(reference, 1)
  }

  /// The series that the last round showed, and in the midst of one those that the round before showed.
  func living() -> [SeriesReference] {
    cells.filter { isShown($0) || isInRound && $0.isResolved && $0.round &+ 1 == round }.map(\.reference)
  }

  /// Forgets references that left the store, and resolves those of the last round anew.
  mutating func renew(_ gone: Set<SeriesReference>, _ round: inout DeviceRound) -> [SeriesReference: SeriesReference] {
    var renewed: [SeriesReference: SeriesReference] = [:]
    for row in rows.indices {
      for metric in table.metrics.indices {
        let place = cell(row, metric)
        let old = cells[place].reference
        guard cells[place].isResolved, gone.contains(old) else { continue }
        let isShown = isShown(cells[place])
        cells[place].reference = SeriesReference(slot: 0, generation: Self.none)
        // One that is not shown was given back when it ended.
        guard isShown else { continue }
        round.giveBack()
        renewed[old] = reference(place, row, metric, &round)
      }
    }
    return renewed
  }
}
