/// Walks over text in a buffer without making strings. Every step is bounds-checked; at the end it yields nothing.
struct ByteCursor {
  private let bytes: Bytes
  private var position: Int

  init(_ bytes: Bytes) {
    self.bytes = bytes
    position = 0
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// The next line without its end; `nil` after the last.
  mutating func line() -> Bytes? {
    guard position < bytes.count else { return nil }
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    let line = Bytes(rebasing: bytes[start..<position])
    position += 1
    return line
  }

  /// The next run of bytes without white space; `nil` when none is left.
  mutating func word() -> Bytes? {
    skipSpace()
    guard position < bytes.count else { return nil }
    let start = position
    while position < bytes.count, bytes[position] > UInt8(ascii: " ") { position += 1 }
    return Bytes(rebasing: bytes[start..<position])
  }

  /// All up to `byte`, which is passed over; `nil` and no step when it does not come.
  mutating func text(upTo byte: UInt8) -> Bytes? {
    var index = position
    while index < bytes.count, bytes[index] != byte { index += 1 }
    guard index < bytes.count else { return nil }
    defer { position = index + 1 }
    return Bytes(rebasing: bytes[position..<index])
  }

  mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= UInt8(ascii: " ") { position += 1 }
  }

  /// An unsigned decimal number. Kernel counters have 64 bits; beyond 2^53 a `Double` loses the last digits.
  mutating func number() -> Double? {
    skipSpace()
    var value: UInt64 = 0
    let start = position
    while position < bytes.count, let digit = Self.digit(bytes[position]) {
      value = value &* 10 &+ digit
      position += 1
    }
    return position > start ? Double(value) : nil
  }

  /// A decimal number with an optional fraction, such as 0.25.
  mutating func decimal() -> Double? {
    guard let whole = number() else { return nil }
    guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return whole }
    position += 1
    var fraction: UInt64 = 0
    var scale: UInt64 = 1
    while position < bytes.count, let digit = Self.digit(bytes[position]) {
      if scale < 1_000_000_000_000 {
        fraction = fraction * 10 + digit
        scale *= 10
      }
      position += 1
    }
    return (whole * Double(scale) + Double(fraction)) / Double(scale)
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? UInt64(byte - UInt8(ascii: "0")) : nil
  }
}

extension Bytes {
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && text.withUTF8Buffer { elementsEqual($0) }
  }

  func starts(_ text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount && text.withUTF8Buffer { self.starts(with: $0) }
  }

  /// For names seen for the first time; invalid UTF-8 becomes U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }
}
