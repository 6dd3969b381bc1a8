internal import Dispatch
internal import GRDB
internal import Synchronization
internal import Telemetry

// The batch log as a queue: whoever must see every sample once reads it in the order of the commits, and holds what it
// has not seen yet. Without a reader nothing here runs.
extension EmbeddedStore {
  /// Behind everything that is committed.
  public func endOfLog() async throws -> LogPosition {
    try await onLog { store in
      try Dictionary(uniqueKeysWithValues: store.filesInLog.map { ($0.name.text, LogPlace(row: try $0.logEnd())) })
    }
  }

  /// Keeps rows from `position` on in the files, out of reach of pruning and sealing, until the reader says more.
  ///
  /// - Parameter position: `nil`: the reader is gone.
  public func holdLog(for reader: String, from position: LogPosition?) {
    logHolds.withLock { $0[reader] = position }
  }

  /// What follows `position`, in the order of the commits.
  ///
  /// A page never mixes samples that came in order with late ones: a far end that refuses late samples then refuses
  /// nothing else with them.
  /// - Parameters:
  ///   - limit: samples of a page; a row with more goes on in the next.
  ///   - end: reads exactly up to there, as an earlier page did.
  /// - Returns: `nil` when nothing follows.
  public func readLog(
    after position: LogPosition, limit: Int, upTo end: (file: String, place: LogPlace)? = nil
  ) async throws -> LogPage? {
    try await onLog { store in
      let next = try store.filesInLog.compactMap { file -> LogStart? in
        if let end, end.file != file.name.text { return nil }
        let place = position[file.name.text] ?? LogPlace(row: 0)
        return try file.firstRow(from: place).map { LogStart(row: $0, file: file, place: place) }
      }.sorted { ($0.row, $0.file.name) < ($1.row, $1.file.name) }
      guard let first = next.first else { return nil }
      // Rows of another day that were committed before come before.
      let bound = end?.place ?? LogPlace(row: next.dropFirst().first.map { max($0.row, first.row + 1) } ?? .max)
      var row = store.loggedRow.withLock { $0.take() }
      defer { store.loggedRow.withLock { $0 = row } }
      return try first.file.readLog(from: first.place, upTo: bound, limit: end == nil ? limit : .max, &row) {
        store.labels(of: $0, in: first.file)
      }
    }
  }

  /// Series whose labels are copied under one lock of the head; the default is 500.
  private static let labelsPerLock = 500

  /// - Returns: `nil` where the head does not know the series (yet).
  private func labels(of numbers: [UInt32], in file: OpenDayFile) -> [LabelSet?] {
    let slots = file.slots(of: numbers)
    return stride(from: 0, to: slots.count, by: Self.labelsPerLock).flatMap { start in
      head.withLock { head in
        slots[start..<min(slots.count, start + Self.labelsPerLock)].map { $0.map(head.table.labels(of:)) }
      }
    }
  }

  private struct LogStart {
    let row: Int64
    let file: OpenDayFile
    let place: LogPlace
  }

  private var filesInLog: [OpenDayFile] { files.withLock { $0.open } }

  /// Rows of this day before this commit are held by nobody.
  func heldEpoch(_ day: Day) -> UInt32 {
    let names = filesInLog.map(\.name).filter { $0.day == day }.map(\.text)
    return logHolds.withLock { holds in
      holds.values.flatMap { position in names.map { position[$0].map { OpenDayFile.epoch(of: $0.row) } ?? 0 } }.min()
    } ?? .max
  }

  /// Whether a reader has not seen all of the file's log.
  func isHeld(_ file: OpenDayFile) -> Bool {
    let places = logHolds.withLock { holds in holds.values.map { $0[file.name.text] ?? LogPlace(row: 0) } }
    guard let first = places.min() else { return false }
    // A log that cannot be read holds nothing up.
    return ((try? file.firstRow(from: first)) ?? nil) != nil
  }

  private func onLog<Answer: Sendable>(
    _ body: @escaping @Sendable (EmbeddedStore) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      readers.async { continuation.resume(with: Result { try body(self) }) }
    }
  }
}

extension OpenDayFile {
  fileprivate func logEnd() throws -> Int64 {
    try reader.read { try Int64.fetchOne($0, sql: "SELECT MAX(seq) FROM batch") }.map { $0 + 1 } ?? 0
  }

  fileprivate func firstRow(from place: LogPlace) throws -> Int64? {
    try reader.read { try Int64.fetchOne($0, sql: "SELECT MIN(seq) FROM batch WHERE seq >= ?", arguments: [place.row]) }
  }

