internal import Records
internal import Telemetry
internal import Wording

extension RulesPage {
  func view(_ parts: ViewParts) -> View {
    let rules = groups.flatMap(\.rules)
    func count(_ condition: RuleCondition) -> String { String(rules.count { $0.condition == condition }) }
    return [
      "sum": parts.reader.text(
        "rules.sum",
        [
          "count": String(rules.count), "firing": count(.firing), "pending": count(.pending),
          "failing": count(.failing),
        ]),
      "groups": groups.map { $0.view(parts) }, "hasGroups": !groups.isEmpty,
      "empty": TextParts.view(parts.reader.text("rules.empty")),
    ]
  }
}

extension RuleGroupRow {
  func view(_ parts: ViewParts) -> View {
    var view: View = [
      "name": name, "file": file, "rhythm": parts.reader.text("rules.every", ["interval": String(intervalSeconds)]),
      "rules": rules.map { $0.view(parts, file: file, group: name) },
    ]
    if let lastEvaluation { view["evaluated"] = parts.ago(lastEvaluation) }
    if let tookSeconds { view["took"] = ChartUnit.seconds.text(tookSeconds) }
    return view
  }
}

extension RuleRow {
  func view(_ parts: ViewParts, file: String, group: String) -> View {
    let reader = parts.reader
    var view: View = [
      "name": name, "anchor": PageTarget.ruleAnchor(file: file, group: group, name: name), "expression": expression,
      "icon": look.icon, "style": look.style, "policy": policy.map(parts.rich),
      "word": reader.text("rule.\(condition.rawValue)"),
      "incidents": incidents.map { ["number": $0.description, "href": PageTarget.incident($0).path] as View },
    ]
    if condition != .recording {
      view["past"] = PageTarget.backtest(file: file, group: group, name: name).path
      view["pastLabel"] = reader.text("backtest.try-rule", ["rule": name])
    }
    if heldSeconds > 0 { view["held"] = reader.text("rule.held", ["length": String(heldSeconds)]) }
    if let severity { view["severity"] = Self.word(forSeverity: severity, reader) }
    if let summary {
      view["summary"] = Self.readable(parts.text(summary), value: reader.text("rules.value"))
    }
    if let problem { view["problem"] = problem }
    if pending + firing > 0 {
      let seen = reader.text("rule.sees", ["firing": String(firing), "pending": String(pending)])
      view["sees"] = ([seen] + holds.map { parts.text($0) }).joined(separator: " · ")
    }
    return view
  }

  /// The customary severities in the reader's language; any other as the rule says it.
  private static func word(forSeverity severity: String, _ reader: Reader) -> String {
    let id = "severity.\(severity == "info" ? "information" : severity)"
    return Catalogue.contains(id) ? reader.text(id) : severity
  }

  /// A summary before it is filled: `{{ $labels.instance }} is down` reads `‹instance› is down`.
  static func readable(_ template: String, value: String) -> String {
    var result = ""
    var rest = template[...]
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      let action = rest[open.upperBound..<close.lowerBound]
      result += rest[..<open.lowerBound]
      if let label = action.firstRange(of: "$labels.") {
        result += "‹" + action[label.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" } + "›"
      } else {
        result += "‹\(value)›"
      }
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  private var look: (icon: String, style: String) {
    switch condition {
    case .inactive: ("i-ok", "ok")
    case .pending: ("i-warn", "warn")
    case .firing: ("i-crit", "crit")
    case .recording: ("i-grp", "sil")
    case .failing: ("i-unk", "unk")
    case .notEvaluated: ("i-stale", "stale")
    }
  }
}
