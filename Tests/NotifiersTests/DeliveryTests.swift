import Records
import Telemetry
import Testing
import Transfers

@testable import Notifiers

@Suite("Retry classes")
struct RetryClassTests {
  enum Class: Sendable { case delivered, retry, refused }

  static func classOf(_ outcome: DeliveryOutcome) -> Class {
    switch outcome {
    case .delivered: .delivered
    case .retry: .retry
    case .refused: .refused
    }
  }

  static let statuses: [(Int, Class)] =
    [200, 201, 202, 204, 299].map { ($0, .delivered) }
    + [408, 425, 429, 500, 501, 502, 503, 504, 507, 599].map { ($0, .retry) }
    + [301, 302, 307, 400, 401, 403, 404, 405, 410, 413, 415, 422].map { ($0, .refused) }

  @Test("of HTTP answers", arguments: statuses)
  func http(_ status: Int, _ expected: Class) {
    #expect(Self.classOf(DeliveryVerdict.ofHTTP(answer(status), at: instant)) == expected)
  }

  static let failures: [(TransferFailure.Cause, Class)] =
    [
      .nameUnresolved, .refused, .unreachable, .connectionLost, .timedOut(.connect), .timedOut(.processing),
      .tls(.expired), .tls(.untrusted), .tls(.notOffered), .bodyTooLarge, .protocolError, .cancelled, .engineStopped,
      .overloaded, .localFault,
    ].map { ($0, .retry) } + [(.invalidRequest, .refused), (.tooManyRedirects, .refused)]

  @Test("of transfers that failed, alike for both kinds", arguments: failures)
  func failed(_ cause: TransferFailure.Cause, _ expected: Class) {
    #expect(Self.classOf(DeliveryVerdict.ofHTTP(failure(cause), at: instant)) == expected)
    #expect(Self.classOf(DeliveryVerdict.ofMail(failure(cause))) == expected)
  }

  static let mailAnswers: [(TransferReport, Class)] = [
    (answer(250), .delivered), (failure(.mailRefused(code: 421)), .retry), (failure(.mailRefused(code: 451)), .retry),
    (failure(.mailRefused(code: 550)), .refused), (failure(.mailRefused(code: 554)), .refused),
    (failure(.loginDenied, status: 454), .retry), (failure(.loginDenied, status: 535), .refused),
    (failure(.loginDenied), .refused),
  ]

  @Test("of mail servers' answers", arguments: mailAnswers.indices)
  func mail(_ index: Int) {
    let (report, expected) = Self.mailAnswers[index]
    #expect(Self.classOf(DeliveryVerdict.ofMail(report)) == expected)
  }

  @Test(
    "Retry-After in seconds, as a date, absent or junk",
    arguments: [
      ("1", Duration.seconds(1)), ("60", .seconds(60)), (" 0 ", .zero), ("3600", .seconds(900)),
      ("99999999999999999999999", .seconds(900)), ("Sat, 21 Nov 2026 03:20:49 GMT", .milliseconds(59_877)),
      ("Sat, 21 Nov 2026 03:00:00 GMT", .zero), ("Sun, 22 Nov 2026 03:00:00 GMT", .seconds(900)), ("soon", nil),
      ("-1", nil), ("", nil), ("1.5", nil), ("１", nil),
    ] as [(String, Duration?)])
  func retryAfter(_ text: String, _ expected: Duration?) {
    let report = answer(429, headers: [ResponseHeader("retry-after", text)])
    #expect(DeliveryVerdict.ofHTTP(report, at: instant) == .retry(after: expected, why: "HTTP 429"))
  }

  @Test("without Retry-After the schedule decides")
  func noRetryAfter() {
    #expect(DeliveryVerdict.ofHTTP(answer(503), at: instant) == .retry(after: nil, why: "HTTP 503"))
    #expect(
      DeliveryVerdict.ofHTTP(answer(404), at: instant)
        == .refused(why: BilingualText("HTTP 404 – check the receiver's address", chinese: "HTTP 404——请检查接收者的地址")))
  }
}

@Suite("Backoff")
struct BackoffTests {
  @Test("doubles from 1 s to 5 min, less up to a quarter")
  func bounds() {
    let full = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    for (index, seconds) in full.enumerated() {
      for key in ["a", "b", "INC-1.1.x"] {
        let delay = Backoff.delay(afterAttempt: index + 1, key: key)
        #expect(delay <= .seconds(seconds) && delay > .milliseconds(seconds * 750))
      }
    }
  }

  @Test("is the same for the same key, and spreads keys")
  func jitter() {
    #expect(Backoff.delay(afterAttempt: 4, key: "k") == Backoff.delay(afterAttempt: 4, key: "k"))
    #expect(Set((0..<50).map { Backoff.delay(afterAttempt: 4, key: "k\($0)") }).count > 45)
  }

  @Test("takes any attempt number", arguments: [Int.min, -1, 0, Int.max])
  func extremes(_ attempt: Int) {
    #expect((Duration.zero...Backoff.longest).contains(Backoff.delay(afterAttempt: attempt, key: "k")))
  }
}

@Suite("Times on the wire")
struct WireTimeTests {
  @Test(
    "RFC 3339",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (4_107_542_399_000, "2100-02-28T23:59:59.000Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
      (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
  func rfc3339(_ milliseconds: Int64, _ expected: String) {
    #expect(WireTime(Timestamp(milliseconds: milliseconds)).rfc3339 == expected)
  }

  @Test("RFC 5322")
  func rfc5322() { #expect(WireTime(instant).rfc5322 == "Sat, 21 Nov 2026 03:19:49 +0000") }

  @Test(
    "the three forms of an HTTP date",
    arguments: [
      "Sat, 21 Nov 2026 03:19:49 GMT", "Saturday, 21-Nov-26 03:19:49 GMT", "Sat Nov 21 03:19:49 2026",
    ])
  func httpDates(_ text: String) {
    #expect(WireTime(httpDate: text)?.timestamp.milliseconds == 1_795_231_189_000)
  }

  @Test(
    "what is no date",
    arguments: [
      "", "Sat", "Sat, 21 Nov 2026 03:19:49 CET", "Sat, 32 Nov 2026 03:19:49 GMT", "Sat, 21 Nov 2026 24:00:00 GMT",
      "Sat, 21 Nix 2026 03:19:49 GMT", "Sat, 21 Nov 2026 03:19 GMT", "Sat, 21 Nov 99999 03:19:49 GMT",
    ])
  func notDates(_ text: String) { #expect(WireTime(httpDate: text) == nil) }
}
