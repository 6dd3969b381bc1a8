internal import COpenSSL

/// A SHA-256 digest.
public struct Digest: Hashable, Sendable {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  public init(of message: [UInt8]) {
    var output = [UInt8](repeating: 0, count: Self.byteCount)
    _ = SHA256(message, message.count, &output)
    bytes = output
  }

  /// Of several parts, each preceded by its length, so that no two lists of parts share a digest by concatenation.
  public init(ofParts parts: [String]) {
    var message: [UInt8] = []
    for part in parts {
      message.append(bigEndian: UInt64(part.utf8.count))
      message.append(contentsOf: part.utf8)
    }
    self.init(of: message)
  }

  public static let byteCount = 32
  public static let zero = Digest(unchecked: [UInt8](repeating: 0, count: byteCount))

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: `nil` unless `text` is 64 hexadecimal digits.
  public init?(hexadecimal text: some StringProtocol) {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 2 * Self.byteCount, text.utf8.count == digits.count else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { hexadecimal }
}

extension [UInt8] {
  /// Appends the eight bytes of `number`, most significant first.
  package mutating func append(bigEndian number: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
  }
}
