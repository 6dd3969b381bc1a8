internal import Telemetry

/// A series' labels as a day file holds them: `count · (length name length value)… · crc32c`, with the series number in
/// the checksum, so that a swapped row is noticed.
enum SeriesRow {
  static func encode(_ labels: LabelSet, number: Int64) -> [UInt8] {
    var writer = ByteWriter()
    writer.appendVarint(UInt64(labels.count))
    for label in labels.labels {
      for text in [label.name, label.value] {
        writer.appendVarint(UInt64(text.utf8.count))
        writer.append(contentsOf: text.utf8)
      }
    }
    let sum = writer.bytes.withUnsafeBytes { checksum($0, number) }
    withUnsafeBytes(of: sum.littleEndian) { writer.append(contentsOf: $0) }
    return writer.bytes
  }

  /// - Returns: `nil` when the row is damaged.
  static func decode(_ row: UnsafeRawBufferPointer, number: Int64) -> LabelSet? {
    guard row.count > 4, row.count <= SampleFormat.labelSetBytesMax else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: row[..<(row.count - 4)])
    let stored = UInt32(littleEndian: row.loadUnaligned(fromByteOffset: row.count - 4, as: UInt32.self))
    guard stored == checksum(body, number) else { return nil }
    var cursor = ByteCursor(body)
    guard let count = cursor.varint(), count <= UInt64(row.count) else { return nil }
    var labels: [Label] = []
    for _ in 0..<count {
      guard let name = text(&cursor), let value = text(&cursor) else { return nil }
      labels.append(Label(name, value))
    }
    guard cursor.isAtEnd else { return nil }
    return LabelSet(sorted: labels)
  }

  private static func text(_ cursor: inout ByteCursor) -> String? {
    guard let length = cursor.varint(), let exact = Int(exactly: length), let bytes = cursor.slice(exact) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func checksum(_ body: UnsafeRawBufferPointer, _ number: Int64) -> UInt32 {
    var crc = CRC32C()
    crc.add(number)
    crc.add(body)
    return crc.value
  }
}
