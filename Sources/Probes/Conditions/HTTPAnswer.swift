internal import Telemetry
internal import Transfers

/// An HTTP answer as conditions ask for it. The body is read as JSON once, and only when a condition wants it.
final class HTTPAnswer: ConditionSubject {
  private let transfer: TransferReport
  private let now: Timestamp
  private lazy var json = JSONReader.value(of: transfer.body)

  init(_ transfer: TransferReport, at now: Timestamp) {
    self.transfer = transfer
    self.now = now
  }

  func body() -> ConditionValue {
    transfer.bodyTruncated ? .missing("no JSON: the body is longer than the part that is read") : json
  }

  func header(_ name: String) -> ConditionValue {
    transfer.header(name).map(ConditionValue.text) ?? .missing("without the header \(name)")
  }

  func value(of root: ConditionRoot) -> ConditionValue {
    let phases = transfer.phases
    switch root {
    case .status: return .number(Double(transfer.status ?? 0))
    case .time: return .duration(phases.total.inSeconds)
    case .resolve: return .duration(phases.resolve.inSeconds)
    case .connect: return .duration(phases.connect.inSeconds)
    case .handshake: return .duration(phases.tls.inSeconds)
    case .processing: return .duration(phases.processing.inSeconds)
    case .transfer: return .duration(phases.transfer.inSeconds)
    case .ip: return transfer.remoteAddress.map(ConditionValue.text) ?? .missing("without an address")
    case .redirects: return .number(Double(transfer.redirects))
    case .size: return .bytes(Double(transfer.bodyBytes))
    case .version: return .number(Double(transfer.versionName.dropFirst("HTTP/".count)) ?? 0)
    case .text: return .text(String(decoding: transfer.body, as: UTF8.self))
    case .tlsVersion:
      return transfer.tls.map { .text(EndpointSamples.version(of: $0)) } ?? .missing("without TLS")
    case .tlsCipher: return transfer.tls.map { .text($0.cipher) } ?? .missing("without TLS")
    case .certificate:
      guard let end = transfer.certificates.lazy.compactMap(\.notAfter).min() else { return .missing("without TLS") }
      return .duration(end.elapsed(since: now).inSeconds)
    case .body: return body()
    case .headers: return .missing("no value")
    }
  }
}
