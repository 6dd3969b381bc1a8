internal import Records
internal import Telemetry
internal import Transfers
internal import Wording

/// Reads a transfer's report as the outcome of a delivery.
///
/// When in doubt it says retry: a second copy is better than silence. The text never holds the far end's words, since
/// they may repeat the token that was in the address.
enum DeliveryVerdict {
  static func ofHTTP(_ report: TransferReport, at now: Timestamp) -> DeliveryOutcome {
    switch report.outcome {
    case .failed(let failure): return ofFailure(failure)
    case .completed(let status, _):
      switch status {
      case 200..<300: return .delivered(evidence: "HTTP \(status)")
      case 300..<400:
        return refused("moved", "HTTP \(status)")
      case 408, 425, 429, 500...:
        let wait = report.header("Retry-After").flatMap { RetryAfter.duration($0, at: now) }
        return .retry(after: wait, why: "HTTP \(status)")
      case 401, 403: return refused("credentials", "HTTP \(status)")
      case 404, 410: return refused("address", "HTTP \(status)")
      case 413: return refused("size", "HTTP \(status)")
      default: return .refused(why: BilingualText("HTTP \(status)"))
      }
    }
  }

  static func ofMail(_ report: TransferReport) -> DeliveryOutcome {
    switch report.outcome {
    case .completed(let status, _): return .delivered(evidence: "SMTP \(status)")
    case .failed(let failure):
      let code =
        switch failure.cause {
        case .mailRefused(let code): code
        case .loginDenied: report.status ?? 535
        default: 0
        }
      guard code > 0 else { return ofFailure(failure) }
      if (400..<500).contains(code) { return .retry(after: nil, why: "SMTP \(code)") }
      if failure.cause == .loginDenied { return refused("login", "SMTP \(code)") }
      return refused("addresses", "SMTP \(code)")
    }
  }

  /// - Parameter name: of the message `delivery.refused.NAME`.
  private static func refused(_ name: String, _ answer: String = "") -> DeliveryOutcome {
    .refused(why: BilingualText(worded: "delivery.refused.\(name)", ["answer": answer]))
  }

  private static func ofFailure(_ failure: TransferFailure) -> DeliveryOutcome {
    switch failure.cause {
    case .invalidRequest: .refused(why: BilingualText(failure.text))
    case .tooManyRedirects: refused("redirects")
    default: .retry(after: nil, why: failure.text)
    }
  }
}

extension BilingualText {
  /// A message of the catalogue, for facts that keep what was said at the time.
  package init(worded id: String, _ arguments: [String: String] = [:]) {
    let text = { Reader(language: $0).text(id, arguments) }
    self.init(text(.english), chinese: text(.simplifiedChinese))
  }
}
