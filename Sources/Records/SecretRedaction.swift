internal import FoundationEssentials

/// Takes secrets out of what a peer says: some quote what they were sent, and a reason is seen by whoever may see the
/// probe.
///
/// A secret is found in each `SecretSpelling`, and in base 64 wherever in the encoded text it stands, as in
/// `Basic dXNlcjpzZWNyZXQ=`; that text is then taken out as a whole.
public struct SecretRedaction: Sendable {
  private struct Form: Sendable, Hashable {
    let bytes: [UInt8]
    /// The digits, besides letters and figures, of the base 64 that it is in; `nil` when it is in none.
    var base64: [UInt8]?
  }

  /// Longest first, so that a part never hides the whole.
  private let forms: [Form]

  /// Shorter secrets are left: letters of ordinary words would be taken for them. 4 bytes.
  public static let bytesMin = 4
  /// Longer ones are keys, which nobody sends: 4 KiB.
  public static let bytesMax = 4096
  /// As much of a secret as must stand where a text ends without a sign that it was cut: 8 bytes.
  private static let endBytesMin = 8
  /// Words that configurations are full of, and no secrets whoever calls them so.
  private static let commonplace: Set<String> = ["false", "none", "null", "private", "public", "true"]
  private static let commonplaceBytesMax = commonplace.map(\.utf8.count).max() ?? 0
  private static let mark = Array("(secret)".utf8)
  private static let cut = Array("…".utf8)

  public init(_ secrets: some Sequence<Secret>) {
    var forms: Set<Form> = []
    for secret in secrets where Self.takesOut(secret) {
      let bytes = Array(secret.reveal().utf8)
      forms.formUnion(SecretSpelling.all.map { Form(bytes: $0.written(bytes)) })
      for offset in 0..<3 {
        let digits = Self.base64(bytes, behind: offset)
        forms.insert(Form(bytes: digits, base64: Array("+/=".utf8)))
        let inURL = digits.map {
          $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
        }
        if inURL != digits { forms.insert(Form(bytes: inURL, base64: Array("-_=".utf8))) }
      }
    }
    self.forms = forms.filter { $0.bytes.count >= Self.bytesMin }.sorted {
      $0.bytes.count == $1.bytes.count
        ? $0.bytes.lexicographicallyPrecedes($1.bytes) : $0.bytes.count > $1.bytes.count
    }
  }

  /// Whether a secret of this length is looked for, and is none of the words that stand everywhere.
  public static func takesOut(_ secret: Secret) -> Bool {
    let text = secret.reveal()
    guard (bytesMin...bytesMax).contains(text.utf8.count) else { return false }
    return text.utf8.count > commonplaceBytesMax || !commonplace.contains(text.lowercased())
  }

  public func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var kept = bytes
    for form in forms where kept.count >= Self.bytesMin { kept = Self.without(form, kept) }
    return kept == bytes ? text : String(decoding: kept, as: UTF8.self)
  }

  // MARK: Forms

  /// The digits that the secret alone decides, when so many bytes (modulo 3) stand before it.
  private static func base64(_ bytes: [UInt8], behind offset: Int) -> [UInt8] {
    let encoded = [UInt8](Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedData())
    return Array(encoded[((offset * 8 + 5) / 6)..<((offset + bytes.count) * 8 / 6)])
  }

  // MARK: Taking out

  private static func without(_ form: Form, _ text: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var rest = text[...]
    while let found = rest.firstRange(of: form.bytes) {
      kept += rest[..<found.lowerBound]
      rest = rest[found.upperBound...]
      if let more = form.base64 {
        kept.removeLast(kept.reversed().prefix { isDigit($0, more) }.count)
        rest = rest.drop { isDigit($0, more) }
      }
      kept += mark
    }
    return cutOff(form, kept + rest)
  }

  private static func isDigit(_ byte: UInt8, _ more: [UInt8]) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: more.contains(byte)
    }
  }

  /// What is quoted of an answer may end in the middle of the secret.
  private static func cutOff(_ form: Form, _ text: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var rest = text[...]
    while let end = rest.firstRange(of: cut) {
      kept += withoutEnd(form, rest[..<end.lowerBound], atLeast: bytesMin) + cut
      rest = rest[end.upperBound...]
    }
    return kept + withoutEnd(form, rest, atLeast: endBytesMin)
  }

  private static func withoutEnd(_ form: Form, _ text: ArraySlice<UInt8>, atLeast least: Int) -> ArraySlice<UInt8> {
    var count = min(form.bytes.count - 1, text.count)
    while count >= least {
      if text.suffix(count).elementsEqual(form.bytes[..<count]) { return text.dropLast(count) + mark }
      count -= 1
    }
    return text
  }
}

extension Secret {
  /// Whether a value under this name is a secret although it stands in the settings in clear: `Authorization`,
  /// `X-Api-Key`, `PGPASSWORD`.
  public static func isNamed(by name: String) -> Bool {
    let name = name.lowercased()
    // PWD alone is the folder that a program runs in.
    let isPassword = name.hasSuffix("pwd") && name != "pwd" && name != "oldpwd"
    return isPassword
      || ["auth", "community", "cookie", "credential", "key", "pass", "secret", "session", "token"].contains {
        name.contains($0)
      }
  }

  /// The secret, what stands in it behind the word that names the way of logging in, as in `Bearer abc`, and the values
  /// of cookies, as in `session=abc; theme=dark`.
  public var withProof: [Secret] {
    let text = reveal()
    var parts = [text]
    if let blank = text.firstIndex(of: " ") { parts.append(String(text[text.index(after: blank)...])) }
    for cookie in text.split(separator: ";") {
      guard let sign = cookie.firstIndex(of: "=") else { continue }
      parts.append(String(cookie[cookie.index(after: sign)...]))
    }
    return parts.map { Secret($0) }
  }

  /// Those of a URL with a user, `https://user:password@host/`: as it is written, and as it is sent.
  public var passwordsOfURL: [Secret] {
    let text = reveal()
    guard let scheme = text.firstRange(of: "://") else { return [] }
    let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let end = authority.lastIndex(of: "@"), let colon = authority[..<end].firstIndex(of: ":") else { return [] }
    let written = String(authority[authority.index(after: colon)..<end])
    let sent = Self.withoutPercents(written)
    return (sent == written ? [written] : [written, sent]).map { Secret($0) }
  }

  private static func withoutPercents(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
