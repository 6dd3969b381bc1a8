import Telemetry
import Testing

@Suite("Text notations")
struct TextNotationTests {
  /// What a notation writes for one character, spelled out apart from its table.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let notation: TextNotation
    let written: @Sendable (Unicode.Scalar) -> String
  }

  @Test(
    "JSON strings",
    arguments: [
      ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t\u{1}\u{7f}", #""\n\r\t\u0001\u007f""#), ("\u{2028}é", "\"\\u2028é\""),
    ])
  func json(_ example: (text: String, quoted: String)) {
    #expect(TextNotation.json.quoted(example.text) == example.quoted)
  }

  @Test("markup closes no attribute and no element, and holds no control character") func markup() {
    let written = TextNotation.markup.escaped("<a b='c' d=\"e\">&\n\u{1}")
    #expect(written == "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;\n\u{fffd}")
  }

  @Test("percent-encoding writes every byte that RFC 3986 reserves") func percent() {
    #expect(TextNotation.percent.escaped("a/b c~é雨") == "a%2Fb%20c~%C3%A9%E9%9B%A8")
  }

  @Test("text is written character by character, whatever stands beside it", arguments: Self.cases)
  func walks(_ example: Case) {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let text = Self.text(&random)
      let expected = text.unicodeScalars.map { example.written($0) }.joined()
      #expect(Array(example.notation.escaped(text).utf8) == Array(expected.utf8), "\(text.unicodeScalars.map(\.value))")
    }
    for value in (0 as UInt32)...0x2fff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      #expect(example.notation.escaped(String(scalar)) == example.written(scalar), "U+\(value)")
    }
  }

  /// Bytes of all kinds, broken UTF-8 repaired; half of them ASCII, so that what is escaped is met often.
  private static func text(_ random: inout some RandomNumberGenerator) -> String {
    let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
      Bool.random(using: &random) ? UInt8.random(in: 0...0x7f, using: &random) : .random(in: 0...255, using: &random)
    }
    let foreign = ["雨", "é", "e\u{301}", "👩‍🚒", "\u{2028}", "\r\n", "\u{85}", "\u{10ffff}"].randomElement(using: &random)!
    return String(decoding: bytes, as: UTF8.self) + foreign + String(decoding: bytes.reversed(), as: UTF8.self)
  }

  private static func digits(_ value: UInt32) -> String {
    (0..<4).reversed().map { String(value >> ($0 * 4) & 15, radix: 16) }.joined()
  }

  static let cases: [Case] = [
    Case(testDescription: "JSON", notation: .json) { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      case "\0"..."\u{1f}", "\u{7f}", "\u{2028}", "\u{2029}": "\\u" + digits(scalar.value)
      default: String(scalar)
      }
    },
    Case(testDescription: "markup", notation: .markup) { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      case "\n", "\t": String(scalar)
      default: scalar.value < 32 ? "\u{fffd}" : String(scalar)
      }
    },
    Case(testDescription: "PromQL", notation: .promQL) { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default: String(scalar)
      }
    },
    Case(testDescription: "percent", notation: .percent) { scalar in
      String(scalar).utf8.map { byte in
        let isPlain = byte < 0x80 && "-._~".utf8.contains(byte) || Character(Unicode.Scalar(byte)).isASCIIAlphanumeric
        return isPlain ? String(Unicode.Scalar(byte)) : "%" + digits(UInt32(byte)).suffix(2).uppercased()
      }.joined()
    },
  ]
}

extension Character {
  fileprivate var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}

@Suite("Gregorian dates")
struct GregorianDateTests {
  @Test(
    "a day's number and its date are one thing",
    arguments: [
      (-719_528, "0000-01-01", 6), (-1, "1969-12-31", 3), (0, "1970-01-01", 4), (11_016, "2000-02-29", 2),
      (20_778, "2026-11-21", 6), (2_932_896, "9999-12-31", 5),
    ])
  func dates(_ example: (days: Int, text: String, weekday: Int)) {
    let date = GregorianDate(daysSinceEpoch: example.days)
    #expect(date.text == example.text)
    #expect(date.weekday == example.weekday)
    #expect(date.daysSinceEpoch == example.days)
  }
}
