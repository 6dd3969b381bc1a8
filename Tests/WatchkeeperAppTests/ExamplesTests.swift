import Foundation
import Notifiers
import Probes
import Testing
import Transfers

@testable import WatchkeeperApp

/// What the documents show is what the program takes.
@Suite("Examples in the documents")
struct ExamplesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let notifiers = NotifierEnvironment(
    carry: { _ in preconditionFailure("reading a configuration sends nothing") },
    readSecret: { try SecretFile.read($0) }, write: { _ in })

  @Test("every example folder is taken", arguments: ["first", "quick-start"])
  func taken(_ name: String) throws {
    let files = try ConfigurationFiles.read(Self.root.appending(path: "docs/examples/\(name)").path())
    let configuration = try ConfigurationReader.read(files, hostName: "web01", notifiers: Self.notifiers)
    #expect(configuration.probes.contains { $0.name == "shop" })
    #expect(configuration.settings.route?.receiver == "on-call")
  }

  @Test(
    "every YAML block of a document is a file of the examples",
    arguments: [
      ("README.md", "first"), ("README.zh-CN.md", "first"), ("docs/quick-start.md", "quick-start"),
      ("docs/zh-CN/quick-start.md", "quick-start"),
    ])
  func shown(_ document: String, _ folder: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
    let blocks = text.components(separatedBy: "```yaml\n").dropFirst().compactMap { part in
      part.components(separatedBy: "```").first
    }
    #expect(blocks.count >= 2)
    let examples = Self.root.appending(path: "docs/examples/\(folder)")
    let files = try #require(FileManager.default.enumerator(at: examples, includingPropertiesForKeys: nil))
    let known = files.compactMap { file in (file as? URL).flatMap { try? Self.withoutRemarks($0) } }
    for block in blocks { #expect(known.contains(block), "\(document) shows what no example holds:\n\(block)") }
  }

  @Test(
    "what a document shows of check is what check says",
    arguments: [
      ("README.md", "first"), ("README.zh-CN.md", "first"), ("docs/quick-start.md", "quick-start"),
      ("docs/zh-CN/quick-start.md", "quick-start"),
    ])
  func checked(_ document: String, _ folder: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
    let report = ConfigurationCheck(hostName: "web01").run([
      Self.root.appending(path: "docs/examples/\(folder)").path()
    ])
    #expect(text.contains("watchkeeper check docs/examples/\(folder)\n\(report.text)"), "\(report.text)")
  }

  @Test("the mistake that is shown is named as shown", arguments: ["README.md", "README.zh-CN.md"])
  func mistake(_ document: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
    let folder = try TemporaryFolder()
    let probe = try Self.withoutRemarks(Self.root.appending(path: "docs/examples/first/probes/shop.yaml"))
    try folder.write(probe.replacing("interval:", with: "intervall:"), to: "probes/shop.yaml")
    let report = ConfigurationCheck(hostName: "web01").run([folder.path]).text.replacing(folder.path + "/", with: "")
    let fault = try #require(report.split(separator: "\n").first)
    #expect(text.contains("```\n\(fault)\n```"), "\(fault)")
  }

  /// Remarks are for who opens the file; a document has its own words around it.
  private static func withoutRemarks(_ file: URL) throws -> String {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#") }.joined(separator: "\n")
  }
}
