internal import GRDB

/// One row of the chunk table. The checksum covers every column, so a number that was swapped or altered is noticed too.
struct ChunkRow: Sendable {
  let series: Int64
  let image: ChunkImage
  let lateThrough: Int64

  static let insertion = """
    INSERT OR IGNORE INTO chunk(series, start, stop, count, crc, late, data) VALUES(?, ?, ?, ?, ?, ?, ?)
    """

  /// For `insertion`.
  var arguments: StatementArguments {
    [
      series, image.firstTime, image.lastTime, image.signedCount, Int64(checksum), lateThrough, image.bytes.blob,
    ]
  }

  var checksum: UInt32 {
    image.bytes.withUnsafeBytes { bytes in
      Self.checksum(series, image.firstTime, image.lastTime, image.signedCount, lateThrough, bytes)
    }
  }

  private static func checksum(
    _ series: Int64, _ start: Int64, _ stop: Int64, _ count: Int64, _ late: Int64, _ bytes: UnsafeRawBufferPointer
  ) -> UInt32 {
    var crc = CRC32C()
    crc.add(series)
    crc.add(start)
    crc.add(stop)
    crc.add(count)
    crc.add(late)
    crc.add(bytes)
    return crc.value
  }

  /// Whether the row is as it was written, without a copy of its bytes.
  static func isSound(_ row: Row) -> Bool {
    let sum = try? row.withBytes(6) { bytes in
      checksum(integer(row, 0), integer(row, 1), integer(row, 2), integer(row, 3), integer(row, 5), bytes)
    }
    return sum.map(Int64.init) == integer(row, 4)
  }

  /// A row as it was read: either sound, or with what is known of the damaged one.
  enum Reading: Sendable {
    case sound(ChunkRow)
    case damaged(series: Int64, start: Int64)
  }

  /// The columns must be `series, start, stop, count, crc, late, data`, in this order.
  static func reading(_ row: Row) -> Reading {
    let series = integer(row, 0)
    let start = integer(row, 1)
    let bytes: [UInt8] = (try? row.withBytes(6) { Array($0) }) ?? []
    let count = integer(row, 3)
    guard let size = Int(exactly: count.magnitude), size > 0 else { return .damaged(series: series, start: start) }
    let image = ChunkImage(
      firstTime: start, lastTime: integer(row, 2), count: size, bytes: bytes, kind: count > 0 ? .numbers : .histograms)
    let chunk = ChunkRow(series: series, image: image, lateThrough: integer(row, 5))
    return Int64(chunk.checksum) == integer(row, 4) ? .sound(chunk) : .damaged(series: series, start: start)
  }

  /// A damaged file may hold any type in any column.
  static func integer(_ row: Row, _ index: Int) -> Int64 {
    if case .int64(let number) = (row[index] as DatabaseValue).storage { return number }
    return -1
  }
}

extension ChunkImage {
  /// As the chunk table has it: negative for histograms.
  var signedCount: Int64 { kind == .numbers ? Int64(count) : -Int64(count) }
}
