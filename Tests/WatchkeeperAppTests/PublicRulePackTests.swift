import Alerting
import Foundation
import Probes
import PromQL
import Telemetry
import Testing
import Transfers
import Yams

@testable import WatchkeeperApp

/// Rule files that others publish, read where they lie: bring them and nothing needs changing.
@Suite("Public rule packs", .enabled(if: PublicRules.folder != nil, "needs ../shared/conformance"))
struct PublicRulePackTests {
  @Test("every rule of the packs is read", arguments: PublicRules.files)
  func reads(_ file: String) throws {
    let (groups, errors) = try PublicRules.read(file)
    #expect(errors.isEmpty, "\(errors.map(\.description).joined(separator: "\n"))")
    #expect(!groups.isEmpty)
  }

  @Test("every rule evaluates on this host's samples", arguments: PublicRules.files)
  func evaluatesOnThisHost(_ file: String) async throws {
    let (groups, _) = try PublicRules.read(file)
    let (series, end) = await PublicRules.host.value
    #expect(series.slices.count > 100, "the host probe gives samples")
    for rule in groups.flatMap(\.rules) {
      let plan = rule.query.plan(over: .instant(end))
      let result = try plan.evaluate(over: plan.selections.map(series.slices(for:)))
      if case .matrix = result.value { Issue.record("\(rule.place): a rule gives a vector") }
    }
  }

  @Test("every rule evaluates on an empty store, and its templates expand", arguments: PublicRules.files)
  func evaluates(_ file: String) throws {
    let (groups, _) = try PublicRules.read(file)
    let now = Timestamp(milliseconds: 1_795_000_000_000)
    for group in groups {
      var state = GroupState(for: group)
      for (index, rule) in group.rules.enumerated() {
        let plan = rule.query.plan(over: .instant(now))
        let empty = try plan.evaluate(over: plan.selections.map { MemorySeries().slices(for: $0) })
        #expect(empty.annotations.filter { $0.severity == .warning }.isEmpty, "\(rule.place)")
        // An element that no query gave, so that the templates have something to say.
        let element = VectorElement(
          labels: LabelSet(["__name__": "sample", "instance": "web01:9100", "job": "node", "device": "sda"]),
          timestamp: now, value: 93.25)
        var context = RoundContext()
        var step = state.evaluate(ruleAt: index, of: group, given: .elements([element]), at: now, in: context)
        if case .needs(let queries) = step {
          for query in queries { context.answers[query] = .samples([TemplateSample(.empty, 1)]) }
          step = state.evaluate(ruleAt: index, of: group, given: .elements([element]), at: now, in: context)
        }
        guard case .done(let outcome) = step else {
          Issue.record("\(rule.place): \(rule.name) asks for queries without end")
          continue
        }
        #expect(outcome.templateErrors.isEmpty, "\(rule.place): \(rule.name): \(outcome.templateErrors)")
        #expect(outcome.failure == nil, "\(rule.place): \(rule.name)")
      }
    }
  }
}

enum PublicRules {
  /// An hour of this host: the same reading every 15 seconds, counters growing, as rules see it.
  static let host = Task { () -> (MemorySeries, Timestamp) in
    let clock = TestClock()
    let engine = TransferEngine()
    defer { engine.shutdown() }
    let environment = ProbeEnvironment(transfers: engine, clock: clock, hostName: "web01")
    let report = await LinuxHostSettings().makeProbe(in: environment).run(within: .seconds(10))
    var series = MemorySeries()
    let target = [Label("job", "node"), Label("instance", "web01")]
    for step in 0...240 {
      for sample in report.samples {
        let grows = sample.series.metric?.hasSuffix("_total") == true
        series.append(
          LabelSet(sample.series.labels + target), at: clock.now.advanced(by: .seconds(15 * step)),
          sample.value + (grows ? Double(step) : 0))
      }
    }
    return (series, clock.now.advanced(by: .seconds(15 * 240)))
  }

  static let folder: String? = {
    let named = ProcessInfo.processInfo.environment["WATCHKEEPER_SHARED"]
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = checkout.deletingLastPathComponent().appending(path: "shared").path(percentEncoded: false)
    return [named, beside].compactMap { $0.map { $0 + "/conformance" } }
      .first { FileManager.default.fileExists(atPath: $0) }
  }()

  static let files: [String] = {
    guard let folder else { return [] }
    return ["awesome", "mixins"].flatMap { name -> [String] in
      let walker = FileManager.default.enumerator(atPath: "\(folder)/\(name)")
      return (walker?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
        .map { "\(name)/\($0)" }
    }.sorted()
  }()

  static func read(_ file: String) throws -> ([RuleGroup], [SettingsError]) {
    let path = try #require(folder) + "/" + file
    let document = try SettingsDocument(text: try String(contentsOfFile: path, encoding: .utf8), file: file)
    var (errors, warnings): ([SettingsError], [SettingsError]) = ([], [])
    let groups = ConfigurationReader.ruleFile(try #require(document.root), of: document, &errors, &warnings)
    return (groups, errors)
  }
}
