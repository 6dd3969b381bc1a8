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
    "/cmdb/host%3Adb01", "/cmdb/filesystem%3Aweb01%3A%2Fvar", "/maintenance", "/maintenance/tasks/MT-21",
    "/maintenance/windows/MW-21",
    "/probes", "/rules", "/rules/rules%2Fdb.yaml/db/ReplicaLag/past", "/explore",
  ]

  @Test(
    "a query's answer and its fault stand in both languages", arguments: ["q=up&range=6h", "q=sum("], Language.allCases)
  func explored(_ query: String, _ language: Language) async throws {
    let bench = try Bench()
    let answer = await bench.get(
      "/explore", query: "\(query)&lang=\(language.rawValue)", cookie: try await bench.logIn())
    #expect(answer.status == 200)
    #expect(PageFault.faults(in: answer.text, language) == [])
    // The caret stands under the fifth character.
    #expect(answer.text.contains("<b>    ^</b> 1:5") == query.hasSuffix("("))
  }

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
    arguments: ["/", "/hosts", "/hosts/web01", "/incidents", "/cmdb", "/maintenance", "/probes", "/rules", "/explore"],
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

  @Test("a back-test shows its figures, strip and ladder; an unknown or recording rule is not found") func backtest()
    async throws
  {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let path = "/rules/rules%2Fdb.yaml/db/ReplicaLag/past"
    let page = await bench.get(path, query: "since=30d", cookie: cookie).text
    for text in ["firing-strip", "INC-214", "on-call 3", "&gt; 60", #"?since=30d" aria-current="true""#] {
      #expect(page.contains(text), "\(text)")
    }
    // On a phone the cell lays out its parts apart from each other: records and brackets are one part.
    #expect(page.contains(#"<td data-l="Real"><span><a class="rec" href="/incidents/INC-214""#))
    #expect(await bench.get("/rules", cookie: cookie).text.contains(path))
    for missing in ["ReplicaLog", "job%3Aup%3Asum"] {
      #expect(await bench.get("/rules/rules%2Fdb.yaml/db/\(missing)/past", cookie: cookie).status == 404)
    }
    let running = await bench.get("/rules/rules%2Fdb.yaml/db/Broken/past", cookie: cookie)
    #expect(running.header("Refresh") == "2" && running.text.contains("40"))
  }

  @Test("the pill leads to the probes, where what a probe says stands") func probes() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    #expect(await bench.get("/", cookie: cookie).text.contains(#"<a class="pill is-ok" href="/probes""#))
    let page = await bench.get("/probes", cookie: cookie).text
    #expect(page.contains("<p class=\"s c-warn\">Not everything could be collected: backup.prom: line 3</p>"))
    #expect(page.contains(#"<a href="/cmdb/host%3Adb01">db01</a>"#))
  }

  @Test("probes are sorted and filtered by the address, and each has a page with its gaps and its readers")
  func probePages() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    func names(_ query: String) async throws -> [String] {
      let page = await bench.get("/probes", query: query, cookie: cookie).text
      return page.components(separatedBy: #"<a href="/probes/"#).dropFirst().map {
        String($0.prefix { $0 != "\"" })
      }
    }
    #expect(try await names("") == ["scripts", "db01"])
    #expect(await bench.get("/probes", cookie: cookie).text.contains("8 packets"))
    #expect(try await names("sort=name") == ["db01", "scripts"])
    #expect(try await names("sort=cpu") == ["db01", "scripts"])
    #expect(try await names("which=wrong") == ["scripts"])
    #expect(try await names("q=SCRAPE%20db") == ["db01"])
    #expect(try await names("q=nothing").isEmpty)
    let page = await bench.get("/probes/db01", cookie: cookie).text
    for part in ["Watchkeeper was stopped.", "<code>*/5 * * * *</code>", "InstanceDown", "everything"] {
      #expect(page.contains(part), "\(part)")
    }
    #expect(await bench.get("/probes/nobody", cookie: cookie).status == 404)
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

  @Test("whoever is logged in keeps the navigation on a page of refusal; a stranger sees nothing of the installation")
  func framedProblem() async throws {
    let bench = try Bench()
    let inside = await bench.get("/incidents/INC-9999", cookie: try await bench.logIn()).text
    #expect(inside.contains("<nav class=\"nav\"") && inside.contains("/incidents?which=all"))
    #expect(PageFault.faults(in: inside, .english) == [])
    let outside = await bench.get("/incidents/INC-9999").text
    #expect(!outside.contains("<nav class=\"nav\"") && outside.contains("watchkeeper login"))
  }

  @Test("the title of a page tells the state, and how many incidents wait")
  func titles() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    func title(_ path: String) async throws -> String {
      let text = await bench.get(path, cookie: cookie).text
      let from = try #require(text.firstRange(of: "<title>")?.upperBound)
      return String(text[from...].prefix { $0 != "<" })
    }
    let waiting = await bench.console.shell().incidentsWaiting
    #expect(waiting > 0)
    #expect(try await title("/").hasPrefix("(\(waiting)) "))
    #expect(try await title("/incidents/INC-214").contains("Critical: INC-214"))
    #expect(try await title("/hosts/web01").contains(": web01"))
  }

  @Test("a withheld breach leads to its window, an incident to itself")
  func links() {
    let parts = ViewParts(reader: Reader(language: .english))
    func href(_ number: RecordNumber) -> String? {
      IncidentRow(
        number: number, priority: 1, state: .maintenance, progress: .withheld, title: .verbatim("x"),
        since: SampleConsole.now
      ).view(parts)["href"] as? String
    }
    #expect(href(RecordNumber(.maintenanceWindow, 3)) == "/maintenance/windows/MW-3")
    #expect(href(RecordNumber(.incident, 3)) == "/incidents/INC-3")
  }

  @Test("faults of Watchkeeper itself stand on every page", arguments: ["/", "/rules", "/incidents/INC-9999"])
  func notices(_ path: String) async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let notice = try #require(await bench.console.shell().notices.first)
    let words = notice.phrase.text(for: Reader(language: .english))
    let text = await bench.get(path, cookie: cookie).text
    #expect(text.contains(words))
    // The mark travels with the stream, so that an open page learns of a fault that comes, goes or reads otherwise.
    let shell = await bench.console.shell()
    #expect(text.contains("data-notices=\"\(shell.noticesMark)\""))
    let delta = EventRoutes.text(of: ConsoleDelta(id: 1, .shell(shell)), for: Reader(language: .english))
    #expect(delta.contains("\"notices\":\"\(shell.noticesMark)\""))
  }

  @Test("an open page learns of another number or place of a fault, not of its age")
  func noticesMark() {
    func mark(_ arguments: [String: String], place: String = "a") -> String {
      let detail = Phrase("console.notice.damaged-remedy", ["place": place])
      let notice = StatedPhrase(.critical, Phrase("console.notice.undelivered", arguments), detail: detail)
      return ShellState(health: .ok, probesDelivering: 1, probesExpected: 1, notices: [notice]).noticesMark
    }
    let first = mark(["count": "3", "age": "60", "receiver": "mail"])
    #expect(mark(["receiver": "mail", "age": "61", "count": "3"]) == first)
    #expect(mark(["receiver": "mail", "age": "60", "count": "4"]) != first)
    #expect(mark(["receiver": "mail", "age": "60", "count": "3"], place: "b") != first)
  }

  @Test("an empty week says when the next task is, and leads there")
  func emptyWeek() {
    let task = SampleConsole(.full).sampleTasks[1]
    var page = MaintenancePage(start: SampleConsole.now, now: SampleConsole.now, lanes: [], tasks: [])
    let parts = ViewParts(reader: Reader(language: .english, now: SampleConsole.now.milliseconds))
    func links() -> [String] {
      ((page.view(parts)["empty"] as? View)?["parts"] as? [View] ?? []).compactMap { $0["href"] as? String }
    }
    #expect(links().isEmpty)
    page.following = task
    #expect(links() == ["/maintenance/tasks/\(task.number)"])
  }

  @Test("changes of one hand at one time are one entry of the history")
  func history() {
    func change(_ secondsAgo: Int64, _ actor: String, _ after: String) -> ItemChange {
      ItemChange(
        at: SampleConsole.now.advanced(by: .seconds(-secondsAgo)), actor: .verbatim(actor), .verbatim("First seen"),
        after: .verbatim(after))
    }
    let entries = HistoryEntry.entries([
      change(0, "probe", "os = Debian"), change(1, "probe", "cores = 2"), change(2, "Ann", "rack = A3"),
      change(500, "Ann", "rack = A2"),
    ])
    let parts = ViewParts(reader: Reader(language: .english))
    #expect(entries.map { ($0.view(parts)["lines"] as? [View])?.count } == [2, 1, 1])
  }

  @Test("sections of half a row stand in pairs, one left over takes the row")
  func pairs() {
    func section(_ widths: ChartWidth...) -> ChartSection {
      ChartSection(
        id: "s", title: .verbatim("s"),
        charts: widths.map {
          Chart(
            id: "c", title: .verbatim("c"), unit: .plain, start: SampleConsole.now, end: SampleConsole.now,
            intervalSeconds: 1, series: [], width: $0)
        })
    }
    let widths = HostPage.widths(of: [
      section(.full), section(.half), section(.half), section(.half), section(.half, .half), section(.half),
    ])
    #expect(widths == [.full, .half, .half, .full, .full, .full])
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
