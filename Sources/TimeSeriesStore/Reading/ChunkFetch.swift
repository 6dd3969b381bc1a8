internal import GRDB
internal import Telemetry

/// Reads the chunks of many series of one file, in transactions of bounded length.
struct ChunkFetch {
  let reader: any DatabaseReader
  let window: ReadWindow

  enum Continuation { case next, enough }

  /// What a visitor is given for each chunk that touches the window.
  enum Event {
    case chunk(ChunkRow)
    case damaged(series: Int64, start: Int64)
    /// A damaged page stands in the way.
    case unreadable(series: Int64, String)
  }

  private static let sql = """
    SELECT series, start, stop, count, crc, late, data FROM chunk
    WHERE series = ? AND start > ? AND start <= ? ORDER BY start
    """

  /// - Parameter visit: the index into `numbers` and what was found there.
  func run(
    _ numbers: [UInt32], _ budget: inout ReadBudget,
    _ visit: (Int, Event, inout ReadBudget) throws(SeriesReadError) -> Continuation
  ) throws(SeriesReadError) {
    var index = 0
    while index < numbers.count {
      try budget.checkTime()
      do {
        try reader.read { db in
          let end = budget.uptime + ReadBudget.transactionTime
          repeat {
            try visitSeries(index, numbers[index], db, &budget, visit)
            index += 1
          } while index < numbers.count && (index & 15 != 0 || budget.uptime < end)
        }
      } catch let error as SeriesReadError {
        throw error
      } catch {
        // An error of ours must not look like absent series: only damage is skipped, and named.
        guard error.isFileDamage else { throw .unreadable("\(error)") }
        _ = try visit(index, .unreadable(series: Int64(numbers[index]), "\(error)"), &budget)
        index += 1
      }
    }
  }

  private func visitSeries(
    _ index: Int, _ number: UInt32, _ db: Database, _ budget: inout ReadBudget,
    _ visit: (Int, Event, inout ReadBudget) throws(SeriesReadError) -> Continuation
  ) throws {
    if index & 255 == 0 { try budget.checkTime() }
    budget.reads.series += 1
    let (lower, below) = window.after.subtractingReportingOverflow(SampleFormat.chunkSpanMax.wholeMilliseconds)
    let statement = try db.cachedStatement(sql: Self.sql)
    let rows = try Row.fetchCursor(statement, arguments: [Int64(number), below ? .min : lower, window.through])
    while let row = try rows.next() {
      budget.reads.rows += 1
      // The checksum is looked at first only when the row claims to matter.
      guard ChunkRow.integer(row, 2) > window.after else { continue }
      let event: Event =
        switch ChunkRow.reading(row) {
        case .sound(let chunk): .chunk(chunk)
        case .damaged(let series, let start): .damaged(series: series, start: start)
        }
      budget.reads.chunks += 1
      if case .chunk(let chunk) = event { budget.reads.chunkBytes += UInt64(chunk.image.bytes.count) }
      if try visit(index, event, &budget) == .enough { return }
    }
  }
}