  /// - Parameters:
  ///   - last: where a page before ended; set to where this one does.
  ///   - known: labels by the file's numbers; what is missing is read from the file.
  fileprivate func readLog(
    from start: LogPlace, upTo bound: LogPlace, limit: Int, _ last: inout LoggedRow?,
    _ known: ([UInt32]) -> [LabelSet?]
  ) throws -> LogPage {
    try reader.read { db in
      var page = LogPageBuilder(file: name.text, start: start, bound: bound, limit: limit)
      let statement = try db.cachedStatement(sql: "SELECT seq, data FROM batch WHERE seq >= ? ORDER BY seq")
      let rows = try Row.fetchCursor(statement, arguments: [start.row])
      while page.isOpen, let row = try rows.next() {
        let sequence = ChunkRow.integer(row, 0)
        guard LogPlace(row: sequence) < bound else { break }
        if last?.file != name || last?.sequence != sequence {
          let record = try row.withBytes(1) { BatchRecord(decoding: $0) }
          last = record.map { LoggedRow(file: name, sequence: sequence, record: $0) }
        }
        page.take(last?.record, sequence)
      }
      if !page.endsWithinRow { last = nil }
      return try page.finished(known) { number in
        let statement = try db.cachedStatement(sql: "SELECT labels FROM series WHERE id = ?")
        let row = try Row.fetchOne(statement, arguments: [number])
        return try row?.withBytes(0) { SeriesRow.decode($0, number: number) } ?? nil
      }
    }
  }
}

/// A row that goes on in the next page: a commit of many series is many pages, and is decoded once.
struct LoggedRow: Sendable {
  let file: DayFileName
  let sequence: Int64
  let record: BatchRecord
}

/// Fills a page row by row.
private struct LogPageBuilder {
  /// In a row: numbers in order, histograms in order, late numbers, late histograms.
  private enum Arrival { case inOrder, late }

  private var page: LogPage
  private let bound: LogPlace
  private let limit: Int
  private var arrival: Arrival?
  private(set) var isOpen = true
  private var places: [UInt32: Int] = [:]
  private var samples: [(number: UInt32, series: LoggedSeries)] = []
  var endsWithinRow: Bool { page.end.offset > 0 }

  init(file: String, start: LogPlace, bound: LogPlace, limit: Int) {
    page = LogPage(file: file, end: start)
    self.bound = bound
    self.limit = limit
  }

  /// - Parameter record: `nil` for a damaged row.
  mutating func take(_ record: BatchRecord?, _ sequence: Int64) {
    guard let record else {
      page.damagedRows += 1
      page.end = LogPlace(row: sequence + 1)
      return
    }
    var offset = page.end.row == sequence ? page.end.offset : 0
    let last = bound.row == sequence ? bound.offset : Int.max
    let punctual = record.histograms.filter { !$0.isLate }
    let late = record.histograms.filter(\.isLate)
    var before = 0
    for (arrival, count, take) in [
      (Arrival.inOrder, record.inOrder.count, { (page: inout Self, at: Int) in page.take(record.inOrder[at]) }),
      (.inOrder, punctual.count, { (page: inout Self, at: Int) in page.take(punctual[at]) }),
      (.late, record.late.count, { (page: inout Self, at: Int) in page.take(record.late[at]) }),
      (.late, late.count, { (page: inout Self, at: Int) in page.take(late[at]) }),
    ] {
      while isOpen, offset < before + count {
        guard offset < last, page.sampleCount < limit, self.arrival ?? arrival == arrival else {
          isOpen = false
          break
        }
        self.arrival = arrival
        take(&self, offset - before)
        offset += 1
      }
      before += count
    }
    page.end = isOpen ? LogPlace(row: sequence + 1) : LogPlace(row: sequence, offset: offset)
    if page.sampleCount >= limit { isOpen = false }
  }

  private mutating func take(_ entry: BatchRecord.Entry) {
    let place = place(of: entry.series, entry.time)
    samples[place].series.numbers.append((entry.time, Double(bitPattern: entry.bits)))
  }

  private mutating func take(_ entry: BatchRecord.HistogramEntry) {
    let place = place(of: entry.series, entry.time)
    samples[place].series.histograms.append((entry.time, entry.histogram))
  }

  private mutating func place(of number: UInt32, _ time: Int64) -> Int {
    page.sampleCount += 1
    if arrival == .inOrder { page.newest = max(page.newest ?? time, time) }
    if let known = places[number] { return known }
    places[number] = samples.count
    samples.append((number, LoggedSeries(labels: .empty)))
    return samples.count - 1
  }

  /// - Parameter stored: the labels of a series' number; `nil` for a damaged row.
  consuming func finished(
    _ known: ([UInt32]) -> [LabelSet?], else stored: (Int64) throws -> LabelSet?
  ) throws -> LogPage {
    for ((number, read), labels) in zip(samples, known(samples.map(\.number))) {
      let count = read.numbers.count + read.histograms.count
      guard let labels = try labels ?? stored(Int64(number)) else {
        page.samplesOfDamagedSeries += count
        page.sampleCount -= count
        continue
      }
      var series = LoggedSeries(labels: labels)
      // Late samples come in any order.
      series.numbers = arrival == .late ? read.numbers.sorted { $0.millisecond < $1.millisecond } : read.numbers
      series.histograms =
        arrival == .late ? read.histograms.sorted { $0.millisecond < $1.millisecond } : read.histograms
      page.series.append(series)
    }
    return page
  }
}
