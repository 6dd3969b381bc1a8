import Foundation
import Records
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Notifiers

let instant = Timestamp(milliseconds: 1_795_231_189_123)  // 2026-11-21T03:19:49.123Z

func message(_ kind: NotificationMessage.Kind = .firing) -> NotificationMessage {
  var message = NotificationMessage(
    idempotencyKey: "INC-214.1.on-call", kind: kind, receiver: "on-call",
    text: NotificationText(
      language: "en", title: "[P1] web01 disk / 93% > 90%", lines: ["Since 03:14.", "Normal is 60%."]),
    priority: .p1, startedAt: instant.advanced(by: .seconds(-300)), decidedAt: instant)
  message.incident = RecordNumber(.incident, 214)
  message.severity = "critical"
  message.item = "web01"
  message.endedAt = kind == .recovered ? instant : nil
  message.labels = LabelSet(["alertname": "DiskFull", "instance": "web01:9100"])
  message.groupLabels = LabelSet(["alertname": "DiskFull"])
  message.annotations = ["summary": "disk \"/\" <full>", "incident": "INC-214"]
  message.links = [NotificationLink("Incident", "https://wk.example.org/incidents/INC-214?a=1&b=2")]
  message.groupKey = #"{}:{alertname="DiskFull"}"#
  message.fingerprint = "00c0ffee"
  message.externalURL = "https://wk.example.org"
  message.generatorURL = "https://wk.example.org/incidents/INC-214"
  return message
}

/// Takes requests and answers as told.
final class FakeCarrier: Sendable {
  private let requests = Mutex<[TransferRequest]>([])
  private let report: TransferReport

  init(_ report: TransferReport) { self.report = report }

  var seen: [TransferRequest] { requests.withLock { $0 } }
  var carry: NotifierEnvironment.Carrier {
    { request in
      self.requests.withLock { $0.append(request) }
      return self.report
    }
  }

  static func answering(_ status: Int, headers: [ResponseHeader] = [], body: String = "") -> FakeCarrier {
    FakeCarrier(answer(status, headers: headers, body: body))
  }
}

func answer(_ status: Int, headers: [ResponseHeader] = [], body: String = "") -> TransferReport {
  var report = TransferReport(outcome: .completed(status: status, version: .http11))
  report.status = status
  report.headers = headers
  report.body = Array(body.utf8)
  return report
}

func failure(_ cause: TransferFailure.Cause, status: Int? = nil) -> TransferReport {
  var report = TransferReport(outcome: .failed(TransferFailure(cause, "it failed")))
  report.status = status
  return report
}

/// A notifier from settings written in JSON, which every YAML decoder reads alike.
func make(
  _ kind: NotifierKind, _ json: String, carry: @escaping NotifierEnvironment.Carrier = { _ in answer(200) },
  mail: MailDefaults = MailDefaults()
) throws -> any Notifier {
  struct Borrowed: Decodable {
    let decoder: any Decoder
    init(from decoder: any Decoder) throws { self.decoder = decoder }
  }
  var environment = NotifierEnvironment(carry: carry, readSecret: { Secret("from " + $0) }, write: { _ in })
  environment.mailDefaults = mail
  return try kind.make(JSONDecoder().decode(Borrowed.self, from: Data(json.utf8)).decoder, environment)
}

/// Repeatable draws.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Text made to break headers and markup.
  mutating func hostileText() -> String {
    let pieces = [
      "\r\n", "\n", "\r", "\0", "Bcc: x@evil.example", "\r\n\r\n", ".", "\r\n.\r\n", "=?UTF-8?Q?a?=", "磁盘满", "é", "😀",
      "<script>alert(1)</script>", "\"", ",", "<a@b.c>", " ", "\t", "\u{2028}", "\u{85}", "\u{1B}[2J", "x", "--=_",
      String(repeating: "w", count: 300), "\u{202E}",
    ]
    return (0..<Int.random(in: 0...8, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
  }
}
