internal import Interchange
internal import Records
internal import Synchronization
internal import Telemetry
internal import Transfers

/// Settings of the kind `grpc`: the standard health check.
public struct GRPCProbeSettings: ProbeSettings {
  /// `host:port`.
  let target: String
  /// The service that is asked about; empty, the default: the server as a whole.
  let service: String
  /// The default is false: HTTP/2 without TLS.
  let usesTLS: Bool
  let metadata: [SecretHeader]
  let client: HTTPClientOptions

  private enum CodingKeys: String, CodingKey {
    case target, service, metadata
    case usesTLS = "tls"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard HTTPRequestOptions.isWebAddress("http://" + target), !target.contains("/"), !target.contains("@") else {
      throw fields.problem(.target, "fault.probe.target", ["text": target])
    }
    service = try fields.decodeIfPresent(String.self, forKey: .service) ?? ""
    usesTLS = try fields.decodeIfPresent(Bool.self, forKey: .usesTLS) ?? false
    metadata = try (fields.decodeIfPresent([String: SecretSource].self, forKey: .metadata) ?? [:])
      .sorted { $0.key < $1.key }.map { SecretHeader(name: $0.key, value: $0.value) }
    client = try HTTPClientOptions(from: decoder)
  }

  public var instance: String? { target }

  public var network: NetworkTarget? { NetworkTarget(hostAndPort: target) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { GRPCProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "grpc", summary: "Asks a gRPC server for its health, as blackbox_exporter.",
    example: """
      name: orders-service
      kind: grpc
      interval: 15s
      timeout: 3s
      settings:
        target: orders.example.org:50051
        service: shop.Orders
      """,
    job: "blackbox", interval: .seconds(15), timeout: .seconds(5), settings: GRPCProbeSettings.self)
}

/// The two messages of grpc.health.v1 in their wire format.
///
/// - Source: the gRPC health checking protocol; protocol buffers, "Encoding".
enum HealthMessage {
  /// In the order of their numbers.
  static let statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]

  /// A request in gRPC's frame: no compression, the length, then field 1, the name of the service.
  static func request(service: String) -> [UInt8] {
    var message: [UInt8] = []
    let name = Array(service.utf8)
    if !name.isEmpty { message = [0x0a] + variable(UInt64(name.count)) + name }
    let length = UInt32(message.count)
    return [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message
  }

  private static func variable(_ number: UInt64) -> [UInt8] {
    var rest = number
    var bytes: [UInt8] = []
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  /// - Returns: the status's number in the first frame; `nil` for what leaves the format.
  static func status(in frame: [UInt8]) -> Int? {
    guard frame.count >= 5, frame[0] == 0 else { return nil }
    let length = frame[1..<5].reduce(0) { $0 << 8 | Int($1) }
    guard frame.count >= 5 + length else { return nil }
    var rest = frame[5..<(5 + length)]
    var status = 0
    while !rest.isEmpty {
      guard let key = number(&rest) else { return nil }
      switch key & 7 {
      case 0:
        guard let value = number(&rest) else { return nil }
        if key >> 3 == 1 { status = Int(truncatingIfNeeded: value & 0xffff_ffff) }
      case 2:
        guard let count = number(&rest), count <= UInt64(rest.count) else { return nil }
        rest = rest.dropFirst(Int(count))
      case 1, 5:
        let count = key & 7 == 1 ? 8 : 4
        guard rest.count >= count else { return nil }
        rest = rest.dropFirst(count)
      default: return nil
      }
    }
    return status
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      number |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return number }
    }
    return nil
  }
}

/// One call of `grpc.health.v1.Health/Check`.
final class GRPCProbe: Probe {
  private let settings: GRPCProbeSettings
  private let requester: HTTPRequester
  private let series = Mutex(GRPCSeries())

  init(_ settings: GRPCProbeSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    requester = HTTPRequester(settings.client, in: environment)
  }

