/// A way to write the bytes of a secret, each by itself, that is met in what peers say.
///
/// Base 64 is none of them: there, what stands before the secret decides its digits.
struct SecretSpelling: Sendable {
  let name: String
  private let spelled: @Sendable (UInt8) -> [UInt8]

  private init(_ name: String, _ spelled: @escaping @Sendable (UInt8) -> [UInt8]) {
    self.name = name
    self.spelled = spelled
  }

  func written(_ secret: [UInt8]) -> [UInt8] { secret.flatMap(spelled) }

  static let all = [
    SecretSpelling("as it is") { [$0] },
    SecretSpelling("in quotes") { isQuoted($0) ? [UInt8(ascii: "\\"), $0] : [$0] },
    SecretSpelling("in the JSON of PHP") { isQuoted($0) || $0 == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), $0] : [$0] },
    SecretSpelling("in a URL") { inURL($0, greatDigits) },
    SecretSpelling("in a URL, in small digits") { inURL($0, smallDigits) },
    SecretSpelling("in a form") { $0 == UInt8(ascii: " ") ? [UInt8(ascii: "+")] : inURL($0, greatDigits) },
    SecretSpelling("in hexadecimal") { hexadecimal($0, greatDigits) },
    SecretSpelling("in hexadecimal, in small digits") { hexadecimal($0, smallDigits) },
  ]

  private static let greatDigits: StaticString = "0123456789ABCDEF"
  private static let smallDigits: StaticString = "0123456789abcdef"

  private static func isQuoted(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") }

  private static func inURL(_ byte: UInt8, _ digits: StaticString) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): [byte]
    case UInt8(ascii: "0")...UInt8(ascii: "9"): [byte]
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): [byte]
    default: [UInt8(ascii: "%")] + hexadecimal(byte, digits)
    }
  }

  private static func hexadecimal(_ byte: UInt8, _ digits: StaticString) -> [UInt8] {
    [digits.utf8Start[Int(byte >> 4)], digits.utf8Start[Int(byte & 15)]]
  }
}
