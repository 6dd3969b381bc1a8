/// CRC-32C (Castagnoli), eight bytes at a step.
///
/// - Source: RFC 3720, appendix B.4.
struct CRC32C {
  private var state: UInt32 = ~0

  var value: UInt32 { ~state }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32C()
    checksum.add(bytes)
    return checksum.value
  }

  mutating func add(_ number: Int64) {
    withUnsafeBytes(of: number.littleEndian) { add($0) }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { table in
      var index = 0
      while index &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
        crc = table[1792 &+ Int(word & 0xff)] ^ table[1536 &+ Int((word >> 8) & 0xff)]
        crc ^= table[1280 &+ Int((word >> 16) & 0xff)] ^ table[1024 &+ Int((word >> 24) & 0xff)]
        crc ^= table[768 &+ Int((word >> 32) & 0xff)] ^ table[512 &+ Int((word >> 40) & 0xff)]
        crc ^= table[256 &+ Int((word >> 48) & 0xff)] ^ table[Int(word >> 56)]
        index &+= 8
      }
      while index < bytes.count {
        crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[index])) & 0xff)]
        index &+= 1
      }
    }
    state = crc
  }

  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<2048 {
      let previous = tables[index - 256]
      tables[index] = (previous >> 8) ^ tables[Int(previous & 0xff)]
    }
    return tables
  }()
}
