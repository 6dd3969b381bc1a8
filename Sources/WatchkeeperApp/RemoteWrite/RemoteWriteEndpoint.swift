internal import Foundation
internal import Interchange
internal import Notifiers
internal import Records
internal import Telemetry
internal import Transfers

/// An entry of `remote_write`: another store that gets every sample, under Prometheus' keys.
///
/// - Source: Prometheus configuration, `<remote_write>`.
struct RemoteWriteEndpoint: Decodable, Sendable {
  /// Under it the place in the queue is remembered; the default is the address' host and port.
  let name: String
  let version: RemoteWriteVersion
  /// `write_relabel_configs`.
  let rules: [RelabelRule]
  /// `send_native_histograms`; unlike in Prometheus the default is true.
  let sendsHistograms: Bool
  let queue: Queue
  /// Everything but the body and what is said about it.
  let request: TransferRequest

  /// `queue_config`.
  struct Queue: Decodable, Sendable {
    /// `max_samples_per_send`; the default is 5,000: requests go one after the other, so that the order is kept.
    var samplesMax = 5000
    /// `batch_send_deadline`, the pause when all is sent; the default is 5 s.
    var pause = Duration.seconds(5)
    /// `min_backoff`; the default is 30 ms.
    var backoffMin = Duration.milliseconds(30)
    /// `max_backoff`; the default is 5 s.
    var backoffMax = Duration.seconds(5)
    /// `sample_age_limit`: samples that have waited for longer are left out. The default is 2 hours, as far back as the
    /// batch log reaches by itself for the sake of series that are seldom sampled; at most a day.
    var ageMax = Duration.seconds(7200)

    init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case samplesMax = "max_samples_per_send"
      case pause = "batch_send_deadline"
      case backoffMin = "min_backoff"
      case backoffMax = "max_backoff"
      case ageMax = "sample_age_limit"
      case retriesTooMany = "retry_on_http_429"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      samplesMax = try fields.decodeIfPresent(Int.self, forKey: .samplesMax) ?? samplesMax
      pause = try fields.decodeIfPresent(DurationSetting.self, forKey: .pause)?.duration ?? pause
      backoffMin = try fields.decodeIfPresent(DurationSetting.self, forKey: .backoffMin)?.duration ?? backoffMin
      backoffMax =
        try fields.decodeIfPresent(DurationSetting.self, forKey: .backoffMax)?.duration ?? max(backoffMax, backoffMin)
      ageMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .ageMax)?.duration ?? ageMax
      guard (1...Self.samplesLimit).contains(samplesMax) else {
        throw fields.problem(
          .samplesMax, "fault.remote-write.samples", ["number": String(samplesMax), "most": String(Self.samplesLimit)])
      }
      for (key, duration) in [
        (CodingKeys.pause, pause), (.backoffMin, backoffMin), (.backoffMax, backoffMax),
      ] where duration < .milliseconds(1) {
        throw fields.problem(key, "fault.remote-write.duration")
      }
      guard backoffMax >= backoffMin else {
        throw fields.problem(
          .backoffMax, "fault.remote-write.backoff", ["least": backoffMin.notation], beside: .backoffMin)
      }
      guard (Duration.seconds(60)...Duration.seconds(86_400)).contains(ageMax) else {
        throw fields.problem(.ageMax, "fault.remote-write.age")
      }
      if try fields.decodeIfPresent(Bool.self, forKey: .retriesTooMany) == false {
        throw fields.problem(.retriesTooMany, "fault.remote-write.patience")
      }
    }

    /// Of one request; the default is 100,000.
    private static let samplesLimit = 100_000
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case url, name, headers
    case basic = "basic_auth"
    case authorization
    case tls = "tls_config"
    case timeout = "remote_timeout"
    case rules = "write_relabel_configs"
    case message = "protobuf_message"
    case sendsHistograms = "send_native_histograms"
    case queue = "queue_config"
  }

  private enum Message: String, CaseIterable {
    case one = "prometheus.WriteRequest"
    case two = "io.prometheus.write.v2.Request"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let address = try fields.decode(String.self, forKey: .url)
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), let host = url.host()
    else {
      throw fields.problem(.url, "fault.receiver.url")
    }
    name = try fields.decodeIfPresent(String.self, forKey: .name) ?? url.port.map { "\(host):\($0)" } ?? host
    guard !name.isEmpty else { throw fields.problem(.name, "fault.remote-write.name") }
    let message: Message? = try fields.choice(forKey: .message, else: "fault.remote-write.message")
    version = message == .two ? .two : .one
    rules = try fields.decodeIfPresent([RelabelRule].self, forKey: .rules) ?? []
    sendsHistograms = try fields.decodeIfPresent(Bool.self, forKey: .sendsHistograms) ?? true
    queue = try fields.decodeIfPresent(Queue.self, forKey: .queue) ?? Queue()
    var request = TransferRequest(url: Secret(address))
    request.method = "POST"
    request.body = .truncateBeyond(Self.answerBytes)
    request.timeout = try fields.decodeIfPresent(DurationSetting.self, forKey: .timeout)?.duration ?? .seconds(30)
    guard request.timeout >= .milliseconds(1) else { throw fields.problem(.timeout, "fault.remote-write.duration") }
    let headers = try fields.decodeIfPresent([String: String].self, forKey: .headers) ?? [:]
    for name in headers.keys.sorted() where Self.ownHeaders.contains(name.lowercased()) {
      throw fields.problem(.headers, "fault.remote-write.header", ["name": name])
    }
    request.headers = headers.sorted { $0.key < $1.key }.map { TransferHeader($0.key, $0.value) }
    guard let environment = decoder.userInfo[ReceiverSettings.environmentKey] as? NotifierEnvironment else {
      preconditionFailure("endpoints are decoded with a notifier environment in userInfo")
    }
    try HTTPClientSettings(from: decoder).apply(to: &request, environment)
    self.request = request
  }

  /// Of an answer, for the log: 1 KiB.
  private static let answerBytes = 1024
  /// What the program says itself.
  private static let ownHeaders: Set<String> = [
    "authorization", "content-encoding", "content-type", "content-length", "host", "x-prometheus-remote-write-version",
  ]
}
