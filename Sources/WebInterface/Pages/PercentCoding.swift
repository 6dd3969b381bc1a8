internal import Telemetry

/// RFC 3986 percent-encoding of one path segment or query value.
enum PercentCoding {
  static func encode(_ text: String) -> String { TextNotation.percent.escaped(text) }

  enum PlusSign { case literal, space }

  /// - Returns: `nil` when an escape is broken or the result is not UTF-8.
  static func decode(_ text: some StringProtocol, plus: PlusSign = .literal) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal) else {
          return nil
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plus == .space: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The fields of `a=1&b=2`, broken escapes left out; the first of equal names wins in `subscript`.
  static func fields(_ text: some StringProtocol, limit: Int = 1000) -> [(name: String, value: String)] {
    text.split(separator: "&").prefix(limit).compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, let name = decode(first, plus: .space),
        let value = decode(parts.count > 1 ? parts[1] : "", plus: .space)
      else { return nil }
      return (name, value)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
