import Foundation
import Telemetry
import Testing
import Transfers
import Wording

@testable import Probes

@Suite("Conditions")
struct ConditionTests {
  static let body = #"""
    {"status":"UP","count":3,"ok":true,"none":null,"queue":[1,2,{"name":"a b"}],"a-b":{"c":"x\u00e9\ud83d\ude00"},
    "empty":[]}
    """#

  private func answer(_ body: String = ConditionTests.body) -> HTTPAnswer {
    var transfer = TransferReport(outcome: .completed(status: 503, version: .http2))
    transfer.status = 503
    transfer.body = Array(body.utf8)
    transfer.bodyBytes = transfer.body.count
    transfer.headers = [ResponseHeader("Content-Type", "application/json")]
    transfer.phases.total = .milliseconds(250)
    transfer.remoteAddress = "192.0.2.7"
    transfer.tls = TLSSession(version: "TLSv1.3", cipher: "C")
    var leaf = PresentedCertificate()
    leaf.notAfter = Timestamp(seconds: 10 * 86_400)
    transfer.certificates = [leaf]
    return HTTPAnswer(transfer, at: Timestamp(seconds: 0))
  }

  @Test(
    "sentences that hold",
    arguments: [
      "status == 503", "status in [500, 503]", "status != 200 and not status == 201", "time < 300ms", "time > 0.2s",
      "cert > 9d", "cert <= 10d", "size < 1KiB", "version == 2", "ip == '192.0.2.7'", "ip matches '^192\\.'",
      "tls.version == 'TLS 1.3'", "headers['content-type'] contains 'json'", "headers.Server == 'x' or status == 503",
      "body.status == 'UP'", "body.count == 3", "body.count >= 2 && body.ok", "body.none == null", "body.ok == true",
      "body.queue[0] == 1", "body.queue[-1].name == \"a b\"", "len(body.queue) == 3", "len(body.status) == 2",
      "body['a-b'].c == 'xé😀'", "2 in body.queue", "body.queue contains 2", "body contains 'count'",
      "has(body.count) and !has(body.other)", "body.queue.size() == 3", "body.status.startsWith('U')",
      "body.status.contains('P') == true", "text contains 'queue'", "not (status == 200 or status == 204)",
      "body.status not in ['DOWN']", "body.status =~ '^U' && body.status !~ 'x'", "time.connect < 1s", "redirects == 0",
      "-1 < body.count",
    ])
  func holds(_ text: String) throws {
    let condition = try Condition(text)
    #expect(condition.shortfall(of: answer()) == nil)
  }

  @Test(
    "a sentence that does not hold tells what is",
    arguments: [
      ("status == 200", "it is 503"), ("status == 200 and time < 1s", "it is 503"),
      ("time < 100ms", "it is 250ms"), ("cert > 14d", "it is 10d"), ("body.status == 'DOWN'", "it is 'UP'"),
      ("body.stats == 'UP'", "it is without 'stats'"), ("body.stats != 'UP'", "it is without 'stats'"),
      ("body.queue[7] == 1", "it is a list of 3"), ("not status == 503", "it is 503"),
      ("body.count == '3'", "it is 3"), ("body.queue[0].x == 1", "it is 1, which has no 'x'"),
      ("headers.Server == 'x'", "it is without the header Server"), ("body.none", "it is null"),
      ("body.count < body.queue[1]", "it is 3 beside 2"), ("status == 1 or status == 2", "it is 503"),
    ])
  func shortfalls(_ text: String, _ expected: String) throws {
    #expect(try Condition(text).shortfall(of: answer()) == expected)
  }

  @Test("a duration beyond every integer is shown all the same")
  func large() throws {
    let long = "2" + String(repeating: "0", count: 27)
    #expect(try Condition("\(long)s == 5s").shortfall(of: answer())?.hasSuffix("e+22d") == true)
  }

  @Test(
    "what cannot be read is refused at its place",
    arguments: [
      ("", 0, "empty"), ("status = 200", 7, "equals"), ("statsu == 200", 0, "word"), ("status == 'OK", 10, "quote"),
      ("status == ", 10, "value"), ("status", 0, "no-comparison"), ("time < 300xs", 10, "unit"),
      ("status == 'OK'", 7, "types"), ("time < 3", 5, "types"), ("body.a ==", 9, "value"),
      ("ip matches '('", 11, "pattern"),
      ("ip matches ip", 11, "pattern-text"), ("status == 200 200", 14, "rest"),
      ("status == 200 adn time < 1s", 14, "word"),
      ("len(status) == 1", 0, "length-of"), ("headers == 'a'", 8, "header"), ("body.[ == 1", 5, "member"),
      ("(status == 200", 14, "expected"), ("status == 1 & 2", 12, "character"), ("1.2.3 == status", 0, "number"),
    ])
  func faults(_ text: String, _ column: Int, _ id: String) {
    let error = #expect(throws: ConditionFault.self) { try Condition(text) }
    #expect(error?.column == column)
    #expect(error?.id == (id == "pattern" ? "fault.value.pattern" : "fault.condition.\(id)"))
    if let fault = error?.fault {
      for language in Language.allCases {
        let words = Reader(language: language).text(fault.id, fault.arguments)
        #expect(!words.contains("{"), "\(words)")
      }
    }
  }

  @Test("deep nesting is refused, not followed")
  func depth() {
    for text in [String(repeating: "(", count: 300) + "status == 1", String(repeating: "not ", count: 240) + "body.a"] {
      #expect(throws: ConditionFault.self) { try Condition(text) }
    }
    #expect(throws: ConditionFault.self) { try Condition(String(repeating: "a", count: 1001)) }
  }

  @Test(
    "bodies of strangers end in a reason",
    arguments: [
      "", "{", "[1,", "{\"a\":}", "nul", "1 2", "\"\\u12\"", "+1", "1e999", "\u{1}", "{\"a\" 1}", "\"\\x\"", "[\"\n\"]",
      String(repeating: "[", count: 100_000),
    ])
  func broken(_ body: String) throws {
    let text = try Condition("body.a == 1").shortfall(of: answer(body))
    #expect(text?.hasPrefix("it is no JSON: the body ") == true, "\(text ?? "")")
  }
}
