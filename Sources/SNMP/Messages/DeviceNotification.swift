/// What a device tells of itself without being asked: a trap, or an inform that it wants an answer to.
public struct DeviceNotification: Sendable, Equatable {
  /// Who sent it, as far as it says.
  public enum Sender: Sendable, Hashable {
    case community(String)
    /// Of version 3: which is proven where the user has a password.
    case user(String, engine: [UInt8])
  }

  public let sender: Sender
  /// What happened: `1.3.6.1.6.3.1.1.5.3` is linkDown.
  public let kind: ObjectIdentifier
  /// sysUpTime of the sender, in hundredths of a second.
  public let uptime: UInt32
  /// What it tells besides.
  public let bindings: [VariableBinding]
  /// The device that it is about, which a relay names: the agent's address of version 1, snmpTrapAddress of the others.
  /// Four octets; nothing proves them but the sender's word.
  public let agentAddress: [UInt8]?
  /// Of an inform: it has the same number when it comes again because its answer was lost. 0 with version 1.
  public let number: Int
  /// Whether the sender waits for an answer.
  public let isInform: Bool

  static let uptimeName = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 3, 0])
  static let kindName = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0])
  private static let agentAddressName = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 18, 1, 3, 0])
  private static let communityName = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 18, 1, 4, 0])
  private static let standardKinds = ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 1, 1, 5])

  /// Of version 1, in the terms of version 2.
  /// - Source: RFC 1157 section 4.1.6, RFC 3584 section 3.1.
  init(version1 fields: inout BERReader, sender: Sender) throws(BERError) {
    var unit = try fields.inside(ProtocolUnitKind.trap.rawValue)
    let enterprise = try Self.value(&unit)
    guard case .objectIdentifier(let enterprise) = enterprise else { throw .malformed(at: unit.position) }
    guard case .ipAddress(let address) = try Self.value(&unit) else { throw .malformed(at: unit.position) }
    let generic = try unit.integer()
    let specific = try unit.integer()
    guard case .timeTicks(let ticks) = try Self.value(&unit) else { throw .malformed(at: unit.position) }
    switch generic {
    case 0...5: kind = Self.standardKinds.appending([UInt32(generic + 1)])
    case 6:
      guard let number = UInt32(exactly: specific) else { throw .malformed(at: unit.position) }
      kind = enterprise.appending([0, number])
    default: throw .malformed(at: unit.position)
    }
    self.sender = sender
    uptime = ticks
    agentAddress = address.allSatisfy { $0 == 0 } ? nil : address
    number = 0
    isInform = false
    var rest = try ProtocolUnit(trapBindings: &unit)
    bindings = try rest.rest()
  }

  /// - Source: RFC 3416 section 4.2.6; RFC 3584 section 3.1 for what a relay appends.
  init(_ unit: inout ProtocolUnit, sender: Sender) throws(BERError) {
    var bindings = try unit.rest()
    // These two come first, but not every device keeps the order.
    guard let time = bindings.firstIndex(where: { $0.name == Self.uptimeName }),
      case .timeTicks(let ticks) = bindings[time].value
    else { throw .malformed(at: 0) }
    bindings.remove(at: time)
    guard let place = bindings.firstIndex(where: { $0.name == Self.kindName }),
      case .objectIdentifier(let kind) = bindings[place].value, !kind.octets.isEmpty
    else { throw .malformed(at: 0) }
    bindings.remove(at: place)
    self.sender = sender
    self.kind = kind
    uptime = ticks
    agentAddress =
      bindings.lazy.compactMap { binding in
        guard binding.name == Self.agentAddressName, case .ipAddress(let address) = binding.value,
          address.contains(where: { $0 != 0 })
        else { return nil }
        return address
      }.first
    // A relay repeats the community of what it relays: a secret, which must not become a label.
    bindings.removeAll { $0.name == Self.communityName }
    self.bindings = bindings
    number = unit.requestID
    isInform = unit.kind == .inform
  }

  private static func value(_ fields: inout BERReader) throws(BERError) -> ObjectValue {
    let element = try fields.element()
    return try ObjectValue(fields.bytes, tag: element.tag, element.content)
  }

  /// The name of one that every device may send; `nil` for one of a vendor's.
  public var standardName: String? {
    guard Self.standardKinds.isPrefix(of: kind), let last = kind.numbers.last,
      kind == Self.standardKinds.appending([last]), (1...6).contains(last)
    else { return nil }
    return ["coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss"][Int(last) - 1]
  }
}

extension ProtocolUnit {
  /// The variable bindings that a trap of version 1 ends with.
  init(trapBindings fields: inout BERReader) throws(BERError) {
    self.init(kind: .trap, bindings: try fields.inside(BERTag.sequence))
  }
}
