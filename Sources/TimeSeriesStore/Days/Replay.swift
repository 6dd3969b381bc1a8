internal import GRDB
internal import Telemetry

/// What a replay met; the damaged are skipped and named.
struct ReplayOutcome: Sendable {
  var findings: [StoreFinding] = []
  var damagedSeriesRows = 0
  var damagedBatches = 0
  var damagedChunks = 0
  /// Tables that SQLite cannot read to their end: what is written behind the damage could not be read again.
  var damagedTables = 0
  /// The highest commit number that the file knows.
  var newestEpoch: UInt32 = 0
}

/// Brings the head to where it was: a file's series, then the samples of its batch log that are in no closed chunk.
struct Replay {
  private let file: OpenDayFile
  private(set) var outcome = ReplayOutcome()
  private var slots = SlotsByNumber()
  /// By slot: the newest time inside closed chunks, and the commit up to which late samples are in late chunks.
  private var closedThrough: [Int64] = []
  private var lateThrough: [UInt32] = []

  init(_ file: OpenDayFile) { self.file = file }

  /// Rows are read one by one, so a replay needs no more memory than the running store. A damaged page ends the scan of
  /// its table, not the replay.
  mutating func run(into head: inout Head) {
    for step in [Step.series, .chunks, .batches] {
      closedThrough.append(contentsOf: repeatElement(.min, count: head.table.slotCount - closedThrough.count))
      lateThrough.append(contentsOf: repeatElement(0, count: head.table.slotCount - lateThrough.count))
      do {
        try file.reader.read { db in
          switch step {
          case .series: try loadSeries(db, into: &head)
          case .chunks: try loadClosed(db, into: &head)
          case .batches: try loadBatches(db, into: &head)
          }
        }
      } catch {
        outcome.damagedTables += 1
        note("table of \(step.rawValue)", "cannot be read to its end (\(error)); the day goes on in a new file")
      }
    }
  }

  private enum Step: String { case series, chunks, batches }

  mutating func loadSeries(_ db: Database, into head: inout Head) throws {
    // Numbers that chunks use must not be handed out again when their series row is damaged.
    // A damaged row may hold any type, and text is greater than every number.
    let sql = "SELECT MAX(series) FROM chunk WHERE series < \(UInt32.max)"
    if let used = try Int64.fetchOne(db, sql: sql) {
      file.reserve(through: UInt32(clamping: used))
    }
    do {
      try loadSeries(db, "ASC", into: &head)
    } catch {
      // What lies behind a damaged page is reached from the other end.
      try? loadSeries(db, "DESC", into: &head)
      throw error
    }
  }

  private mutating func loadSeries(_ db: Database, _ order: String, into head: inout Head) throws {
    var added: [(slot: UInt32, number: UInt32)] = []
    defer { file.remember(added, lastChunkRow: 0) }
    let rows = try Row.fetchCursor(db, sql: "SELECT id, labels FROM series ORDER BY id \(order)")
    while let row = try rows.next() {
      let id = ChunkRow.integer(row, 0)
      let labels = try row.withBytes(1) { SeriesRow.decode($0, number: id) }
      guard let number = UInt32(exactly: id), let labels else {
        outcome.damagedSeriesRows += 1
        note("series \(id)", "labels do not match their checksum; its samples in this file are skipped")
        continue
      }
      let known = head.table.count
      let slot = head.slot(for: labels)
      if head.table.count > known { head.rest(slot) }
      added.append((slot, number))
      slots.add(slot, under: number)
    }
  }

