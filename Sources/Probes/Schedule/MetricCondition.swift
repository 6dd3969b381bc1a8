public import Telemetry

/// A comparison of one of a probe's own values with a number: `probe_http_duration_seconds{phase="connect"} > 0.5`.
public struct MetricCondition: Hashable, Sendable {
  public enum Comparison: String, CaseIterable, Sendable {
    // In the order in which they are tried: the longer before its own beginning.
    case atLeast = ">="
    case atMost = "<="
    case equal = "=="
    case different = "!="
    case above = ">"
    case below = "<"
  }

  public let metric: String
  /// Labels that the sample has; it may have more.
  public let labels: [Label]
  public let comparison: Comparison
  public let number: Double

  /// - Returns: `nil` for anything but `metric OP number` or `metric{label="value", …} OP number`.
  public init?(_ text: String) {
    var rest = text.drop { $0 == " " }
    let name = rest.prefix(while: Self.isNamePart)
    guard let first = name.first, !first.isNumber else { return nil }
    rest = rest.dropFirst(name.count).drop { $0 == " " }
    var labels: [Label] = []
    if rest.first == "{" {
      guard let close = rest.firstIndex(of: "}") else { return nil }
      for part in rest[rest.index(after: rest.startIndex)..<close].split(separator: ",") {
        guard let label = Self.label(part) else { return nil }
        labels.append(label)
      }
      rest = rest[rest.index(after: close)...].drop { $0 == " " }
    }
    guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }),
      let number = Double(rest.dropFirst(comparison.rawValue.count).filter { $0 != " " }), number.isFinite
    else { return nil }
    (metric, self.labels, self.comparison, self.number) = (String(name), labels, comparison, number)
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ":")
  }

  /// `name="value"`
  private static func label(_ text: Substring) -> Label? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let name = text[..<equals].filter { $0 != " " }
    let value = text[text.index(after: equals)...].drop { $0 == " " }
    guard !name.isEmpty, name.allSatisfy(isNamePart), value.count >= 2, value.first == "\"",
      let end = value.dropFirst().firstIndex(of: "\""), value[value.index(after: end)...].allSatisfy({ $0 == " " })
    else { return nil }
    return Label(name, String(value[value.index(after: value.startIndex)..<end]))
  }

  /// Whether one of the samples satisfies it.
  func holds(in samples: [ProbeSample]) -> Bool {
    samples.contains { accepts($0.value) && isAbout($0.series) }
  }

  /// Whether it compares the values of this series.
  func isAbout(_ series: LabelSet) -> Bool {
    series.metric == metric && labels.allSatisfy { series[$0.name] == $0.value }
  }

  func accepts(_ value: Double) -> Bool {
    switch comparison {
    case .atLeast: value >= number
    case .atMost: value <= number
    case .equal: value == number
    case .different: value != number
    case .above: value > number
    case .below: value < number
    }
  }
}
