import Foundation
import Records
import Telemetry
import Testing
import Wording

@testable import WebInterface

@Suite("Pages")
struct PageTests {
  static let paths = [
    "/", "/overview", "/hosts", "/hosts/web01", "/incidents", "/incidents/INC-214", "/incidents/INC-213", "/cmdb",
    "/cmdb/host%3Adb01", "/cmdb/filesystem%3Aweb01%3A%2Fvar", "/maintenance", "/maintenance/tasks/MT-21", "/rules",
  ]

  @Test("every page stands in both languages and themes", arguments: paths, Language.allCases)
  func renders(_ path: String, _ language: Language) async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    for theme in Theme.allCases {
      let answer = await bench.get(path, query: "lang=\(language.rawValue)&theme=\(theme.rawValue)", cookie: cookie)
      #expect(answer.status == 200)
      #expect(answer.text.contains("<html lang=\"\(language.rawValue)\" data-theme=\"\(theme.rawValue)\""))
      #expect(PageFault.faults(in: answer.text, language) == [])
      #expect(
        answer.headers.contains { $0.name == "Set-Cookie" && $0.value.hasPrefix("wk_lang=\(language.rawValue);") })
    }
  }

  @Test(
    "with nothing to show every page says so",
    arguments: ["/", "/hosts", "/hosts/web01", "/incidents", "/cmdb", "/maintenance", "/rules"],
    Language.allCases)
  func empty(_ path: String, _ language: Language) async throws {
    let bench = try Bench(.empty)
    let answer = await bench.get(path, query: "lang=\(language.rawValue)", cookie: try await bench.logIn())
    #expect(answer.status == 200)
    #expect(answer.text.contains("class=\"empty\"") || answer.text.contains(" empty\""))
    #expect(PageFault.faults(in: answer.text, language) == [])
  }

  @Test("every page is JSON at the same address", arguments: paths)
  func json(_ path: String) async throws {
    let bench = try Bench()
    let answer = await bench.get(path, cookie: try await bench.logIn(), headers: ["accept": "application/json"])
    #expect(answer.status == 200)
    #expect(answer.header("Content-Type") == "application/json; charset=utf-8")
    #expect(!answer.json.isEmpty)
  }

  @Test("JSON carries ids, arguments and the reader's words")
  func phrases() async throws {
    let phrase = Phrase("overview.needs.more", ["count": "3"])
    let answer = WebResponse.json(["phrase": phrase], reader: Reader(language: .simplifiedChinese))
    let fields = try #require(answer.json["phrase"] as? [String: Any])
    #expect(fields["id"] as? String == "overview.needs.more")
    #expect(fields["text"] as? String == "另有 3 个")
    #expect(fields["arguments"] as? [String: String] == ["count": "3"])
  }

  @Test("what operators write cannot become markup")
  func escaping() async throws {
    let reader = Reader(language: .english, now: SampleConsole.now.milliseconds)
    let bench = try Bench()
    let row = IncidentRow(
      number: RecordNumber(.incident, 1), priority: 1, state: .critical, progress: .open,
      title: .verbatim("<script>alert(1)</script>"), since: SampleConsole.now, owner: "\"><img src=x>")
    let page = IncidentsPage(filter: IncidentFilter(words: "\" onfocus=\"x"), counts: [:], rows: [row], total: 1)
    let call = Call(
      request: WebRequest(path: "/incidents"), parameters: [:], reader: reader, theme: .light, identity: nil,
      csrfToken: "t")
    let text = bench.site.renderer.page(
      "incidents", title: "x", tab: .incidents, page.view(ViewParts(reader: reader)), call: call,
      shell: await bench.console.shell(), settings: bench.settings
    ).text
    #expect(!text.contains("<script>alert"))
    #expect(!text.contains("<img"))
    #expect(!text.contains("onfocus=\"x"))
  }

  @Test("a search over nothing helps, an unknown record is a page of its own")
  func missing() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    #expect(await bench.get("/incidents", query: "q=zzz", cookie: cookie).text.contains("Try fewer"))
    for path in ["/incidents/INC-9999", "/incidents/MT-1", "/incidents/abc", "/hosts/none", "/cmdb/none", "/nope"] {
      #expect(await bench.get(path, cookie: cookie).status == 404, "\(path)")
    }
  }

  @Test("filters live in the address and survive odd values")
  func filters() {
    let request = WebRequest(path: "/incidents", query: "which=waiting&priority=2&q=a%26b&page=3")
    let filter = IncidentFilter(request)
    #expect(filter == IncidentFilter(which: .waiting, priority: 2, words: "a&b", page: 3))
    #expect(filter.address == "/incidents?which=waiting&priority=2&q=a%26b&page=3")
    let odd = IncidentFilter(WebRequest(path: "/incidents", query: "which=x&priority=9&page=-4&q=%zz"))
    #expect(odd == IncidentFilter())
  }

  @Test("the checks of pages find what is wrong")
  func findsFaults() {
    #expect(PageFault.faults(in: "<p style=\"x\">", .english).contains(.inlineStyle))
    #expect(PageFault.faults(in: "<script>x</script>", .english).contains(.inlineScript))
    #expect(PageFault.faults(in: "<p onclick=\"x\">", .english).contains(.inlineScript))
    #expect(PageFault.faults(in: "<p>{no.such.id}</p>", .english).contains(.unknownID))
    #expect(PageFault.faults(in: "<p>{{x}}</p>", .english).contains(.mustache))
    #expect(PageFault.faults(in: "<div><p></div>", .english).contains(.unbalanced("div")))
    #expect(PageFault.faults(in: "<p>Optional(3)</p>", .english).contains(.swiftText))
    #expect(PageFault.faults(in: "<h1>事件</h1>", .english).contains(.otherLanguage))
  }
}

/// What must not be on a page.
enum PageFault: Equatable {
  case inlineStyle, inlineScript, unknownID, mustache, unbalanced(String), swiftText, otherLanguage

  static func faults(in html: String, _ language: Language) -> [PageFault] {
    var faults: [PageFault] = []
    if html.contains(#/\sstyle\s*=/#) { faults.append(.inlineStyle) }
    if html.contains(#/<script(?![^>]*\ssrc=)[^>]*>/#) || html.contains(#/<[^>]*\son[a-z]+\s*=/#) {
      faults.append(.inlineScript)
    }
    if html.contains(#/\{[a-z]+(\.[A-Za-z]+)+\}/#) { faults.append(.unknownID) }
    if html.replacing("{{ $labels.instance }}", with: "").contains("{{") { faults.append(.mustache) }
    if html.contains("Optional(") || html.contains("[\"") { faults.append(.swiftText) }
    if language == .english,
      html.replacing("中文", with: "").unicodeScalars.contains(where: { (0x4e00...0x9fff).contains($0.value) })
    {
      faults.append(.otherLanguage)
    }
    if let tag = unbalanced(html) { faults.append(.unbalanced(tag)) }
    return faults
  }

  private static let void: Set<String> = ["meta", "link", "input", "br", "img", "hr"]

  /// The first tag that closes what was not open, or stays open.
  private static func unbalanced(_ html: String) -> String? {
    var open: [String] = []
    for match in html.matches(of: #/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/#) {
      let (name, isClosing, isEmpty) = (match.2.lowercased(), !match.1.isEmpty, !match.4.isEmpty)
      if void.contains(name) || isEmpty { continue }
      if !isClosing {
        open.append(name)
      } else if open.popLast() != name {
        return name
      }
    }
    return open.first
  }
}
