import Foundation
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func sources(in folder: String) -> [SwiftSource] {
    let base = root.appending(path: folder)
    guard let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
    return walker.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { file in
      let path = String(file.path(percentEncoded: false).dropFirst(root.path(percentEncoded: false).count))
      return SwiftSource(path: path, text: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }
  }

  static let product: [(module: String, source: SwiftSource)] = sources(in: "Sources").map { source in
    (String(source.path.drop { $0 == "/" }.split(separator: "/")[1]), source)
  }

  static func report(_ findings: [Finding]) -> Comment {
    Comment(rawValue: "\n" + findings.map(\.description).joined(separator: "\n"))
  }

  @Test("there is something to check") func hasSources() { #expect(Self.product.count > 20) }

  @Test("modules import only what stands below them") func imports() {
    let findings = Self.product.flatMap { Checks.imports($0.source, in: $0.module) }
    #expect(findings.isEmpty, Self.report(findings))
  }

  @Test("files and functions stay within their budgets") func sizes() {
    let findings = (Self.product.map(\.source) + Self.sources(in: "Tests")).flatMap(Checks.sizes)
    #expect(findings.isEmpty, Self.report(findings))
  }

  @Test("names say what a thing is for") func names() {
    let findings = Self.product.flatMap { Checks.names($0.source) }
    #expect(findings.isEmpty, Self.report(findings))
  }

  @Test("nothing reaches round World") func calls() {
    let findings = Self.product.flatMap { Checks.calls($0.source) }
    #expect(findings.isEmpty, Self.report(findings))
  }

  @Test("who waits for a runner is tested in turn") func turns() {
    let findings = Self.sources(in: "Tests").flatMap(Checks.turns)
    #expect(findings.isEmpty, Self.report(findings))
  }

  @Test("pure modules are pure") func purity() {
    let findings = Self.product.flatMap { Checks.purity($0.source, in: $0.module) }
    #expect(findings.isEmpty, Self.report(findings))
  }
}

/// Every check is shown a bad sample, so that none is silently blind.
@Suite("Architecture checks can fail")
struct ArchitectureCheckTests {
  private func source(_ text: String, path: String = "Sources/PromQL/Sample.swift") -> SwiftSource {
    SwiftSource(path: path, text: text)
  }

  @Test("a forbidden import is named with its reason") func imports() {
    let findings = Checks.imports(
      source("import GRDB\ninternal import Telemetry\npublic import Journal\n"), in: "PromQL")
    #expect(findings.map(\.line) == [1, 3])
    #expect(findings[1].problem.contains("the journal in SQLite"))
    #expect(!Checks.imports(source("import Telemetry"), in: "Nowhere").isEmpty)
  }

  @Test("a long file and a long function are found, a short one is not") func sizes() {
    #expect(!Checks.sizes(source(String(repeating: "let a = 1\n", count: 501))).isEmpty)
    #expect(Checks.sizes(source(String(repeating: "let a = 1\n", count: 500))).isEmpty)
    let body = String(repeating: "  let text = \"{\"\n", count: 69)
    #expect(Checks.sizes(source("func long(\n  a: Int\n) {\n\(body)}\n")).count == 1)
    #expect(Checks.sizes(source("func short() {\n\(body.prefix(100))}\n")).isEmpty)
    #expect(Checks.sizes(source("init?(text: String) {\n\(body)\n\n}\n")).count == 1)
  }

  @Test("empty names and module names are refused") func names() {
    #expect(!Checks.names(source("struct QueryManager {}")).isEmpty)
    #expect(!Checks.names(source("enum Planner {}")).isEmpty)
    #expect(!Checks.names(source("", path: "Sources/X/StringUtils.swift")).isEmpty)
    #expect(Checks.names(source("struct QueryPlan {}")).isEmpty)
  }

  @Test(
    "calls round World are found in code, not in comments or texts",
    arguments: [
      "let now = Date()", "try await Task.sleep(for: x)", "try! run()", "print(1)", "let a = b as! C",
      "final class A: @unchecked Sendable {}", "// fine\nfatalError(\"x\")", "let n = Int.random(in: 1...2)",
    ])
  func calls(_ text: String) {
    #expect(!Checks.calls(source(text)).isEmpty)
    #expect(Checks.calls(source("// \(text.replacing("\n", with: " "))")).isEmpty)
    #expect(Checks.calls(source("let a = \"\(text.replacing("\"", with: "").replacing("\n", with: " "))\"")).isEmpty)
  }

  @Test("a runner among tests that run side by side is found") func turns() {
    let text = "  let a = ProbeRunner(environment: b)\n"
    #expect(!Checks.turns(source(text, path: "Tests/JournalTests/Sample.swift")).isEmpty)
    #expect(Checks.turns(source(text, path: "Tests/ProbesTests/Sample.swift")).isEmpty)
    #expect(Checks.turns(source("extension OneAfterAnother {\n\(text)}\n", path: "Tests/A/Sample.swift")).isEmpty)
  }

  @Test("a pure module that waits is found") func purity() {
    #expect(!Checks.purity(source("let a = await b()"), in: "PromQL").isEmpty)
    #expect(Checks.purity(source("let a = await b()"), in: "Probes").isEmpty)
  }
}