  func run(within limit: Duration) async -> ProbeReport {
    let scheme = settings.usesTLS ? "https" : "http"
    var request = TransferRequest(url: "\(scheme)://\(settings.target)/grpc.health.v1.Health/Check")
    request.method = "POST"
    request.connection = .fresh
    request.upload = HealthMessage.request(service: settings.service)
    request.headers = [TransferHeader("Content-Type", "application/grpc"), TransferHeader("TE", "trailers")]
    request.body = .refuseBeyond(64 << 10)
    let transfer: TransferReport
    do throws(SecretFault) {
      for header in settings.metadata {
        let value = try await requester.secrets.reveal(header.value, named: header.name)
        request.headers.append(TransferHeader(header.name, value))
      }
      transfer = try await requester.perform(request, within: limit, speaking: .http2)
    } catch {
      return .unknown(error.fault)
    }
    var report = report(on: transfer)
    report.cost = ProbeCost(of: transfer)
    return report
  }

  private func report(on transfer: TransferReport) -> ProbeReport {
    if let failure = transfer.failure, failure.isSelfFault { return .unknown("reason.probe.local", failure.text) }
    let code = transfer.header("grpc-status").flatMap { Int($0) }
    let status = transfer.failure == nil ? HealthMessage.status(in: transfer.body) : nil
    let samples = series.withLock { $0.samples(of: transfer, code: code, status: code == 0 ? status : nil) }
    if let failure = transfer.failure { return .down(failure.reasonID, failure.text, samples) }
    guard transfer.status == 200 else {
      return .down("reason.probe.status", "the server answered with status \(transfer.status ?? 0)", samples)
    }
    guard let code else { return .down("reason.probe.protocol", "the answer has no grpc-status", samples) }
    guard code == 0 else {
      let words = transfer.header("grpc-message").map { ": \($0)" } ?? ""
      return .down("reason.grpc.code", "the call ended with code \(code)\(words)", samples)
    }
    guard let status, HealthMessage.statuses.indices.contains(status) else {
      return .down("reason.probe.protocol", "the answer is no health message", samples)
    }
    guard status == 1 else {
      return .down("reason.grpc.health", "the service is \(HealthMessage.statuses[status])", samples)
    }
    return ProbeReport(.up, samples)
  }
}

/// The series of a health check under blackbox_exporter's names.
struct GRPCSeries {
  private var sink = HostSink()
  private let phases: [Int]
  private let statuses: [Int]
  private let code: Int, isTLS: Int, lookUp: Int, family: Int, address: Int
  private var encryption = EncryptionSeries()

  init() {
    var phases: [Int] = []
    for phase in ["resolve", "connect", "tls", "check"] {
      phases.append(sink.bind("probe_grpc_duration_seconds", [Label("phase", phase)]))
    }
    self.phases = phases
    var statuses: [Int] = []
    for status in HealthMessage.statuses {
      statuses.append(sink.bind("probe_grpc_healthcheck_response", [Label("serving_status", status)]))
    }
    self.statuses = statuses
    code = sink.bind("probe_grpc_status_code")
    isTLS = sink.bind("probe_grpc_ssl")
    lookUp = sink.bind("probe_dns_lookup_time_seconds")
    family = sink.bind("probe_ip_protocol")
    address = sink.bind("probe_ip_addr_hash")
  }

  mutating func samples(of transfer: TransferReport, code given: Int?, status: Int?) -> [ProbeSample] {
    let spans = transfer.phases
    for (number, span) in zip(phases, [spans.resolve, spans.connect, spans.tls, spans.processing + spans.transfer]) {
      sink.put(number, span.inSeconds)
    }
    for (index, number) in statuses.enumerated() { sink.put(number, index == status ? 1 : 0) }
    if let given { sink.put(code, Double(given)) }
    sink.put(isTLS, transfer.tls == nil ? 0 : 1)
    sink.put(lookUp, spans.resolve.inSeconds)
    if let text = transfer.remoteAddress {
      sink.put(family, text.contains(":") ? 6 : 4)
      sink.put(address, Double(UInt32(truncatingIfNeeded: StableHash.of(text))))
    }
    encryption.put(transfer, into: &sink)
    return sink.take()
  }
}
