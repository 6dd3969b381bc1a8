internal import Interchange
internal import Notifiers
internal import Records
internal import Telemetry
internal import Transfers

/// What an answer means for the request that it answers.
///
/// - Source: Prometheus remote write specifications 1.0 and 2.0, "Retries & Backoff".
enum RemoteWriteVerdict: Sendable, Equatable {
  case taken
  /// The endpoint will never take this request, or not all of it; the next one may go well.
  ///
  /// - Parameter written: what it took nevertheless, as far as it says.
  case refused(written: Written = Written(), why: String)
  /// The endpoint takes no request of this size; a smaller one may go well.
  case tooLarge(why: String)
  /// - Parameter after: as the endpoint asks; `nil` leaves it to the backoff.
  case later(after: Duration?, why: String)
  /// The endpoint would take no request at all: somebody must change a setting, and nothing is given up until then.
  case unusable(why: String)

  struct Written: Sendable, Equatable {
    var samples = 0
    var histograms = 0
  }

  /// - Parameter redaction: of the request, for what the far end quotes of it.
  init(
    _ report: TransferReport, _ version: RemoteWriteVersion, at now: Timestamp,
    without redaction: @autoclosure () -> SecretRedaction = SecretRedaction([])
  ) {
    func words() -> String { redaction().redacted(Self.words(report.body)) }
    switch report.outcome {
    case .failed(let failure): self = .later(after: nil, why: failure.text)
    case .completed(let status, _):
      switch status {
      case 200..<300:
        // A receiver that knows 1.0 alone finds nothing in a request of 2.0 and calls that a success.
        self = version == .one || report.header(Written.samplesHeader) != nil ? .taken : .unusable(why: Self.versionTwo)
      case 413: self = .tooLarge(why: "HTTP 413\(words())")
      case 415:
        self = .unusable(
          why: version == .two
            ? Self.versionTwo
            : "HTTP 415: it does not know remote write 1.0 – set protobuf_message: io.prometheus.write.v2.Request")
      case 300..<400: self = .unusable(why: "HTTP \(status): it has moved – write the new address")
      case 429, 500...:
        let wait = report.header("Retry-After").flatMap { RetryAfter.duration($0, at: now) }
        self = .later(after: wait, why: "HTTP \(status)")
      default: self = .refused(written: Written(report), why: "HTTP \(status)\(words())")
      }
    }
  }

  private static let versionTwo =
    "it does not know remote write 2.0 – set protobuf_message: prometheus.WriteRequest"

  /// The beginning of what the far end says, on one line: without it nobody knows which sample it refuses.
  private static func words(_ body: [UInt8]) -> String {
    let scalars = String(decoding: body, as: UTF8.self).unicodeScalars
    let said = scalars.prefix(200).map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
    let text = scalars.dropFirst(200).isEmpty ? said : said + "…"
    return text.allSatisfy(\.isWhitespace) ? "" : ": " + text
  }
}

extension RemoteWriteVerdict.Written {
  fileprivate static let samplesHeader = "X-Prometheus-Remote-Write-Samples-Written"

  fileprivate init(_ report: TransferReport) {
    func count(_ header: String) -> Int { report.header(header).flatMap { Int($0) } ?? 0 }
    samples = max(0, count(Self.samplesHeader))
    histograms = max(0, count("X-Prometheus-Remote-Write-Histograms-Written"))
  }
}
