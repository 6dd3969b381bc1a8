import Alerting
import Foundation
import PromQL
import Records
import Telemetry
import Testing
import Wording

@Suite("Rule unit tests")
struct UnitTestRunTests {
  @Test(
    "series values",
    arguments: [
      ("1 2.5 -3", [1, 2.5, -3]),
      ("1x2", [1, 1, 1]),
      ("1+2x2", [1, 3, 5]),
      ("10-5x2", [10, 5, 0]),
      ("-1-1x1", [-1, -2]),
      ("1e3 Inf -inf", [1000, .infinity, -.infinity]),
      ("0x3", [0, 0, 0, 0]),
    ] as [(String, [Double])])
  func values(_ text: String, _ expected: [Double]) throws {
    #expect(try SampleNotation.samples(text) == expected.map { .value($0) })
  }

  @Test("what is no value is refused", arguments: ["a", "1x", "x3", "1+x3", "1x-1", "1x99999999", "_x"])
  func refused(_ text: String) {
    #expect(throws: TestScriptError.self) { try SampleNotation.samples(text) }
  }

  @Test(
    "series descriptions",
    arguments: [
      ("up", ["__name__": "up"]), ("up{}", ["__name__": "up"]), ("{}", [:]),
      ("up {job='a', b=\"c\\\"d\",}", ["__name__": "up", "job": "a", "b": "c\"d"]),
      ("{\"a b\", x=`y`}", ["__name__": "a b", "x": "y"]),
    ] as [(String, [String: String])])
  func series(_ text: String, _ expected: [String: String]) throws {
    #expect(try SeriesNotation.labels(text) == LabelSet(expected))
  }

  @Test("what is no series is refused", arguments: ["up{", "up{a}", "up{a=b}", "up} x", "up{a=\"b}"])
  func noSeries(_ text: String) {
    #expect(throws: TestScriptError.self) { try SeriesNotation.labels(text) }
  }

  static let rules = """
    {"groups": [{"name": "g", "rules": [
      {"record": "low", "expr": "free < 10"},
      {"alert": "Full", "expr": "low", "for": "2m", "labels": {"severity": "page"},
       "annotations": {"text": "{{ $value }} left of {{ with query \\"total\\" }}{{ . | first | value }}{{ end }}"}}
    ]}]}
    """

  static func verdicts(_ test: String) throws -> [UnitTestVerdict] {
    let definition = try JSONDecoder().decode(RuleFileDefinition.self, from: Data(rules.utf8))
    let file = RuleFile(definition, file: "rules.yaml")
    #expect(file.problems.isEmpty)
    let tests = try JSONDecoder().decode(UnitTestFile.self, from: Data(test.utf8))
    return UnitTestRun(tests, groups: file.groups).verdicts()
  }

