import Foundation
import Telemetry
import Testing

@testable import WatchkeeperApp

/// Every rule and unit-test file of others' corpora behaves as its name says.
@Suite("Rule corpora", .enabled(if: PublicRules.folder != nil, "needs ../shared/conformance"))
struct RuleCorpusTests {
  /// Files that do not behave as their names say, and why.
  static let exceptions = [
    "rulefmt/legacy_validation_annotation.bad.yaml": "bad under the name scheme of Prometheus 2 alone"
  ]

  static func files(in folder: String) -> [String] {
    guard let root = PublicRules.folder, let walker = FileManager.default.enumerator(atPath: "\(root)/\(folder)") else {
      return []
    }
    return walker.compactMap { $0 as? String }.filter { $0.contains(".") }.map { "\(folder)/\($0)" }.sorted()
  }

  private static func check(_ file: String) throws -> CheckReport {
    ConfigurationCheck(hostName: "web01").run(ruleFiles: [try #require(PublicRules.folder) + "/" + file])
  }

  @Test(
    "rule files are taken or refused as they are named",
    arguments: ["awesome", "mixins", "rulefmt", "rules_fixtures"].flatMap(files))
  func rules(_ file: String) throws {
    let isBad = file.contains(".bad.") || file.contains("/invalid") || file.contains("/bad")
    let report = try Self.check(file)
    #expect(report.isClean == (!isBad || Self.exceptions[file] != nil), "\(report.text)")
    #expect(report.errors.allSatisfy { $0.place.line > 0 && $0.place.column > 0 })
  }

  // MARK: promtool

  enum Promtool: Sendable {
    case rules(warnings: Int)
    case refusedRules(fault: String)
    case passingTests
    /// With what `--run` chooses.
    case chosenTests(String)
    case failingTests
    case notRead(String)
  }

  private static let configuration = "a Prometheus configuration: targets are read through probes/"
  private static let discovery = "targets of file-based service discovery"
  private static let dump = "samples in text exposition, for promtool's tsdb and metrics commands"

  static let promtool: [(file: String, is: Promtool)] = [
    ("at-modifier.yml", .rules(warnings: 0)), ("prometheus-config.rules.good.yml", .rules(warnings: 0)),
    ("prometheus-rules.lint.yml", .rules(warnings: 1)), ("rules.yml", .rules(warnings: 0)),
    ("rules_duplicates.yml", .rules(warnings: 2)), ("rules_large.yml", .rules(warnings: 2)),
    ("rules-bad.yml", .refusedRules(fault: "fault.rule.template")),
    ("bad-rules-syntax.yml", .refusedRules(fault: "fault.rule.expression")),
    // promtool takes it with --ignore-unknown-fields alone.
    ("rules_extrafields.yml", .refusedRules(fault: "fault.setting.unknown")),
    // Experimental parts of PromQL are off in rules.
    ("features.yml", .refusedRules(fault: "fault.rule.expression")),
    ("at-modifier-test.yml", .passingTests), ("no-test-group-interval.yml", .passingTests),
    ("unittest.yml", .passingTests), ("rules_run.yml", .chosenTests("correct")), ("rules_run.yml", .failingTests),
    ("failing.yml", .failingTests), ("bad-promql.yml", .failingTests), ("bad-rules-syntax-test.yml", .failingTests),
    ("rules_run_extrafields.yml", .failingTests),
    ("authorization_credentials_file.bad.yml", .notRead(configuration)),
    ("authorization_credentials_file.good.yml", .notRead(configuration)),
    ("config_with_rule_files.yml", .notRead(configuration)),
    ("config_with_service_discovery_files.yml", .notRead(configuration)),
    ("config_with_tls_files.yml", .notRead(configuration)),
    ("prometheus-aws-sd-empty-region.good.yml", .notRead(configuration)),
    ("prometheus-config.bad.yml", .notRead(configuration)), ("prometheus-config.good.yml", .notRead(configuration)),
    ("prometheus-config.lint.too_long_scrape_interval.yml", .notRead(configuration)),
    ("prometheus-config.lint.yml", .notRead(configuration)),
    ("url_in_alert_targetgroup_with_relabel_config.bad.yml", .notRead(configuration)),
    ("url_in_alert_targetgroup_with_relabel_config.good.yml", .notRead(configuration)),
    ("url_in_scrape_targetgroup_with_relabel_config.bad.yml", .notRead(configuration)),
    ("url_in_scrape_targetgroup_with_relabel_config.good.yml", .notRead(configuration)),
    ("bad-sd-file-extension.nonexistent", .notRead(discovery)), ("bad-sd-file-format.yml", .notRead(discovery)),
    ("good-sd-file.json", .notRead(discovery)), ("good-sd-file.yaml", .notRead(discovery)),
    ("good-sd-file.yml", .notRead(discovery)), ("dump-openmetrics-roundtrip-test.prom", .notRead(dump)),
    ("dump-openmetrics-test.prom", .notRead(dump)), ("dump-series-1.prom", .notRead(dump)),
    ("dump-series-2.prom", .notRead(dump)), ("dump-series-3.prom", .notRead(dump)),
    ("dump-test-1.prom", .notRead(dump)), ("dump-test-2.prom", .notRead(dump)), ("dump-test-3.prom", .notRead(dump)),
    ("metrics-test.prom", .notRead(dump)),
  ]

  @Test("each promtool file is in the table") func complete() {
    let listed = Set(Self.promtool.map { "promtool/\($0.file)" })
    #expect(Set(Self.files(in: "promtool")).symmetricDifference(listed) == [])
  }

  @Test("promtool's files behave as the table says", arguments: promtool)
  func behaves(_ file: String, _ kind: Promtool) throws {
    let path = try #require(PublicRules.folder) + "/promtool/" + file
    switch kind {
    case .rules(let warnings):
      let report = try Self.check("promtool/" + file)
      #expect(report.isClean && report.warnings.count == warnings, "\(report.text)")
    case .refusedRules(let fault):
      let report = try Self.check("promtool/" + file)
      #expect(Set(report.errors.map(\.fault.id)) == [fault], "\(report.text)")
    case .passingTests: #expect(TestResults(files: [RuleTestSuite.run(path)]).failed == 0)
    case .chosenTests(let pattern):
      let cases = RuleTestSuite.run(path, only: try Pattern(pattern)).cases
      #expect(!cases.isEmpty && cases.allSatisfy { $0.outcome == .passed }, "\(cases)")
    case .failingTests: #expect(TestResults(files: [RuleTestSuite.run(path)]).failed > 0)
    case .notRead:
      // A rule check must not take it for rules, nor crash on it.
      #expect(!(try Self.check("promtool/" + file)).isClean)
    }
  }
}
