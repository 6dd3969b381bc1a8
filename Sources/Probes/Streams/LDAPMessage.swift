/// As much of LDAP as a check needs: RFC 4511 in BER with definite lengths.
struct LDAPMessage: Hashable, Sendable {
  /// The application's tag: 0x61 a bind's answer, 0x64 an entry, 0x65 the end of a search, 0x78 an extended answer.
  let tag: UInt8
  let content: [UInt8]

  /// One message; the default is 1 MiB.
  static let bytesMax = 1 << 20

  /// - Returns: `nil` while the message is not complete.
  static func next(_ input: inout StreamBuffer) throws(ExchangeFailure) -> LDAPMessage? {
    guard input.count >= 2 else { return nil }
    guard input[0] == 0x30 else { throw .broken("what the server sent is no LDAP message") }
    var (header, length) = (2, Int(input[1]))
    if length >= 0x80 {
      let width = length & 0x7f
      guard (1...4).contains(width) else { throw .broken("a message has a length that LDAP does not have") }
      guard let number = input.bigEndian(at: 2, bytes: width) else { return nil }
      (header, length) = (2 + width, number)
    }
    guard length <= bytesMax else { throw .broken("a message claims to have \(length) bytes, at most \(bytesMax)") }
    guard input.count >= header + length else { return nil }
    input.drop(header)
    var reader = BERReader(input.take(length) ?? [])
    _ = try reader.content(of: 0x02)
    let (tag, content) = try reader.next()
    return LDAPMessage(tag: tag, content: Array(content))
  }

  /// The code and text of an answer.
  func result() throws(ExchangeFailure) -> (code: Int, text: String) {
    var reader = BERReader(content)
    let code = try reader.content(of: 0x0a).reduce(0) { ($0 << 8 | Int($1)) & 0xffff }
    _ = try reader.content(of: 0x04)
    let text = try reader.content(of: 0x04)
    let name = Self.names[code] ?? "result \(code)"
    return (code, text.isEmpty ? name : "\(name): \(ForeignText.quoted(text))")
  }

  private static let names = [
    0: "success", 1: "operations error", 2: "protocol error", 7: "authentication method not supported",
    8: "stronger authentication required", 13: "confidentiality required", 32: "no such object",
    34: "invalid DN syntax", 48: "inappropriate authentication", 49: "invalid credentials",
    50: "insufficient access rights", 51: "busy", 52: "unavailable", 53: "unwilling to perform",
  ]

  // MARK: Requests

  static let startTLS = request(1, wrapped(0x77, wrapped(0x80, Array("1.3.6.1.4.1.1466.20037".utf8))))
  static let unbind = request(9, [0x42, 0])

  static func bind(_ number: UInt8, name: String, password: String) -> [UInt8] {
    let content = [0x02, 1, 3] + wrapped(0x04, Array(name.utf8)) + wrapped(0x80, Array(password.utf8))
    return request(number, wrapped(0x60, content))
  }

  /// Asks for the entry at `base` and those below it, as `scope` says: 0 it alone, 1 those right below, 2 all.
  static func search(_ number: UInt8, base: String, scope: UInt8, entriesMax: UInt8) -> [UInt8] {
    let content =
      wrapped(0x04, Array(base.utf8)) + [0x0a, 1, scope, 0x0a, 1, 0, 0x02, 1, entriesMax, 0x02, 1, 10, 0x01, 1, 0]
      + wrapped(0x87, Array("objectClass".utf8)) + [0x30, 0]
    return request(number, wrapped(0x63, content))
  }

  private static func request(_ number: UInt8, _ operation: [UInt8]) -> [UInt8] {
    wrapped(0x30, [0x02, 1, number] + operation)
  }

  private static func wrapped(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    switch content.count {
    case 0..<0x80: [tag, UInt8(content.count)] + content
    case 0x80..<0x100: [tag, 0x81, UInt8(content.count)] + content
    default:
      [tag, 0x82, UInt8(truncatingIfNeeded: content.count >> 8), UInt8(truncatingIfNeeded: content.count)] + content
    }
  }
}

/// Reads values with definite lengths, one after the other.
private struct BERReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next() throws(ExchangeFailure) -> (tag: UInt8, content: ArraySlice<UInt8>) {
    guard rest.count >= 2, let tag = rest.popFirst(), var length = rest.popFirst().map(Int.init) else { throw Self.cut }
    if length >= 0x80 {
      let width = length & 0x7f
      guard (1...4).contains(width), rest.count >= width else { throw Self.cut }
      length = rest.prefix(width).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(width)
    }
    guard length <= rest.count else { throw Self.cut }
    defer { rest = rest.dropFirst(length) }
    return (tag, rest.prefix(length))
  }

  mutating func content(of wanted: UInt8) throws(ExchangeFailure) -> ArraySlice<UInt8> {
    let (tag, content) = try next()
    guard tag == wanted else { throw .broken("a message of LDAP has the tag \(tag) where \(wanted) should stand") }
    return content
  }

  private static let cut = ExchangeFailure.broken("a value of LDAP claims to be longer than its message")
}
