import Telemetry
import Testing
import Yams

@testable import Interchange

@Suite("Relabelling")
struct RelabelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rules: String
    var labels = ["__name__": "m", "a": "foo", "b": "bar", "c": "baz"]
    /// `nil`: dropped.
    let expected: [String: String]?
    var testDescription: String { rules }
  }

  private static let base = ["__name__": "m", "a": "foo", "b": "bar", "c": "baz"]
  private static func with(_ changes: [String: String]) -> [String: String] {
    base.merging(changes) { _, new in new }.filter { !$0.value.isEmpty }
  }

  @Test(
    "every action does as with Prometheus",
    arguments: [
      Case(
        rules: "{source_labels: [a], regex: f(.*), target_label: d, replacement: 'ch${1}-ch${1}'}",
        expected: with(["d": "choo-choo"])),
      Case(
        rules: "{source_labels: [a, b], regex: 'f(.*);(?P<x>.*)r', target_label: a, replacement: '$2$x$$'}",
        expected: with(["a": "baba$"])),
      Case(rules: "{source_labels: [a], regex: f, target_label: d}", expected: base),
      Case(rules: "{regex: 'x*', target_label: d, replacement: always}", expected: with(["d": "always"])),
      Case(
        rules: "{source_labels: [a], regex: 'f(.*)', target_label: '${1}', replacement: new}",
        expected: with(["oo": "new"])),
      Case(rules: "{source_labels: [a], target_label: b, regex: f.*, replacement: ''}", expected: with(["b": ""])),
      Case(rules: "{source_labels: [a, b], separator: '/', target_label: d}", expected: with(["d": "foo/bar"])),
      Case(rules: "{source_labels: [a], regex: f.*, action: keep}", expected: base),
      Case(rules: "{source_labels: [a], regex: oo, action: keep}", expected: nil),
      Case(rules: "{source_labels: [a], regex: .*o, action: drop}", expected: nil),
      Case(rules: "{source_labels: [a], regex: f, action: drop}", expected: base),
      Case(rules: "{source_labels: [a], target_label: b, action: keepequal}", expected: nil),
      Case(rules: "{source_labels: [a], target_label: b, action: dropequal}", expected: base),
      Case(
        rules: "{source_labels: [c], target_label: d, action: hashmod, modulus: 1000}", expected: with(["d": "976"])),
      Case(
        rules: "{regex: '([ab])', replacement: 'x_$1', action: labelmap}", expected: with(["x_a": "foo", "x_b": "bar"])),
      Case(rules: "{regex: '[ab]', action: labeldrop}", expected: with(["a": "", "b": ""])),
      Case(rules: "{regex: '__name__|c', action: labelkeep}", expected: with(["a": "", "b": ""])),
      Case(rules: "{source_labels: [a], target_label: a, action: uppercase}", expected: with(["a": "FOO"])),
      Case(
        rules: "{source_labels: [b], target_label: b, action: lowercase}", labels: with(["b": "BaR"]), expected: base),
      Case(
        rules: "{source_labels: [a], target_label: d, regex: '(?s)f.o.*', replacement: n}",
        labels: with(["a": "foo\nx"]), expected: with(["a": "foo\nx", "d": "n"])),
    ])
  func actions(_ example: Case) throws {
    let rule = try YAMLDecoder().decode(RelabelRule.self, from: example.rules)
    #expect(RelabelRule.apply([rule], to: LabelSet(example.labels)) == example.expected.map { LabelSet($0) })
  }

  @Test("rules follow each other until one drops")
  func chain() throws {
    let rules = try YAMLDecoder().decode(
      [RelabelRule].self,
      from:
        "[{target_label: d, replacement: x}, {source_labels: [d], regex: x, action: drop}, {target_label: e, replacement: y}]"
    )
    #expect(RelabelRule.apply(rules, to: LabelSet(Self.base)) == nil)
    #expect(RelabelRule.apply(Array(rules.prefix(1)), to: LabelSet(Self.base))?["d"] == "x")
  }

  @Test(
    "MD5 is RFC 1321's",
    arguments: [
      ("", 0xe980_0998_ecf8_427e), ("abc", 0xd696_3f7d_28e1_7f72),
      (String(repeating: "1234567890", count: 8), 0xac49_da2e_2107_b67a as UInt64),
    ])
  func digest(_ text: String, _ half: UInt64) { #expect(MD5.lastEightBytes(of: text) == half) }

  @Test(
    "settings say what is missing",
    arguments: [
      ("{action: replce, target_label: a}", "fault.relabel.action"), ("{source_labels: [a]}", "fault.relabel.target"),
      ("{action: hashmod, target_label: a}", "fault.relabel.modulus"),
      ("{action: keepequal, target_label: a}", "fault.relabel.sources"),
      ("{regex: '(', action: labeldrop}", "fault.value.pattern"),
    ])
  func faults(_ text: String, _ id: String) {
    #expect {
      _ = try YAMLDecoder().decode(RelabelRule.self, from: text)
    } throws: { error in
      (error as? DecodingError)?.settingsFault?.id == id
    }
  }
}
