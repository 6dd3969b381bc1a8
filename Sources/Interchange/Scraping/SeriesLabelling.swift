public import Telemetry

/// From the labels that an exporter wrote to those under which the store keeps the series.
public struct SeriesLabelling: Sendable, Hashable {
  /// The target's own labels.
  public let target: LabelSet
  /// Which label wins when the exporter and the target have the same one.
  public let precedence: Precedence
  /// `metric_relabel_configs`.
  public let rules: [RelabelRule]

  public enum Precedence: Sendable, Hashable {
    /// The exporter's is kept as `exported_…`.
    case target
    /// `honor_labels`.
    case exporter
  }

  public init(target: LabelSet, precedence: Precedence = .target, rules: [RelabelRule] = []) {
    self.target = target
    self.precedence = precedence
    self.rules = rules
  }

  /// - Parameter written: names distinct, values that are empty among them.
  /// - Returns: `nil` when a rule drops the series.
  /// - Source: Prometheus, `honor_labels` and `metric_relabel_configs`.
  func labels(of written: [Label]) -> LabelSet? {
    var labels = written
    switch precedence {
    case .exporter:
      labels += target.labels.filter { own in !written.contains { $0.name == own.name } }
    case .target:
      var names = Set(written.map(\.name)).union(target.labels.map(\.name))
      labels = written.map { label in
        guard target[label.name] != nil, !label.value.isEmpty else { return label }
        var name = "exported_" + label.name
        while !names.insert(name).inserted { name = "exported_" + name }
        return Label(name, label.value)
      }
      labels += target.labels
    }
    let set = LabelSet(labels)
    return rules.isEmpty ? set : RelabelRule.apply(rules, to: set)
  }
}
