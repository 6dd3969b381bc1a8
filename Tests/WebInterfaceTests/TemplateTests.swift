import Foundation
import Mustache
import Testing
import Wording

@testable import WebInterface

@Suite("Templates")
struct TemplateTests {
  static let assets = AssetStore(overrideFolder: nil)
  static let templates = assets.names.filter { $0.hasSuffix(".mustache") }

  @Test("every file of the folder is embedded, and only those")
  func embedded() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var names: [String] = []
    for (folder, prefix) in [("Sources/CResources/Files", ""), ("docs/runbooks", "runbooks/")] {
      let folder = root.appending(path: folder)
      for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where file.contains(".") {
        let bytes = try Data(contentsOf: folder.appending(path: file))
        #expect(Self.assets.asset(prefix + file)?.bytes == Array(bytes), "\(file) was not embedded anew")
        names.append(prefix + file)
      }
    }
    #expect(names.sorted() == Self.assets.names)
  }

  @Test("every template parses and holds no literal text", arguments: templates)
  func noLiteralText(_ name: String) throws {
    let text = try #require(Self.assets.text(name))
    #expect(throws: Never.self) { try MustacheTemplate(string: text) }
    #expect(TemplateText.literals(in: text) == [])
    #expect(!text.contains(" style="))
    #expect(!text.contains("{{{") && !text.contains("{{&"), "unescaped text")
  }

  @Test(
    "the finder of literal text finds it",
    arguments: [
      ("<p>Hello</p>", ["Hello"]), ("<p aria-label=\"Close it\">{{x}}</p>", ["Close it"]), ("<p>{{x}} · {{y}}</p>", []),
      ("<p title=\"{{t.a}} now\"></p>", ["now"]), ("<input placeholder=\"搜索\">", ["搜索"]), ("<b>{{n}} %</b>", []),
      ("<code>run it</code>", ["run it"]),
    ])
  func finderWorks(_ template: String, _ found: [String]) { #expect(TemplateText.literals(in: template) == found) }

  @Test("every message that a template names exists", arguments: templates)
  func knownIDs(_ name: String) throws {
    let unknown = TemplateText.ids(in: try #require(Self.assets.text(name))).filter { !Catalogue.contains($0) }
    #expect(unknown.isEmpty, "\(unknown)")
  }

  @Test("every message of the pages is used by a template or by code")
  func usedIDs() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/WebInterface")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let code = files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
    let used = Set(Self.templates.compactMap(Self.assets.text).flatMap(TemplateText.ids))
    // Ids made from a raw value: the prefix stands in the code before an interpolation.
    let prefixes = code.matches(of: #/"([a-z]+(?:\.[A-Za-z]+)*\.)\\\(/#).map { String($0.1) }
    let ours = [
      "shell", "nav", "overview", "host", "hosts", "chart", "incident", "incidents", "item", "items",
      "maintenance", "task", "rule", "rules", "login", "problem", "list", "confirm",
    ]
    let unused = Catalogue.messages.map(\.id).filter { id in
      ours.contains(String(id.prefix { $0 != "." })) && !used.contains(id) && !code.contains("\"\(id)\"")
        && !prefixes.contains { id.hasPrefix($0) }
    }
    #expect(unused.isEmpty, "\(unused)")
  }

  @Test("the style sheet uses tokens, the script makes no markup")
  func assetsKeepRules() throws {
    let script = try #require(Self.assets.text("app.js"))
    for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
      #expect(!script.contains(sink))
    }
    #expect(script.utf8.count < 30 * 1024)
    let sheet = try #require(Self.assets.text("watchkeeper.css"))
    #expect(!sheet.contains("@import") && !sheet.contains("url("))
  }

  @Test("assets are kept for ever under an address with their version, and only there")
  func caching() async throws {
    let bench = try Bench()
    let path = bench.site.assets.path("watchkeeper.css")
    #expect(path.hasPrefix("/assets/watchkeeper."))
    let answer = await bench.get(path)
    #expect(answer.header("Cache-Control")?.contains("immutable") == true)
    #expect(answer.header("Content-Type") == "text/css; charset=utf-8")
    let tag = try #require(answer.header("ETag"))
    #expect(await bench.get(path, headers: ["if-none-match": tag]).status == 304)
    #expect(await bench.get("/assets/watchkeeper.css").header("Cache-Control") == "no-cache")
    let runbook = bench.site.assets.path("runbooks/host.md").replacing("runbooks/", with: "runbooks%2F")
    for other in [
      "/assets/watchkeeper.0000.css", "/assets/layout.mustache", "/assets/..%2Fapp.js", "/assets/none.css",
      "/assets/runbooks%2Fhost.md", runbook,
    ] {
      #expect(await bench.get(other).status == 404, "\(other)")
    }
  }
}

/// Finds text that did not come from `Wording`.
enum TemplateText {
  static func ids(in template: String) -> [String] {
    template.matches(of: #/\{\{t\.([A-Za-z.]+)\}\}/#).map { String($0.1) }
  }

  static func literals(in template: String) -> [String] {
    let spoken = template.matches(of: #/\s(?:aria-label|title|placeholder|alt|value|content)="([^"]*)"/#)
      .map { String($0.1) }
      .filter { !technical.contains($0) }
    // Section tags may stand between attributes, so they go before tags are taken out.
    let bare = template.replacing(#/\{\{[^}]*\}\}/#, with: "\u{1}").replacing(#/<[^>]*>/#, with: "\u{2}")
    let between = bare.split { $0 == "\u{1}" || $0 == "\u{2}" || $0 == "\n" }.map(String.init)
    return
      (between
      + spoken.flatMap { $0.replacing(#/\{\{[^}]*\}\}/#, with: "\u{1}").split(separator: "\u{1}").map(String.init) })
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.contains { $0.isLetter } && !marks.contains($0) }
  }

  /// Values that only machines read.
  private static let technical: Set<String> = ["width=device-width,initial-scale=1", "all", "yes", "no"]
  /// Names of keys, and the letter before a priority.
  private static let marks: Set<String> = ["g", "i", "j", "k", "P"]
}
