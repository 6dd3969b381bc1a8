import Alerting
import Foundation
import Telemetry
import Testing
import Yams

/// Files of `conformance/`, outside the repository.
enum Corpus {
  static let root: String? = {
    let named = ProcessInfo.processInfo.environment["WATCHKEEPER_SHARED"]
    let candidates = [named, FileManager.default.currentDirectoryPath + "/../shared"]
    return candidates.compactMap { $0 }.map { $0 + "/conformance" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }()

  static var isPresent: Bool { root != nil }

  static func files(in folder: String) -> [String] {
    guard let root, let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)") else { return [] }
    return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
      .map { "\(folder)/\($0)" }.sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(root ?? "")/\(path)", encoding: .utf8)
  }

  static func rules(_ path: String) throws -> RuleFile {
    RuleFile(try YAMLDecoder().decode(RuleFileDefinition.self, from: try text(path)), file: path)
  }
}

@Suite("Rule files of others", .enabled(if: Corpus.isPresent, "needs ../shared/conformance"))
struct RuleFileConformanceTests {
  @Test(
    "public rule packs are read, expressions and templates too", arguments: ["awesome", "mixins", "rules_fixtures"])
  func packs(_ folder: String) throws {
    var groups = 0
    for path in Corpus.files(in: folder) where !path.contains("invalid") && !path.contains("compat") {
      if path.contains("multi_doc") { continue }
      let file = try Corpus.rules(path)
      #expect(file.problems.isEmpty, "\(path): \(file.problems.map(\.fault.id))")
      groups += file.groups.count
    }
    #expect(groups > 0)
  }

  @Test("their templates expand")
  func templates() throws {
    var count = 0
    for path in Corpus.files(in: "awesome") + Corpus.files(in: "mixins") where !path.contains("compat") {
      for group in try Corpus.rules(path).groups {
        for case .alerting(let rule) in group.rules {
          for part in rule.labels + rule.annotations {
            let context = TemplateContext(labels: LabelSet(["instance": "a:1"]), value: 12.5, now: .epoch)
            switch part.template.expand(context) {
            case .failed(let error): Issue.record("\(path) \(rule.name) \(part.name): \(error)")
            case .text, .needs: count += 1
            }
          }
        }
      }
    }
    #expect(count > 1500)
  }
}
