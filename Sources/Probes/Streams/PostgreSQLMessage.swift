/// A message of PostgreSQL's protocol 3.
///
/// - Source: PostgreSQL, "Frontend/Backend Protocol", "Message Formats".
struct PostgreSQLMessage: Hashable, Sendable {
  let kind: UInt8
  let content: [UInt8]

  /// One message; the default is 1 MiB.
  static let bytesMax = 1 << 20
  static let encryptionRequest: [UInt8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]

  /// - Returns: `nil` while the message is not complete.
  init?(_ input: inout StreamBuffer) throws(ExchangeFailure) {
    guard let length = input.bigEndian(at: 1, bytes: 4) else { return nil }
    guard (4...(Self.bytesMax)).contains(length) else {
      throw .broken("a message claims to have \(length) bytes, at most \(Self.bytesMax)")
    }
    guard input.count >= 1 + length else { return nil }
    kind = input[0]
    input.drop(5)
    content = input.take(length - 4) ?? []
  }

  static func written(_ kind: Character?, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 4
    return (kind?.asciiValue.map { [$0] } ?? [])
      + (0..<4).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
      + content
  }

  /// The fields of an error or a notice.
  var fields: [Character: String] {
    var fields: [Character: String] = [:]
    for piece in content.split(separator: 0) {
      guard let first = piece.first else { continue }
      fields[Character(UnicodeScalar(first))] = String(decoding: piece.dropFirst(), as: UTF8.self)
    }
    return fields
  }

  /// The state's code and the text.
  var errorText: String {
    let fields = fields
    return "\(fields["C"] ?? "no code"): \(ForeignText.quoted((fields["M"] ?? "").utf8))"
  }
}
