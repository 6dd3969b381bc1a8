/// The value of a managed object.
public enum ObjectValue: Hashable, Sendable {
  case integer(Int64)
  case octets([UInt8])
  case null
  case objectIdentifier(ObjectIdentifier)
  /// Four octets.
  case ipAddress([UInt8])
  case counter32(UInt32)
  case gauge32(UInt32)
  /// Hundredths of a second.
  case timeTicks(UInt32)
  case opaque([UInt8])
  /// net-snmp's floating-point numbers inside an opaque value.
  case real(Double)
  case counter64(UInt64)
  case noSuchObject
  case noSuchInstance
  case endOfMIBView

  /// Reads what a variable binding holds.
  init(_ bytes: UnsafeRawBufferPointer, tag: UInt8, _ content: Range<Int>) throws(BERError) {
    switch tag {
    case BERTag.integer: self = .integer(try BERReader.signed(bytes, content))
    case BERTag.octetString: self = .octets(Array(bytes[content]))
    case BERTag.null: self = .null
    case BERTag.objectIdentifier:
      // A device that has nothing to point to answers with an empty identifier, or with 0.0.
      let octets = UnsafeRawBufferPointer(rebasing: bytes[content])
      guard content.isEmpty || ObjectIdentifier.isWellFormed(octets) else { throw .malformed(at: content.lowerBound) }
      self = .objectIdentifier(ObjectIdentifier(checked: Array(octets)))
    case BERTag.ipAddress:
      guard content.count == 4 else { throw .malformed(at: content.lowerBound) }
      self = .ipAddress(Array(bytes[content]))
    case BERTag.counter32: self = .counter32(UInt32(truncatingIfNeeded: try BERReader.unsigned(bytes, content)))
    case BERTag.gauge32: self = .gauge32(UInt32(truncatingIfNeeded: try BERReader.unsigned(bytes, content)))
    case BERTag.timeTicks: self = .timeTicks(UInt32(truncatingIfNeeded: try BERReader.unsigned(bytes, content)))
    case BERTag.opaque:
      self = Self.real(bytes, content).map { .real($0) } ?? .opaque(Array(bytes[content]))
    case BERTag.counter64: self = .counter64(try BERReader.unsigned(bytes, content))
    case BERTag.noSuchObject: self = .noSuchObject
    case BERTag.noSuchInstance: self = .noSuchInstance
    case BERTag.endOfMIBView: self = .endOfMIBView
    default: throw .unexpectedType(tag, at: content.lowerBound)
    }
  }

  private static func real(_ bytes: UnsafeRawBufferPointer, _ content: Range<Int>) -> Double? {
    guard content.count >= 3 else { return nil }
    let start = content.lowerBound
    let kind = [bytes[start], bytes[start + 1]]
    let rest = bytes[content].dropFirst(3)
    switch (kind, Int(bytes[start + 2]), rest.count) {
    case (BERTag.opaqueFloat, 4, 4):
      return Double(Float(bitPattern: rest.reduce(0) { $0 << 8 | UInt32($1) }))
    case (BERTag.opaqueDouble, 8, 8):
      return Double(bitPattern: rest.reduce(0) { $0 << 8 | UInt64($1) })
    default: return nil
    }
  }

  /// As a number; `nil` for what is none. A Counter64 above 2^53 loses its last digits.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .counter32(let value), .gauge32(let value), .timeTicks(let value): Double(value)
    case .counter64(let value): Double(value)
    case .real(let value): value
    case .octets(let octets): Self.number(in: octets[...])
    case .null, .objectIdentifier, .ipAddress, .opaque, .noSuchObject, .noSuchInstance, .endOfMIBView: nil
    }
  }

  /// A number as text, which devices pad with blanks and zero octets.
  private static func number(in octets: ArraySlice<UInt8>) -> Double? {
    let isPadding = { (octet: UInt8) in octet == 0x20 || octet == 0 }
    guard let start = octets.firstIndex(where: { !isPadding($0) }),
      let end = octets.lastIndex(where: { !isPadding($0) })
    else { return nil }
    return Double(String(decoding: octets[start...end], as: UTF8.self))
  }

  /// Whether the device has no such object.
  public var isException: Bool {
    switch self {
    case .noSuchObject, .noSuchInstance, .endOfMIBView: true
    default: false
    }
  }

  func write(to writer: inout BERWriter) {
    switch self {
    case .integer(let value): writer.put(integer: Int(value))
    case .octets(let octets): writer.put(tag: BERTag.octetString, octets)
    case .null: writer.put(tag: BERTag.null, [])
    case .objectIdentifier(let name): writer.put(tag: BERTag.objectIdentifier, name.octets)
    case .ipAddress(let octets): writer.put(tag: BERTag.ipAddress, octets)
    case .counter32(let value): writer.put(integer: Int(value), tag: BERTag.counter32)
    case .gauge32(let value): writer.put(integer: Int(value), tag: BERTag.gauge32)
    case .timeTicks(let value): writer.put(integer: Int(value), tag: BERTag.timeTicks)
    case .opaque(let octets): writer.put(tag: BERTag.opaque, octets)
    case .real(let value):
      let octets = withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
      writer.put(tag: BERTag.opaque, BERTag.opaqueDouble + [8] + octets)
    case .counter64(let value):
      var octets = withUnsafeBytes(of: value.bigEndian) { Array($0.drop { $0 == 0 }) }
      if octets.first.map({ $0 & 0x80 != 0 }) ?? true { octets.insert(0, at: 0) }
      writer.put(tag: BERTag.counter64, octets)
    case .noSuchObject: writer.put(tag: BERTag.noSuchObject, [])
    case .noSuchInstance: writer.put(tag: BERTag.noSuchInstance, [])
    case .endOfMIBView: writer.put(tag: BERTag.endOfMIBView, [])
    }
  }
}
