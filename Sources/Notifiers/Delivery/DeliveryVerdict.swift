internal import Telemetry
internal import Transfers

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
        return .refused(why: "HTTP \(status): the address has moved – write the new one in the receiver")
      case 408, 425, 429, 500...:
        let wait = report.header("Retry-After").flatMap { RetryAfter.duration($0, at: now) }
        return .retry(after: wait, why: "HTTP \(status)")
      case 401, 403: return .refused(why: "HTTP \(status) – check the receiver's credentials")
      case 404, 410: return .refused(why: "HTTP \(status) – check the receiver's address")
      case 413: return .refused(why: "HTTP 413: the far end takes no message of this size")
      default: return .refused(why: "HTTP \(status)")
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
      if failure.cause == .loginDenied { return .refused(why: "SMTP \(code) – check the receiver's user and password") }
      return .refused(why: "SMTP \(code) – check the receiver's addresses")
    }
  }

  private static func ofFailure(_ failure: TransferFailure) -> DeliveryOutcome {
    switch failure.cause {
    case .invalidRequest: .refused(why: failure.text)
    case .tooManyRedirects: .refused(why: "too many redirects – write the final address in the receiver")
    default: .retry(after: nil, why: failure.text)
    }
  }
}
