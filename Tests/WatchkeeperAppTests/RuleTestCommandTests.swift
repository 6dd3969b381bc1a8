import ArgumentParser
import Foundation
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp

@Suite("watchkeeper test")
struct RuleTestCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let shipped: String = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "rules").path(percentEncoded: false)

  private static let rules = """
    groups:
      - name: hosts
        rules:
          - alert: HostDown
            expr: up == 0
            for: 2m
            labels: {severity: critical}
            annotations: {summary: '{{ $labels.instance }} is down'}

    """

  private static func test(severity: String) -> String {
    """
    rule_files: ['*.rules.yaml']
    tests:
      - name: a host that is gone
        interval: 1m
        input_series: [{series: 'up{instance="a"}', values: 1 0x10}]
        alert_rule_test:
          - {eval_time: 2m, alertname: HostDown}
          - eval_time: 5m
            alertname: HostDown
            exp_alerts:
              - exp_labels: {severity: \(severity), instance: a}
                exp_annotations: {summary: a is down}

    """
  }

  private func run(_ test: String) throws -> TestResults {
    try folder.write(Self.rules, to: "a.rules.yaml")
    let path = try folder.write(test, to: "a.test.yaml")
    return TestResults(files: [RuleTestSuite.run(path)])
  }

  private func text(_ results: TestResults) -> String {
    results.text.replacingOccurrences(of: folder.path + "/", with: "")
  }

  @Test("the shipped packs pass their tests") func shippedPacks() throws {
    let files = try RuleTestSuite.files([Self.shipped], configuration: nil)
    #expect(files.count == 19)
    let results = TestResults(files: files.map { RuleTestSuite.run($0) })
    #expect(results.failed == 0, "\(results.text)")
    #expect(results.files.allSatisfy { !$0.cases.isEmpty })
  }

  @Test("a passing file is one line") func passes() throws {
    #expect(text(try run(Self.test(severity: "critical"))) == "a.test.yaml: ok\n2 passed, 0 failed\n")
  }

  @Test("rule tests see the keys of the side file") func sideFile() throws {
    try folder.write("hosts: {HostDown: {no_data: keep}}\n", to: "watchkeeper/a.rules.yaml")
    let test = """
      rule_files: [a.rules.yaml]
      tests:
        - interval: 1m
          input_series: [{series: 'up{instance="a"}', values: 0x3 stale}]
          alert_rule_test:
            - eval_time: 30m
              alertname: HostDown
              exp_alerts:
                - exp_labels: {severity: critical, instance: a}
                  exp_annotations: {summary: a is down}

      """
    let results = try run(test)
    #expect(results.failed == 0, "\(results.text)")
  }

  @Test("a failing expectation shows its difference") func fails() throws {
    let results = try run(Self.test(severity: "warning"))
    #expect(
      text(results) == """
        a.test.yaml: FAILED
          test 'a host that is gone' alert 'HostDown' at 5m
            expected {alertname="HostDown", instance="a", severity="warning"} annotations {summary="a is down"}
            found    {alertname="HostDown", instance="a", severity="critical"} annotations {summary="a is down"}
        1 passed, 1 failed

        """)
  }

  @Test("TAP and JUnit carry the same verdicts") func machineFormats() throws {
    let results = try run(Self.test(severity: "warning"))
    let lines = results.testAnythingText.split(separator: "\n")
    #expect(lines.prefix(2) == ["TAP version 13", "1..2"])
    #expect(lines[2].hasPrefix("ok 1 - "))
    #expect(lines[3].hasPrefix("not ok 2 - "))
    #expect(lines[4].hasPrefix("# expected {alertname="))
    #expect(results.junitText.contains("<testsuites tests=\"2\" failures=\"1\">"))
    #expect(results.junitText.contains("severity=&quot;warning&quot;"))
    #expect(try JSONOutput.text(results).contains("\"failed\" : 1"))
  }

  @Test(
    "a file that cannot be run is a failed case with its place",
    arguments: [
      ("tests: [{nmae: a}]\n", "a.test.yaml:1:10: tests[0].nmae: "),
      ("rule_files: [b*.yaml]\n", "a.test.yaml:1:14: rule_files[0]: no file matches 'b*.yaml' – write it relative"),
      ("\n", "a.test.yaml:1:1: the file is empty – restore its content, or delete the file"),
      ("evaluation_interval: 5x\n", "a.test.yaml:1:22: evaluation_interval: '5x' is not a duration"),
    ])
  func unusable(_ example: (test: String, line: String)) throws {
    let results = try run(example.test)
    #expect(results.failed == 1)
    #expect(text(results).contains("    " + example.line), "\(text(results))")
  }

  @Test("every fault of a rule file is shown") func badRules() throws {
    try folder.write("groups: [{name: g, rules: [{alert: A, expr: sum(}, {alert: B, expr: up ==}]}]\n", to: "b.yaml")
    let results = try run("rule_files: [b.yaml]\n")
    #expect(results.files[0].cases.first?.lines.count == 2, "\(results.text)")
  }

  @Test("tests are chosen by a regular expression on their names") func chosen() throws {
    try folder.write(Self.rules, to: "a.rules.yaml")
    let path = try folder.write(Self.test(severity: "warning"), to: "a.test.yaml")
    for (pattern, cases) in [("host that", 2), ("^host", 0), (".*", 2)] {
      #expect(RuleTestSuite.run(path, only: try Pattern(pattern)).cases.count == cases, "\(pattern)")
    }
    for arguments in [["test", path, "--run", "nothing"], ["test", "rules", path, "--run", "("]] {
      var command = try WatchkeeperCommand.parseAsRoot(arguments)
      #expect(command is TestRulesCommand)
      #expect(throws: UsageError.self) { try command.run() }
    }
  }

  @Test("what failed is told in Chinese too") func chinese() throws {
    let results = try Terminal.$language.withValue(.simplifiedChinese) { try run(Self.test(severity: "warning")) }
    let told = Terminal.$language.withValue(.simplifiedChinese) { text(results) }
    #expect(
      told.hasPrefix("a.test.yaml：失败\n  测试 'a host that is gone'：告警“HostDown”，时刻 5m\n    期望 {alertname="), "\(told)")
    #expect(told.hasSuffix("1 个通过，1 个失败\n"))
  }

  @Test("a run without tests is refused") func nothing() throws {
    #expect(throws: UsageError.self) { try RuleTestSuite.files([folder.path], configuration: nil) }
    try folder.write("tests: []\n", to: "rules/a.test.yaml")
    try folder.write("tests: []\n", to: "rules/team/b.test.yml")
    var command = try WatchkeeperCommand.parseAsRoot(["test", "rules", folder.path])
    #expect(throws: UsageError.self) { try command.run() }
    #expect(
      try RuleTestSuite.files([folder.path], configuration: nil) == [
        folder.path + "/rules/a.test.yaml", folder.path + "/rules/team/b.test.yml",
      ])
  }

  @Test("check reads a rule test, and names its faults") func checked() throws {
    let path = try folder.write(Self.test(severity: "critical"), to: "a.test.yaml")
    let check = ConfigurationCheck(hostName: "web01")
    #expect(check.run([path]).text == "ok: 0 probes, 0 rules in 0 groups, 0 items, 0 plans, 1 rule test\n")
    try folder.write("tests: 5\n", to: "a.test.yaml")
    #expect(check.run([path]).errors.count == 1)
  }
}
