public import Telemetry

/// One step of relabelling, with the keys and actions of Prometheus' `relabel_config`.
///
/// - Source: Prometheus configuration, `<relabel_config>`.
public struct RelabelRule: Sendable, Hashable {
  public enum Action: String, Sendable, Hashable, CaseIterable {
    case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
  }

  public let action: Action
  let sourceLabels: [String]
  let separator: String
  /// Anchored at both ends, as Prometheus anchors it.
  let pattern: Pattern
  let modulus: UInt64
  /// May contain groups of the pattern when the action is `replace`.
  let targetLabel: String
  let replacement: String

  /// - Returns: `nil` when a rule drops the series or the target.
  public static func apply(_ rules: [RelabelRule], to labels: LabelSet) -> LabelSet? {
    var labels = labels
    for rule in rules {
      guard let changed = rule.applied(to: labels) else { return nil }
      labels = changed
    }
    return labels
  }

  private func applied(to labels: LabelSet) -> LabelSet? {
    let source = sourceLabels.map { labels[$0] ?? "" }.joined(separator: separator)
    switch action {
    case .keep: return pattern.matchesWhole(source) ? labels : nil
    case .drop: return pattern.matchesWhole(source) ? nil : labels
    case .keepequal: return (labels[targetLabel] ?? "") == source ? labels : nil
    case .dropequal: return (labels[targetLabel] ?? "") == source ? nil : labels
    case .replace: return replaced(labels, source)
    case .lowercase: return labels.setting(targetLabel, to: source.lowercased())
    case .uppercase: return labels.setting(targetLabel, to: source.uppercased())
    case .hashmod: return labels.setting(targetLabel, to: String(MD5.lastEightBytes(of: source) % modulus))
    case .labelmap: return mapped(labels)
    case .labeldrop: return LabelSet(sorted: labels.labels.filter { !pattern.matchesWhole($0.name) })
    case .labelkeep: return LabelSet(sorted: labels.labels.filter { pattern.matchesWhole($0.name) })
    }
  }

  private func replaced(_ labels: LabelSet, _ source: String) -> LabelSet {
    let bytes = Array(source.utf8)
    guard let match = pattern.firstMatch(in: bytes, .whole) else { return labels }
    let target = GroupTemplate(targetLabel, for: pattern).expanded(match, in: bytes)
    guard Self.isLabelName(target) else { return labels }
    return labels.setting(target, to: GroupTemplate(replacement, for: pattern).expanded(match, in: bytes))
  }

  private func mapped(_ labels: LabelSet) -> LabelSet {
    var result = labels
    let template = GroupTemplate(replacement, for: pattern)
    for label in labels {
      let name = Array(label.name.utf8)
      guard let match = pattern.firstMatch(in: name, .whole) else { continue }
      let target = template.expanded(match, in: name)
      if !target.isEmpty { result = result.setting(target, to: label.value) }
    }
    return result
  }

  /// Any UTF-8 text names a label since Prometheus 3, but for the empty one.
  static func isLabelName(_ text: String) -> Bool { !text.isEmpty }
}
