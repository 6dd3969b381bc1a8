/// The languages that every message exists in.
public enum Language: String, CaseIterable, Hashable, Sendable, Codable {
  case english = "en"
  case simplifiedChinese = "zh-CN"

  /// The name of the language in itself, for the switch.
  public var ownName: String {
    switch self {
    case .english: "English"
    case .simplifiedChinese: "中文"
    }
  }

  /// The language that serves a tag such as `zh`, `zh-Hans-CN`, `zh_TW` or `en-GB`.
  ///
  /// Every Chinese tag is served in Simplified Chinese: nearer than English to a reader of Traditional Chinese.
  /// - Returns: `nil` for other languages.
  public init?(tag: some StringProtocol) {
    switch tag.split(whereSeparator: { $0 == "-" || $0 == "_" }).first?.lowercased() {
    case "en": self = .english
    case "zh": self = .simplifiedChinese
    default: return nil
    }
  }

  /// Chooses by what the reader said most deliberately: the address, then the cookie, then the browser's list.
  ///
  /// - Parameters:
  ///   - query: the value of `?lang=`.
  ///   - cookie: what an earlier choice left.
  ///   - acceptLanguage: the header, for example `de, zh-CN;q=0.8, en;q=0.5`.
  ///   - fallback: what the installation speaks; the default is English.
  public static func negotiate(
    query: String? = nil, cookie: String? = nil, acceptLanguage: String? = nil, fallback: Language = .english
  ) -> Language {
    for choice in [query, cookie] {
      if let choice, let language = Language(tag: choice) { return language }
    }
    return acceptLanguage.flatMap(preferred(in:)) ?? fallback
  }

  /// The header's entry with the highest quality that we speak; the earlier of equals.
  private static func preferred(in header: String) -> Language? {
    var best: (language: Language, quality: Double)?
    for entry in header.split(separator: ",").prefix(entriesMax) {
      let parts = entry.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = parts.first, let language = Language(tag: tag) else { continue }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      if quality > 0, quality > best?.quality ?? 0 { best = (language, quality) }
    }
    return best?.language
  }

  /// Entries of an `Accept-Language` header that are looked at.
  public static let entriesMax = 16
}
