internal import Records
internal import SNMP
internal import Telemetry

/// Traps that are counted under a name of their own, with what they carry as labels.
struct TrapPattern: Decodable, Hashable, Sendable {
  private struct Demand: Hashable {
    let object: TrapObject
    let pattern: Pattern
  }

  private struct Source: Hashable {
    let label: String
    let object: TrapObject
  }

  /// The label `pattern`.
  let name: String
  /// The trap, or what it stands below: `linkDown`, `1.3.6.1.4.1.9`. The default is every trap.
  private let trap: ObjectIdentifier?
  /// RE2 over the text of each of these objects; a trap that does not carry one does not match.
  private let demands: [Demand]
  private let sources: [Source]

  /// Those that every series has.
  private static let ownLabels = ["host", "pattern", "trap", LabelSet.metricName]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, trap, labels
    case demands = "where"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let names = TrapNames(decoder)
    func object(_ key: CodingKeys, _ name: String) throws -> TrapObject {
      guard let object = names.object(name) else { throw fields.problem(key, "fault.snmp.object", ["name": name]) }
      return object
    }
    name = try fields.decode(String.self, forKey: .name)
    trap = try fields.decodeIfPresent(String.self, forKey: .trap).map { name in
      guard let known = names.notification(name) else {
        let known = Spelling.argument(for: name, among: names.notifications.values.sorted())
        throw fields.problem(.trap, "fault.snmp.notification", ["word": name, "known": known])
      }
      return known
    }
    let demands = try fields.decodeIfPresent([String: PatternSetting].self, forKey: .demands) ?? [:]
    self.demands = try demands.sorted { $0.key < $1.key }.map { name, setting in
      Demand(object: try object(.demands, name), pattern: setting.pattern)
    }
    let labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    sources = try labels.sorted { $0.key < $1.key }.map { label, name in
      guard ProbeDefinition.isLabelName(label), !Self.ownLabels.contains(label) else {
        throw fields.problem(.labels, "fault.snmp.label", ["name": label])
      }
      return Source(label: label, object: try object(.labels, name))
    }
  }

  /// - Returns: the labels that a trap gives, without those that every series has; `nil` when it does not match.
  func labels(of notification: DeviceNotification) -> [Label]? {
    if let trap, !trap.isPrefix(of: notification.kind) { return nil }
    for demand in demands {
      guard let text = demand.object.text(in: notification),
        demand.pattern.firstMatch(in: Array(text.utf8)) != nil
      else { return nil }
    }
    return sources.compactMap { source in
      guard let text = source.object.text(in: notification), !text.isEmpty else { return nil }
      return Label(source.label, text)
    }
  }
}
