public import Inventory
public import Records
public import Telemetry

/// What makes two breaches the same: one fingerprint has at most one open incident.
///
/// Version 2 is the SHA-256 of (version, scope, item or external source, rule file and group, alert name, labels without
/// severity and without those the rule lists as volatile). Value, severity, time and collector are not in it. The
/// version is stored with it, so that a later formula does not make old incidents strangers. No release wrote version 1:
/// it had no rule file at first.
/// - Source: docs/architecture, decision 12.
public struct Fingerprint: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public static let currentVersion = 2

  public let version: Int
  /// `2-` and 64 hexadecimal digits.
  public let text: String

  /// Labels that never count: severity, and those that repeat another part.
  private static let uncounted: Set<String> = ["severity", "alertname", LabelSet.metricName]

  public init(
    scope: Scope = .root, subject: AlertSubject, rule: RuleReference, labels: LabelSet, volatileLabels: Set<String> = []
  ) {
    self.init(
      scope: scope, about: subject.item.map { "item:\($0.id)" } ?? "unbound", rule: rule,
      labels: labels.removing(Self.uncounted.union(volatileLabels)))
  }

  /// Of an external source's own key, which the source's name keeps apart from others' keys.
  public init(scope: Scope = .root, source: String, key: String) {
    self.init(
      scope: scope, about: "source:\(source)", rule: RuleReference(group: "", alertName: key), labels: .empty)
  }

  private init(scope: Scope, about subject: String, rule: RuleReference, labels: LabelSet) {
    version = Self.currentVersion
    var parts = [String(version), scope.path, subject, rule.groupIdentity, rule.alertName]
    for label in labels { parts += [label.name, label.value] }
    text = "\(version)-\(Digest(ofParts: parts).hexadecimal)"
  }

  /// - Returns: `nil` when `text` was not written by `text`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let version = Int(parts[0]), parts[1].utf8.count == 2 * Digest.byteCount else { return nil }
    self.version = version
    self.text = text
  }

  public var description: String { text }
  public static func < (left: Fingerprint, right: Fingerprint) -> Bool { left.text < right.text }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let fingerprint = Fingerprint(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a fingerprint: \(text)"))
    }
    self = fingerprint
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
