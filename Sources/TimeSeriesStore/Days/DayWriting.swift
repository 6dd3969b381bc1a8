internal import GRDB
internal import Telemetry

/// What one commit writes into one file.
struct DayWork: Sendable {
  var batches: [(epoch: UInt32, samples: UncommittedSamples)] = []
  var chunks: [ClosedChunk] = []
  /// Rows of the batch log before this commit are no longer needed.
  var pruneBefore: UInt32?

  var sampleCount: Int { batches.reduce(0) { $0 + $1.samples.count } }
}

extension OpenDayFile {
  /// All of `work` in one transaction and one sync, or nothing of it.
  ///
  /// - Parameter rowSamples: of one row of the batch log.
  func write(_ work: DayWork, rowSamples: Int, labels: ([UInt32]) -> [LabelSet]) throws {
    let numbering = try Numbering(work, in: self)
    let newLabels = labels(numbering.added.map(\.slot))
    var lastRow = lastChunkRow
    try write { db in
      try Self.insertSeries(numbering.added, newLabels, db)
      for batch in work.batches {
        try Self.insertBatch(batch, rowSamples: rowSamples, lastChunkRow: lastRow, numbering, db)
      }
      for chunk in work.chunks {
        guard let number = numbering[chunk.slot] else { continue }
        let row = ChunkRow(series: Int64(number), image: chunk.image, lateThrough: Int64(chunk.lateThrough))
        lastRow = max(lastRow, try Self.insertChunk(row, db))
      }
      if let epoch = work.pruneBefore {
        let statement = try db.cachedStatement(sql: "DELETE FROM batch WHERE seq < ?")
        try statement.execute(arguments: [Self.sequence(epoch, 0)])
      }
    }
    remember(numbering.added, lastChunkRow: lastRow)
  }

  /// A commit may need several rows; the low byte tells them apart. One with more rows goes on under the next commit
  /// numbers, which the head leaves free for it.
  static func sequence(_ epoch: UInt32, _ piece: Int) -> Int64 { Int64(epoch) << 8 + Int64(piece) }
  /// Commit numbers that the rows of a commit take.
  ///
  /// - Parameter load: of its samples; numbers and histograms may leave one row each half empty.
  static func epochs(ofLoad load: Int, rowSamples: Int) -> UInt32 { UInt32((load / rowSamples + 2 + 255) / 256) }
  static func epoch(of sequence: Int64) -> UInt32 { UInt32(clamping: sequence >> 8) }

  /// The file's numbers of the series in `work`, new ones among them.
  private struct Numbering {
    /// The file's own, by slot; 0 for a series that is new to it.
    private let known: [UInt32]
    private var new: [UInt32: UInt32] = [:]
    private(set) var added: [(slot: UInt32, number: UInt32)] = []

    /// - Throws: when the file has no number left, which a damaged one can claim; the day goes on in another.
    init(_ work: DayWork, in file: OpenDayFile) throws {
      known = file.numbers
      var next = file.lastNumber
      for batch in work.batches {
        for slot in batch.samples.slots { try add(slot, &next) }
        for sample in batch.samples.histograms { try add(sample.slot, &next) }
      }
      for chunk in work.chunks { try add(chunk.slot, &next) }
    }

    /// - Parameter slot: one of those in `work`, with or without the flag of a late sample.
    @inline(__always)
    subscript(slot: UInt32) -> UInt32? {
      let slot = slot & ~UncommittedSamples.lateFlag
      if Int(slot) < known.count, case let number = known[Int(slot)], number > 0 { return number }
      return new[slot]
    }

