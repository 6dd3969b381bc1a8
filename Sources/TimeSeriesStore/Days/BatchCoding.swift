internal import Telemetry

/// One row of the batch log: the samples of one commit, decodable alone, so that damage costs one row.
///
/// `crc32c(rest) · snappy(version · last chunk row · in-order samples · late samples · histograms?)`; numbers are those of
/// the file.
struct BatchRecord: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    let series: UInt32
    let time: Int64
    let bits: UInt64
  }

  struct HistogramEntry: Sendable, Equatable {
    let series: UInt32
    let isLate: Bool
    let time: Int64
    let histogram: NativeHistogram
  }

  /// The highest row of the chunk table when this batch was written: only later chunks can hold its samples.
  var lastChunkRow: Int64 = 0
  var inOrder: [Entry] = []
  var late: [Entry] = []
  var histograms: [HistogramEntry] = []

  /// A row of numbers only.
  private static let version: UInt8 = 1
  private static let versionWithHistograms: UInt8 = 2

  // MARK: Writing

  /// - Returns: `nil` when memory is short.
  func encoded() -> [UInt8]? {
    var writer = ByteWriter()
    writer.append(histograms.isEmpty ? Self.version : Self.versionWithHistograms)
    writer.appendVarint(UInt64(bitPattern: lastChunkRow))
    Self.write(inOrder, to: &writer)
    Self.write(late, to: &writer)
    if !histograms.isEmpty { Self.write(histograms, to: &writer) }
    guard let packed = Snappy.compress(writer.bytes) else { return nil }
    return packed.withUnsafeBytes { bytes in
      withUnsafeBytes(of: CRC32C.of(bytes).littleEndian) { Array($0) } + packed
    }
  }

  /// Each sample: a control byte (bits 0–3 bytes of the value, bit 4 next series, bit 5 same time), the series'
  /// distance, the time's distance, the value's leading bytes XOR-ed with the series' value before.
  private static func write(_ entries: [Entry], to writer: inout ByteWriter) {
    writer.appendVarint(UInt64(entries.count))
    writer.append(atMost: entries.count * entryBytesMax) { room in
      var previous = Entry(series: 0, time: 0, bits: 0)
      for entry in entries {
        write(entry, after: previous, to: &room)
        previous = entry
      }
    }
  }

  /// The control byte, two distances and a value.
  private static let entryBytesMax = 1 + 10 + 10 + 8

  @inline(__always)
  private static func write(_ entry: Entry, after previous: Entry, to room: inout ByteRoom) {
    let base = entry.series == previous.series ? previous.bits : 0
    let difference = entry.bits ^ base
    let length = 8 - difference.trailingZeroBitCount / 8
    let isNext = entry.series == previous.series &+ 1
    let isSameTime = entry.time == previous.time
    room.append(UInt8(length) | (isNext ? 16 : 0) | (isSameTime ? 32 : 0))
    if !isNext { room.appendSigned(Int64(entry.series) - Int64(previous.series)) }
    if !isSameTime { room.appendSigned(entry.time &- previous.time) }
    var rest = difference
    for _ in 0..<length {
      room.append(UInt8(truncatingIfNeeded: rest >> 56))
      rest <<= 8
    }
  }

  /// Each histogram stands for itself.
  private static func write(_ entries: [HistogramEntry], to writer: inout ByteWriter) {
    writer.appendVarint(UInt64(entries.count))
    var previousTime: Int64 = 0
    for entry in entries {
      writer.appendVarint(UInt64(entry.series) << 1 | (entry.isLate ? 1 : 0))
      writer.appendSigned(entry.time &- previousTime)
      HistogramCoding.write(entry.histogram, after: nil, to: &writer)
      previousTime = entry.time
    }
  }

  // MARK: Reading

  /// - Returns: `nil` when the row is damaged.
  init?(decoding row: UnsafeRawBufferPointer) {
    var outer = ByteCursor(row)
    guard let stored = outer.slice(4), let packed = outer.slice(row.count - 4) else { return nil }
    guard UInt32(littleEndian: stored.loadUnaligned(as: UInt32.self)) == CRC32C.of(packed) else { return nil }
    guard let bytes = Snappy.uncompress(packed, limit: SampleFormat.batchBytesMax) else { return nil }
    guard let record = bytes.withUnsafeBytes({ Self(unpacked: $0) }) else { return nil }
    self = record
  }

  /// - Returns: `nil` when the bytes contradict themselves.
  init?(unpacked bytes: UnsafeRawBufferPointer) {
    var cursor = ByteCursor(bytes)
    guard let version = cursor.byte(), version == Self.version || version == Self.versionWithHistograms else {
      return nil
    }
    guard let row = cursor.varint(), let inOrder = Self.read(&cursor), let late = Self.read(&cursor) else { return nil }
    (lastChunkRow, self.inOrder, self.late) = (Int64(bitPattern: row), inOrder, late)
    if version == Self.versionWithHistograms {
      guard let histograms = Self.readHistograms(&cursor) else { return nil }
      self.histograms = histograms
    }
    guard cursor.isAtEnd else { return nil }
  }

  init() {}

  private static func read(_ cursor: inout ByteCursor) -> [Entry]? {
    guard let count = cursor.varint(), count <= UInt64(SampleFormat.batchSamplesMax) else { return nil }
    var entries: [Entry] = []
    var previous = Entry(series: 0, time: 0, bits: 0)
    for _ in 0..<count {
      guard let control = cursor.byte(), let entry = read(control, &cursor, after: previous) else { return nil }
      entries.append(entry)
      previous = entry
    }
    return entries
  }

  private static func readHistograms(_ cursor: inout ByteCursor) -> [HistogramEntry]? {
    guard let count = cursor.varint(), count <= UInt64(SampleFormat.batchSamplesMax) else { return nil }
    var entries: [HistogramEntry] = []
    var time: Int64 = 0
    for _ in 0..<count {
      guard let flagged = cursor.varint(), let series = UInt32(exactly: flagged >> 1), let step = cursor.signed(),
        let histogram = HistogramCoding.read(&cursor, after: nil)
      else { return nil }
      time = time &+ step
      entries.append(HistogramEntry(series: series, isLate: flagged & 1 == 1, time: time, histogram: histogram))
    }
    return entries
  }

  private static func read(_ control: UInt8, _ cursor: inout ByteCursor, after previous: Entry) -> Entry? {
    let length = Int(control & 15)
    guard length <= 8, control < 64 else { return nil }
    var series = previous.series &+ 1
    if control & 16 == 0 {
      guard let step = cursor.signed() else { return nil }
      let (sum, overflow) = Int64(previous.series).addingReportingOverflow(step)
      guard !overflow, let exact = UInt32(exactly: sum) else { return nil }
      series = exact
    }
    var time = previous.time
    if control & 32 == 0 {
      guard let step = cursor.signed() else { return nil }
      time = time &+ step
    }
    guard let leading = cursor.bigEndian(length) else { return nil }
    let difference = length == 0 ? 0 : leading << UInt64(64 - 8 * length)
    let base = series == previous.series ? previous.bits : 0
    return Entry(series: series, time: time, bits: difference ^ base)
  }
}
