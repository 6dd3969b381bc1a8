import Foundation
import Records
import Synchronization
import Telemetry
import Testing
import Transfers
import Wording

@testable import Notifiers

@Suite("Notifier catalogue")
struct CatalogTests {
  @Test("names and keys are unique")
  func unique() {
    let kinds = NotifierCatalog.kinds
    #expect(Set(kinds.map(\.name)).count == kinds.count)
    #expect(Set(kinds.map(\.settingsKey)).count == kinds.count)
  }

  /// The examples are flat `key: value` lines, which this reads without a YAML parser.
  @Test("every example makes a notifier", arguments: NotifierCatalog.kinds.indices)
  func examples(_ index: Int) throws {
    let kind = NotifierCatalog.kinds[index]
    let members = kind.example.split(separator: "\n").map { line -> String in
      let key = line.prefix { $0 != ":" }
      let value = line.dropFirst(key.count + 2)
      return value == "true" || value == "false" ? "\"\(key)\":\(value)" : "\"\(key)\":\"\(value)\""
    }
    #expect(try make(kind, "{" + members.joined(separator: ",") + "}").description == kind.name)
  }

  struct Bad: Sendable {
    let kind: Int
    let json: String
    let key: String
    let says: String
  }

  @Test(
    "bad settings name the key and the remedy, never the secret",
    arguments: [
      Bad(kind: 0, json: "{}", key: "url", says: "is missing – write url or url_file"),
      Bad(kind: 0, json: #"{"url":"ftp://canary"}"#, key: "url", says: "is not a web address"),
      Bad(kind: 0, json: #"{"url":"http://canary","url_file":"f"}"#, key: "url_file", says: "url is set as well"),
      Bad(
        kind: 0, json: #"{"url":"http://a","http_config":{"authorization":{"type":"canary"}}}"#, key: "credentials",
        says: "is missing"),
      Bad(
        kind: 0,
        json:
          #"{"url":"http://a","http_config":{"authorization":{"credentials":"canary"},"basic_auth":{"username":"u"}}}"#,
        key: "basic_auth", says: "authorization is set as well"),
      Bad(kind: 1, json: #"{"to":"canary"}"#, key: "to", says: "is not a list of mail addresses"),
      Bad(kind: 1, json: #"{"to":"a@b.c"}"#, key: "from", says: "smtp_from"),
      Bad(kind: 1, json: #"{"to":"a@b.c","from":"a@b.c"}"#, key: "smarthost", says: "host:port"),
      Bad(
        kind: 1, json: #"{"to":"a@b.c","from":"a@b.c","smarthost":"u:canary@h:25"}"#, key: "smarthost",
        says: "host:port"),
      Bad(kind: 1, json: #"{"to":"a@b.c","from":"a@b.c","smarthost":"h:0"}"#, key: "smarthost", says: "host:port"),
      Bad(
        kind: 1, json: #"{"to":"a@b.c","from":"a@b.c","smarthost":"h:25","hello":"a\r\nb"}"#, key: "hello",
        says: "is not a host name"),
    ])
  func refuses(_ bad: Bad) {
    #expect {
      try make(NotifierCatalog.kinds[bad.kind], bad.json)
    } throws: { error in
      guard case DecodingError.dataCorrupted(let context) = error else { return false }
      guard let fault = DecodingError.dataCorrupted(context).settingsFault else { return false }
      return context.codingPath.last?.stringValue == bad.key
        && Reader(language: .english).text(fault.id, fault.arguments).contains(bad.says)
        && !"\(error)".contains("canary")
    }
  }
}

@Suite("Secrets of notifiers")
struct NotifierSecretTests {
  static let settings: [(Int, String)] = [
    (
      0,
      #"""
      {"url":"https://canary1:canary2@h.example/canary3?t=canary4","signing_secret":"canary5",
       "http_config":{"authorization":{"credentials":"canary6"}}}
      """#
    ),
    (0, #"{"url":"https://h/canary7","http_config":{"basic_auth":{"username":"u","password":"canary8"}}}"#),
    (
      1, #"{"to":"a@b.c","from":"a@b.c","smarthost":"h:25","auth_username":"u","auth_password":"canary9"}"#
    ),
  ]

  static let reports: [TransferReport] =
    [200, 302, 401, 404, 429, 500].map {
      answer($0, headers: [ResponseHeader("Location", "https://h/canary3")], body: "no such hook: /canary3")
    } + [failure(.refused), failure(.loginDenied, status: 535), failure(.invalidRequest)]

  @Test("are in no description, dump, request's print or outcome", arguments: settings.indices)
  func stayInside(_ index: Int) async throws {
    let (kind, json) = Self.settings[index]
    for report in Self.reports {
      let carrier = FakeCarrier(report)
      let notifier = try make(NotifierCatalog.kinds[kind], json, carry: carrier.carry)
      let outcome = await notifier.deliver(message(), at: instant)
      var printed = ["\(notifier)", String(reflecting: notifier), "\(outcome)"]
      var dumped = ""
      dump(notifier, to: &dumped)
      printed.append(dumped)
      for request in carrier.seen { printed.append("\(request)") }
      for text in printed { #expect(!text.contains("canary")) }
    }
  }
}

@Suite("Console")
struct ConsoleTests {
  @Test("one line, without control characters")
  func line() async {
    let lines = Mutex<[String]>([])
    let notifier = ConsoleNotifier(sendsRecoveries: true) { line in lines.withLock { $0.append(line) } }
    var hostile = message()
    hostile.texts = [NotificationText(language: "en", title: "a\u{1B}[2J\nb", lines: [])]
    #expect(await notifier.deliver(hostile, at: instant) == .delivered(evidence: "written"))
    #expect(lines.withLock { $0 } == ["2026-11-21T03:19:49.123Z P1 firing INC-214 a [2J b web01"])
  }
}