    @inline(__always)
    private mutating func add(_ slot: UInt32, _ next: inout UInt32) throws {
      guard self[slot] == nil else { return }
      guard next < .max else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "has no number for another series")
      }
      let slot = slot & ~UncommittedSamples.lateFlag
      next += 1
      added.append((slot, next))
      new[slot] = next
    }
  }

  private static func insertSeries(
    _ added: [(slot: UInt32, number: UInt32)], _ labels: [LabelSet], _ db: Database
  ) throws {
    guard !added.isEmpty else { return }
    let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO series(id, labels) VALUES(?, ?)")
    for (entry, labels) in zip(added, labels) {
      let number = Int64(entry.number)
      try statement.execute(arguments: [number, SeriesRow.encode(labels, number: number).blob])
    }
  }

  private static func insertBatch(
    _ batch: (epoch: UInt32, samples: UncommittedSamples), rowSamples: Int, lastChunkRow: Int64,
    _ numbering: Numbering, _ db: Database
  ) throws {
    let samples = batch.samples
    let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO batch(seq, data) VALUES(?, ?)")
    var piece = 0
    func insert(_ record: BatchRecord) throws {
      guard let bytes = record.encoded() else { throw DatabaseError(resultCode: .SQLITE_NOMEM) }
      try statement.execute(arguments: [sequence(batch.epoch, piece), bytes.blob])
      piece += 1
    }
    var start = 0
    while start < samples.slots.count {
      let end = min(samples.slots.count, start + rowSamples)
      try insert(record(of: samples, start..<end, lastChunkRow, numbering))
      start = end
    }
    var record = BatchRecord()
    record.lastChunkRow = lastChunkRow
    var load = 0
    for sample in samples.histograms {
      guard let number = numbering[sample.slot] else { continue }
      let isLate = sample.slot & UncommittedSamples.lateFlag != 0
      let entry = BatchRecord.HistogramEntry(
        series: number, isLate: isLate, time: sample.time, histogram: sample.histogram)
      record.histograms.append(entry)
      load += sample.histogram.load
      if load >= rowSamples {
        try insert(record)
        (record.histograms, load) = ([], 0)
      }
    }
    if !record.histograms.isEmpty { try insert(record) }
  }

  private static func record(
    of samples: UncommittedSamples, _ range: Range<Int>, _ lastChunkRow: Int64, _ numbering: Numbering
  ) -> BatchRecord {
    var record = BatchRecord()
    record.lastChunkRow = lastChunkRow
    record.inOrder.reserveCapacity(range.count)
    for index in range {
      let flagged = samples.slots[index]
      guard let number = numbering[flagged] else { continue }
      let entry = BatchRecord.Entry(
        series: number, time: samples.columns.times[index], bits: samples.columns.bits[index])
      if flagged & UncommittedSamples.lateFlag == 0 {
        record.inOrder.append(entry)
      } else {
        record.late.append(entry)
      }
    }
    return record
  }

  /// - Returns: the row's number, 0 when an equal row is there already.
  private static func insertChunk(_ chunk: ChunkRow, _ db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(sql: ChunkRow.insertion)
    var rest: ChunkRow? = chunk
    var row: Int64 = 0
    while let current = rest {
      rest = nil
      try statement.execute(arguments: current.arguments)
      if db.changesCount > 0 {
        row = db.lastInsertedRowID
      } else if try checksum(db, current) != Int64(current.checksum) {
        rest = current.withoutFirstSample()
      }
    }
    return row
  }

  private static func checksum(_ db: Database, _ chunk: ChunkRow) throws -> Int64? {
    let statement = try db.cachedStatement(sql: "SELECT crc FROM chunk WHERE series = ? AND start = ?")
    return try Int64.fetchOne(statement, arguments: [chunk.series, chunk.image.firstTime])
  }
}

extension ChunkRow {
  /// Another chunk begins with a sample of the same time, which was there first: this one's first sample repeats it.
  func withoutFirstSample() -> ChunkRow? {
    var columns = SampleColumns()
    guard image.decode(.everything, into: &columns), columns.count > 1 else { return nil }
    switch image.kind {
    case .numbers:
      columns.times.removeFirst()
      columns.bits.removeFirst()
    case .histograms: columns.histograms = columns.histograms.within(after: image.firstTime, through: .max)
    }
    let limits = ChunkLimits(samples: Int(UInt16.max), spanMilliseconds: SampleFormat.chunkSpanMax.wholeMilliseconds)
    return ChunkImage.images(of: columns, limits: limits).first.map {
      ChunkRow(series: series, image: $0, lateThrough: lateThrough)
    }
  }
}
