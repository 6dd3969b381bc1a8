/// What an operator wrote: once, for readers of every language, or in English and in Chinese.
///
/// In files the second language has a key of its own, `activity_zh_cn` beside `activity`, as the annotations of
/// rules have.
public struct BilingualText: Hashable, Sendable {
  public let text: String
  public let chinese: String?

  public init(_ text: String, chinese: String? = nil) {
    self.text = text
    self.chinese = chinese
  }

  /// For a `Reason` or a message in which it is the argument `name`.
  public func arguments(_ name: String) -> [String: String] {
    guard let chinese else { return [name: text] }
    return [name: text, name + "_zh_cn": chinese]
  }
}

extension BilingualText: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}

/// Written once it is a string: journals from before there were two languages are read by the same code.
extension BilingualText: Codable {
  private enum CodingKeys: String, CodingKey { case english = "en", chinese = "zh-CN" }

  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self.init(text)
    } else {
      let both = try decoder.container(keyedBy: CodingKeys.self)
      self.init(try both.decode(String.self, forKey: .english), chinese: try both.decode(String.self, forKey: .chinese))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    guard let chinese else {
      var container = encoder.singleValueContainer()
      return try container.encode(text)
    }
    var both = encoder.container(keyedBy: CodingKeys.self)
    try both.encode(text, forKey: .english)
    try both.encode(chinese, forKey: .chinese)
  }
}
