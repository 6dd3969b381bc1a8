import Foundation
import Records
import Telemetry
import Testing
import Transfers

@testable import Notifiers

@Suite("Webhook")
struct WebhookTests {
  func body(_ message: NotificationMessage) -> String {
    String(decoding: WebhookBody.json(message).bytes, as: UTF8.self)
  }

  static let labels = #"{"alertname":"DiskFull","instance":"web01:9100"}"#
  static let annotations = #"{"incident":"INC-214","summary":"disk \"/\" <full>"}"#

  static func golden(_ status: String, _ end: String) -> String {
    #"{"receiver":"on-call","status":"\#(status)","alerts":[{"status":"\#(status)","labels":\#(labels),"#
      + #""annotations":\#(annotations),"startsAt":"2026-11-21T03:14:49.123Z","endsAt":"\#(end)","#
      + #""generatorURL":"https://wk.example.org/incidents/INC-214","fingerprint":"00c0ffee"}],"#
      + #""groupLabels":{"alertname":"DiskFull"},"commonLabels":\#(labels),"commonAnnotations":\#(annotations),"#
      + #""externalURL":"https://wk.example.org","version":"4","groupKey":"{}:{alertname=\"DiskFull\"}","#
      + #""truncatedAlerts":0}"#
  }

  @Test("the body is Alertmanager's, version 4")
  func golden() {
    #expect(body(message()) == Self.golden("firing", "0001-01-01T00:00:00Z"))
    #expect(body(message(.stillFiring)) == body(message()))
    #expect(body(message(.recovered)) == Self.golden("resolved", "2026-11-21T03:19:49.123Z"))
  }

  @Test("any text is JSON that reads back", arguments: 0..<100 as Range<UInt64>)
  func survivesText(_ seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    var hostile = message()
    let text = generator.hostileText()
    hostile.annotations = ["a": text]
    let read = try JSONSerialization.jsonObject(with: Data(WebhookBody.json(hostile).bytes)) as? [String: Any]
    let annotations = read?["commonAnnotations"] as? [String: String]
    #expect(annotations?["a"].map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test("the request carries the key, the credentials and the bounds")
  func request() async throws {
    let carrier = FakeCarrier.answering(202)
    let notifier = try make(
      WebhookNotifier.kind,
      #"{"url":"https://h.example/x","http_config":{"authorization":{"credentials_file":"/t"}},"max_alerts":5}"#,
      carry: carrier.carry)
    #expect(await notifier.deliver(message(), at: instant) == .delivered(evidence: "HTTP 202"))
    let request = try #require(carrier.seen.first)
    #expect(request.url.reveal() == "https://h.example/x")
    #expect(request.method == "POST")
    #expect(request.timeout == .seconds(15))
    #expect(
      request.headers.map { "\($0.name)=\($0.value.reveal())" } == [
        "Content-Type=application/json", "X-Watchkeeper-Idempotency-Key=INC-214.1.on-call",
        "Authorization=Bearer from /t",
      ])
    #expect(request.upload == WebhookBody.json(message()).bytes)
  }

  @Test(
    "the idempotency key is visible ASCII in the header",
    arguments: [
      ("INC-1.2.on-call", "INC-1.2.on-call"), ("INC-1.2.值班", "INC-1.2.%E5%80%BC%E7%8F%AD"),
      ("a\r\nb %", "a%0D%0Ab%20%25"),
    ])
  func headerText(_ key: String, _ expected: String) { #expect(WebhookNotifier.headerText(key) == expected) }

  struct Vector: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let expected: String
  }

  @Test(
    "HMAC-SHA256 agrees with RFC 4231",
    arguments: [
      Vector(
        key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
        expected: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
      Vector(
        key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
        expected: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      Vector(
        key: [UInt8](repeating: 0xaa, count: 20), message: [UInt8](repeating: 0xdd, count: 50),
        expected: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    ])
  func mac(_ vector: Vector) {
    #expect(Digest(bytes: Signature.code(of: vector.message, key: vector.key))?.hexadecimal == vector.expected)
  }

  @Test("the signature covers time and body, once for each secret")
  func signs() async throws {
    let carrier = FakeCarrier.answering(200)
    let notifier = try make(
      WebhookNotifier.kind,
      #"{"url":"http://h/","signing_secret":"one","next_signing_secret_file":"two"}"#, carry: carrier.carry)
    _ = await notifier.deliver(message(), at: instant)
    let request = try #require(carrier.seen.first)
    let header = request.headers.first { $0.name == "Watchkeeper-Signature" }?.value.reveal()
    let signed = Array("1795231189.".utf8) + (request.upload ?? [])
    let proofs = ["one", "from two"].map {
      "v1=" + (Digest(bytes: Signature.code(of: signed, key: Array($0.utf8)))?.hexadecimal ?? "")
    }
    #expect(header == (["t=1795231189"] + proofs).joined(separator: ","))
  }
}
