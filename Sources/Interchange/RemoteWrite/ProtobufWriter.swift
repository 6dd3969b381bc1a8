/// Writes the fields of protobuf messages.
///
/// - Source: Protocol Buffers, "Encoding".
struct ProtobufWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: Int, _ value: UInt64) {
    key(field, wireType: 0)
    variable(value)
  }

  /// `int64`, whose negative numbers take ten bytes.
  mutating func number(_ field: Int, _ value: Int64) { number(field, UInt64(bitPattern: value)) }

  /// `sint32` and `sint64`.
  mutating func zigzag(_ field: Int, _ value: Int64) { number(field, Self.zigzag(value)) }

  mutating func double(_ field: Int, _ value: Double) {
    key(field, wireType: 1)
    fixed64(value.bitPattern)
  }

  mutating func text(_ field: Int, _ text: String) {
    key(field, wireType: 2)
    variable(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// A message, or packed numbers.
  mutating func nested(_ field: Int, _ fill: (inout ProtobufWriter) -> Void) {
    key(field, wireType: 2)
    // Most messages are shorter than 128 bytes: their length fits where it is written in the end.
    let place = bytes.count
    bytes.append(0)
    fill(&self)
    var length = ProtobufWriter()
    length.variable(UInt64(bytes.count - place - 1))
    bytes[place] = length.bytes[0]
    if length.bytes.count > 1 { bytes.insert(contentsOf: length.bytes[1...], at: place + 1) }
  }

  mutating func append(_ other: ProtobufWriter) { bytes.append(contentsOf: other.bytes) }

  mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func fixed64(_ bits: UInt64) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }

  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

  private mutating func key(_ field: Int, wireType: UInt64) { variable(UInt64(field) << 3 | wireType) }
}
