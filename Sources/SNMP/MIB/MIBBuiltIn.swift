/// What the modules of the standard define that other modules stand upon, so that their files need not be there.
/// - Source: RFC 1155, RFC 1212, RFC 1213, RFC 2578, RFC 2579, RFC 2863, RFC 4001, RFC 6933.
enum MIBBuiltIn {
  static let places: [String: [UInt32]] = {
    let management: [UInt32] = [1, 3, 6, 1, 2, 1]
    var places: [String: [UInt32]] = [
      "ccitt": [0], "iso": [1], "joint-iso-ccitt": [2], "org": [1, 3], "dod": [1, 3, 6], "internet": [1, 3, 6, 1],
      "directory": [1, 3, 6, 1, 1], "mgmt": [1, 3, 6, 1, 2], "mib-2": management, "experimental": [1, 3, 6, 1, 3],
      "private": [1, 3, 6, 1, 4], "enterprises": [1, 3, 6, 1, 4, 1], "security": [1, 3, 6, 1, 5],
      "snmpV2": [1, 3, 6, 1, 6], "snmpDomains": [1, 3, 6, 1, 6, 1], "snmpProxys": [1, 3, 6, 1, 6, 2],
      "snmpModules": [1, 3, 6, 1, 6, 3], "snmpMIB": [1, 3, 6, 1, 6, 3, 1], "snmpMIBObjects": [1, 3, 6, 1, 6, 3, 1, 1],
      "snmpTrapOID": [1, 3, 6, 1, 6, 3, 1, 1, 4, 1], "snmpTraps": [1, 3, 6, 1, 6, 3, 1, 1, 5], "zeroDotZero": [0, 0],
    ]
    let below: [(String, [UInt32])] = [
      ("system", [1]), ("interfaces", [2]), ("at", [3]), ("ip", [4]), ("icmp", [5]), ("tcp", [6]), ("udp", [7]),
      ("egp", [8]), ("transmission", [10]), ("snmp", [11]), ("bgp", [15]), ("rmon", [16]), ("dot1dBridge", [17]),
      ("host", [25]), ("ifMIB", [31]), ("printmib", [43]), ("entityMIB", [47]), ("sysDescr", [1, 1]),
      ("sysObjectID", [1, 2]), ("sysUpTime", [1, 3]), ("sysContact", [1, 4]), ("sysName", [1, 5]),
      ("sysLocation", [1, 6]), ("ifNumber", [2, 1]), ("ifTable", [2, 2]), ("ifEntry", [2, 2, 1]),
      ("ifIndex", [2, 2, 1, 1]), ("ifDescr", [2, 2, 1, 2]), ("ifType", [2, 2, 1, 3]), ("ifSpeed", [2, 2, 1, 5]),
      ("ifPhysAddress", [2, 2, 1, 6]), ("ifAdminStatus", [2, 2, 1, 7]), ("ifOperStatus", [2, 2, 1, 8]),
      ("ifXTable", [31, 1, 1]), ("ifXEntry", [31, 1, 1, 1]), ("ifName", [31, 1, 1, 1, 1]),
      ("ifAlias", [31, 1, 1, 1, 18]), ("dot1dBasePort", [17, 1, 4, 1, 1]), ("entPhysicalEntry", [47, 1, 1, 1, 1]),
      ("entPhysicalIndex", [47, 1, 1, 1, 1, 1]), ("entPhysicalDescr", [47, 1, 1, 1, 1, 2]),
      ("entPhysicalName", [47, 1, 1, 1, 1, 7]), ("hrDeviceIndex", [25, 3, 2, 1, 1]),
    ]
    for (name, numbers) in below { places[name] = management + numbers }
    return places
  }()

  /// Numbers that stand in keys of tables of other modules.
  static let integerObjects: Set<String> = ["ifIndex", "dot1dBasePort", "entPhysicalIndex", "hrDeviceIndex"]

  static let types: [String: MIBType] = {
    var types: [String: MIBType] = [
      "DisplayString": MIBType(base: "OCTET STRING", displayHint: "255a"),
      "SnmpAdminString": MIBType(base: "OCTET STRING", displayHint: "255t"),
      "PhysAddress": MIBType(base: "OCTET STRING", displayHint: "1x:"),
      "MacAddress": MIBType(base: "OCTET STRING", fixedSize: 6, displayHint: "1x:"),
      "DateAndTime": MIBType(base: "OCTET STRING", displayHint: "2d-1d-1d,1d:1d:1d.1d,1a1d:1d"),
      "TruthValue": MIBType(
        base: "INTEGER",
        enumeration: [MIBEnumerationItem(name: "true", number: 1), MIBEnumerationItem(name: "false", number: 2)]),
      "TimeStamp": MIBType(base: "TimeTicks"), "NetworkAddress": MIBType(base: "IpAddress"),
      "CounterBasedGauge64": MIBType(base: "Counter64"), "ZeroBasedCounter64": MIBType(base: "Counter64"),
      "ZeroBasedCounter32": MIBType(base: "Gauge32"),
    ]
    for name in [
      "RowStatus", "StorageType", "TestAndIncr", "TimeInterval", "InterfaceIndex", "InterfaceIndexOrZero",
      "InetAddressType", "InetPortNumber", "InetAddressPrefixLength", "InetVersion", "InetAutonomousSystemNumber",
      "PhysicalIndex", "PhysicalIndexOrZero", "VlanId", "VlanIndex", "IANAifType",
    ] { types[name] = MIBType(base: "INTEGER") }
    for name in ["InetAddress", "InetAddressIPv4", "InetAddressIPv6", "TAddress", "SnmpEngineID", "OwnerString"] {
      types[name] = MIBType(base: "OCTET STRING")
    }
    for name in ["AutonomousType", "RowPointer", "VariablePointer", "TDomain"] {
      types[name] = MIBType(base: "OBJECT IDENTIFIER")
    }
    return types
  }()
}
