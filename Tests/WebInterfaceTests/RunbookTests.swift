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

  @Test("there is no runbook outside the folder", arguments: ["none", "..%2Fwatchkeeper", "app.js"])
  func missing(_ name: String) async throws {
    let bench = try Bench()
    #expect(await bench.get("/runbooks/\(name)", cookie: try await bench.logIn()).status == 404)
  }
}
