/// What a message asks or answers.
/// - Source: RFC 3416 section 3; `trap` is RFC 1157's and has another shape.
public enum ProtocolUnitKind: UInt8, Sendable {
  case get = 0xa0
  case getNext = 0xa1
  case response = 0xa2
  case set = 0xa3
  case trap = 0xa4
  case getBulk = 0xa5
  case inform = 0xa6
  case notification = 0xa7
  case report = 0xa8
}

/// Why an agent refuses a request.
/// - Source: RFC 3416 section 3.
public enum ErrorStatus: Int, Sendable {
  case tooBig = 1
  case noSuchName, badValue, readOnly, genErr, noAccess, wrongType, wrongLength, wrongEncoding, wrongValue
  case noCreation, inconsistentValue, resourceUnavailable, commitFailed, undoFailed, authorizationError
  case notWritable, inconsistentName
}

/// A name and its value.
public struct VariableBinding: Hashable, Sendable {
  public let name: ObjectIdentifier
  public let value: ObjectValue

  public init(_ name: ObjectIdentifier, _ value: ObjectValue = .null) {
    self.name = name
    self.value = value
  }
}

/// A request: names that are asked for.
public struct ProtocolRequest: Sendable, Equatable {
  public var kind: ProtocolUnitKind
  public var names: [ObjectIdentifier]
  /// Of a GETBULK: how many of the names are asked for once.
  public var nonRepeaters = 0
  /// Of a GETBULK: how often the others are.
  public var maxRepetitions = 0

  public init(
    _ kind: ProtocolUnitKind, _ names: [ObjectIdentifier], nonRepeaters: Int = 0, maxRepetitions: Int = 0
  ) {
    self.kind = kind
    self.names = names
    self.nonRepeaters = nonRepeaters
    self.maxRepetitions = maxRepetitions
  }

  func write(to writer: inout BERWriter, requestID: Int) {
    writer.group(kind.rawValue) { writer in
      writer.group(BERTag.sequence) { writer in
        for name in names.reversed() {
          writer.group(BERTag.sequence) { writer in
            writer.put(tag: BERTag.null, [])
            writer.put(tag: BERTag.objectIdentifier, name.octets)
          }
        }
      }
      writer.put(integer: kind == .getBulk ? maxRepetitions : 0)
      writer.put(integer: kind == .getBulk ? nonRepeaters : 0)
      writer.put(integer: requestID)
    }
  }
}

/// A decoded answer, whose variable bindings are read one after another where they lie.
public struct ProtocolUnit {
  public let kind: ProtocolUnitKind
  public let requestID: Int
  /// Of a response; the number of non-repeaters of a GETBULK.
  public let errorStatus: Int
  public let errorIndex: Int
  /// At the variable bindings.
  private var bindings: BERReader

  /// The message, in which the bindings lie.
  var bytes: UnsafeRawBufferPointer { bindings.bytes }

  /// Variable bindings of one message that are looked at; a message of 64 KiB holds fewer.
  static let bindingsMax = 16_384

  init(_ reader: inout BERReader) throws(BERError) {
    let start = reader.position
    let element = try reader.element()
    guard let kind = ProtocolUnitKind(rawValue: element.tag), kind != .trap else {
      throw .unexpectedType(element.tag, at: start)
    }
    self.kind = kind
    var fields = BERReader(reader.bytes, element.content)
    requestID = try fields.integer()
    errorStatus = try fields.integer()
    errorIndex = try fields.integer()
    bindings = try fields.inside(BERTag.sequence)
  }

  init(kind: ProtocolUnitKind, bindings: BERReader) {
    self.kind = kind
    requestID = 0
    errorStatus = 0
    errorIndex = 0
    self.bindings = bindings
  }

  /// One variable binding as it lies in the message.
  public struct RawBinding {
    public let bytes: UnsafeRawBufferPointer
    /// Of the name's content octets, which may be malformed: see `isWellNamed`.
    public let name: Range<Int>
    public let tag: UInt8
    public let content: Range<Int>

    var isWellNamed: Bool { ObjectIdentifier.isWellFormed(nameOctets) }

    public var nameOctets: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[name]) }

    public func value() throws(BERError) -> ObjectValue { try ObjectValue(bytes, tag: tag, content) }

    /// As a number without an intermediate value; `nil` for what is none.
    public func number() throws(BERError) -> Double? {
      switch tag {
      case BERTag.integer: Double(try BERReader.signed(bytes, content))
      case BERTag.counter32, BERTag.gauge32, BERTag.timeTicks:
        Double(UInt32(truncatingIfNeeded: try BERReader.unsigned(bytes, content)))
      case BERTag.counter64: Double(try BERReader.unsigned(bytes, content))
      default: try value().number
      }
    }
  }

  /// The next variable binding; `nil` after the last.
  public mutating func next() throws(BERError) -> RawBinding? {
    guard !bindings.isAtEnd else { return nil }
    if let short = bindings.shortBinding() {
      return RawBinding(bytes: bindings.bytes, name: short.name, tag: short.tag, content: short.value)
    }
    var fields = try bindings.inside(BERTag.sequence)
    let name = try fields.content(of: BERTag.objectIdentifier)
    let value = try fields.element()
    return RawBinding(bytes: bindings.bytes, name: name, tag: value.tag, content: value.content)
  }

  /// All variable bindings that are left.
  public mutating func rest() throws(BERError) -> [VariableBinding] {
    var list: [VariableBinding] = []
    while list.count < Self.bindingsMax, let binding = try next() {
      guard binding.isWellNamed else { throw .malformed(at: binding.name.lowerBound) }
      list.append(
        VariableBinding(ObjectIdentifier(checked: Array(binding.nameOctets)), try binding.value()))
    }
    return list
  }
}
