internal import PromQL
internal import Telemetry

/// The checks that alerting and recording rules share.
enum RuleReading {
  static func query(_ text: String?, _ features: LanguageFeatures) throws(RuleError) -> Query {
    guard let text, !text.isEmpty else {
      throw RuleError(key: "expr", "fault.rule.no-expression")
    }
    let query: Query
    do {
      query = try Query(parsing: text, features: features)
    } catch {
      throw RuleError(key: "expr", "fault.rule.expression", ["problem": error.description])
    }
    switch query.valueType {
    case .scalar, .instantVector: return query
    default: throw RuleError(key: "expr", "fault.rule.value-type", ["type": query.valueType.rawValue])
    }
  }

  static func duration(_ text: String?, key: String) throws(RuleError) -> Duration? {
    guard let text else { return nil }
    guard let duration = Duration(notation: text) else {
      throw RuleError(key: key, "fault.value.duration", ["text": text])
    }
    return duration
  }

  static func recovery(_ text: String?, _ features: LanguageFeatures) throws(RuleError) -> Query? {
    guard let text else { return nil }
    do throws(RuleError) {
      return try query(text, features)
    } catch {
      throw RuleError([.key("recover")], error.fault)
    }
  }

  static func noDataPolicy(_ text: String?) throws(RuleError) -> NoDataPolicy {
    guard let text else { return .resolve }
    guard let policy = NoDataPolicy(rawValue: text) else {
      throw RuleError(
        key: "no_data", "fault.rule.no-data",
        ["word": text, "known": Spelling.argument(for: text, among: NoDataPolicy.allCases.map(\.rawValue))])
    }
    return policy
  }

  static func impact(_ text: String?) throws(RuleError) -> ImpactHint? {
    guard let text else { return nil }
    guard let impact = ImpactHint(rawValue: text) else {
      throw RuleError(
        [.key("watchkeeper"), .key("impact")], "fault.rule.impact",
        ["word": text, "known": Spelling.argument(for: text, among: ImpactHint.allCases.map(\.rawValue))])
    }
    return impact
  }

  static func templates(
    _ labels: [String: String], over groupLabels: [String: String]
  ) throws(RuleError) -> [NamedTemplate] {
    try checkLabelNames(labels)
    return try templates(groupLabels.merging(labels) { _, own in own }, key: "labels")
  }

  static func templates(annotations: [String: String]) throws(RuleError) -> [NamedTemplate] {
    for name in annotations.keys.sorted() where name.isEmpty {
      throw RuleError(key: "annotations", "fault.rule.annotation-name")
    }
    return try templates(annotations, key: "annotations")
  }

  private static func templates(_ texts: [String: String], key: String) throws(RuleError) -> [NamedTemplate] {
    var named: [NamedTemplate] = []
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      do throws(TemplateError) {
        named.append(NamedTemplate(name: name, template: try Template(parsing: text)))
      } catch {
        throw RuleError([.key(key), .key(name)], "fault.rule.template", ["problem": error.description])
      }
    }
    return named
  }

  /// Any UTF-8 name goes, as in Prometheus 3, but not the metric's own name.
  static func checkLabelNames(_ labels: [String: String]) throws(RuleError) {
    for name in labels.keys.sorted() where name.isEmpty || name == LabelSet.metricName {
      throw RuleError([.key("labels"), .key(name)], "fault.rule.label", ["name": name])
    }
  }

  /// Any UTF-8 text without braces: with braces it is nearly always a selector written by mistake.
  static func isMetricName(_ name: String) -> Bool {
    !name.isEmpty && !name.utf8.contains(UInt8(ascii: "{")) && !name.utf8.contains(UInt8(ascii: "}"))
  }
}
