import Foundation
import Records
import Synchronization
import Telemetry
import Wording

@testable import WebInterface

/// A clock that a test turns. Its `sleep` ends only with its task.
final class TurnedClock: WallClock {
  private let time: Mutex<Timestamp>

  init(_ now: Timestamp = SampleConsole.now) { time = Mutex(now) }

  var now: Timestamp { time.withLock { $0 } }
  var uptime: Duration { .zero }

  func turn(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }

  func sleep(untilUptime deadline: Duration) async throws {
    for await _ in AsyncStream<Never>(unfolding: { await never() }) {}
    throw CancellationError()
  }
}

/// A clock whose every wait is over at once.
struct HastyClock: WallClock {
  var now: Timestamp { SampleConsole.now }
  var uptime: Duration { .zero }
  func sleep(untilUptime deadline: Duration) async throws {}
}

/// Returns when its task is cancelled.
func never() async -> Never? {
  let (stream, _) = AsyncStream.makeStream(of: Never.self)
  for await _ in stream {}
  return nil
}

final class CountedIdentifiers: IdentifierSource {
  private let count = Mutex(0)

  func next() -> String { "\(count.withLock { $0 += 1; return $0 })" }
  func nextSecret() -> Secret { Secret("secret-\(next())") }
}

/// A site with a sample console and somebody logged in.
struct Bench {
  let console: SampleConsole
  let clock: TurnedClock
  let sessions: SessionStore
  let site: Site
  var settings: WebSettings

  init(_ content: SampleConsole.Content = .full, settings: WebSettings = Bench.settings) throws {
    console = SampleConsole(content)
    clock = TurnedClock()
    sessions = SessionStore(clock: clock, identifiers: CountedIdentifiers(), rows: nil)
    site = try Site(console: console, sessions: sessions, settings: settings, clock: clock)
    self.settings = settings
  }

  static var settings: WebSettings {
    var settings = WebSettings()
    settings.zone = .fixed("Asia/Shanghai", offsetSeconds: 28_800)
    settings.version = "0.1.0"
    return settings
  }

  /// Follows a log-in link and returns the cookie.
  func logIn(as role: Role = .operator_) async throws -> String {
    let token = await sessions.issueLink(for: Identity(actor: .person("Han Mei"), role: role))
    let answer = await get("/", query: "t=\(token.reveal())")
    let cookie = try present(answer.header("Set-Cookie"))
    return String(cookie.prefix { $0 != ";" })
  }

  func get(
    _ path: String, query: String = "", cookie: String? = nil, headers: [String: String] = [:], method: String = "GET"
  ) async -> WebResponse {
    var fields = ["host": "localhost:8470"]
    fields["cookie"] = cookie
    for (name, value) in headers { fields[name] = value }
    return await site.respond(to: WebRequest(method: method, path: path, query: query, headers: fields))
  }

  func post(
    _ path: String, cookie: String?, form: String, headers: [String: String] = [:]
  ) async -> WebResponse {
    var fields = ["host": "localhost:8470", "content-type": "application/x-www-form-urlencoded"]
    fields["cookie"] = cookie
    for (name, value) in headers { fields[name] = value }
    return await site.respond(to: WebRequest(method: "POST", path: path, headers: fields, body: Array(form.utf8)))
  }

  func csrf(of cookie: String) async throws -> String {
    let token = String(cookie.drop { $0 != "=" }.dropFirst())
    return try present(await sessions.session(for: token)).csrfToken
  }
}

struct Missing: Error {}

/// For helpers outside a test function.
func present<Value: Sendable>(_ value: Value?) throws -> Value { if let value { value } else { throw Missing() } }

extension WebResponse {
  var text: String {
    if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
  }

  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
  }
}
