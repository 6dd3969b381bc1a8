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
  /// How many statements each file holds; all of them pass.
  static let files: [(name: String, count: Int)] = [
    ("aggregators", 130), ("duration_expression", 45), ("extended_vectors", 133), ("functions", 329),
    ("histograms", 142),
    ("info", 39), ("literals", 20), ("native_histograms", 395), ("operators", 150), ("selectors", 29),
    ("start_timestamps", 20), ("type_and_unit", 37),
  ]

  @Test("every statement passes", arguments: files)
  func passes(_ file: String, _ count: Int) throws {
    let url = SharedData.folder("promqltest/\(file).test")
    let outcomes = try TestScript(parsing: String(contentsOf: url, encoding: .utf8)).run()
    let failures = outcomes.filter { !$0.passed }
    #expect(
      failures.isEmpty,
      "\(failures.map { "\(file):\($0.line): \($0.query): \($0.difference ?? "")" }.joined(separator: "\n"))")
    #expect(outcomes.count == count, "\(file) holds \(outcomes.count) statements")
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
