internal import Alerting
internal import Foundation
internal import Notifiers
internal import PromQL
internal import Telemetry

/// `watchkeeper.yaml`: everything that is neither probe, rule, item nor plan.
struct WatchkeeperSettings: Decodable, Sendable {
  var language: String?
  var storage = StorageSettings()
  var query = QuerySettings()
  var rules = RuleSettings()
  var web = ConsoleSettings()
  var incidents = IncidentsSettings()
  var heartbeat: HeartbeatSettings?
  var route: RouteSettings?
  var receivers: [ReceiverSettings] = []
  /// Other stores that get every sample.
  var remoteWrite: [RemoteWriteEndpoint] = []
  /// Folders of MIB files besides `probes/snmp/mibs/`: see `ForeignMIBs`.
  var mibs: [String] = []
  /// Which of the packaged definitions take part.
  var packaged = PackagedSettings()

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case language, storage, query, rules, web, incidents, heartbeat, global, route, receivers, packaged, mibs
    case remoteWrite = "remote_write"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    language = try fields.decodeIfPresent(String.self, forKey: .language)
    if let language, !["en", "zh-CN"].contains(language) {
      let known = Spelling.argument(for: language, among: ["en", "zh-CN"])
      throw fields.problem(.language, "fault.settings.language", ["word": language, "known": known])
    }
    storage = try fields.decodeIfPresent(StorageSettings.self, forKey: .storage) ?? storage
    query = try fields.decodeIfPresent(QuerySettings.self, forKey: .query) ?? query
    rules = try fields.decodeIfPresent(RuleSettings.self, forKey: .rules) ?? rules
    web = try fields.decodeIfPresent(ConsoleSettings.self, forKey: .web) ?? web
    incidents = try fields.decodeIfPresent(IncidentsSettings.self, forKey: .incidents) ?? incidents
    heartbeat = try fields.decodeIfPresent(HeartbeatSettings.self, forKey: .heartbeat)
    // Read before the receivers, which take their defaults from it: see `ConfigurationReader`.
    _ = try fields.decodeIfPresent(MailDefaults.self, forKey: .global)
    route = try fields.decodeIfPresent(RouteSettings.self, forKey: .route)
    receivers = try fields.decodeIfPresent([ReceiverSettings].self, forKey: .receivers) ?? []
    remoteWrite = try fields.decodeIfPresent([RemoteWriteEndpoint].self, forKey: .remoteWrite) ?? []
    var endpoints: Set<String> = []
    for endpoint in remoteWrite where !endpoints.insert(endpoint.name).inserted {
      throw fields.problem(.remoteWrite, "fault.remote-write.twice", ["name": endpoint.name])
    }
    mibs = try fields.decodeIfPresent([String].self, forKey: .mibs) ?? []
    guard mibs.count <= ForeignMIBs.foldersMax else {
      throw fields.problem(.mibs, "fault.snmp.foreign-count", ["most": String(ForeignMIBs.foldersMax)])
    }
    packaged = try fields.decodeIfPresent(PackagedSettings.self, forKey: .packaged) ?? packaged
    try checkReceivers(in: fields)
  }

  private func checkReceivers(in fields: KeyedDecodingContainer<CodingKeys>) throws {
    var names: Set<String> = []
    for receiver in receivers where !names.insert(receiver.name).inserted {
      throw fields.problem(.receivers, "fault.receiver.twice", ["name": receiver.name])
    }
    if let route, !names.contains(route.receiver) {
      guard !names.isEmpty else {
        throw fields.problem(.route, "fault.route.no-receivers", ["name": route.receiver], beside: .receivers)
      }
      let known = Spelling.argument(for: route.receiver, among: names.sorted())
      throw fields.problem(
        .route, "fault.route.no-such-receiver", ["name": route.receiver, "known": known], beside: .receivers)
    }
    if route == nil, !receivers.isEmpty {
      throw fields.problem(
        .receivers, "fault.route.missing", ["example": "route: {receiver: \(receivers[0].name)}"], beside: .route)
    }
  }
}

