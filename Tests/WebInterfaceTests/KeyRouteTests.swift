import Foundation
import Records
import Synchronization
import Telemetry
import Testing

@testable import WebInterface

@Suite("Keys and status")
struct KeyRouteTests {
  /// Hands out one token for every order but `taken`.
  private final class Desk: TokenDesk {
    let orders = Mutex<[TokenOrder]>([])

    func issue(_ order: TokenOrder) async throws(TokenRefusal) -> IssuedToken {
      if order.name == "taken" { throw .refused(Reason("token.name-taken", ["name": "taken"])) }
      orders.withLock { $0.append(order) }
      return IssuedToken(
        token: Secret("wk_1"),
        entry: TokenEntry(name: "desk", role: order.role.rawValue, createdAt: SampleConsole.now, expiresAt: nil))
    }

    func tokens() async -> [TokenEntry] { [] }

    func revoke(_ name: String) async throws(TokenRefusal) { if name != "desk" { throw .notFound } }
  }

  private let desk = Desk()

  private func bench() throws -> Bench {
    var settings = Bench.settings
    settings.tokenDesk = desk
    settings.consoleURL = { "http://127.0.0.1:8470" }
    return try Bench(settings: settings)
  }

  private func ask(
    _ bench: Bench, _ method: String, _ path: String, body: String = "", door: WebRequest.Door = .socket,
    headers: [String: String] = [:]
  ) async -> WebResponse {
    await bench.site.respond(
      to: WebRequest(
        method: method, path: path, headers: ["host": "localhost"].merging(headers) { $1 }, body: Array(body.utf8),
        door: door))
  }

  @Test("the socket gets a link that logs in once")
  func link() async throws {
    let bench = try bench()
    let answer = await ask(bench, "POST", "/login-links")
    let url = try #require(answer.json["url"] as? String)
    #expect(url.hasPrefix("http://127.0.0.1:8470/?t="))
    let token = url.drop { $0 != "=" }.dropFirst()
    #expect(await bench.get("/", query: "t=\(token)").status == 303)
    #expect(await bench.get("/", query: "t=\(token)").status == 401)
  }

  @Test("on the network no role gets a key", arguments: Role.allCases)
  func network(_ role: Role) async throws {
    var settings = Bench.settings
    settings.tokenDesk = desk
    settings.identityOfToken = { _ in Identity(actor: .token("t"), role: role) }
    let bench = try Bench(settings: settings)
    for (method, path) in [
      ("POST", "/login-links"), ("POST", "/tokens"), ("GET", "/tokens"), ("POST", "/tokens/desk/revoke"),
    ] {
      let answer = await ask(
        bench, method, path, body: #"{"role":"viewer"}"#, door: .network,
        headers: ["authorization": "Bearer x", "accept": "application/json"])
      #expect(answer.status == (role == .administrator ? 404 : 403), "\(method) \(path)")
      #expect(!answer.text.contains("wk_1"))
    }
    #expect(desk.orders.withLock { $0 }.isEmpty)
  }

  @Test("a token is made as ordered and shown once")
  func issue() async throws {
    let answer = await ask(
      try bench(), "POST", "/tokens", body: #"{"role":"operator","name":"desk","expiresInSeconds":60}"#)
    #expect(answer.status == 200)
    #expect(answer.json["token"] as? String == "wk_1")
    #expect(
      desk.orders.withLock { $0 } == [TokenOrder(name: "desk", role: .operator_, lifetime: .seconds(60))])
  }

  @Test(
    "orders that cannot be carried out are refused with a reason",
    arguments: [
      ("", 400), (#"{"role":"god"}"#, 400), (#"{"role":"viewer","expiresInSeconds":0}"#, 400),
      (#"{"role":"viewer","expiresInSeconds":1e300}"#, 400), (#"{"role":"viewer","name":"taken"}"#, 409),
    ])
  func refused(_ body: String, _ status: Int) async throws {
    let answer = await ask(try bench(), "POST", "/tokens", body: body)
    #expect(answer.status == status)
    #expect((answer.json["error"] as? [String: Any])?["message"] is String)
    #expect(desk.orders.withLock { $0 }.isEmpty)
  }

  @Test("a token is revoked by name, an unknown name is not found")
  func revoke() async throws {
    let bench = try bench()
    #expect(await ask(bench, "POST", "/tokens/desk/revoke").status == 200)
    #expect(await ask(bench, "POST", "/tokens/other/revoke").status == 404)
  }

  @Test("the status holds the frame and the overview in one answer")
  func status() async throws {
    let bench = try bench()
    let json = await ask(bench, "GET", "/api/status").json
    #expect((json["shell"] as? [String: Any])?["health"] as? String == "ok")
    #expect((json["overview"] as? [String: Any])?["verdict"] != nil)
    #expect(json["notReady"] == nil)
    bench.console.isReady.withLock { $0 = .notReady("replaying") }
    #expect(await ask(bench, "GET", "/api/status").json["notReady"] as? String == "replaying")
  }
}
