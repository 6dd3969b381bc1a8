import Foundation
import PromQL
import Testing

/// Public test data beside the checkout; never part of it.
enum SharedData {
  static let root: URL = {
    let environment = ProcessInfo.processInfo.environment["WATCHKEEPER_SHARED"]
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = checkout.deletingLastPathComponent().appendingPathComponent("shared")
    let candidates = [environment.map { URL(fileURLWithPath: $0) }, beside]
    return candidates.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) } ?? beside
  }()

  static func folder(_ name: String) -> URL { root.appendingPathComponent("conformance/\(name)") }
  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name).path) }

  static func files(_ name: String, suffixes: [String]) -> [URL] {
    let found = FileManager.default.enumerator(at: folder(name), includingPropertiesForKeys: nil)
    let urls = found.map { $0.compactMap { $0 as? URL } } ?? []
    return urls.filter { suffixes.contains($0.pathExtension) }.sorted { $0.path < $1.path }
  }
}

@Suite("Conformance with Prometheus", .enabled(if: SharedData.exists("promqltest"), "needs ../shared/conformance"))
struct ConformanceTests {
  /// What has been reached: statements that pass, by file. Raise a floor when more pass, never lower it.
  static let floors: [(file: String, passing: Int)] = [
    ("aggregators", 102), ("duration_expression", 45), ("extended_vectors", 96), ("functions", 293),
    ("histograms", 73), ("info", 38), ("literals", 20), ("operators", 101), ("selectors", 29), ("type_and_unit", 37),
  ]

  /// The score by class. What is missing needs native histograms or start timestamps, which are not stored yet.
  static let classFloors: [TestClass: Int] = [
    .plain: 275, .besideHistograms: 249, .histogramFunction: 58, .experimentalFunction: 120, .extendedRange: 61,
    .durationExpression: 37, .typeAndUnit: 37, .startTimestamps: 1,
  ]

  private static func outcomes(_ file: String) throws -> [TestOutcome] {
    let url = SharedData.folder("promqltest/\(file).test")
    return try TestScript(parsing: String(contentsOf: url, encoding: .utf8)).run()
  }

  @Test("as many statements pass as before", arguments: floors)
  func floor(_ file: String, _ passing: Int) throws {
    let outcomes = try Self.outcomes(file)
    let failures = outcomes.filter { !$0.passed }
    #expect(
      outcomes.count - failures.count >= passing,
      "\(failures.map { "\(file):\($0.line): \($0.query): \($0.difference ?? "")" }.joined(separator: "\n"))")
  }

  @Test("every statement about plain floats passes, and no class falls below its score")
  func classes() throws {
    var perClass: [TestClass: (passed: Int, total: Int)] = [:]
    for file in SharedData.files("promqltest", suffixes: ["test"]) {
      let name = file.deletingPathExtension().lastPathComponent
      for outcome in try Self.outcomes(name) {
        perClass[outcome.testClass, default: (0, 0)].total += 1
        if outcome.passed { perClass[outcome.testClass, default: (0, 0)].passed += 1 }
        let mustPass: Set<TestClass> = [.plain, .durationExpression, .typeAndUnit]
        if mustPass.contains(outcome.testClass) {
          #expect(outcome.passed, "\(name):\(outcome.line): \(outcome.query): \(outcome.difference ?? "")")
        }
      }
    }
    for (testClass, floor) in Self.classFloors {
      let score = perClass[testClass] ?? (0, 0)
      #expect(score.passed >= floor, "\(testClass.rawValue): \(score.passed) of \(score.total)")
    }
  }

  @Test("a wrong answer is noticed")
  func notices() throws {
    let script = """
      load 1m
        a{x="1"} 0+1x10
        b _ stale 5 0x2

      eval instant at 5m a
        a{x="1"} 6

      eval instant at 5m a
        a{x="1"} 5

      # a comment ends the block
      eval range from 0 to 2m step 1m sum(a)
        {} 0 1

      eval instant at 1m sum(
        {} 1

      eval instant at 1m a + on() a
        expect fail
      """
    let outcomes = try TestScript(parsing: script).run()
    #expect(outcomes.map(\.passed) == [false, true, false, false, false])
    #expect(outcomes.map(\.line) == [5, 8, 12, 15, 18])
  }

  @Test(
    "an unreadable script names the line",
    arguments: [
      ("clear\nfrobnicate", "2: 'frobnicate' is no command – write load, eval or clear"),
      ("load 5q\n  a 1", "1: '5q' is not a duration – write 50m, 1h30m or 0"),
      ("load 5m\n  a 1\n  b 1x", "3: '1x' is not a sample – write 1, _, stale, 5x3, 0+10x100 or {{…}}"),
      ("eval instant 5m up", "1: write: eval instant at <time> <query>"),
    ])
  func unreadable(_ text: String, _ expected: String) {
    let error = #expect(throws: TestScriptError.self) { try TestScript(parsing: text) }
    #expect(error?.description == expected)
  }
}
