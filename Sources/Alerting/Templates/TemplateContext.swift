public import Telemetry

/// How this installation names itself to the outside: `$externalLabels` and `$externalURL` in templates.
public struct ExternalIdentity: Sendable, Equatable {
  public let labels: LabelSet
  /// For example `https://watch.example.org/`; empty when not configured.
  public let url: String

  public init(labels: LabelSet = .empty, url: String = "") {
    self.labels = labels
    self.url = url
  }

  public static let none = ExternalIdentity()
}

/// The answer to a template's `query`, fetched by the shell at the evaluation's timestamp.
public enum TemplateAnswer: Sendable, Equatable {
  case samples([TemplateSample])
  case failed(String)
}

/// One element of a `query` result.
public struct TemplateSample: Sendable, Equatable {
  public let labels: LabelSet
  public let value: Double

  public init(_ labels: LabelSet, _ value: Double) {
    self.labels = labels
    self.value = value
  }
}

/// What a template may read.
public struct TemplateContext: Sendable {
  public var labels: LabelSet
  public var value: Double
  /// Of a native histogram, which stands for the value then.
  public var valueText: String?
  public var external: ExternalIdentity
  /// What `now` says: the timestamp of the evaluation, so that equal inputs give equal texts.
  public var now: Timestamp
  /// By query text.
  public var answers: [String: TemplateAnswer]
  public init(
    labels: LabelSet, value: Double, valueText: String? = nil, external: ExternalIdentity = .none, now: Timestamp,
    answers: [String: TemplateAnswer] = [:]
  ) {
    self.labels = labels
    self.value = value
    self.valueText = valueText
    self.external = external
    self.now = now
    self.answers = answers
  }

  /// What `$value` says.
  var shownValue: TemplateValue { valueText.map { .string($0) } ?? .number(value) }

  /// The dot at the top of a rule's template.
  var root: TemplateValue {
    .record([
      "Labels": .labels(labels.asDictionary), "Value": shownValue,
      "ExternalLabels": .labels(external.labels.asDictionary), "ExternalURL": .string(external.url),
    ])
  }
}