  @Test("rules see earlier rules of the round, templates may query")
  func passes() throws {
    let verdicts = try Self.verdicts(
      """
      {"tests": [{"name": "disk", "start_timestamp": "2026-11-21T03:24:00Z",
        "input_series": [{"series": "free{d='a'}", "values": "20 9 8 7 6"}, {"series": "total", "values": "100x9"}],
        "alert_rule_test": [
          {"eval_time": "2m59s", "alertname": "Full", "exp_alerts": []},
          {"eval_time": "3m", "alertname": "Full", "exp_alerts": [
            {"exp_labels": {"d": "a", "severity": "page"}, "exp_annotations": {"text": "7 left of 100"}}]}],
        "promql_expr_test": [
          {"expr": "low", "eval_time": "1m", "exp_samples": [{"labels": "low{d='a'}", "value": "9"}]},
          {"expr": "timestamp(low)", "eval_time": "0", "exp_samples": []}]}]}
      """)
    #expect(verdicts.count == 4)
    for verdict in verdicts { #expect(verdict.outcome == .passed, "\(verdict.title)") }
  }

  @Test("native histograms are read, recorded and compared")
  func histograms() throws {
    let rules = """
      {"groups": [{"name": "g", "rules": [{"record": "twice", "expr": "h * 2"}]}]}
      """
    let test = """
      {"tests": [{"input_series": [{"series": "h", "values": "{{schema:0 sum:3 count:4 buckets:[1 2 1]}}x2"}],
        "promql_expr_test": [
          {"expr": "twice", "eval_time": "1m", "exp_samples": [
            {"labels": "twice", "histogram": "{{schema:0 sum:6 count:8 buckets:[2 4 2]}}"}]},
          {"expr": "twice", "eval_time": "1m", "exp_samples": [
            {"labels": "twice", "histogram": "{{schema:0 sum:6 count:8 buckets:[2 4 1]}}"}]},
          {"expr": "twice", "eval_time": "1m", "exp_samples": [{"labels": "twice", "value": "8"}]},
          {"expr": "twice", "eval_time": "1m", "exp_samples": [{"labels": "twice", "histogram": "8"}]}]}]}
      """
    let file = RuleFile(try JSONDecoder().decode(RuleFileDefinition.self, from: Data(rules.utf8)), file: "f")
    let tests = try JSONDecoder().decode(UnitTestFile.self, from: Data(test.utf8))
    #expect(
      UnitTestRun(tests, groups: file.groups).verdicts().map { $0.outcome == .passed } == [true, false, false, false])
  }

  @Test("a failure says what was expected and what was found, and nothing else")
  func differences() throws {
    let verdicts = try Self.verdicts(
      """
      {"tests": [{"name": "disk",
        "input_series": [{"series": "free{d='a'}", "values": "9 9 9"}, {"series": "free{d='b'}", "values": "8 8 8"}],
        "promql_expr_test": [{"expr": "free", "eval_time": "1m", "exp_samples": [
          {"labels": "free{d='a'}", "value": "9"}, {"labels": "free{d='b'}", "value": "7"}]}]}]}
      """)
    let reader = Reader(language: .english)
    #expect(verdicts.map { reader.text($0.title.id, $0.title.arguments) } == ["test 'disk' expr 'free' at 1m"])
    #expect(
      verdicts.first?.outcome
        == .failed([
          Reason("rule-test.expected", ["what": "free{d=\"b\"} 7"]),
          Reason("rule-test.found", ["what": "free{d=\"b\"} 8"]),
        ]))
  }

  @Test(
    "a wrong rule is named with its key",
    arguments: [
      ("{\"alert\": \"A\"}", "groups[0].rules[0].expr: is missing – write a PromQL expression"),
      (
        "{\"alert\": \"A\", \"expr\": \"1\", \"for\": \"5x\"}",
        "groups[0].rules[0].for: '5x' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m"
      ),
      (
        "{\"alert\": \"A\", \"expr\": \"1\", \"labels\": {\"a\": \"{{ $x }}\"}}",
        "groups[0].rules[0].labels.a: template cannot be parsed: undefined variable '$x'"
      ),
      (
        "{\"alert\": \"A\", \"expr\": \"up[5m]\"}",
        "groups[0].rules[0].expr: gives a range vector, a rule needs a vector or a scalar"
          + " – wrap a range in a function such as rate() or max_over_time()"
      ),
      (
        "{\"alert\": \"A\", \"expr\": \"1\", \"watchkeeper\": {\"impact\": \"huge\"}}",
        "groups[0].rules[0].watchkeeper.impact: 'huge' is not an impact – write one of: very-high, high, medium, low"
      ),
    ])
  func problems(_ rule: String, _ expected: String) throws {
    let text = "{\"groups\": [{\"name\": \"g\", \"rules\": [\(rule)]}]}"
    let definition = try JSONDecoder().decode(RuleFileDefinition.self, from: Data(text.utf8))
    let problems = RuleFile(definition, file: "f").problems
    let reader = Reader(language: .english)
    #expect(problems.map { "\($0.key): \(reader.text($0.fault.id, $0.fault.arguments))" } == [expected])
  }
}
