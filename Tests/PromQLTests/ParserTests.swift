import PromQL
import Telemetry
import Testing

@Suite("Parser")
struct ParserTests {
  static let texts = [
    "1", "0x1F", "1_000.5", "1e-3", ".5", "5.", "Inf", "-inf", "nan", "5m", "1h30m + 2", "\"a\\n\\x41\\u00e9\"", "'it'",
    "`raw\\n`", "up", "job:rate:5m", ":a:b", "up{}", "up{job=\"x\",}", "{__name__=~\"a.+\"}",
    "{\"utf-8 name\", \"a.b\"!=\"c\"}",
    "{\"name only\"}", "sum", "on", "offset offset 5m", "up offset 5m", "up offset -1h30m", "up @ 1.5", "up @ start()",
    "up @ end() offset 1m", "up offset 1m @ -3", "up[5m]", "up[300]", "up[1d2h] offset 1w @ 5", "rate(up[5m])[30m:]",
    "rate(up[5m])[30m:1m] @ 7 offset 2m", "max_over_time((a or b)[5m:30s])", "a + b * c ^ d ^ e", "(a + b) * c",
    "-a ^ 2",
    "- - 1", "+a", "a == bool b", "a > bool on (x) b", "a and b or c unless d", "a / on (x, y) group_left (z) b",
    "a * ignoring (x) group_right () b", "a atan2 b % c", "sum(a)", "sum by (x) (a)", "SUM(a) WITHOUT (x, \"y.z\")",
    "topk by (x) (3, a)", "quantile(0.9, a)", "count_values(\"v\", a)", "time() - 5", "round(a)", "round(a, 0.1)",
    "label_join(a, \"x\", \"-\", \"b\", \"c\")", "label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\")", "year()",
    "a # comment\n + # more\n b", "group by (a, b, c) (x)", "absent(up{job=\"x\"})", "\"\\xff\"", "a<b<=c", "1 <bool 2",
    "(up)[5m:]", "vector(1)[5m:1m]", "node_cpu{mode!~\"idle|iowait\"}", "a{sum=\"b\", by=\"c\"}",
  ]

  @Test("a printed query reads back as the same query", arguments: texts)
  func roundTrip(_ text: String) throws {
    let query = try Query(parsing: text)
    #expect(try Query(parsing: query.description).expression == query.expression, "\(query)")
  }

  static let experimental = [
    "limitk(3, a)", "a[2m * (10 + 5)]", "a offset step()", "rate(a[5m] anchored)", "a smoothed",
    "rate(a[5m] smoothed offset 1m)",
    "a + fill(0) b", "a + on (x) fill_left(1) fill_right(-2) b", "sort_by_label(a, \"x\")", "a[min_of(step(), 5m)]",
    "mad_over_time(a[5m])", "limit_ratio(0.1, a)", "a offset -(5m + 3)",
  ]

  @Test("experimental parts need to be enabled, then read back too", arguments: experimental)
  func experimentalParts(_ text: String) throws {
    let error = #expect(throws: PromQLError.self) { try Query(parsing: text) }
    #expect(error?.message.contains("experimental") ?? false, "\(error.map(String.init(describing:)) ?? "")")
    let query = try Query(parsing: text, features: .all)
    #expect(try Query(parsing: query.description, features: .all).expression == query.expression, "\(query)")
    #expect(!query.expression.features.isEmpty)
  }

  @Test(
    "operators bind as in Prometheus",
    arguments: [
      ("1 + 2 * 3 ^ 2", 19.0), ("-2 ^ 2", -4), ("2 ^ 3 ^ 2", 512), ("-1 * -1", 1), ("8 / 2 / 2", 2), ("7 % 4 - 1", 2),
      ("2/-2^---1*3+2", -10), ("1 == bool 1 + 0", 1), ("010", 8), ("0x10 + 1_0", 26), ("1h", 3600),
      ("2 > bool 1 < bool 5", 1),
    ] as [(String, Double)])
  func precedence(_ text: String, _ expected: Double) throws {
    guard case .scalar(let value) = try evaluate(text, over: MemorySeries()).value else {
      Issue.record("no scalar"); return
    }
    #expect(value == expected)
  }

