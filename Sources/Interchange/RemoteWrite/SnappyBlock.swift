internal import CSnappy

/// Snappy's block format: packed by the library, unpacked under a bound of our own.
///
/// - Source: Snappy compressed format description, google/snappy.
enum SnappyBlock {
  enum Failure: Error, Equatable {
    case tooLong(declared: Int)
    case damaged
  }

  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: snappy_max_compressed_length(bytes.count)) { target, length in
      length = target.count
      let status = bytes.withUnsafeBytes { source in
        snappy_compress(
          source.assumingMemoryBound(to: CChar.self).baseAddress, source.count,
          UnsafeMutableRawPointer(target.baseAddress)?.assumingMemoryBound(to: CChar.self), &length)
      }
      precondition(status == SNAPPY_OK, "a buffer of snappy's own measure is large enough")
    }
  }

  /// - Parameter limit: bytes that may come out. What the block declares is checked against it before anything is
  ///   allocated, and never exceeded.
  static func unpacked(_ block: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var position = 0
    let declared = try declaredLength(block, &position)
    guard declared <= limit else { throw .tooLong(declared: declared) }
    var result: [UInt8] = []
    // Three bytes at least stand for 64 that come out, so a short block cannot claim much memory.
    result.reserveCapacity(min(declared, block.count * 32))
    while position < block.count {
      let tag = Int(block[position])
      position += 1
      if tag & 3 == 0 {
        let length = try literalLength(tag, block, &position)
        guard length <= block.count - position, length <= declared - result.count else { throw .damaged }
        result.append(contentsOf: block[position..<position + length])
        position += length
      } else {
        try copy(tag, block, &position, upTo: declared, into: &result)
      }
    }
    guard result.count == declared else { throw .damaged }
    return result
  }

  private static func declaredLength(_ block: [UInt8], _ position: inout Int) throws(Failure) -> Int {
    var length = 0
    for shift in stride(from: 0, through: 28, by: 7) {
      guard position < block.count else { throw .damaged }
      let byte = Int(block[position])
      position += 1
      length |= (byte & 0x7f) << shift
      if byte < 0x80 { return length }
    }
    throw .damaged
  }

  private static func literalLength(_ tag: Int, _ block: [UInt8], _ position: inout Int) throws(Failure) -> Int {
    let short = tag >> 2
    if short < 60 { return short + 1 }
    return try number(short - 59, block, &position) + 1
  }

  private static func copy(
    _ tag: Int, _ block: [UInt8], _ position: inout Int, upTo limit: Int, into result: inout [UInt8]
  ) throws(Failure) {
    var length = (tag >> 2) + 1
    let offset: Int
    switch tag & 3 {
    case 1:
      length = (tag >> 2 & 7) + 4
      offset = (tag >> 5) << 8 | (try number(1, block, &position))
    case 2: offset = try number(2, block, &position)
    default: offset = try number(4, block, &position)
    }
    guard offset > 0, offset <= result.count, length <= limit - result.count else { throw .damaged }
    var source = result.count - offset
    // Byte by byte: a copy may reach into what it is writing.
    for _ in 0..<length {
      result.append(result[source])
      source += 1
    }
  }

  /// Little-endian.
  private static func number(_ count: Int, _ block: [UInt8], _ position: inout Int) throws(Failure) -> Int {
    guard count <= block.count - position else { throw .damaged }
    defer { position += count }
    return (0..<count).reduce(0) { $0 | Int(block[position + $1]) << ($1 * 8) }
  }
}
