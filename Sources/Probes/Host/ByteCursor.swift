internal import Glibc

/// Walks over text in a buffer without making strings. Every step is bounds-checked; at the end it yields nothing.
struct ByteCursor {
  private let bytes: Bytes
  private var position: Int

  init(_ bytes: Bytes) {
    self.bytes = bytes
    position = 0
  }

  /// How many bytes were passed; one beyond the end after a last line without an end.
  var offset: Int { position }

  var isAtEnd: Bool { position >= bytes.count }

  /// The next line without its end; `nil` after the last.
  mutating func line() -> Bytes? {
    guard position < bytes.count else { return nil }
    let start = position
    guard let base = bytes.baseAddress else { return nil }
    if let end = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start) {
      position = UnsafeRawPointer(end) - base
    } else {
      position = bytes.count
    }
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

  /// Passes over `byte` when it comes next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
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

  /// A decimal number with an optional sign.
  mutating func signed() -> Double? {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "-") else { return decimal() }
    position += 1
    return decimal().map { -$0 }
  }

  /// A hexadecimal number, with or without 0x before it.
  mutating func hexadecimal() -> UInt64? {
    skipSpace()
    if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "0"), bytes[position + 1] | 0x20 == UInt8(ascii: "x")
    {
      position += 2
    }
    var value: UInt64 = 0
    let start = position
    while position < bytes.count, let digit = Self.hexDigit(bytes[position]) {
      value = value << 4 | digit
      position += 1
    }
    return position > start ? value : nil
  }

  private static func hexDigit(_ byte: UInt8) -> UInt64? {
    if let digit = digit(byte) { return digit }
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f") ? UInt64(lower - UInt8(ascii: "a")) + 10 : nil
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

  /// Without white space at both ends.
  var trimmed: Bytes {
    var (start, end) = (startIndex, endIndex)
    while start < end, self[start] <= UInt8(ascii: " ") { start += 1 }
    while end > start, self[end - 1] <= UInt8(ascii: " ") { end -= 1 }
    return Bytes(rebasing: self[start..<end])
  }

  /// For names seen for the first time; invalid UTF-8 becomes U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }
}
