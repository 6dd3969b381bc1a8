import Records
import Synchronization
import Testing

@testable import WebInterface

@Suite("Guards")
struct GuardTests {
  @Test("without a session every door but the open ones is closed", arguments: [false, true])
  func closed(_ json: Bool) async throws {
    let bench = try Bench()
    for entry in bench.site.table.entries where entry.permission != .anonymous {
      let path = entry.route.pattern.replacing(":number", with: "INC-214")
      let answer = await bench.site.respond(
        to: WebRequest(
          method: entry.route.method.rawValue, path: path,
          headers: ["host": "localhost", "accept": json ? "application/json" : "text/html"]))
      #expect(answer.status == 401, "\(entry.route.method.rawValue) \(path)")
    }
    #expect(bench.console.performed.withLock { $0 }.isEmpty)
  }

  @Test("a viewer may look, not act; the page names the role that may")
  func forbidden() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn(as: .viewer)
    let csrf = try await bench.csrf(of: cookie)
    #expect(await bench.get("/incidents/INC-214", cookie: cookie).status == 200)
    let answer = await bench.post("/incidents/INC-214/acknowledge", cookie: cookie, form: "csrf=\(csrf)")
    #expect(answer.status == 403)
    #expect(answer.text.contains("incident:write") && answer.text.contains("operator"))
    let chinese = await bench.post(
      "/incidents/INC-214/acknowledge", cookie: cookie, form: "csrf=\(csrf)", headers: ["accept-language": "zh-CN"])
    #expect(chinese.text.contains("运维"))
    #expect(bench.console.performed.withLock { $0 }.isEmpty)
  }

  @Test(
    "a Host header must name this machine",
    arguments: [
      ("localhost:8470", true), ("127.0.0.1", true), ("127.3.2.1:99", true), ("[::1]:8470", true), ("LOCALHOST", true),
      ("console.example", true), ("evil.example", false), ("127.0.0.1.evil.example", false), ("", false),
      ("127.0.0.256", false), ("localhost.evil.example", false),
    ])
  func hosts(_ host: String, _ isAllowed: Bool) async throws {
    var settings = Bench.settings
    settings.hostNames = ["console.example"]
    let bench = try Bench(settings: settings)
    let answer = await bench.get("/-/healthy", headers: ["host": host])
    #expect(answer.status == (isAllowed ? 200 : 421))
  }

  @Test(
    "an unsafe request needs the token and must not come from elsewhere",
    arguments: [
      ("csrf=TOKEN", [:], true), ("", [:], false), ("csrf=wrong", [:], false), ("csrf=", [:], false),
      ("", ["x-csrf-token": "TOKEN"], true), ("csrf=TOKEN", ["origin": "http://localhost:8470"], true),
      ("csrf=TOKEN", ["origin": "http://evil.example"], false), ("csrf=TOKEN", ["origin": "null"], false),
      ("csrf=TOKEN", ["origin": "null", "sec-fetch-site": "same-origin"], true),
      ("csrf=TOKEN", ["origin": "null", "sec-fetch-site": "none"], false),
      ("csrf=TOKEN", ["origin": "http://evil.example", "sec-fetch-site": "same-origin"], false),
      ("csrf=TOKEN", ["sec-fetch-site": "cross-site"], false), ("csrf=TOKEN", ["sec-fetch-site": "same-site"], false),
      ("csrf=TOKEN", ["sec-fetch-site": "same-origin"], true),
    ] as [(String, [String: String], Bool)])
  func crossSite(_ form: String, _ headers: [String: String], _ isAllowed: Bool) async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    let answer = await bench.post(
      "/incidents/INC-214/acknowledge", cookie: cookie, form: form.replacing("TOKEN", with: csrf),
      headers: headers.mapValues { $0.replacing("TOKEN", with: csrf) })
    #expect(answer.status == (isAllowed ? 303 : 403))
    #expect(bench.console.performed.withLock { $0.count } == (isAllowed ? 1 : 0))
  }

  @Test("the token of another session does not serve")
  func foreignToken() async throws {
    let bench = try Bench()
    let mine = try await bench.logIn()
    let other = try await bench.csrf(of: try await bench.logIn())
    #expect(await bench.post("/incidents/INC-214/acknowledge", cookie: mine, form: "csrf=\(other)").status == 403)
  }

  @Test(
    "every answer carries the headers",
    arguments: ["/", "/incidents", "/-/healthy", "/favicon.ico", "/nope", "/api/v1/query"])
  func headers(_ path: String) async throws {
    let bench = try Bench()
    let answer = await bench.get(path, cookie: try await bench.logIn())
    let policy = try #require(answer.header("Content-Security-Policy"))
    for directive in [
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
      "form-action 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ] { #expect(policy.contains(directive)) }
    #expect(!policy.contains("unsafe"))
    #expect(answer.header("X-Content-Type-Options") == "nosniff")
    #expect(answer.header("Referrer-Policy") == "no-referrer")
    #expect(answer.header("Cache-Control") != nil)
  }

  @Test("a body over the limit is refused, another method is told the right one")
  func limits() async throws {
    var settings = Bench.settings
    settings.bodyBytesMax = 10
    let bench = try Bench(settings: settings)
    let large = await bench.post("/incidents/INC-214/notes", cookie: nil, form: "note=0123456789")
    #expect(large.status == 413)
    let wrong = await bench.get("/incidents/INC-214/acknowledge")
    #expect(wrong.status == 405)
    #expect(wrong.header("Allow") == "POST")
  }

  @Test("an answer that takes too long is given up")
  func timeout() async throws {
    let bench = try Bench()
    let site = try Site(
      console: bench.console, sessions: bench.sessions, settings: bench.settings, clock: HastyClock(),
      extraRoutes: [
        Route(.get, "/slow", .anonymous) { _ async throws(WebFailure) in
          _ = await never()
          return .seeOther("/")
        }
      ])
    #expect(await site.respond(to: WebRequest(path: "/slow", headers: ["host": "localhost"])).status == 503)
  }

  @Test("a token is known by its digest and needs no session")
  func token() async throws {
    var settings = Bench.settings
    let known = Digest(of: Array("wk_good".utf8))
    settings.identityOfToken = { $0 == known ? Identity(actor: .token("deploy"), role: .operator_) : nil }
    let bench = try Bench(settings: settings)
    let good = ["authorization": "Bearer wk_good", "accept": "application/json"]
    #expect(await bench.get("/incidents", headers: good).status == 200)
    #expect(await bench.post("/incidents/INC-214/acknowledge", cookie: nil, form: "", headers: good).status == 200)
    let cookie = try await bench.logIn()
    // A wrong token is refused even beside a good session.
    let bad = ["authorization": "Bearer wk_bad"]
    #expect(await bench.get("/incidents", cookie: cookie, headers: bad).status == 401)
    #expect(await bench.post("/incidents/INC-214/acknowledge", cookie: cookie, form: "", headers: bad).status == 401)
  }

  @Test("an odd path does not make a link to another site")
  func oddPath() async throws {
    let bench = try Bench()
    #expect(!(await bench.get("//evil.example/x").text.contains("href=\"//evil")))
  }

  @Test("the socket's caller is known by the socket")
  func socket() async throws {
    let bench = try Bench()
    let read = await bench.site.respond(to: WebRequest(path: "/incidents", door: .socket))
    #expect(read.status == 200)
    #expect(read.header("Content-Type")?.hasPrefix("application/json") == true)
    let act = await bench.site.respond(
      to: WebRequest(
        method: "POST", path: "/incidents/INC-214/notes", headers: ["content-type": "application/json"],
        body: Array(#"{"note":"looked at it"}"#.utf8), door: .socket))
    #expect(act.status == 200)
    #expect(bench.console.performed.withLock { $0 } == [.addNote(RecordNumber(.incident, 214), text: "looked at it")])
  }
}
