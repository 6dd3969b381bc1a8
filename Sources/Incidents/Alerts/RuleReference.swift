/// A rule, as its alerts name it: the group in its file, and the alert's name in the group.
///
/// Rules of one group that share an alert name are one here: two thresholds in two severities are one breach. The file
/// is always part of it, as in Prometheus: otherwise a second file with a group of the same name would make a stranger
/// of the first.
public struct RuleReference: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Empty when the group is no file's.
  public let file: String
  public let group: String
  public let alertName: String

  public init(file: String = "", group: String, alertName: String) {
    self.file = file
    self.group = group
    self.alertName = alertName
  }

  /// What readers see; the file is shown beside it where it matters.
  public var description: String { "\(group)/\(alertName)" }

  /// The group's identity as one text.
  var groupIdentity: String { file.isEmpty ? group : "\(file);\(group)" }

  public static func < (left: RuleReference, right: RuleReference) -> Bool {
    (left.file, left.group, left.alertName) < (right.file, right.group, right.alertName)
  }

  private enum CodingKeys: String, CodingKey { case file, group, alertName }

  /// References written before the file was part of them have none.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      file: try fields.decodeIfPresent(String.self, forKey: .file) ?? "",
      group: try fields.decode(String.self, forKey: .group),
      alertName: try fields.decode(String.self, forKey: .alertName))
  }
}

/// Who found the breach.
public enum BreachOrigin: Hashable, Sendable, Codable {
  case rule(RuleReference)
  /// Another program that posts alerts, by its configured name.
  case external(source: String)

  public var rule: RuleReference? {
    switch self {
    case .rule(let rule): rule
    case .external: nil
    }
  }
}
