import Records
import Telemetry
import Testing

@testable import WebInterface

@Suite("Coming in")
struct AccessTests {
  @Test("a link admits once, sets a closed cookie and leaves the address")
  func linkOnce() async throws {
    let bench = try Bench()
    let token = await bench.sessions.issueLink(for: Identity(actor: .person("Han Mei"), role: .operator_)).reveal()
    let first = await bench.get("/", query: "t=\(token)")
    #expect(first.status == 303)
    #expect(first.header("Location") == "/")
    let cookie = try #require(first.header("Set-Cookie"))
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
    #expect(!cookie.contains(token))
    let second = await bench.get("/", query: "t=\(token)")
    #expect(second.status == 401)
    #expect(second.text.contains("This link has been used") && second.text.contains("watchkeeper login"))
    #expect(second.header("Set-Cookie") == nil)
  }

  @Test("a link that is too old or was never made admits nobody")
  func oldLink() async throws {
    let bench = try Bench()
    let token = await bench.sessions.issueLink(for: Identity(actor: .person("a"), role: .viewer)).reveal()
    bench.clock.turn(by: .seconds(3601))
    #expect(await bench.get("/", query: "t=\(token)").status == 401)
    #expect(await bench.get("/", query: "t=guess").text.contains("This link admits nobody"))
  }

  @Test("a preview by HEAD does not use the link up")
  func headKeepsLink() async throws {
    let bench = try Bench()
    let token = await bench.sessions.issueLink(for: Identity(actor: .person("a"), role: .viewer)).reveal()
    _ = await bench.get("/", query: "t=\(token)", method: "HEAD")
    #expect(await bench.get("/", query: "t=\(token)").header("Set-Cookie") != nil)
  }

  @Test("a session ends after 12 hours without use and after 7 days in any case")
  func expiry() async throws {
    let bench = try Bench()
    let idle = try await bench.logIn()
    bench.clock.turn(by: .seconds(12 * 3600 + 1))
    #expect(await bench.get("/", cookie: idle).status == 401)
    let busy = try await bench.logIn()
    for _ in 0..<16 {
      bench.clock.turn(by: .seconds(10 * 3600))
      #expect(await bench.get("/", cookie: busy).status == 200)
    }
    bench.clock.turn(by: .seconds(9 * 3600))
    #expect(await bench.get("/", cookie: busy).status == 401)
  }

  @Test("logging out ends the session")
  func logOut() async throws {
    let bench = try Bench()
    let cookie = try await bench.logIn()
    let csrf = try await bench.csrf(of: cookie)
    #expect(await bench.post("/logout", cookie: cookie, form: "csrf=\(csrf)").status == 303)
    #expect(await bench.get("/", cookie: cookie).status == 401)
  }

  @Test("the store holds digests, not tokens, and sessions survive a restart")
  func storedDigests() async throws {
    let rows = StoredRows()
    let clock = TurnedClock()
    let store = SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: rows)
    let link = await store.issueLink(for: Identity(actor: .person("Han Mei"), role: .viewer))
    guard case .admitted(let admission) = await store.redeem(link: link.reveal()) else {
      Issue.record("not admitted")
      return
    }
    let kept = try await rows.rows(of: .sessions)
    #expect(kept.count == 1)
    #expect(kept.allSatisfy { !$0.key.contains(admission.token.reveal()) })
    #expect(kept.allSatisfy { !String(decoding: $0.value, as: UTF8.self).contains(admission.token.reveal()) })
    let next = SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: rows)
    try await next.restore()
    #expect(await next.session(for: admission.token.reveal())?.identity.name == "Han Mei")
  }

  @Test("more sessions than allowed put out the one unused longest")
  func sessionLimit() async throws {
    var limits = SessionStore.Limits()
    limits.sessionsMax = 2
    let clock = TurnedClock()
    let store = SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: nil, limits: limits)
    var tokens: [String] = []
    for _ in 0..<3 {
      clock.turn(by: .seconds(1))
      let link = await store.issueLink(for: Identity(actor: .person("a"), role: .viewer))
      if case .admitted(let admission) = await store.redeem(link: link.reveal()) {
        tokens.append(admission.token.reveal())
      }
    }
    #expect(tokens.count == 3)
    #expect(await store.session(for: tokens[0]) == nil)
    #expect(await store.session(for: tokens[1]) != nil)
    #expect(await store.session(for: tokens[2]) != nil)
  }
}

actor StoredRows: RowStore {
  private var tables: [RowTable: [String: [UInt8]]] = [:]

  func write(_ changes: [String: [UInt8]?], to table: RowTable) async throws(JournalError) {
    for (key, value) in changes { tables[table, default: [:]][key] = value }
  }

  func rows(of table: RowTable) async throws(JournalError) -> [(key: String, value: [UInt8])] {
    (tables[table] ?? [:]).sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }
}