  static let complaints: [(String, String)] = [
    ("", "1:1: no expression found – write a query, for example up == 0"),
    ("sum(up", "1:4: unclosed left parenthesis – add ')'"),
    ("up{job=\"x\"", "1:3: unclosed left brace – add '}'"),
    ("up{", "1:3: unclosed left brace – add '}'"), ("up{a=\"b\",", "1:3: unclosed left brace – add '}'"),
    ("up[5m", "1:3: unclosed left bracket – add ']'"),
    ("rate(up)", "1:6: argument 1 of rate is a range vector, not an instant vector – add a range: rate(…[5m])"),
    (
      "abs(up[5m])",
      "1:5: argument 1 of abs is an instant vector, not a range vector – remove the range, or apply rate(…) or an …_over_time function first"
    ),
    ("raet(up[5m])", "1:1: unknown function 'raet' – did you mean rate?"),
    ("histogram_quantil(1, a)", "1:1: unknown function 'histogram_quantil' – did you mean histogram_quantile?"),
    ("frobnicate(up)", "1:1: unknown function 'frobnicate'"),
    ("up +\n  * 3", "2:3: '*' stands where an expression was expected"),
    ("up up", "1:4: 'up' stands where an operator or the end of the query was expected"),
    (
      "{}",
      "1:1: the selector accepts every series – a vector selector must contain at least one matcher that does not match the empty string"
    ),
    (
      "{a=~\".*\"}",
      "1:1: the selector accepts every series – a vector selector must contain at least one matcher that does not match the empty string"
    ),
    ("1 == 1", "1:3: comparisons between scalars must use bool – write == bool"),
    ("1 and up", "1:3: the set operation 'and' needs two instant vectors – vector(…) makes one from a scalar"),
    ("up{a=b}", "1:6: 'b' stands where a string was expected – label values are quoted: a=\"…\""),
    ("up{a=~\"(\"}", "1:7: '(' is not a regular expression: missing ): ( – RE2 syntax applies"),
    (
      "up[5m] + 1",
      "1:1: the operator '+' needs scalars or instant vectors, not a range vector – apply a function such as rate(…) or avg_over_time(…) first"
    ),
    (
      "sum(up)[5m]",
      "1:8: ranges are only allowed for vector selectors – for other expressions write a subquery: [5m:] with a colon"
    ),
    ("up offset 5m[1m]", "1:13: the range stands after a modifier – write up[range] first, then offset or @"),
    ("up[0s]", "1:4: the duration must be greater than 0"),
    ("up[9.3e9]", "1:4: the duration is out of range – 292 years at most"),
    ("up offset -51e735", "1:12: the duration is out of range – 292 years at most"),
    (
      "up[5x]",
      "1:4: bad number or duration '5x' – write a number (1.5, 1e6, 0x1f, 1_000) or a duration with units from large to small (1h30m)"
    ),
    ("'abc", "1:1: unterminated string – close it with '; only `…` may span lines"),
    ("a & b", "1:3: unexpected character '&' – names with such characters are written in quotes: {\"…\"}"),
    ("é", "1:1: unexpected character 'é' – names with such characters are written in quotes: {\"…\"}"),
    ("{\"é\"} + $", "1:9: unexpected character '$' – names with such characters are written in quotes: {\"…\"}"),
    (
      "a * group_left () b",
      "1:5: 'group_left' stands where on (…) or ignoring (…) was expected – say what to match on before group_left"
    ),
    ("a * on (x) group_left (x) b", "1:12: label 'x' must not stand in on and group_left at once"),
    ("a and on (x) group_left () b", "1:14: no grouping allowed for the set operation 'and'"),
    ("a + bool b", "1:5: 'bool' stands after '+', which is no comparison – bool belongs to == != < <= > >="),
    ("topk(up)", "1:5: topk takes 2 arguments, not 1 – topk(parameter, vector)"),
    (
      "round(up, 1, 2)",
      "1:1: round takes 1 to 2 arguments, not 3 – round(instant vector, [scalar]): rounded to the nearest multiple, by default of 1; halves go up"
    ),
    ("sum(up,)", "1:8: ')' stands where an argument was expected – remove the trailing comma"),
    (
      "foo{__name__=\"bar\"}",
      "1:1: the metric name is given twice: 'foo' and __name__=\"bar\" – write it before the braces or between them"
    ),
    ("up offset 1m offset 2m", "1:14: 'offset' is given twice"),
    (
      "sum(up) offset 5m",
      "1:9: 'offset' stands after something that is no selector and no subquery – put it right after the selector, before the function or operator applies"
    ),
    ("sum(1)", "1:5: sum needs an instant vector, not a scalar"),
    ("a == ", "1:6: the query ends where an expression was expected"),
  ]

  @Test("an error names the place and the remedy", arguments: complaints)
  func errors(_ text: String, _ expected: String) {
    let error = #expect(throws: PromQLError.self) { try Query(parsing: text) }
    #expect(error?.description == expected)
  }

  @Test("what is too deep or too long is refused, not a crash")
  func bounds() {
    let deep = String(repeating: "(", count: 50_000) + "1" + String(repeating: ")", count: 50_000)
    let signs = String(repeating: "-", count: 100_000) + "1"
    let wide = "1" + String(repeating: "+1", count: 10_000)
    let durations = "a[" + String(repeating: "(", count: 20_000)
    let long = String(repeating: " ", count: Query.textBytesMax) + "1"
    for text in [deep, signs, wide, durations, long] {
      let error = #expect(throws: PromQLError.self) { try Query(parsing: text, features: .all) }
      guard case .limit = error?.cause else { Issue.record("\(text.prefix(10)): \(String(describing: error))"); return }
    }
    let most = "1" + String(repeating: "+1", count: Query.operatorsMax)
    #expect((try? evaluate(most, over: MemorySeries())) != nil)
  }

  @Test("cut or garbled queries never trap")
  func garbled() {
    var state: UInt64 = 7
    let alphabet = Array("({[]})\"'`\\\n#@:,=!~<>+-*/%^ 0x_1e5ms.upbyonrate\u{e9}".utf8)
    for text in Self.texts + Self.experimental {
      let bytes = Array(text.utf8)
      for length in 0...bytes.count {
        _ = try? Query(parsing: String(decoding: bytes[..<length], as: UTF8.self), features: .all)
      }
      for _ in 0..<50 {
        var changed = bytes
        for _ in 0..<3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let position = Int(state >> 33) % changed.count
          changed[position] = alphabet[Int(state >> 20) & 0xffff % alphabet.count]
        }
        _ = try? Query(parsing: String(decoding: changed, as: UTF8.self), features: .all)
      }
    }
  }

  @Test("metric names are those asked for by equality")
  func metricNames() throws {
    let query = try Query(parsing: "a + {\"b c\"} / max_over_time(rate(d[5m])[1h:]) or {__name__=~\"e.*\"}")
    #expect(query.metricNames == ["a", "b c", "d"])
  }
}
