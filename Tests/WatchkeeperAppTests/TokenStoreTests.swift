import Foundation
import Records
import Telemetry
import Testing
import WebInterface

@testable import WatchkeeperApp

@Suite("API tokens")
struct TokenStoreTests {
  private let clock = TestClock()
  private let rows: MemoryJournal

  init() { rows = MemoryJournal(clock: clock) }

  private func store() async throws -> TokenStore {
    let store = TokenStore(clock: clock, identifiers: CountingIdentifiers(), rows: rows)
    try await store.restore()
    return store
  }

  private func digest(_ issued: IssuedToken) -> Digest { Digest(of: Array(issued.token.reveal().utf8)) }

  @Test("a token admits as its role, also after a restart, until it expires")
  func lifetime() async throws {
    let store = try await store()
    let issued = try await store.issue(TokenOrder(name: "desk", role: .operator_, lifetime: .seconds(3600)))
    #expect(issued.token.reveal().hasPrefix("wk_"))
    let expected = Identity(actor: .token("desk"), role: .operator_)
    #expect(await store.identity(of: digest(issued)) == expected)
    let restarted = try await self.store()
    #expect(await restarted.identity(of: digest(issued)) == expected)
    clock.advance(by: .seconds(3600))
    #expect(await restarted.identity(of: digest(issued)) == nil)
    #expect(await restarted.tokens().isEmpty)
  }

  @Test("a token without an end is good for ever, an unknown one never")
  func endless() async throws {
    let store = try await store()
    let issued = try await store.issue(TokenOrder(role: .viewer, lifetime: nil))
    clock.advance(by: .seconds(10 * 365 * 86_400))
    #expect(await store.identity(of: digest(issued))?.role == .viewer)
    #expect(await store.identity(of: Digest(of: Array("wk_guess".utf8))) == nil)
  }

  @Test("the store holds the digest, never the token")
  func digestOnly() async throws {
    let issued = try await store().issue(TokenOrder(name: "desk", role: .viewer, lifetime: nil))
    let stored = try await rows.rows(of: .tokens)
    #expect(stored.map(\.key) == [digest(issued).hexadecimal])
    let secret = String(issued.token.reveal().dropFirst(TokenStore.prefix.count))
    #expect(!stored.contains { String(decoding: $0.value, as: UTF8.self).contains(secret) })
  }

  @Test("a revoked token admits nobody, also after a restart")
  func revoked() async throws {
    let store = try await store()
    let issued = try await store.issue(TokenOrder(name: "desk", role: .viewer, lifetime: nil))
    try await store.revoke("desk")
    #expect(await store.identity(of: digest(issued)) == nil)
    #expect(await (try self.store()).identity(of: digest(issued)) == nil)
    await #expect(throws: TokenRefusal.notFound) { try await store.revoke("desk") }
  }

  @Test("a name is taken once, and free again when its token has expired")
  func names() async throws {
    let store = try await store()
    let order = TokenOrder(name: "desk", role: .viewer, lifetime: .seconds(60))
    _ = try await store.issue(order)
    await #expect(throws: TokenRefusal.refused(Reason("token.name-taken", ["name": "desk"]))) {
      try await store.issue(order)
    }
    clock.advance(by: .seconds(60))
    _ = try await store.issue(order)
    #expect(await store.tokens().map(\.name) == ["desk"])
    #expect(try await rows.rows(of: .tokens).count == 1)
  }

  @Test(
    "a name that could confuse a log is refused",
    arguments: ["", "a b", "a\nb", "令牌", String(repeating: "a", count: 65)])
  func malformed(_ name: String) async throws {
    let store = try await store()
    await #expect(throws: TokenRefusal.self) {
      try await store.issue(TokenOrder(name: name, role: .viewer, lifetime: nil))
    }
    #expect(try await rows.rows(of: .tokens).isEmpty)
  }

  @Test("a damaged row admits nobody and harms no other")
  func damaged() async throws {
    let issued = try await store().issue(TokenOrder(role: .viewer, lifetime: nil))
    try await rows.write(["00": Array("{".utf8)], to: .tokens)
    let store = try await store()
    #expect(await store.tokens().count == 1)
    #expect(await store.identity(of: digest(issued)) != nil)
  }
}
