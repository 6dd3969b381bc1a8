internal import FoundationEssentials
internal import Records
internal import Telemetry

/// An alert's state as a row of `RowTable.alertStates`, JSON.
struct AlertRow: Codable {
  var schema = 1
  let group: RuleGroupKey
  let alert: String
  /// The labels of the rule as written: tells rules of one name apart.
  let rule: String
  let labels: LabelSet
  let annotations: [String: String]
  let state: AlertState
  let activeAt: Timestamp
  let firedAt: Timestamp?
  let resolvedAt: Timestamp?
  let keepFiringSince: Timestamp?
  let value: Double
  /// Missing in rows from before 0010, as the next one.
  let element: LabelSet?
  let isNoData: Bool?
  let held: AlertHold?
  let missingSince: Timestamp?

  init(_ alert: Alert, _ identity: RuleIdentity) {
    group = alert.key.group
    self.alert = alert.key.alert
    rule = identity.labelText
    labels = alert.labels
    annotations = alert.annotations
    state = alert.state
    activeAt = alert.activeAt
    firedAt = alert.firedAt
    resolvedAt = alert.resolvedAt
    keepFiringSince = alert.keepFiringSince
    value = alert.value
    element = alert.element
    isNoData = alert.isNoData
    held = alert.held
    missingSince = alert.missingSince
  }

  var restored: Alert {
    var alert = Alert(
      key: AlertKey(group: group, alert: self.alert, labels: labels), annotations: annotations, activeAt: activeAt,
      value: value, element: element ?? labels.removing(["alertname"]), isNoData: isNoData ?? false)
    alert.state = state
    alert.firedAt = firedAt
    alert.resolvedAt = resolvedAt
    alert.keepFiringSince = keepFiringSince
    alert.held = held
    alert.missingSince = missingSince
    return alert
  }

  static func rowKey(of key: AlertKey, _ identity: RuleIdentity) -> String {
    "alert/"
      + Digest(ofParts: [key.group.file, key.group.group, key.alert, identity.labelText, key.labels.description])
      .hexadecimal
  }

  func encoded() -> [UInt8] { RowJSON.encode(self) }
}

/// When a group was last evaluated.
struct GroupRow: Codable {
  var schema = 1
  let group: RuleGroupKey
  let lastSlot: Timestamp

  init(group: RuleGroupKey, lastSlot: Timestamp) {
    self.group = group
    self.lastSlot = lastSlot
  }

  static func rowKey(of key: RuleGroupKey) -> String { "group/" + Digest(ofParts: [key.file, key.group]).hexadecimal }

  func encoded() -> [UInt8] { RowJSON.encode(self) }
}

/// JSON with sorted keys; numbers that JSON lacks are texts.
enum RowJSON {
  static func encode(_ row: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    do {
      return [UInt8](try encoder.encode(row))
    } catch {
      preconditionFailure("a row of alert states cannot be encoded: \(error)")
    }
  }

  static func decode<Row: Decodable>(_ type: Row.Type, from bytes: [UInt8]) -> Row? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    return try? decoder.decode(type, from: Data(bytes))
  }
}
