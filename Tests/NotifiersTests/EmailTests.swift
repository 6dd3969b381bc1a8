import Foundation
import Records
import Telemetry
import Testing
import Transfers

@testable import Notifiers

@Suite("E-mail")
struct EmailTests {
  static func address(_ text: String) throws -> MailAddress { try #require(MailAddress(text)) }

  func mail(_ message: NotificationMessage) throws -> String {
    let bytes = MailMessage(
      message: message, from: try Self.address("Watchkeeper <wk@example.org>"),
      to: [try Self.address("值班 <ops@example.org>"), try Self.address("b@example.org")]
    ).bytes
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "a plain subject stays readable and folds at its spaces; what does not fit a line is encoded",
    arguments: [
      ("RECOVERED after 11 s: web01 is up", "RECOVERED after 11 s: web01 is up"),
      (
        "RECOVERED after 11 s: http://127.0.0.1:46779/ does not answer as it should",
        "RECOVERED after 11 s: http://127.0.0.1:46779/ does not\r\n answer as it should"
      ), ("a =?b", "=?UTF-8?B?YSA9P2I=?="), ("磁盘", "=?UTF-8?B?56OB55uY?="), ("", ""),
      (
        String(repeating: "x", count: 61),
        "=?UTF-8?B?\(String(repeating: "eHh4", count: 15))?=\r\n =?UTF-8?B?\(String(repeating: "eHh4", count: 5))eA==?="
      ),
    ])
  func subject(_ example: (text: String, header: String)) {
    #expect(EncodedWord.text(example.text) == example.header)
  }

  @Test("the whole mail, byte for byte")
  func golden() throws {
    var message = message()
    message.texts.append(NotificationText(language: "zh-CN", title: "磁盘满", lines: ["."]))
    let expected = """
      From: Watchkeeper <wk@example.org>
      To: =?UTF-8?B?5YC854+t?= <ops@example.org>,
       b@example.org
      Subject: [P1] web01 disk / 93% > 90%
      Date: Sat, 21 Nov 2026 03:19:49 +0000
      Message-ID: <MESSAGE.watchkeeper@example.org>
      In-Reply-To: <THREAD.watchkeeper@example.org>
      References: <THREAD.watchkeeper@example.org>
      Auto-Submitted: auto-generated
      MIME-Version: 1.0
      Content-Type: multipart/alternative; boundary="BOUNDARY"

      --BOUNDARY
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: quoted-printable

      [P1] web01 disk / 93% > 90%

      Since 03:14.
      Normal is 60%.

      Incident: https://wk.example.org/incidents/INC-214?a=3D1&b=3D2

      * * *

      =E7=A3=81=E7=9B=98=E6=BB=A1

      =2E
      --BOUNDARY
      Content-Type: text/html; charset=utf-8
      Content-Transfer-Encoding: quoted-printable

      <!doctype html>
      <html><head><meta charset=3D"utf-8"></head><body>
      <div lang=3D"en">
      <h2>[P1] web01 disk / 93% &gt; 90%</h2>
      <p>Since 03:14.</p>
      <p>Normal is 60%.</p>
      </div>
      <p><a href=3D"https://wk.example.org/incidents/INC-214?a=3D1&amp;b=3D2">Inc=
      ident</a></p>
      <div lang=3D"zh-CN">
      <h2>=E7=A3=81=E7=9B=98=E6=BB=A1</h2>
      <p>.</p>
      </div>
      </body></html>
      --BOUNDARY--

      """
    func token(_ purpose: String, _ key: String) -> String {
      String(Digest(ofParts: [purpose, key]).hexadecimal.prefix(32))
    }
    let filled = expected.replacing("MESSAGE", with: token("message", "INC-214.1.on-call"))
      .replacing("THREAD", with: token("thread", "INC-214"))
      .replacing("BOUNDARY", with: "=_" + token("boundary", "INC-214.1.on-call")).replacing("\n", with: "\r\n")
    #expect(try mail(message) == filled)
  }

  @Test("the id belongs to the key, the thread to the incident")
  func identity() throws {
    func header(_ name: String, _ message: NotificationMessage) throws -> String? {
      try mail(message).split(separator: "\r\n").first { $0.hasPrefix(name + ":") }.map(String.init)
    }
    var later = message(.recovered)
    #expect(try header("Message-ID", message()) == header("Message-ID", later))
    later.idempotencyKey = "INC-214.2.on-call"
    #expect(try header("Message-ID", message()) != header("Message-ID", later))
    #expect(try header("References", message()) == header("References", later))
    later.incident = nil
    #expect(try header("References", later) == nil)
  }

  @Test("nothing in a message can add a header, end the body or leave 7 bits", arguments: 0..<300 as Range<UInt64>)
  func injection(_ seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    var hostile = message()
    hostile.idempotencyKey = generator.hostileText()
    hostile.receiver = generator.hostileText()
    hostile.texts = (0..<2).map { _ in
      NotificationText(
        language: generator.hostileText(), title: generator.hostileText(), lines: [generator.hostileText()])
    }
    hostile.links = [NotificationLink(generator.hostileText(), "https://x/" + generator.hostileText())]
    let name = generator.hostileText().filter { $0 != "<" && $0 != ">" }
    let from = try #require(MailAddress(name + " <wk@example.org>"))
    let bytes = MailMessage(message: hostile, from: from, to: [from]).bytes

    #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A })
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    #expect(lines.dropLast().allSatisfy { $0.last == 0x0D && $0.dropLast().allSatisfy { $0 != 0x0D } })
    #expect(lines.allSatisfy { $0.count <= 998 && $0.first != UInt8(ascii: ".") })
    let head = lines.prefix { $0 != [0x0D] }.map { String(decoding: $0, as: UTF8.self) }
    let names = head.filter { !$0.hasPrefix(" ") }.map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == [
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "MIME-Version",
        "Content-Type",
      ])
    let boundaries = lines.filter { $0.starts(with: Array("--=_".utf8)) }.map { String(decoding: $0, as: UTF8.self) }
    #expect(
      Set(boundaries.suffix(1)).count == 1
        && lines.map { String(decoding: $0, as: UTF8.self) }.filter {
          $0 == boundaries.last
        }.count == 1)
  }

  @Test("markup in a message is text in the HTML part")
  func escapesMarkup() throws {
    var hostile = message()
    hostile.texts = [NotificationText(language: "\"><x", title: "<script>", lines: ["<img src=x onerror='y'>"])]
    hostile.links = [NotificationLink("<b>", "javascript:alert(1)"), NotificationLink("q", "https://x/\"onclick=\"y")]
    let html = try #require(mail(hostile).components(separatedBy: "text/html").last)
    for forbidden in ["<script", "<img", "<b>", "<x", "href=3D\"javascript", "\"onclick"] {
      #expect(!html.contains(forbidden))
    }
  }

  @Test(
    "addresses",
    arguments: [
      ("ops@example.org", "ops@example.org", ""), (" Ops Team <ops@example.org> ", "ops@example.org", "Ops Team"),
      ("\"Ops, Team\" <o.p+s@mail.example.org>", "o.p+s@mail.example.org", "Ops, Team"),
      ("<a@localhost>", "a@localhost", ""),
    ])
  func addresses(_ text: String, _ address: String, _ name: String) throws {
    let parsed = try Self.address(text)
    #expect(parsed.address == address && parsed.name == name)
  }

  @Test(
    "what is no address",
    arguments: [
      "", "a", "a@", "@b", "a b@c", "a@b@c", "a@b\r\nBcc: x@y", "a@b>", "<a@b", "ä@b.c", "a@b..c", ".a@b", "a@b c",
      "a@b\0", "Name a@b.c", "a@[127.0.0.1]",
    ])
  func notAddresses(_ text: String) { #expect(MailAddress(text) == nil) }

  @Test("lists of addresses")
  func lists() {
    #expect(MailAddress.list("a@b.c, \"x, y\" <d@e.f>")?.map(\.address) == ["a@b.c", "d@e.f"])
    for bad in ["", "a@b.c,", "a@b.c;d@e.f", ","] { #expect(MailAddress.list(bad) == nil) }
  }

  struct Server: Sendable {
    let settings: String
    let url: String
    let startTLS: MailEnvelope.StartTLS
  }

  @Test(
    "the server's address and encryption",
    arguments: [
      Server(settings: #""smarthost":"mail:587""#, url: "smtp://mail:587", startTLS: .required),
      Server(
        settings: #""smarthost":"mail:465","hello":"wk.lan""#, url: "smtps://mail:465/wk.lan", startTLS: .required),
      Server(
        settings: #""smarthost":"127.0.0.1:25","require_tls":false"#, url: "smtp://127.0.0.1:25", startTLS: .whenOffered
      ),
      Server(settings: #""smarthost":"[::1]:25""#, url: "smtp://[::1]:25", startTLS: .required),
    ])
  func servers(_ server: Server) async throws {
    let carrier = FakeCarrier.answering(250)
    let json = #"{"to":"Ops <a@b.c>","from":"wk@b.c","auth_username":"u","auth_password":"p",\#(server.settings)}"#
    let notifier = try make(EmailNotifier.kind, json, carry: carrier.carry)
    #expect(await notifier.deliver(message(), at: instant) == .delivered(evidence: "SMTP 250"))
    let request = try #require(carrier.seen.first)
    #expect(request.url.reveal() == server.url)
    #expect(request.mail?.startTLS == server.startTLS)
    #expect(request.connection == .fresh, "a reused connection may be without the TLS that is required")
    #expect(request.mail?.recipients == ["a@b.c"] && request.mail?.sender == "wk@b.c")
    #expect(request.userName == "u" && request.password?.reveal() == "p")
  }

  @Test("global settings fill what an entry leaves out")
  func defaults() async throws {
    let json = #"{"smtp_from":"g@b.c","smtp_smarthost":"m:25","smtp_auth_password_file":"f","smtp_require_tls":false}"#
    let defaults = try JSONDecoder().decode(MailDefaults.self, from: Data(json.utf8))
    let carrier = FakeCarrier.answering(250)
    _ = try await make(EmailNotifier.kind, #"{"to":"a@b.c"}"#, carry: carrier.carry, mail: defaults)
      .deliver(message(), at: instant)
    let request = try #require(carrier.seen.first)
    #expect(request.mail?.sender == "g@b.c" && request.url.reveal() == "smtp://m:25")
    #expect(request.password?.reveal() == "from f" && request.mail?.startTLS == .whenOffered)
  }
}
