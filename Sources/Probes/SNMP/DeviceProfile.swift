internal import Interchange
public import Records
internal import SNMP
internal import Telemetry

/// What is read of a kind of device: a file under `probes/snmp/`.
///
/// A profile is chosen by what the device says of itself (`match`, `present`), or by name. It names numbers, not MIB
/// files: nothing has to be generated before a device can be asked.
public struct DeviceProfile: Decodable, Hashable, Sendable {
  /// As `profiles:` of a probe names it.
  public let name: String
  public let title: BilingualText?
  /// The device's sysObjectID is one of these or below it. Without any, and without `present`, only the name chooses.
  let match: [ObjectIdentifier]
  /// The device has an object at or below this.
  let present: ObjectIdentifier?
  /// The device has none there.
  let absent: ObjectIdentifier?
  /// Objects of which there is one.
  let scalars: [ObjectMetric]
  let tables: [DeviceTable]
  /// Names of what the device tells without being asked.
  let notifications: [String: ObjectIdentifier]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name = "profile"
    case title, match, present, absent, scalars, tables, notifications
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    title = try fields.decodeIfPresent(BilingualText.self, forKey: .title)
    match = try (fields.decodeIfPresent([ObjectName].self, forKey: .match) ?? []).map(\.identifier)
    present = try fields.decodeIfPresent(ObjectName.self, forKey: .present)?.identifier
    absent = try fields.decodeIfPresent(ObjectName.self, forKey: .absent)?.identifier
    scalars = try fields.decodeIfPresent([ObjectMetric].self, forKey: .scalars) ?? []
    tables = try fields.decodeIfPresent([DeviceTable].self, forKey: .tables) ?? []
    notifications = try (fields.decodeIfPresent([String: ObjectName].self, forKey: .notifications) ?? [:])
      .mapValues(\.identifier)
  }

  /// What its metrics mean.
  var metadata: [MetricMetadata] {
    (scalars + tables.flatMap(\.metrics)).map { metric in
      MetricMetadata(family: metric.metric, type: metric.kind == .counter ? .counter : .gauge, help: metric.help)
    }
  }
}

/// An object that becomes a series, in each row of its table.
struct ObjectMetric: Decodable, Hashable, Sendable {
  enum Kind: String, Decodable, Sendable {
    case counter, gauge
    /// 1, with the text as the label of the metric's name.
    case info
  }

  let metric: String
  let oid: ObjectIdentifier
  /// The default is `gauge`.
  let kind: Kind
  let help: String
  /// What the number is multiplied with; the default is 1.
  let scale: Double
  /// Of a gauge: columns that say what each row's number is multiplied with besides.
  let units: ObjectUnits?
  /// Read when names are, each hour, and shown each time.
  let isSlow: Bool
  /// Of a scalar: when its value changes, tables were renumbered and their names are read again.
  let renumbers: Bool

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case metric, oid, help, scale, units, renumbers
    case kind = "type"
    case isSlow = "slow"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    metric = try fields.decode(String.self, forKey: .metric)
    guard Self.isMetricName(metric) else { throw fields.problem(.metric, "fault.snmp.metric", ["name": metric]) }
    oid = try fields.decode(ObjectName.self, forKey: .oid).identifier
    kind = try fields.decodeIfPresent(Kind.self, forKey: .kind) ?? .gauge
    help = try fields.decodeIfPresent(String.self, forKey: .help) ?? ""
    scale = try fields.decodeIfPresent(Double.self, forKey: .scale) ?? 1
    units = try fields.decodeIfPresent(ObjectUnits.self, forKey: .units)
    if units != nil, kind != .gauge { throw fields.problem(.units, "fault.snmp.units-kind", ["name": metric]) }
    isSlow = try fields.decodeIfPresent(Bool.self, forKey: .isSlow) ?? (kind == .info)
    renumbers = try fields.decodeIfPresent(Bool.self, forKey: .renumbers) ?? false
  }

  /// For one that the program itself needs.
  init(_ metric: String, _ oid: ObjectIdentifier, help: String) {
    self.metric = metric
    self.oid = oid
    self.help = help
    kind = .gauge
    scale = 1
    units = nil
    isSlow = false
    renumbers = false
  }

  private static func isMetricName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
  }
}

