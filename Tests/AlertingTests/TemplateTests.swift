import Telemetry
import Testing

@testable import Alerting

@Suite("Templates")
struct TemplateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let template: String
    let expected: String
    var value: Double = 1
    var testDescription: String { template }

    init(_ template: String, _ expected: String, value: Double = 1) {
      self.template = template
      self.expected = expected
      self.value = value
    }
  }

  static let labels = LabelSet(["__name__": "up", "instance": "web1.example.org:9100", "job": "node"])

  static func context(_ value: Double = 1) -> TemplateContext {
    let series: [TemplateSample] = [
      TemplateSample(LabelSet(["instance": "b", "__value__": "x"]), 11),
      TemplateSample(LabelSet(["instance": "a"]), 21),
    ]
    return TemplateContext(
      labels: labels, value: value,
      external: ExternalIdentity(labels: LabelSet(["site": "north"]), url: "https://watch.example.org/prefix/path"),
      now: Timestamp(milliseconds: 1_500_250),
      answers: ["metric": .samples(series), "none": .samples([]), "bad": .failed("no such thing")])
  }

  static func expand(_ text: String, value: Double = 1) -> String {
    do throws(TemplateError) {
      switch try Template(parsing: text).expand(context(value)) {
      case .text(let text): return text
      case .needs(let query): return "NEEDS \(query)"
      case .failed(let error): return "FAILED \(error)"
      }
    } catch {
      return "REFUSED \(error)"
    }
  }

  @Test(
    "the language",
    arguments: [
      Case("plain text", "plain text"),
      Case("", ""),
      Case("{", "{"),
      Case("a {{ 1 }} b", "a 1 b"),
      Case("{{ $labels.job }} on {{ .Labels.instance }}", "node on web1.example.org:9100"),
      Case("[{{ $labels.missing }}]", "[]"),
      Case("{{ $labels }}", "map[__name__:up instance:web1.example.org:9100 job:node]"),
      Case("{{ $value }} {{ .Value }}", "0.5 0.5", value: 0.5),
      Case("{{ $externalLabels.site }} {{ $externalURL }}", "north https://watch.example.org/prefix/path"),
      Case("{{ .ExternalLabels.site }}{{ .ExternalURL }}", "northhttps://watch.example.org/prefix/path"),
      Case("{{ if gt $value 5.0 }}high{{ else if gt $value 2.0 }}middle{{ else }}low{{ end }}", "middle", value: 3),
      Case("{{ if gt $value 5.0 }}high{{ else if gt $value 2.0 }}middle{{ else }}low{{ end }}", "low", value: 0),
      Case("{{ with $labels.job }}<{{ . }}>{{ else }}none{{ end }}", "<node>"),
      Case("{{ with $labels.nope }}<{{ . }}>{{ else }}none{{ end }}", "none"),
      Case("{{ with $labels.nope }}a{{ else with $labels.job }}{{ . }}{{ end }}", "node"),
      Case("{{ range $k, $v := $externalLabels }}{{ $k }}={{ $v }}{{ end }}", "site=north"),
      Case("{{ range $i, $s := query \"metric\" }}{{ $i }}:{{ $s.Value }} {{ end }}", "0:11 1:21 "),
      Case("{{ range query \"none\" }}x{{ else }}empty{{ end }}", "empty"),
      Case("{{ range query \"metric\" }}{{ if eq .Value 11.0 }}{{ continue }}{{ end }}{{ .Value }}{{ end }}", "21"),
      Case("{{ range query \"metric\" }}{{ .Value }}{{ break }}{{ end }}", "11"),
      Case("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
      Case("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"),
      Case("{{ define \"t\" }}<{{ .arg0 }}|{{ .arg1 }}>{{ end }}{{ template \"t\" (args 1 \"b\") }}", "<1|b>"),
      Case("{{ define \"t\" }}{{ . }}{{ end }}{{ template \"t\" }}", "<no value>"),
      Case("{{ block \"b\" $value }}[{{ . }}]{{ end }}", "[1]"),
      Case("{{/* hidden */}}shown", "shown"),
      Case("a {{- /* hidden */ -}} b", "ab"),
      Case("a  {{- 1 -}}\n b", "a1b"),
      Case("{{ (query \"metric\" | first).Value }}", "11"),
      Case("{{ \"a\\tb\\u00e9\" }}{{ `raw\\n` }}", "a\tbéraw\\n"),
      Case("{{ 'A' }} {{ 0x1F }} {{ 1e3 }} {{ -2.50 }} {{ true }}", "65 31 1000 -2.5 true"),
      Case("{{ printf \"%s\" (print 1 2 \"x\" 3) }}", "1 2x3"),
    ])
  func language(_ example: Case) {
    #expect(Self.expand(example.template, value: example.value) == example.expected)
  }

  @Test(
    "logic, comparison and access",
    arguments: [
      Case(
        "{{ eq 1 2 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2 2 }} {{ ge 1.5 1.5 }} {{ gt 1 2 }}",
        "true true true true true false"),
      Case("{{ and 1 0 2 }} {{ or 0 \"\" 3 }} {{ not 0 }}", "0 3 true"),
      Case("{{ and false (index \"\" 5) }}", "false"),
      Case("{{ len $labels }} {{ len \"héy\" }}", "3 4"),
      Case("{{ index $labels \"job\" }} {{ (index (query \"metric\") 1).Value }}", "node 21"),
      Case("{{ slice \"abcdef\" 1 3 }}", "bc"),
      Case(
        "{{ html \"<a&'b'>\" }} {{ urlquery \"a b/c\" }} {{ js \"it's <b>\" }}",
        "&lt;a&amp;&#39;b&#39;&gt; a+b%2Fc it\\'s \\u003Cb\\u003E"),
      Case("{{ println 1 \"a\" }}", "1 a\n"),
      Case("{{ lt $value 1.0 }} {{ gt $value 1.0 }}", "false true", value: .nan),
      Case(
        "{{ gt $value 5 }}",
        "FAILED error calling gt: incompatible types for comparison: float64 and int"
          + " – write the whole number with a point, as 5.0"),
    ])
  func logic(_ example: Case) {
    #expect(Self.expand(example.template, value: example.value) == example.expected)
  }

  @Test(
    "Prometheus' functions",
    arguments: [
      Case("{{ query \"metric\" | first | value }}", "11"),
      Case("{{ query \"metric\" | first | label \"instance\" }}", "b"),
      Case("{{ query \"metric\" | first | strvalue }}", "x"),
      Case("{{ range query \"metric\" | sortByLabel \"instance\" }}{{ .Labels.instance }}{{ end }}", "ab"),
      Case("{{ query \"unknown\" }}", "NEEDS unknown"),
      Case("{{ query \"bad\" }}", "FAILED error calling query: no such thing"),
      Case("{{ query \"none\" | first }}", "FAILED error calling first: first() called on vector with no elements"),
      Case("{{ now }}", "1500.25"),
      Case("{{ title \"aa bb cc\" }} {{ toUpper \"aa\" }} {{ toLower \"AA\" }}", "Aa Bb Cc AA aa"),
      Case("{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}", "web1.example.org web1:9100"),
      Case(
        "{{ stripPort \"[::1]:80\" }} {{ stripDomain \"10.0.0.1:80\" }} {{ stripDomain \"a.b\" }}",
        "::1 10.0.0.1:80 a"),
      Case("{{ match \"a+\" \"caab\" }} {{ match \"^a\" \"ba\" }}", "true false"),
      Case("{{ reReplaceAll \"(a)b\" \"x$1\" \"abab\" }} {{ reReplaceAll \"a*\" \"-\" \"baac\" }}", "xaxa -b-c-"),
      Case("{{ reReplaceAll \"(?P<n>\\\\d+)\" \"<${n}>$$\" \"a12b\" }}", "a<12>$b"),
      Case("{{ parseDuration \"1h30m\" }}", "5400"),
      Case(
        "{{ urlQueryEscape \"a&b c\" }} {{ externalURL }} {{ pathPrefix }}",
        "a%26b+c https://watch.example.org/prefix/path /prefix/path"),
      Case(
        "{{ graphLink \"up == 0\" }} {{ tableLink \"up\" }}",
        "/graph?g0.expr=up+%3D%3D+0&g0.tab=0 /graph?g0.expr=up&g0.tab=1"),
      Case("{{ \"x\" | safeHtml }}", "x"),
      Case("{{ $value | toTime }}", "2015-10-22 15:37:46.435 +0000 UTC", value: 1445528266.435),
      Case("{{ $value | toDuration }} {{ 0.25 | toDuration }}", "1h1m1s 250ms", value: 3661),
      Case("{{ humanizeTimestamp $value }}", "1970-01-01 00:00:00 +0000 UTC", value: 0),
      Case("{{ humanizeTimestamp $value }}", "2015-10-22 15:37:46.435 +0000 UTC", value: 1445528266.435),
      Case("{{ humanizeTimestamp $value }}", "NaN", value: .nan),
    ])
  func functions(_ example: Case) {
    #expect(Self.expand(example.template, value: example.value) == example.expected)
  }

  @Test(
    "humanized numbers",
    arguments: [
      ("humanize", 0, "0"), ("humanize", 1234567, "1.235M"), ("humanize", 0.02, "20m"),
      ("humanize", -999.99999, "-1000"),
      ("humanize", .nan, "NaN"), ("humanize", .infinity, "+Inf"), ("humanize", 1e30, "1e+06Y"),
      ("humanize", 0.000123, "123u"),
      ("humanize1024", 1, "1"), ("humanize1024", 1048576, "1Mi"), ("humanize1024", 0.12, "0.12"),
      ("humanize1024", 1536, "1.5ki"),
      ("humanizeDuration", 0, "0s"), ("humanizeDuration", 1, "1s"), ("humanizeDuration", 60, "1m 0s"),
      ("humanizeDuration", 3600, "1h 0m 0s"), ("humanizeDuration", 86400, "1d 0h 0m 0s"),
      ("humanizeDuration", 899.99, "14m 59s"), ("humanizeDuration", 12.345678, "12.35s"),
      ("humanizeDuration", 0.1, "100ms"), ("humanizeDuration", -3661, "-1h 1m 1s"),
      ("humanizePercentage", -0.22222, "-22.22%"), ("humanizePercentage", 0.1234567, "12.35%"),
    ] as [(String, Double, String)])
  func humanized(_ function: String, _ value: Double, _ expected: String) {
    #expect(Self.expand("{{ $value | \(function) }}", value: value) == expected)
  }

  @Test(
    "printf",
    arguments: [
      Case("{{ printf \"%.2f|%8.3f|%-8.1f|%08.2f\" 1.005 3.14159 2.25 -1.5 }}", "1.00|   3.142|2.2     |-0001.50"),
      Case(
        "{{ printf \"%d|%5d|%05d|%-5d|%+d|%x|%X|%o|%b|%c\" 7 7 -7 7 7 255 255 8 5 65 }}",
        "7|    7|-0007|7    |+7|ff|FF|10|101|A"),
      Case(
        "{{ printf \"%s|%10s|%-5s|%.2s|%q|%x\" \"abc\" \"abc\" \"abc\" \"abc\" \"a\\\"b\\n\" \"hi\" }}",
        "abc|       abc|abc  |ab|\"a\\\"b\\n\"|6869"),
      Case(
        "{{ printf \"%e|%.1e|%g|%.3g|%G\" 123456.0 123456.0 1e-7 1234.5 1e21 }}",
        "1.234560e+05|1.2e+05|1e-07|1.23e+03|1E+21"),
      Case("{{ printf \"%v %v %v %t %%\" $value \"a\" 3 true }}", "0.1 a 3 true %", value: 0.1),
      Case("{{ printf \"%d\" 3.0 }}", "%!d(float64=3)"),
      Case("{{ printf \"%s %s\" \"a\" }}", "a %!s(MISSING)"),
      Case("{{ printf \"a\" 1 }}", "a%!(EXTRA int=1)"),
      Case("{{ printf \"%*d\" 5 42 }}", "   42"),
      Case("{{ $value | printf \"%.1f%%\" }}", "99.9%", value: 99.94),
      Case("{{ $value }}", "1.23456789e+08", value: 123_456_789),
      Case("{{ $value }}", "100000", value: 100_000),
      Case("{{ $value }}", "1e+06", value: 1_000_000),
      Case("{{ printf \"%.0f\" $value }}", "2", value: 2.5),
      Case("{{ printf \"%.3f\" $value }}", "18446744073709551616.000", value: 18446744073709551616),
      Case("{{ printf \"%.20f\" $value }}", "0.10000000000000000555", value: 0.1),
      Case("{{ printf \"%.0f %.2f\" $value $value }}", "+Inf +Inf", value: .infinity),
    ])
  func formats(_ example: Case) {
    #expect(Self.expand(example.template, value: example.value) == example.expected)
  }

  @Test(
    "what cannot be parsed is refused when the rule is read",
    arguments: [
      ("{{ $label.foo }}", "undefined variable '$label'"),
      ("{{ nonsense 1 }}", "function 'nonsense' is not defined"),
      ("{{ if true }}", "{{if}} has no {{end}}"),
      ("{{ end }}", "unexpected {{end}}"),
      ("{{ else }}", "unexpected {{else}}"),
      ("{{ 1", "unclosed action – end it with }}"),
      ("{{ \"a }}", "unterminated quoted string"),
      ("{{ }}", "missing value for command"),
      ("{{ 1 | 2 }}", "a value cannot follow | – only a function can"),
      ("{{ 1 + 2 }}", "unexpected '+' in an action – templates have no arithmetic"),
      ("{{ break }}", "{{break}} outside {{range}}"),
      ("a\nb {{ x }}", "line 2: function 'x' is not defined"),
    ])
  func refused(_ text: String, _ problem: String) {
    #expect(Self.expand(text) == "REFUSED \(problem)")
  }

  @Test(
    "expansion stays inside its bounds",
    arguments: [
      (
        "{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}",
        "FAILED templates call each other more than 150 deep"
      ),
      ("{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}", "FAILED takes more than 100000 steps"),
      (
        "{{ $x := printf \"%9999d\" 1 }}{{ range 9999 }}{{ toUpper $x }}{{ end }}",
        "FAILED text is longer than 65536 bytes"
      ),
      (
        "{{ $x := printf \"%9999d\" 1 }}{{ range 9999 }}{{ if match \"(a|b)+$\" $x }}{{ end }}{{ end }}",
        "FAILED takes more than 100000 steps"
      ),
      ("{{ range 40000 }}xx{{ end }}", "FAILED text is longer than 65536 bytes"),
      ("{{ printf \"%99999d\" 1 }}", "FAILED error calling printf: width is above 10000"),
      ("{{ template \"nope\" }}", "FAILED template 'nope' is not defined"),
      ("{{ $value.x }}", "FAILED can't evaluate field x in type float64"),
      ("{{ toUpper 1 }}", "FAILED error calling toUpper: wrong type for value; expected string; got int"),
    ])
  func bounds(_ text: String, _ expected: String) {
    #expect(Self.expand(text) == expected)
  }

  @Test("deep nesting is refused, not crashed on")
  func nesting() {
    let deep = String(repeating: "(", count: 5000)
    #expect(Self.expand("{{ \(deep) }}") == "REFUSED parentheses are nested more than 50 deep")
    let blocks = String(repeating: "{{ if true }}", count: 5000)
    #expect(Self.expand(blocks).hasPrefix("REFUSED"))
  }

  @Test("any bytes are either a template or an error")
  func garbage() {
    var state: UInt64 = 42
    let pieces = [
      "{{", "}}", " ", "-", "if", "range", "end", "$", ".", "x", "\"", "(", ")", "|", ":=", "1", "é", "\n", "/*",
    ]
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int((state >> 33) % UInt64(pieces.count))]
      }
      _ = Self.expand(text)
    }
  }
}
