/// The first packet of a MySQL or MariaDB server.
///
/// - Source: MySQL, "Protocol::HandshakeV10".
struct MySQLGreeting: Hashable, Sendable {
  let version: String
  let capabilities: UInt32
  let challenge: [UInt8]
  let method: String

  static let encryption: UInt32 = 0x800

  /// - Returns: `nil` while the packet is not complete.
  init?(_ input: inout StreamBuffer) throws(ExchangeFailure) {
    guard let packet = try MySQLPacket(&input) else { return nil }
    if packet.content.first == 0xff { throw .declined(packet.errorText) }
    var reader = MySQLReader(packet.content)
    guard try reader.byte() == 10 else { throw .broken("the greeting is not MySQL's of version 10") }
    version = String(decoding: try reader.textToZero(), as: UTF8.self)
    _ = try reader.bytes(4)
    var challenge = try reader.bytes(8)
    _ = try reader.byte()
    var capabilities = UInt32(try reader.number(2))
    guard !reader.isAtEnd else { throw .broken("the server is older than MySQL 4.1") }
    _ = try reader.bytes(3)
    capabilities |= UInt32(try reader.number(2)) << 16
    let length = Int(try reader.byte())
    _ = try reader.bytes(10)
    challenge += try reader.bytes(max(13, length - 8))
    self.capabilities = capabilities
    // The last byte is a zero that ends the text.
    self.challenge = Array(challenge.prefix(20))
    method = reader.isAtEnd ? "mysql_native_password" : String(decoding: try reader.textToZero(), as: UTF8.self)
  }

  /// Protocol 4.1, safe passwords, named methods, transactions, and encryption.
  static let wantedCapabilities: UInt32 = 0x0000_0001 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000 | 0x0000_2000

  func encryptionRequest() throws(ExchangeFailure) -> [UInt8] {
    guard capabilities & Self.encryption != 0 else { throw .declined("the server does not offer encryption") }
    return MySQLPacket.written(Self.answerHead(Self.wantedCapabilities | Self.encryption), number: 1)
  }

  /// The beginning of the answer: capabilities, the largest packet, utf8mb4, 23 zeros.
  static func answerHead(_ capabilities: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: capabilities >> ($0 * 8)) } + [0, 0, 0, 1, 45]
      + [UInt8](repeating: 0, count: 23)
  }
}

struct MySQLPacket: Hashable, Sendable {
  let number: UInt8
  let content: [UInt8]

  /// One packet; the default is 1 MiB.
  static let bytesMax = 1 << 20

  /// - Returns: `nil` while the packet is not complete.
  init?(_ input: inout StreamBuffer) throws(ExchangeFailure) {
    guard let length = input.littleEndian(at: 0, bytes: 3), input.count >= 4 else { return nil }
    guard length <= Self.bytesMax else {
      throw .broken("a packet claims to have \(length) bytes, at most \(Self.bytesMax)")
    }
    guard input.count >= 4 + length else { return nil }
    number = input[3]
    input.drop(4)
    content = input.take(length) ?? []
  }

  static func written(_ content: [UInt8], number: UInt8) -> [UInt8] {
    (0..<3).map { UInt8(truncatingIfNeeded: content.count >> ($0 * 8)) } + [number] + content
  }

  /// Of a packet that begins with 0xff.
  var errorCode: Int { content.count < 3 ? 0 : Int(content[1]) | Int(content[2]) << 8 }

  var errorText: String {
    let text = content.dropFirst(3)
    return "error \(errorCode): \(ForeignText.quoted(text.first == UInt8(ascii: "#") ? text.dropFirst(6) : text))"
  }
}

/// Reads the fields of a packet.
struct MySQLReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() throws(ExchangeFailure) -> UInt8 {
    guard let byte = rest.popFirst() else { throw Self.cut }
    return byte
  }

  mutating func bytes(_ count: Int) throws(ExchangeFailure) -> [UInt8] {
    guard count >= 0, count <= rest.count else { throw Self.cut }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func number(_ width: Int) throws(ExchangeFailure) -> Int {
    try bytes(width).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func textToZero() throws(ExchangeFailure) -> [UInt8] {
    guard let end = rest.firstIndex(of: 0) else { throw Self.cut }
    defer { rest = rest[(end + 1)...] }
    return Array(rest[..<end])
  }

  /// A length-encoded number; `nil` stands for NULL.
  mutating func packedNumber() throws(ExchangeFailure) -> Int? {
    switch try byte() {
    case 0xfb: return nil
    case 0xfc: return try number(2)
    case 0xfd: return try number(3)
    case 0xfe:
      let number = try bytes(8)
      guard number[7] < 0x80 else { throw Self.cut }
      return number.reversed().reduce(0) { $0 << 8 | Int($1) }
    case 0xff: throw Self.cut
    case let small: return Int(small)
    }
  }

  /// A length-encoded text; `nil` stands for NULL.
  mutating func packedText() throws(ExchangeFailure) -> [UInt8]? {
    guard let length = try packedNumber() else { return nil }
    return try bytes(length)
  }

  private static let cut = ExchangeFailure.broken("a field claims to be longer than its packet")
}
