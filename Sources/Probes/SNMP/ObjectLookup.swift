internal import SNMP
internal import Telemetry

/// The columns of other tables that lead from a row to a label's text: the value in each is the key into the next one.
///
/// BRIDGE-MIB's ports, for example, lead to interfaces by dot1dBasePortIfIndex and from there to ifName.
struct ObjectLookup: Decodable, Hashable, Sendable {
  let columns: [ObjectIdentifier]

  /// Columns that one label may be led through; the default is 4.
  static let columnsMax = 4

  /// One object, or a list of them.
  init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      var columns: [ObjectIdentifier] = []
      while !list.isAtEnd { columns.append(try list.decode(ObjectName.self).identifier) }
      self.columns = columns
    } else {
      columns = [try ObjectName(from: decoder).identifier]
    }
    guard (1...Self.columnsMax).contains(columns.count) else {
      throw DecodingError.refused(
        SettingsFault("fault.snmp.lookup", ["number": String(columns.count), "most": String(Self.columnsMax)]),
        at: decoder.codingPath)
    }
  }
}

/// What a device has in the columns that labels are looked up in. Read with the names, once for all tables, and kept no
/// longer than the round that reads them.
struct ObjectLookups: Sendable {
  /// In the order that they are asked for.
  let columns: [ObjectIdentifier]
  /// Of each column, by the numbers behind its name.
  private var values: [[[UInt32]: ObjectValue]]

  init() { (columns, values) = ([], []) }

  init(of tables: [DeviceTable]) {
    var seen: Set<ObjectIdentifier> = []
    columns = tables.flatMap(\.labels).flatMap(\.lookup).filter { seen.insert($0).inserted }
    values = [[[UInt32]: ObjectValue]](repeating: [:], count: columns.count)
  }

  mutating func take(_ visit: ColumnWalk.Visit) {
    // No name of RFC 2578 is longer; a device must not fill memory with those that are.
    guard visit.keyOctets.count <= ObjectIdentifier.subidentifiersMax else { return }
    guard let value = try? visit.binding.value() else { return }
    values[visit.object][ObjectText.numbers(of: Array(visit.keyOctets))] = ObjectText.bounded(value)
  }

  /// Where a chain of columns leads from a key; `nil` when the device has nothing there.
  func value(at key: [UInt32], through chain: [ObjectIdentifier]) -> ObjectValue? {
    var key = key
    var found: ObjectValue?
    for column in chain {
      guard let place = columns.firstIndex(of: column), let value = values[place][key] else { return nil }
      found = value
      key = Self.key(value)
    }
    return found
  }

  /// The numbers that a value is in the name of a row.
  static func key(_ value: ObjectValue) -> [UInt32] {
    switch value {
    case .integer(let number): UInt32(exactly: number).map { [$0] } ?? []
    case .counter32(let number), .gauge32(let number), .timeTicks(let number): [number]
    case .octets(let octets), .ipAddress(let octets): octets.map(UInt32.init)
    case .objectIdentifier(let name): name.numbers
    case .null, .opaque, .real, .counter64, .noSuchObject, .noSuchInstance, .endOfMIBView: []
    }
  }
}

extension ObjectLabel {
  /// - Parameter value: of the label's own column.
  func text(of value: ObjectValue, _ lookups: ObjectLookups) -> String {
    guard !lookup.isEmpty else { return ObjectText.of(value, format, values) }
    return text(at: ObjectLookups.key(value), lookups)
  }

  /// - Parameter key: where its lookup begins.
  func text(at key: [UInt32], _ lookups: ObjectLookups) -> String {
    lookups.value(at: key, through: lookup).map { ObjectText.of($0, format, values) } ?? ""
  }
}