struct StorageSettings: Decodable, Sendable {
  /// How long samples are kept; the default is 15 days.
  var retention = DurationSetting(.seconds(15 * 86_400))
  /// How many bytes samples may take; the default is 20 GiB.
  var sizeMax = ByteCountSetting(bytes: 20 << 30)
  /// Active series; the default is 1,000,000.
  var seriesMax = 1_000_000
  /// How far a sample may lie behind the newest one of its series; the default is 1 hour.
  var outOfOrderWindow = DurationSetting(.seconds(3600))
  /// What is much older than now is refused in any case.
  private static let outOfOrderWindowMax = Duration.seconds(86_400)

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case retention
    case outOfOrderWindow = "out_of_order_window"
    case sizeMax = "size_max"
    case seriesMax = "series_max"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    retention = try fields.decodeIfPresent(DurationSetting.self, forKey: .retention) ?? retention
    sizeMax = try fields.decodeIfPresent(ByteCountSetting.self, forKey: .sizeMax) ?? sizeMax
    seriesMax = try fields.decodeIfPresent(Int.self, forKey: .seriesMax) ?? seriesMax
    guard retention.duration >= .seconds(3600) else {
      throw fields.problem(.retention, "fault.settings.retention")
    }
    guard seriesMax > 0 else {
      throw fields.problem(.seriesMax, "fault.settings.limit", ["number": String(seriesMax)])
    }
    outOfOrderWindow =
      try fields.decodeIfPresent(DurationSetting.self, forKey: .outOfOrderWindow) ?? outOfOrderWindow
    guard outOfOrderWindow.duration <= Self.outOfOrderWindowMax else {
      throw fields.problem(.outOfOrderWindow, "fault.settings.out-of-order-window")
    }
  }
}

struct QuerySettings: Decodable, Sendable {
  /// Samples that one query may touch; the default is 50 million.
  var samplesMax = 50_000_000
  /// The default is 2 minutes.
  var timeout = DurationSetting(.seconds(120))
  /// How long a sample stays visible to an instant query; the default is 5 minutes.
  var lookback = DurationSetting(.seconds(300))
  /// Whether queries of the API, the explorer and templates may use what is experimental in PromQL; the default is not.
  var experimental = false
  /// Memory that one query may hold, estimated; the default is 256 MiB.
  var memoryMax = ByteCountSetting(bytes: 256 << 20)
  /// Queries of visitors that run at once; the default is 4, the rest wait.
  var concurrencyMax = 4

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case timeout, lookback, experimental
    case samplesMax = "samples_max"
    case memoryMax = "memory_max"
    case concurrencyMax = "concurrency_max"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    samplesMax = try fields.decodeIfPresent(Int.self, forKey: .samplesMax) ?? samplesMax
    timeout = try fields.decodeIfPresent(DurationSetting.self, forKey: .timeout) ?? timeout
    lookback = try fields.decodeIfPresent(DurationSetting.self, forKey: .lookback) ?? lookback
    experimental = try fields.decodeIfPresent(Bool.self, forKey: .experimental) ?? experimental
    memoryMax = try fields.decodeIfPresent(ByteCountSetting.self, forKey: .memoryMax) ?? memoryMax
    concurrencyMax = try fields.decodeIfPresent(Int.self, forKey: .concurrencyMax) ?? concurrencyMax
    for (key, number) in [(CodingKeys.samplesMax, samplesMax), (.concurrencyMax, concurrencyMax)] where number <= 0 {
      throw fields.problem(key, "fault.settings.limit", ["number": String(number)])
    }
    guard memoryMax.bytes >= 1 << 20 else {
      throw fields.problem(.memoryMax, "fault.settings.query-memory")
    }
    guard timeout.duration >= .milliseconds(1) else {
      throw fields.problem(.timeout, "fault.settings.query-timeout")
    }
  }

  var limits: ReadLimits {
    var limits = ReadLimits()
    limits.samplesMax = samplesMax
    limits.timeMax = timeout.duration
    limits.bytesMax = Int(memoryMax.bytes)
    return limits
  }

  var evaluation: EvaluationLimits {
    var limits = EvaluationLimits()
    limits.samplesMax = samplesMax
    limits.bytesMax = Int(memoryMax.bytes)
    return limits
  }
}

/// What holds where a rule group says nothing.
struct RuleSettings: Decodable, Sendable {
  var defaults = RuleDefaults()

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case interval, experimental
    case queryOffset = "query_offset"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let interval = try fields.decodeIfPresent(DurationSetting.self, forKey: .interval)?.duration
    if let interval, interval <= .zero { throw fields.problem(.interval, "fault.rule.interval") }
    defaults.interval = interval ?? defaults.interval
    defaults.queryOffset =
      try fields.decodeIfPresent(DurationSetting.self, forKey: .queryOffset)?.duration ?? defaults.queryOffset
    defaults.features = try fields.decodeIfPresent(Bool.self, forKey: .experimental) == true ? .all : .stable
  }
}

