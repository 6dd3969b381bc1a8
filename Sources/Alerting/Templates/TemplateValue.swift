internal import Telemetry

/// A value while a template is expanded.
indirect enum TemplateValue: Sendable {
  case nothing
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  /// Labels: a missing key reads as the empty string.
  case labels([String: String])
  /// `args`: a missing key reads as nothing.
  case map([String: TemplateValue])
  case list([TemplateValue])
  /// Named parts, such as `.Labels` and `.Value`: a missing one is an error.
  case record([String: TemplateValue])
  case time(Timestamp)
  case duration(nanoseconds: Int64)

  static func sample(_ labels: LabelSet, _ value: Double) -> TemplateValue {
    .record(["Labels": .labels(labels.asDictionary), "Value": .number(value)])
  }

  /// Go's truth: the zero value of each type is false. NaN is true.
  var isTrue: Bool {
    switch self {
    case .nothing: false
    case .boolean(let flag): flag
    case .integer(let number): number != 0
    case .number(let number): number != 0
    case .string(let text): !text.isEmpty
    case .labels(let pairs): !pairs.isEmpty
    case .map(let pairs): !pairs.isEmpty
    case .list(let items): !items.isEmpty
    case .record, .time: true
    case .duration(let nanoseconds): nanoseconds != 0
    }
  }

  /// What it costs a function to read the value, in steps.
  var weight: Int {
    switch self {
    case .string(let text): text.utf8.count / 64
    case .list(let items): items.count
    case .labels(let pairs): pairs.count
    case .map(let pairs): pairs.count
    default: 0
    }
  }

  /// The type's name in messages, as Go calls it.
  var typeName: String {
    switch self {
    case .nothing: "nil"
    case .boolean: "bool"
    case .integer: "int"
    case .number: "float64"
    case .string: "string"
    case .labels: "map[string]string"
    case .map: "map[string]interface {}"
    case .list: "list"
    case .record: "struct"
    case .time: "time"
    case .duration: "duration"
    }
  }

  /// What `{{ … }}` and `%v` print.
  var text: String {
    switch self {
    case .nothing: "<no value>"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): GoFloatText.text(number, .general)
    case .string(let text): text
    case .labels(let pairs): Self.mapText(pairs.map { ($0.key, $0.value) })
    case .map(let pairs): Self.mapText(pairs.map { ($0.key, $0.value.text) })
    case .list(let items): "[" + items.map(\.text).joined(separator: " ") + "]"
    case .record(let parts):
      "{" + parts.sorted { $0.key < $1.key }.map(\.value.text).joined(separator: " ") + "}"
    case .time(let timestamp): GoTimeText.text(timestamp)
    case .duration(let nanoseconds): GoTimeText.text(nanoseconds: nanoseconds)
    }
  }

  private static func mapText(_ pairs: [(String, String)]) -> String {
    "map[" + pairs.sorted { $0.0 < $1.0 }.map { "\($0.0):\($0.1)" }.joined(separator: " ") + "]"
  }

  /// The member `name`, as `.name` reads it.
  func member(_ name: String) throws(TemplateStop) -> TemplateValue {
    switch self {
    case .labels(let pairs): return .string(pairs[name] ?? "")
    case .map(let pairs): return pairs[name] ?? .nothing
    case .record(let parts):
      guard let part = parts[name] else {
        throw .problem("can't evaluate field \(name) – there are: \(parts.keys.sorted().joined(separator: ", "))")
      }
      return part
    case .nothing: throw .problem("nil value has no field \(name)")
    default: throw .problem("can't evaluate field \(name) in type \(typeName)")
    }
  }
}

extension LabelSet {
  var asDictionary: [String: String] {
    Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
  }
}