  private mutating func loadClosed(_ db: Database, into head: inout Head) throws {
    let newest = try Int64.fetchOne(db, sql: "SELECT MAX(rowid) FROM chunk") ?? 0
    file.remember([], lastChunkRow: newest)
    let sql = "SELECT series, start, stop, count, crc, late, data FROM chunk WHERE rowid > ?"
    let rows = try Row.fetchCursor(db, sql: sql, arguments: [try firstNeededRow(db)])
    while let row = try rows.next() {
      // A damaged row vouches for no sample: what the batch log has of it comes back.
      guard ChunkRow.isSound(row) else {
        outcome.damagedChunks += 1
        let place = "chunk of series \(ChunkRow.integer(row, 0)) from \(ChunkRow.integer(row, 1))"
        note(place, "does not match its checksum; it is skipped")
        continue
      }
      guard let number = UInt32(exactly: ChunkRow.integer(row, 0)), let slot = slots[number] else { continue }
      let late = UInt32(clamping: ChunkRow.integer(row, 5))
      if late > 0 {
        lateThrough[Int(slot)] = max(lateThrough[Int(slot)], late)
        outcome.newestEpoch = max(outcome.newestEpoch, late)
      } else {
        let stop = min(ChunkRow.integer(row, 2), file.name.day.end - 1)
        closedThrough[Int(slot)] = max(closedThrough[Int(slot)], stop)
        head.remember(slot, newest: stop)
      }
    }
  }

  /// Chunks up to this row hold no sample of the rows that are left in the batch log.
  private func firstNeededRow(_ db: Database) throws -> Int64 {
    let oldest = try Row.fetchOne(db, sql: "SELECT data FROM batch ORDER BY seq LIMIT 1")
    guard let oldest else { return .max }
    return try decode(oldest, 0)?.lastChunkRow ?? 0
  }

  private mutating func loadBatches(_ db: Database, into head: inout Head) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT seq, data FROM batch ORDER BY seq")
    while let row = try rows.next() {
      let sequence = ChunkRow.integer(row, 0)
      let epoch = OpenDayFile.epoch(of: sequence)
      // The checksum does not cover the row's number: one that no store reaches would be the last.
      let isReachable = epoch <= Head.epochMax
      if isReachable {
        head.epoch = epoch
        outcome.newestEpoch = max(outcome.newestEpoch, epoch)
      }
      guard isReachable, let record = try decode(row, 1) else {
        outcome.damagedBatches += 1
        note("batch \(sequence)", "does not match its checksum; its samples are lost unless a chunk has them")
        continue
      }
      for entry in record.inOrder {
        guard let slot = slots[entry.series], entry.time > closedThrough[Int(slot)] else { continue }
        replay(slot, entry.time, .number(entry.bits), into: &head)
      }
      for entry in record.late {
        guard let slot = slots[entry.series], head.epoch > lateThrough[Int(slot)] else { continue }
        _ = head.insertLate(slot, entry.time, .number(entry.bits))
      }
      for entry in record.histograms where entry.histogram.flaw == nil {
        guard let slot = slots[entry.series] else { continue }
        if !entry.isLate, entry.time > closedThrough[Int(slot)] {
          replay(slot, entry.time, .histogram(entry.histogram), into: &head)
        } else if entry.isLate, head.epoch > lateThrough[Int(slot)] {
          _ = head.insertLate(slot, entry.time, .histogram(entry.histogram))
        }
      }
    }
  }

  @inline(__always)
  private func replay(_ slot: UInt32, _ time: Int64, _ value: SampleValue, into head: inout Head) {
    let newest = head.newestTime(of: slot)
    if time > newest {
      head.replay(slot, time, value)
    } else if time < newest {
      _ = head.insertLate(slot, time, value)
    }
  }

  private func decode(_ row: Row, _ column: Int) throws -> BatchRecord? {
    try row.withBytes(column) { BatchRecord(decoding: $0) }
  }

  /// The store shows no more than this many; the counts are whole.
  private static let findingsMax = 100

  private mutating func note(_ place: String, _ problem: String) {
    guard outcome.findings.count < Self.findingsMax else { return }
    outcome.findings.append(StoreFinding(.damage, file: file.name.text, place: place, problem: problem))
  }
}

extension OpenDayFile {
  /// After a reopening: the series' numbers, and nothing else, because the head has the samples.
  func adoptSeries(into head: inout Head) throws {
    try reader.read { db in
      var replay = Replay(self)
      try replay.loadSeries(db, into: &head)
      remember([], lastChunkRow: try Int64.fetchOne(db, sql: "SELECT MAX(rowid) FROM chunk") ?? 0)
    }
  }
}
