internal import Telemetry

/// Which rows of a device's tables are shown, by their labels.
///
/// A pattern is about the tables that have its label; others are shown whole. It matches the whole of a label's text, as
/// in PromQL; a row without the label has the empty text.
struct RowFilter: Decodable, Hashable, Sendable {
  /// Each of these matches.
  var only: [String: PatternSetting] = [:]
  /// None of these matches.
  var except: [String: PatternSetting] = [:]

  private enum CodingKeys: String, CodingKey, CaseIterable { case only, except }

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    only = try fields.decodeIfPresent([String: PatternSetting].self, forKey: .only) ?? [:]
    except = try fields.decodeIfPresent([String: PatternSetting].self, forKey: .except) ?? [:]
  }

  /// That some pattern is about.
  var labels: Set<String> { Set(only.keys).union(except.keys) }

  func accepts(_ row: [Label], of table: DeviceTable) -> Bool {
    func matches(_ label: String, _ setting: PatternSetting) -> Bool {
      setting.pattern.matchesWhole(row.first { $0.name == label }?.value ?? "")
    }
    let own = Set(table.labels.map(\.label))
    return only.allSatisfy { label, pattern in !own.contains(label) || matches(label, pattern) }
      && !except.contains { label, pattern in own.contains(label) && matches(label, pattern) }
  }
}
