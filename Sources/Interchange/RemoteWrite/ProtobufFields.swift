/// The fields of one protobuf message, one after the other. Any bytes are an answer or an error, never a trap.
///
/// - Source: Protocol Buffers, "Encoding".
struct ProtobufFields {
  enum Value {
    case number(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// Offsets into the whole body.
    case bytes(Range<Int>)
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position: Int
  private let end: Int

  /// - Parameter range: inside `bytes`.
  init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position >= end }

  /// `nil` at the end.
  mutating func next() throws(RemoteWriteError) -> (field: Int, value: Value)? {
    guard position < end else { return nil }
    let key = try number()
    let field = Int(truncatingIfNeeded: key >> 3)
    guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw .malformed }
    switch key & 7 {
    case 0: return (field, .number(try number()))
    case 1: return (field, .fixed64(try fixed64()))
    case 2:
      let length = try number()
      guard length <= UInt64(end - position) else { throw .malformed }
      let range = position..<position + Int(length)
      position = range.upperBound
      return (field, .bytes(range))
    case 5:
      let low = try little(4)
      return (field, .fixed32(UInt32(truncatingIfNeeded: low)))
    default: throw .malformed
    }
  }

  mutating func number() throws(RemoteWriteError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      guard position < end else { throw .malformed }
      let byte = UInt64(bytes[position])
      position += 1
      value |= (byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .malformed
  }

  mutating func fixed64() throws(RemoteWriteError) -> UInt64 { try little(8) }

  private mutating func little(_ count: Int) throws(RemoteWriteError) -> UInt64 {
    guard end - position >= count else { throw .malformed }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(index * 8) }
    position += count
    return value
  }
}

extension ProtobufFields.Value {
  func number() throws(RemoteWriteError) -> UInt64 {
    guard case .number(let value) = self else { throw .malformed }
    return value
  }

  func double() throws(RemoteWriteError) -> Double {
    guard case .fixed64(let bits) = self else { throw .malformed }
    return Double(bitPattern: bits)
  }

  func bytes() throws(RemoteWriteError) -> Range<Int> {
    guard case .bytes(let range) = self else { throw .malformed }
    return range
  }

  func int64() throws(RemoteWriteError) -> Int64 { Int64(bitPattern: try number()) }

  /// `sint32` and `sint64`.
  func zigzag() throws(RemoteWriteError) -> Int64 { Self.zigzag(try number()) }

  static func zigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
