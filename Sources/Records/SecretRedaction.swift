internal import FoundationEssentials

/// Takes secrets out of what a peer says: some quote what they were sent, and a reason is seen by whoever may see the
/// probe.
///
/// A secret is found as it is, as a quoted text or a URL has it, in hexadecimal, and in base 64 wherever in the encoded
/// text it stands, as in `Basic dXNlcjpzZWNyZXQ=`; that text is then taken out as a whole.
public struct SecretRedaction: Sendable {
  private struct Form: Sendable, Hashable {
    let bytes: [UInt8]
    let isBase64: Bool
  }

  /// Longest first, so that a part never hides the whole.
  private let forms: [Form]

  /// Shorter secrets are left: letters of ordinary words would be taken for them. 4 bytes.
  public static let bytesMin = 4
  /// Longer ones are keys, which nobody sends: 4 KiB.
  public static let bytesMax = 4096
  /// As much of a secret as must stand where a text ends without a sign that it was cut: 8 bytes.
  private static let endBytesMin = 8
  private static let mark = Array("(secret)".utf8)
  private static let cut = Array("…".utf8)

  public init(_ secrets: some Sequence<Secret>) {
    var forms: Set<Form> = []
    for secret in secrets {
      let bytes = Array(secret.reveal().utf8)
      guard (Self.bytesMin...Self.bytesMax).contains(bytes.count) else { continue }
      forms.formUnion(Self.written(bytes).map { Form(bytes: $0, isBase64: false) })
      forms.formUnion((0..<3).map { Form(bytes: Self.base64(bytes, behind: $0), isBase64: true) })
    }
    self.forms = forms.filter { $0.bytes.count >= Self.bytesMin }.sorted {
      $0.bytes.count == $1.bytes.count
        ? $0.bytes.lexicographicallyPrecedes($1.bytes) : $0.bytes.count > $1.bytes.count
    }
  }

  public func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var kept = bytes
    for form in forms where kept.count >= Self.bytesMin { kept = Self.without(form, kept) }
    return kept == bytes ? text : String(decoding: kept, as: UTF8.self)
  }

  // MARK: Forms

  private static func written(_ bytes: [UInt8]) -> [[UInt8]] {
    var quoted: [UInt8] = []
    var inURL: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") { quoted.append(UInt8(ascii: "\\")) }
      quoted.append(byte)
      let isPlain =
        byte > 0x7f ? false : Character(UnicodeScalar(byte)).isLetter || "0123456789-._~".utf8.contains(byte)
      inURL += isPlain ? [byte] : [UInt8(ascii: "%")] + hexadecimal(byte, "0123456789ABCDEF")
    }
    return [bytes, quoted, inURL]
      + ["0123456789abcdef", "0123456789ABCDEF"].map { digits in bytes.flatMap { hexadecimal($0, digits) } }
  }

  private static func hexadecimal(_ byte: UInt8, _ digits: StaticString) -> [UInt8] {
    [digits.utf8Start[Int(byte >> 4)], digits.utf8Start[Int(byte & 15)]]
  }

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
      if form.isBase64 {
        kept.removeLast(kept.reversed().prefix(while: isBase64Digit).count)
        rest = rest.drop(while: isBase64Digit)
      }
      kept += mark
    }
    return cutOff(form, kept + rest)
  }

  private static func isBase64Digit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
    default: false
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
    return ["auth", "cookie", "credential", "key", "passw", "secret", "session", "token"].contains { name.contains($0) }
  }

  /// The secret, and what stands in it behind the word that names the way of logging in, as in `Bearer abc`.
  public var withProof: [Secret] {
    let text = reveal()
    guard let blank = text.firstIndex(of: " ") else { return [self] }
    return [self, Secret(String(text[text.index(after: blank)...]))]
  }

  /// That of a URL with a user: `https://user:password@host/`.
  public var passwordOfURL: Secret? {
    let text = reveal()
    guard let scheme = text.firstRange(of: "://") else { return nil }
    let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
    guard let end = authority.lastIndex(of: "@"), let colon = authority[..<end].firstIndex(of: ":") else { return nil }
    return Secret(String(authority[authority.index(after: colon)..<end]))
  }
}
