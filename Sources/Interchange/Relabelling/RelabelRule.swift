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
    let target = GroupTemplate(targetLabel).expanded(match, in: bytes, names: pattern.groupNames)
    guard Self.isLabelName(target) else { return labels }
    return labels.setting(target, to: GroupTemplate(replacement).expanded(match, in: bytes, names: pattern.groupNames))
  }

  private func mapped(_ labels: LabelSet) -> LabelSet {
    var result = labels
    for label in labels {
      let name = Array(label.name.utf8)
      guard let match = pattern.firstMatch(in: name, .whole) else { continue }
      let target = GroupTemplate(replacement).expanded(match, in: name, names: pattern.groupNames)
      if !target.isEmpty { result = result.setting(target, to: label.value) }
    }
    return result
  }

  /// Any UTF-8 text names a label since Prometheus 3, but for the empty one.
  static func isLabelName(_ text: String) -> Bool { !text.isEmpty }
}

/// A replacement with `$1`, `${1}`, `$name`, `${name}` and `$$`.
///
/// - Source: Go, `regexp.Expand`: the longest name after `$` counts; a group that is not there stands for nothing.
struct GroupTemplate {
  private enum Piece { case text([UInt8]), group(Int), named(String) }

  private var pieces: [Piece] = []

  init(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while let dollar = bytes.firstIndex(of: UInt8(ascii: "$")) {
      pieces.append(.text(Array(bytes[..<dollar])))
      bytes = bytes[(dollar + 1)...]
      if bytes.first == UInt8(ascii: "$") {
        pieces.append(.text([UInt8(ascii: "$")]))
        bytes = bytes.dropFirst()
        continue
      }
      let isBraced = bytes.first == UInt8(ascii: "{")
      let name = bytes.dropFirst(isBraced ? 1 : 0).prefix {
        SeriesText.followsMetricName($0) && $0 != UInt8(ascii: ":")
      }
      let after = bytes[name.endIndex...]
      guard !name.isEmpty, !isBraced || after.first == UInt8(ascii: "}") else {
        pieces.append(.text([UInt8(ascii: "$")]))
        continue
      }
      let key = String(decoding: name, as: UTF8.self)
      pieces.append(Int(key).map { .group($0) } ?? .named(key))
      bytes = isBraced ? after.dropFirst() : after
    }
    pieces.append(.text(Array(bytes)))
  }

  func expanded(_ match: Pattern.Match, in bytes: [UInt8], names: [String?]) -> String {
    var result: [UInt8] = []
    for piece in pieces {
      let group: Int
      switch piece {
      case .text(let text):
        result += text
        continue
      case .group(let number): group = number
      case .named(let name): group = (names.firstIndex(of: name) ?? -2) + 1
      }
      if match.groups.indices.contains(group), let range = match.groups[group] { result += bytes[range] }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
