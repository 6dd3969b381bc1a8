/// Type octets of SNMP's subset of the Basic Encoding Rules.
/// - Source: ITU-T X.690, RFC 2578 section 7.1, RFC 3416 section 3.
public enum BERTag {
  public static let integer: UInt8 = 0x02
  public static let octetString: UInt8 = 0x04
  public static let null: UInt8 = 0x05
  public static let objectIdentifier: UInt8 = 0x06
  public static let sequence: UInt8 = 0x30
  public static let ipAddress: UInt8 = 0x40
  public static let counter32: UInt8 = 0x41
  public static let gauge32: UInt8 = 0x42
  public static let timeTicks: UInt8 = 0x43
  public static let opaque: UInt8 = 0x44
  public static let counter64: UInt8 = 0x46
  public static let noSuchObject: UInt8 = 0x80
  public static let noSuchInstance: UInt8 = 0x81
  public static let endOfMIBView: UInt8 = 0x82
  /// Inside an opaque value, as net-snmp has them.
  static let opaqueFloat: [UInt8] = [0x9f, 0x78]
  static let opaqueDouble: [UInt8] = [0x9f, 0x79]
}

/// What is wrong with bytes that should be SNMP.
public enum BERError: Error, Equatable, Sendable {
  /// An element says that it is longer than what holds it.
  case tooShort(at: Int)
  /// Another type was due here.
  case unexpectedType(UInt8, at: Int)
  /// A number, a length or an identifier that is none.
  case malformed(at: Int)
}

extension BERError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let offset): "an element at byte \(offset) is longer than what holds it"
    case .unexpectedType(let tag, let offset): "type \(tag) at byte \(offset) is not the one that is due there"
    case .malformed(let offset): "the element at byte \(offset) is malformed"
    }
  }
}

/// Walks over elements in a buffer without copying. Nothing is read beyond the bounds it was given.
public struct BERReader {
  public let bytes: UnsafeRawBufferPointer
  public private(set) var position: Int
  public let end: Int

  public init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// - Parameter range: inside `bytes`.
  public init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  public var isAtEnd: Bool { position >= end }

  /// The next element's type and where its content lies.
  public mutating func element() throws(BERError) -> (tag: UInt8, content: Range<Int>) {
    let start = position
    guard position + 2 <= end else { throw .tooShort(at: start) }
    let tag = bytes[position]
    var length = Int(bytes[position + 1])
    position += 2
    if length >= 0x80 {
      let count = length & 0x7f
      // Four octets of length hold any message; the indefinite form (0x80) does not occur in SNMP.
      guard (1...4).contains(count) else { throw .malformed(at: start) }
      guard position + count <= end else { throw .tooShort(at: start) }
      length = 0
      for _ in 0..<count {
        length = length << 8 | Int(bytes[position])
        position += 1
      }
    }
    guard length <= end - position else { throw .tooShort(at: start) }
    let content = position..<position + length
    position += length
    return (tag, content)
  }

  /// A sequence of an identifier and one more element, none of them longer than 127 octets, as nearly all variable
  /// bindings are: one look instead of three.
  /// - Returns: `nil`, at the same position, for anything else.
  @inline(__always)
  mutating func shortBinding() -> (name: Range<Int>, tag: UInt8, value: Range<Int>)? {
    let start = position
    guard end &- start >= 6, bytes[start] == BERTag.sequence, bytes[start &+ 2] == BERTag.objectIdentifier else {
      return nil
    }
    let (length, nameLength) = (Int(bytes[start &+ 1]), Int(bytes[start &+ 3]))
    let (limit, value) = (start &+ 2 &+ length, start &+ 4 &+ nameLength)
    guard length < 0x80, nameLength < 0x80, limit <= end, value &+ 2 <= limit else { return nil }
    let valueLength = Int(bytes[value &+ 1])
    guard valueLength < 0x80, value &+ 2 &+ valueLength <= limit else { return nil }
    position = limit
    return (start &+ 4..<value, bytes[value], value &+ 2..<value &+ 2 &+ valueLength)
  }

  public mutating func content(of tag: UInt8) throws(BERError) -> Range<Int> {
    let start = position
    let element = try element()
    guard element.tag == tag else { throw .unexpectedType(element.tag, at: start) }
    return element.content
  }

  /// A reader of what the next element, a constructed one, holds.
  public mutating func inside(_ tag: UInt8) throws(BERError) -> BERReader {
    BERReader(bytes, try content(of: tag))
  }

  public mutating func integer() throws(BERError) -> Int {
    let content = try content(of: BERTag.integer)
    return Int(try Self.signed(bytes, content))
  }

  public mutating func octets() throws(BERError) -> [UInt8] {
    let content = try content(of: BERTag.octetString)
    return Array(bytes[content])
  }

  /// A two's complement number of at most eight octets.
  static func signed(_ bytes: UnsafeRawBufferPointer, _ content: Range<Int>) throws(BERError) -> Int64 {
    guard (1...8).contains(content.count) else { throw .malformed(at: content.lowerBound) }
    var value: Int64 = bytes[content.lowerBound] & 0x80 == 0 ? 0 : -1
    for index in content { value = value << 8 | Int64(bytes[index]) }
    return value
  }

  /// A number without sign. Agents that write a 32-bit one as negative are read as what they mean.
  static func unsigned(_ bytes: UnsafeRawBufferPointer, _ content: Range<Int>) throws(BERError) -> UInt64 {
    var content = content
    if content.count == 9, bytes[content.lowerBound] == 0 { content = content.dropFirst() }
    guard (1...8).contains(content.count) else { throw .malformed(at: content.lowerBound) }
    var value: UInt64 = 0
    for index in content { value = value << 8 | UInt64(bytes[index]) }
    return value
  }
}
