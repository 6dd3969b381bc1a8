internal import Telemetry

/// Prometheus' own functions.
/// - Source: Prometheus "Template reference".
extension TemplateFunctions {
  // MARK: Numbers

  static let numbers: [String: TemplateFunction] = [
    "humanize": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .string(HumanText.decimal(try arguments.number(0)))
    },
    "humanize1024": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .string(HumanText.binary(try arguments.number(0)))
    },
    "humanizeDuration": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .string(HumanText.duration(seconds: try arguments.number(0)))
    },
    "humanizePercentage": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .string(HumanText.percentage(try arguments.number(0)))
    },
    "humanizeTimestamp": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      let seconds = try arguments.number(0)
      guard seconds.isFinite else { return .string(GoFloatText.text(seconds, .general, precision: 4)) }
      return .string(GoTimeText.text(try instant(seconds)))
    },
    "toTime": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .time(try instant(try arguments.number(0)))
    },
    "toDuration": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .duration(nanoseconds: try nanoseconds(try arguments.number(0)))
    },
    "now": TemplateFunction(0...0) { _, context in .number(context.now.seconds) },
    "parseDuration": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      let text = try arguments.string(0)
      guard let duration = Duration(notation: text) else { throw .problem("'\(text)' is not a duration") }
      return .number(duration.inSeconds)
    },
  ]

  private static func nanoseconds(_ seconds: Double) throws(TemplateStop) -> Int64 {
    guard let whole = Int64(exactly: (seconds * 1e9).rounded(.towardZero)) else {
      let shown = GoFloatText.text(seconds, .general)
      throw .problem("\(shown) cannot be represented as nanoseconds, it overflows int64")
    }
    return whole
  }

  private static func instant(_ seconds: Double) throws(TemplateStop) -> Timestamp {
    let whole = try nanoseconds(seconds)
    return Timestamp(milliseconds: whole / 1_000_000 - (whole % 1_000_000 < 0 ? 1 : 0))
  }

  // MARK: Texts

  static let texts: [String: TemplateFunction] = [
    "title": text(HumanText.title),
    "toUpper": text { $0.uppercased() },
    "toLower": text { $0.lowercased() },
    "urlQueryEscape": text { TextNotation.query.escaped($0) },
    "stripPort": text { HostPort($0)?.host ?? $0 },
    "stripDomain": text(HostPort.withoutDomain),
    "safeHtml": text { $0 },
    "graphLink": text { "/graph?g0.expr=\(TextNotation.query.escaped($0))&g0.tab=0" },
    "tableLink": text { "/graph?g0.expr=\(TextNotation.query.escaped($0))&g0.tab=1" },
    "match": TemplateFunction(2...2) { arguments, _ throws(TemplateStop) in
      let pattern = try pattern(try arguments.string(0))
      return .boolean(pattern.firstMatch(in: Array(try arguments.string(1).utf8)) != nil)
    },
    "reReplaceAll": TemplateFunction(3...3) { arguments, _ throws(TemplateStop) in
      let pattern = try pattern(try arguments.string(0))
      let (replacement, subject) = (try arguments.string(1), try arguments.string(2))
      return .string(try PatternReplacement(pattern, replacement).applied(to: subject))
    },
    "externalURL": TemplateFunction(0...0) { _, context in .string(context.external.url) },
    "pathPrefix": TemplateFunction(0...0) { _, context in .string(HostPort.path(ofURL: context.external.url)) },
  ]

  private static func text(_ change: @escaping @Sendable (String) -> String) -> TemplateFunction {
    TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in .string(change(try arguments.string(0))) }
  }

  private static func pattern(_ text: String) throws(TemplateStop) -> Pattern {
    do {
      return try Pattern(text)
    } catch {
      throw .problem(error.description)
    }
  }

  // MARK: Query results

  static let queries: [String: TemplateFunction] = [
    "query": TemplateFunction(1...1) { arguments, context throws(TemplateStop) in
      let text = try arguments.string(0)
      switch context.answers[text] {
      case nil: throw .needs(text)
      case .failed(let problem)?: throw .problem(problem)
      case .samples(let samples)?: return .list(samples.map { .sample($0.labels, $0.value) })
      }
    },
    "first": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      guard let first = try arguments.list(0).first else { throw .problem("first() called on vector with no elements") }
      return first
    },
    "label": TemplateFunction(2...2) { arguments, _ throws(TemplateStop) in
      .string(try label(try arguments.string(0), of: arguments.values[1]))
    },
    "value": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in try arguments.values[0].member("Value") },
    "strvalue": TemplateFunction(1...1) { arguments, _ throws(TemplateStop) in
      .string(try label("__value__", of: arguments.values[0]))
    },
    "sortByLabel": TemplateFunction(2...2) { arguments, _ throws(TemplateStop) in
      let name = try arguments.string(0)
      var keyed: [(key: String, item: TemplateValue)] = []
      for item in try arguments.list(1) { keyed.append((try label(name, of: item), item)) }
      return .list(keyed.sorted { $0.key < $1.key }.map(\.item))
    },
    "args": TemplateFunction(0...TemplateFunction.argumentsMax) { arguments, _ in
      let pairs = arguments.values.enumerated().map { ("arg\($0.offset)", $0.element) }
      return .map(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    },
  ]

  private static func label(_ name: String, of sample: TemplateValue) throws(TemplateStop) -> String {
    guard case .labels(let pairs) = try sample.member("Labels") else {
      throw .problem("not an element of a query result")
    }
    return pairs[name] ?? ""
  }
}