/// A label of a table's series.
struct ObjectLabel: Decodable, Hashable, Sendable {
  /// Where its text comes from.
  enum Source: Hashable, Sendable {
    case column(ObjectIdentifier)
    /// The part of the row's key that the table's `index` names so.
    case index(String)
  }

  /// How octets become text.
  enum Format: String, Decodable, Sendable {
    /// Text where all octets are printable UTF-8, else hexadecimal.
    case auto
    case text, hex, ip
    /// `00:1b:21:…`
    case mac
  }

  let label: String
  let source: Source
  /// Columns of other tables that lead on from the source's value; empty when that is the label's text itself.
  let lookup: [ObjectIdentifier]
  let format: Format
  /// Words for the numbers of an enumeration.
  let values: [String: String]

  private enum CodingKeys: String, CodingKey, CaseIterable { case label, oid, index, lookup, format, values }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    label = try fields.decode(String.self, forKey: .label)
    if let object = try fields.decodeIfPresent(ObjectName.self, forKey: .oid) {
      source = .column(object.identifier)
    } else {
      source = .index(try fields.decode(String.self, forKey: .index))
    }
    lookup = try fields.decodeIfPresent(ObjectLookup.self, forKey: .lookup)?.columns ?? []
    format = try fields.decodeIfPresent(Format.self, forKey: .format) ?? .auto
    values = try fields.decodeIfPresent([String: String].self, forKey: .values) ?? [:]
  }

  /// The object whose values the label shows; `nil` when it shows a part of the row's key.
  var object: ObjectIdentifier? {
    if case .column(let column) = source { lookup.last ?? column } else { lookup.last }
  }
}

/// A part of a row's key.
struct IndexPart: Decodable, Hashable, Sendable {
  enum Kind: String, Decodable, Sendable {
    case integer
    /// A length and as many octets; `fixed` has none in front.
    case string
    /// All that is left, without a length.
    case rest
    /// Six numbers.
    case mac
    /// Four numbers.
    case ipv4
    /// A type, a length and as many octets (InetAddressType, InetAddress).
    case inet
  }

  let name: String
  let kind: Kind

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name
    case kind = "type"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    kind = try fields.decodeIfPresent(Kind.self, forKey: .kind) ?? .integer
  }
}

/// A table of a device, whose rows are known by their labels, however the device numbers them.
struct DeviceTable: Decodable, Hashable, Sendable {
  let name: String
  let index: [IndexPart]
  let labels: [ObjectLabel]
  let metrics: [ObjectMetric]
  /// A column of sysUpTime values: when a row's counters last began anew.
  let discontinuity: ObjectIdentifier?

  private enum CodingKeys: String, CodingKey, CaseIterable { case name, index, labels, metrics, discontinuity }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    index = try fields.decodeIfPresent([IndexPart].self, forKey: .index) ?? []
    labels = try fields.decodeIfPresent([ObjectLabel].self, forKey: .labels) ?? []
    metrics = try fields.decode([ObjectMetric].self, forKey: .metrics)
    discontinuity = try fields.decodeIfPresent(ObjectName.self, forKey: .discontinuity)?.identifier
    let parts = Set(index.map(\.name))
    for label in labels {
      if case .index(let part) = label.source, !parts.contains(part) {
        throw fields.problem(.labels, "fault.snmp.index", ["name": part])
      }
    }
  }

  /// Scalars as a table of one row.
  init(scalars: [ObjectMetric]) {
    name = ""
    index = []
    labels = []
    metrics = scalars
    discontinuity = nil
  }
}

/// The profiles that probes choose from.
public struct DeviceProfiles: Hashable, Sendable {
  public let all: [DeviceProfile]

  /// The decoder's `userInfo` key under which they travel to the settings that choose from them.
  public static let key = CodingUserInfoKey(rawValue: "watchkeeper.device-profiles")!

  public init(_ all: [DeviceProfile] = []) { self.all = all }

  func named(_ name: String) -> DeviceProfile? { all.first { $0.name == name } }

  /// Of all tables.
  var labels: Set<String> { Set(all.flatMap(\.tables).flatMap(\.labels).map(\.label)) }
}