struct ConsoleSettings: Decodable, Sendable {
  /// `HOST:PORT`; without it the first free port from 9464 on the loopback interface.
  var listen: ListenAddress?
  /// How others reach the console, for links in notifications.
  var externalURL: String?

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case listen
    case externalURL = "external_url"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    listen = try fields.decodeIfPresent(ListenAddress.self, forKey: .listen)
    externalURL = try fields.decodeIfPresent(String.self, forKey: .externalURL)
    if let externalURL, !externalURL.hasPrefix("http://"), !externalURL.hasPrefix("https://") {
      throw fields.problem(.externalURL, "fault.settings.external-url")
    }
  }
}

extension ConsoleSettings {
  /// Names that a request may carry besides loopback: the one under which others reach the console through a proxy.
  var hostNames: Set<String> {
    guard let host = externalURL.flatMap({ URL(string: $0)?.host() }) else { return [] }
    return [host.lowercased()]
  }
}

/// Where the console listens. Only the loopback interface, until log-in with accounts and TLS exist.
struct ListenAddress: Decodable, Sendable, Equatable {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    let host = text[..<colon].replacing("[", with: "").replacing("]", with: "")
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: port)
  }

  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// What to say about an address that is not taken, `nil` for a good one.
  static func fault(of text: String) -> SettingsFault? {
    guard let address = ListenAddress(text) else { return SettingsFault("fault.settings.listen", ["text": text]) }
    guard address.isLoopback else {
      return SettingsFault("fault.settings.listen-public", ["host": address.host, "port": String(address.port)])
    }
    return nil
  }

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    if let fault = Self.fault(of: text) { throw DecodingError.refused(fault, at: decoder.codingPath) }
    guard let address = ListenAddress(text) else { preconditionFailure("an address without fault is one") }
    self = address
  }
}

struct IncidentsSettings: Decodable, Sendable {
  /// Good evaluation rounds in a row that prove a recovery; the default is 3.
  var verifyRounds = 3
  /// How long a recovery must hold; the default is 5 minutes.
  var verifyFor = DurationSetting(.seconds(300))
  /// How long a resolved incident reopens; the default is 4 hours.
  var reopenWindow = DurationSetting(.seconds(4 * 3600))

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case verifyRounds = "verify_rounds"
    case verifyFor = "verify_for"
    case reopenWindow = "reopen_window"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    verifyRounds = try fields.decodeIfPresent(Int.self, forKey: .verifyRounds) ?? verifyRounds
    verifyFor = try fields.decodeIfPresent(DurationSetting.self, forKey: .verifyFor) ?? verifyFor
    reopenWindow = try fields.decodeIfPresent(DurationSetting.self, forKey: .reopenWindow) ?? reopenWindow
    guard verifyRounds >= 1 else {
      throw fields.problem(.verifyRounds, "fault.settings.rounds", ["number": String(verifyRounds)])
    }
  }
}

/// A URL that an outside watcher expects to be called.
struct HeartbeatSettings: Decodable, Sendable {
  var url: SecretSetting
  /// The default is 1 minute.
  var interval = DurationSetting(.seconds(60))
  /// The heartbeat stops when the last evaluation is older; the default is 3 minutes.
  var evaluationAgeMax = DurationSetting(.seconds(180))
  /// The heartbeat stops when a notification has waited longer for its delivery; the default is 10 minutes.
  var deliveryAgeMax = DurationSetting(.seconds(600))

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case url, interval
    case urlFile = "url_file"
    case evaluationAgeMax = "evaluation_age_max"
    case deliveryAgeMax = "delivery_age_max"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    url = try SecretSetting(fields, clear: .url, file: .urlFile)
    interval = try fields.decodeIfPresent(DurationSetting.self, forKey: .interval) ?? interval
    evaluationAgeMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .evaluationAgeMax) ?? evaluationAgeMax
    deliveryAgeMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .deliveryAgeMax) ?? deliveryAgeMax
    guard interval.duration >= .seconds(1) else {
      throw fields.problem(.interval, "fault.settings.heartbeat-interval")
    }
  }
}

/// Which packaged definitions take part; all by default.
struct PackagedSettings: Decodable, Sendable {
  var probes = true
  var rules = true
  var plans = true

  init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable { case probes, rules, plans }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    probes = try fields.decodeIfPresent(Bool.self, forKey: .probes) ?? true
    rules = try fields.decodeIfPresent(Bool.self, forKey: .rules) ?? true
    plans = try fields.decodeIfPresent(Bool.self, forKey: .plans) ?? true
  }
}
