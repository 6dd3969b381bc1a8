/// Reads a JSON text of a stranger, bounded in depth; what it takes in memory is bounded by the text's length.
///
/// - Source: RFC 8259.
struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0

  /// Deeper nesting is refused: 64.
  private static let depthMax = 64

  struct Fault: Error { let text: String }

  static func value(of bytes: [UInt8]) -> ConditionValue {
    var reader = JSONReader(bytes: bytes)
    do throws(Fault) {
      let value = try reader.value(at: 0)
      reader.skipBlanks()
      guard reader.position == bytes.count else { throw reader.fault("has text behind its end") }
      return value
    } catch {
      return .missing("no JSON: \(error.text)")
    }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func fault(_ text: String) -> Fault { Fault(text: "the body \(text), at byte \(position)") }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = current, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(at depth: Int) throws(Fault) -> ConditionValue {
    guard depth <= Self.depthMax else { throw fault("is nested too deeply") }
    skipBlanks()
    switch current {
    case nil: throw fault(bytes.isEmpty ? "is empty" : "ends early")
    case UInt8(ascii: "{"): return .object(try members(at: depth))
    case UInt8(ascii: "["): return .list(try elements(at: depth))
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .truth(true))
    case UInt8(ascii: "f"): return try word("false", .truth(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: ConditionValue) throws(Fault) -> ConditionValue {
    guard bytes[position...].starts(with: word.utf8) else { throw fault("is none") }
    position += word.utf8.count
    return value
  }

  private mutating func members(at depth: Int) throws(Fault) -> [String: ConditionValue] {
    position += 1
    var members: [String: ConditionValue] = [:]
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipBlanks()
      guard current == UInt8(ascii: "\"") else { throw fault("has a member without a name") }
      let name = try text()
      guard take(UInt8(ascii: ":")) else { throw fault("has a name without a colon") }
      members[name] = try value(at: depth + 1)
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw fault("has an open object") }
    return members
  }

  private mutating func elements(at depth: Int) throws(Fault) -> [ConditionValue] {
    position += 1
    var elements: [ConditionValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try value(at: depth + 1)) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fault("has an open list") }
    return elements
  }

  private mutating func number() throws(Fault) -> Double {
    let start = position
    while let byte = current,
      byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "+-.eE".utf8.contains(byte)
    {
      position += 1
    }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(digits), number.isFinite, !digits.hasPrefix("+") else { throw fault("is none") }
    return number
  }

  private mutating func text() throws(Fault) -> String {
    position += 1
    var piece: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: piece, as: UTF8.self) else { throw fault("is no UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(into: &piece)
      case 0..<0x20: throw fault("has a control character in a text")
      default: piece.append(byte)
      }
    }
    throw fault("has an open text")
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d,
    UInt8(ascii: "t"): 0x09,
  ]

  private mutating func escape(into piece: inout [UInt8]) throws(Fault) {
    guard let letter = current else { throw fault("has an open text") }
    position += 1
    if let byte = Self.escapes[letter] { return piece.append(byte) }
    guard letter == UInt8(ascii: "u") else { throw fault("has an unknown escape") }
    var code = try unit()
    if (0xd800..<0xdc00).contains(code), bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      let low = try unit()
      code = (0xdc00..<0xe000).contains(low) ? 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00) : 0xfffd
    }
    // Half of a pair is no character.
    let scalar = Unicode.Scalar(code) ?? "\u{fffd}"
    piece += Array(String(Character(scalar)).utf8)
  }

  private mutating func unit() throws(Fault) -> UInt32 {
    guard position + 4 <= bytes.count,
      let unit = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw fault("has an unknown escape") }
    position += 4
    return unit
  }
}
