/// The four types of the language; the raw value is the name used in messages.
public enum ValueType: String, Hashable, Sendable {
  case scalar
  case string
  case instantVector = "instant vector"
  case rangeVector = "range vector"

  var withArticle: String { self == .instantVector ? "an \(rawValue)" : "a \(rawValue)" }
}
