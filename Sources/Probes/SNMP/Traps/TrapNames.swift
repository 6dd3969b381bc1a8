internal import SNMP

/// What a trap carries, by the name of its object.
struct TrapObject: Hashable, Sendable {
  let oid: ObjectIdentifier
  var format = ObjectLabel.Format.auto
  /// Words for numbers.
  var words: [String: String] = [:]

  /// The text of the first value at or below the object; `nil` when the trap has none.
  func text(in notification: DeviceNotification) -> String? {
    guard let binding = notification.bindings.first(where: { oid.isPrefix(of: $0.name) }) else { return nil }
    return ObjectText.of(binding.value, format, words)
  }
}

/// Names of notifications and of what they carry: those that every device has, of the device profiles, and of MIB files.
struct TrapNames {
  private let profiles: DeviceProfiles
  private let files: MIBFiles

  init(_ decoder: any Decoder) {
    profiles = decoder.userInfo[DeviceProfiles.key] as? DeviceProfiles ?? DeviceProfiles()
    files = decoder.userInfo[MIBFiles.key] as? MIBFiles ?? MIBFiles()
  }

  /// - Parameter name: a name or a dotted identifier.
  func notification(_ name: String) -> ObjectIdentifier? {
    if let known = Self.standard.first(where: { $0.name == name }) { return known.oid }
    for profile in profiles.all {
      if let known = profile.notifications[name] { return known }
    }
    return ObjectIdentifier(name) ?? files.identifier(name)
  }

  /// The names of all notifications.
  var notifications: [ObjectIdentifier: String] {
    var names = files.notifications
    for profile in profiles.all { for (name, oid) in profile.notifications { names[oid] = name } }
    for (name, oid) in Self.standard { names[oid] = name }
    return names
  }

  func object(_ name: String) -> TrapObject? {
    if let known = Self.objects[name] { return known }
    for profile in profiles.all {
      for label in profile.tables.flatMap(\.labels) where label.label == name {
        if let oid = label.object { return TrapObject(oid: oid, format: label.format, words: label.values) }
      }
      let metrics = profile.scalars + profile.tables.flatMap(\.metrics)
      if let known = metrics.first(where: { $0.metric == name }) { return TrapObject(oid: known.oid) }
    }
    return (ObjectIdentifier(name) ?? files.identifier(name)).map { TrapObject(oid: $0) }
  }

  /// - Source: RFC 3418, SNMPv2-MIB.
  private static let standard: [(name: String, oid: ObjectIdentifier)] = [
    "coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss",
  ].enumerated().map { ($1, ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 1, 1, 5, UInt32($0 + 1)])) }

  /// What linkDown and linkUp carry.
  /// - Source: RFC 2863, IF-MIB.
  private static let objects: [String: TrapObject] = {
    func column(_ number: UInt32, _ words: [String] = []) -> TrapObject {
      let numbered = words.enumerated().map { (String($0 + 1), $1) }
      return TrapObject(
        oid: ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 2, 2, 1, number]),
        words: Dictionary(uniqueKeysWithValues: numbered))
    }
    let states = ["up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown"]
    // What a relay appends (RFC 3584, SNMP-COMMUNITY-MIB); the community beside them is a secret.
    func relayed(_ number: UInt32) -> TrapObject {
      TrapObject(oid: ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 18, 1, number]))
    }
    return [
      "snmpTrapAddress": relayed(3),
      "snmpTrapEnterprise": TrapObject(oid: ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 6, 3, 1, 1, 4, 3])),
      "ifIndex": column(1), "ifDescr": column(2), "ifType": column(3),
      "ifAdminStatus": column(7, Array(states.prefix(3))),
      "ifOperStatus": column(8, states),
    ]
  }()
}
