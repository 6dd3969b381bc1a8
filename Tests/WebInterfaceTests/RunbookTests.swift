import Foundation
import Testing
import Wording

@testable import WebInterface

@Suite("Runbooks")
struct RunbookTests {
  @Test("the plain Markdown of runbooks becomes sections, paragraphs and steps") func parses() {
    let page = RunbookPage("# T\n\n## DiskFull\nOne\ntwo.\n\nThree.\n\n1. Look\n   closer\n2. Act\n\n## Other\n- a\n")
    #expect(page.title == "T")
    #expect(page.sections.map(\.anchor) == ["diskfull", "other"])
    #expect(page.sections[0].blocks == [.paragraph("One two."), .paragraph("Three."), .steps(["Look closer", "Act"])])
    #expect(page.sections[1].blocks == [.steps(["a"])])
  }

  @Test("every packaged runbook says the same in both languages", arguments: RunbookLink.packagedNames.sorted())
  func bothLanguages(_ name: String) throws {
    let assets = AssetStore(overrideFolder: nil)
    let english = try #require(RunbookPage(packaged: name, in: .english, assets))
    let chinese = try #require(RunbookPage(packaged: name, in: .simplifiedChinese, assets))
    #expect(english.sections.map(\.anchor) == chinese.sections.map(\.anchor))
    for (section, translated) in zip(english.sections, chinese.sections) {
      #expect(section.shape == translated.shape, "\(section.heading)")
      #expect(translated.text.contains { $0 >= "\u{4E00}" && $0 <= "\u{9FFF}" }, "\(section.heading)")
    }
  }

  @Test("a Chinese reader gets the Chinese runbook") func inTheReadersLanguage() async throws {
    let bench = try Bench()
    let answer = await bench.get("/runbooks/host", query: "lang=zh-CN", cookie: try await bench.logIn())
    #expect(answer.text.contains("处置手册：主机"))
    #expect(answer.text.contains("id=\"hostmemorylow\""))
    #expect(answer.text.contains("<div lang=\"zh-CN\">"))
    #expect(PageFault.faults(in: answer.text, .simplifiedChinese) == [])
  }

  @Test("an operator's own runbook is shown as it is where it has no translation") func ownRunbook() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "runbooks-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let translations = folder.appending(path: "runbooks/zh-CN")
    try FileManager.default.createDirectory(at: translations, withIntermediateDirectories: true)
    func write(_ text: String, _ file: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: "runbooks/\(file)"))
    }
    func shown(_ language: Language) throws -> RunbookPage {
      try #require(RunbookPage(packaged: "host", in: language, AssetStore(overrideFolder: folder.path())))
    }
    try write("# Ours\n", "host.md")
    #expect(try shown(.simplifiedChinese).title == "Ours")
    #expect(try shown(.simplifiedChinese).language == .english)
    try write("# 我们的\n", "zh-CN/host.md")
    #expect(try shown(.simplifiedChinese).title == "我们的")
    #expect(try shown(.simplifiedChinese).language == .simplifiedChinese)
    #expect(try shown(.english).title == "Ours")
  }

  @Test("every packaged runbook is a page", arguments: ["certificate", "endpoint", "host", "watchkeeper"])
  func served(_ name: String) async throws {
    let bench = try Bench()
    let answer = await bench.get("/runbooks/\(name)", cookie: try await bench.logIn())
    #expect(answer.status == 200)
    #expect(answer.text.contains("<section class=\"panel mt runbook-part\" id=\""))
    #expect(PageFault.faults(in: answer.text, .english) == [])
    #expect(await bench.get("/runbooks/\(name)").status == 401)
  }

  @Test(
    "a rule's runbook leads to the page of ours, to the web, or nowhere",
    arguments: [
      ("docs/runbooks/host.md#hostmemorylow", "/runbooks/host#hostmemorylow"),
      ("https://wiki.example.org/x", "https://wiki.example.org/x"), ("javascript:alert(1)", nil), ("ask Ann", nil),
      ("docs/runbooks/shop.md#shopslow", nil),
    ] as [(String, String?)])
  func link(_ example: (text: String, href: String?)) {
    #expect(RunbookLink.view(example.text)["href"] as? String == example.href)
  }

  @Test("there is no runbook outside the folder", arguments: ["none", "..%2Fwatchkeeper", "zh-CN%2Fhost", "app.js"])
  func missing(_ name: String) async throws {
    let bench = try Bench()
    #expect(await bench.get("/runbooks/\(name)", cookie: try await bench.logIn()).status == 404)
  }
}

extension RunbookPage.Section {
  /// Kind and size of each block, and the commands in them: what a translation must not change.
  fileprivate var shape: [String] {
    blocks.map { block in
      switch block {
      case .paragraph(let text): "paragraph \(Self.code(in: text))"
      case .steps(let steps): "steps \(steps.map(Self.code))"
      }
    }
  }

  fileprivate var text: String {
    blocks.map { block in
      switch block {
      case .paragraph(let text): text
      case .steps(let steps): steps.joined()
      }
    }.joined()
  }

  private static func code(in text: String) -> [Substring] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }.sorted()
  }
}
