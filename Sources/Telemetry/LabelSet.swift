/// A name and its value. The name `__name__` carries the metric's name.
public struct Label: Hashable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// The identity of a series: labels with distinct names, ascending by name, none with an empty value.
///
/// An empty value means that the label is absent, so two spellings of one identity cannot exist.
/// - Source: Prometheus data model.
public struct LabelSet: Hashable, Sendable, Sequence {
  /// Ascending by the UTF-8 bytes of the name.
  public let labels: [Label]

  public static let empty = LabelSet(sorted: [])
  public static let metricName = "__name__"

  /// Later duplicates of a name win; empty values are dropped.
  public init(_ labels: some Sequence<Label>) {
    var byName: [String: String] = [:]
    for label in labels { byName[label.name] = label.value }
    self.labels = byName.lazy.filter { !$0.value.isEmpty }
      .map { Label($0.key, $0.value) }
      .sorted { $0.name < $1.name }
  }

  public init(_ pairs: [String: String]) {
    labels = pairs.lazy.filter { !$0.value.isEmpty }.map { Label($0.key, $0.value) }.sorted { $0.name < $1.name }
  }

  /// For callers that have the labels distinct, non-empty and in order already.
  package init(sorted labels: [Label]) {
    assert(zip(labels, labels.dropFirst()).allSatisfy { $0.name < $1.name }, "labels out of order")
    self.labels = labels
  }

  public var isEmpty: Bool { labels.isEmpty }
  public var count: Int { labels.count }
  public var metric: String? { self[Self.metricName] }

  /// The value of `name`, or `nil` when the label is absent.
  public subscript(name: String) -> String? {
    for label in labels where label.name == name { return label.value }
    return nil
  }

  public func makeIterator() -> IndexingIterator<[Label]> { labels.makeIterator() }

  /// The set with `name` set to `value`; an empty value removes the label.
  public func setting(_ name: String, to value: String) -> LabelSet {
    var changed = labels
    let index = changed.firstIndex { $0.name >= name } ?? changed.endIndex
    if index < changed.endIndex, changed[index].name == name { changed.remove(at: index) }
    if !value.isEmpty { changed.insert(Label(name, value), at: index) }
    return LabelSet(sorted: changed)
  }

  public func removing(_ names: Set<String>) -> LabelSet {
    LabelSet(sorted: labels.filter { !names.contains($0.name) })
  }

  public func removingMetricName() -> LabelSet {
    guard labels.contains(where: { $0.name == Self.metricName }) else { return self }
    return LabelSet(sorted: labels.filter { $0.name != Self.metricName })
  }

  public func keeping(_ names: Set<String>) -> LabelSet {
    LabelSet(sorted: labels.filter { names.contains($0.name) })
  }
}

extension LabelSet: Comparable {
  /// Name by name, then value by value, then by length: the order of Prometheus' range results.
  public static func < (left: LabelSet, right: LabelSet) -> Bool {
    for (one, other) in zip(left.labels, right.labels) {
      if one.name != other.name { return one.name < other.name }
      if one.value != other.value { return one.value < other.value }
    }
    return left.count < right.count
  }
}

extension LabelSet: CustomStringConvertible {
  /// PromQL's notation: `up{job="node"}`.
  public var description: String {
    let rest = labels.filter { $0.name != Self.metricName }
    let inner = rest.map { "\($0.name)=\(Self.quoted($0.value))" }.joined(separator: ", ")
    if let metric { return rest.isEmpty ? metric : "\(metric){\(inner)}" }
    return "{\(inner)}"
  }

  /// A value between double quotes, with PromQL's escapes.
  public static func quoted(_ text: String) -> String { TextNotation.promQL.quoted(text) }
}

extension LabelSet: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([String: String].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.value) }))
  }
}
