internal import Records
internal import Telemetry

/// Settings of the kind `redis`, for Valkey and Sentinel, too.
public struct RedisProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// `none`, the default, or `tls`.
  let encryption: ServiceEncryption
  /// The user of a password alone is `default`.
  let login: ServiceLogin?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password
    case userName = "username"
    case passwordFile = "password_file"
    case verifiesCertificate = "tls_verify"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case fallsBack = "ip_protocol_fallback"
    case source = "source_ip_address"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    var stream = try StreamSettings(fields, port: 6379)
    login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile)
    encryption = try stream.encrypts(fields, .encryption, otherwise: .none)
    guard encryption != .starttls else { throw fields.problem(.encryption, "fault.redis.starttls") }
    self.stream = stream
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    let series = SQLSeries(firstSlot: StreamSeries.ownSlots + 8)
    return ServiceProbe(stream, login, in: environment) { RedisDialogue($0, series) }
  }

  static let kind = ProbeKind(
    name: "redis", summary: "Logs in to Redis, pings it and reads its figures; understands Sentinel.",
    example: """
      name: cache
      kind: redis
      interval: 15s
      timeout: 5s
      settings:
        target: cache.example.org:6379
        username: default
        password_file: /etc/watchkeeper/secrets/redis
      """,
    job: "redis", interval: .seconds(15), timeout: .seconds(5), settings: RedisProbeSettings.self)
}

/// - Source: Redis, "Redis serialization protocol", version 2.
struct RedisDialogue: ServiceDialogue {
  private enum Step: Sendable { case login, ping, figures }

  private let credentials: ServiceCredentials?
  private let series: SQLSeries
  private var step = Step.ping
  private var isUp = false
  private(set) var figures: [ProbeSample] = []
  /// The length that the answer to INFO announced.
  private var announced: Int?

  /// The longest answer to INFO; the default is 256 KiB.
  private static let bytesMax = 256 << 10

  init(_ credentials: ServiceCredentials?, _ series: SQLSeries) {
    self.credentials = credentials
    self.series = series
  }

  var waitingBytesMax: Int { Self.bytesMax + 64 }

  var awaited: String {
    switch step {
    case .login: "the answer to AUTH"
    case .ping: "the answer to PING"
    case .figures: "the answer to INFO"
    }
  }

  private static let upSeries = LabelSet([LabelSet.metricName: "redis_up"])

  var samples: [ProbeSample] { [ProbeSample(Self.upSeries, isUp ? 1 : 0, own: 0)] + figures }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .connected {
      if let credentials {
        step = .login
        output += Self.command(["AUTH", credentials.userName, credentials.password.reveal()])
      } else {
        output += Self.command(["PING"])
      }
      return .proceed
    }
    if let announced { return read(announced, &input) }
    guard let line = input.line() else { return .proceed }
    if line.first == UInt8(ascii: "-") {
      let text = ForeignText.quoted(line.dropFirst())
      let isLogin = ["NOAUTH", "WRONGPASS", "NOPERM"].contains { line.dropFirst().starts(with: $0.utf8) }
      return .failed(isLogin || step == .login ? .login(text) : .declined("\(awaited) is \(text)"))
    }
    switch step {
    case .login where line == Array("+OK".utf8):
      step = .ping
      output += Self.command(["PING"])
    case .ping where line == Array("+PONG".utf8):
      step = .figures
      isUp = true
      output += Self.command(["INFO"])
    case .figures where line.first == UInt8(ascii: "$"):
      guard let length = Int(String(decoding: line.dropFirst(), as: UTF8.self)), (0...Self.bytesMax).contains(length)
      else { return .failed(.broken("\(awaited) claims to have \(ForeignText.quoted(line.dropFirst())) bytes")) }
      announced = length
    default: return .failed(.broken("\(awaited) is \(ForeignText.quoted(line))"))
    }
    return .proceed
  }

  private static func command(_ words: [String]) -> [UInt8] {
    Array("*\(words.count)\r\n".utf8) + words.flatMap { Array("$\($0.utf8.count)\r\n\($0)\r\n".utf8) }
  }

  private mutating func read(_ length: Int, _ input: inout StreamBuffer) -> DialogueStep {
    guard input.count >= length + 2, let bytes = input.take(length) else { return .proceed }
    for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
      guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      take(
        String(decoding: line[..<colon], as: UTF8.self),
        String(decoding: line[(colon + 1)...].prefix(1024), as: UTF8.self))
      guard figures.count <= SQLQuery.rowsMax else { break }
    }
    return .done
  }

  /// - Source: the names of redis_exporter.
  private static let plain: [String: String] = [
    "connected_clients": "redis_connected_clients", "blocked_clients": "redis_blocked_clients",
    "maxclients": "redis_config_maxclients", "used_memory": "redis_memory_used_bytes",
    "used_memory_rss": "redis_memory_used_rss_bytes", "used_memory_peak": "redis_memory_used_peak_bytes",
    "maxmemory": "redis_memory_max_bytes", "mem_fragmentation_ratio": "redis_mem_fragmentation_ratio",
    "uptime_in_seconds": "redis_uptime_in_seconds", "loading": "redis_loading_dump_file",
    "total_connections_received": "redis_connections_received_total",
    "total_commands_processed": "redis_commands_processed_total",
    "rejected_connections": "redis_rejected_connections_total", "expired_keys": "redis_expired_keys_total",
    "evicted_keys": "redis_evicted_keys_total", "keyspace_hits": "redis_keyspace_hits_total",
    "keyspace_misses": "redis_keyspace_misses_total", "total_net_input_bytes": "redis_net_input_bytes_total",
    "total_net_output_bytes": "redis_net_output_bytes_total", "connected_slaves": "redis_connected_slaves",
    "master_last_io_seconds_ago": "redis_master_last_io_seconds_ago", "master_repl_offset": "redis_master_repl_offset",
    "slave_repl_offset": "redis_slave_repl_offset", "master_sync_in_progress": "redis_master_sync_in_progress",
    "rdb_last_save_time": "redis_rdb_last_save_timestamp_seconds",
    "rdb_changes_since_last_save": "redis_rdb_changes_since_last_save", "aof_enabled": "redis_aof_enabled",
    "cluster_enabled": "redis_cluster_enabled", "sentinel_masters": "redis_sentinel_masters",
    "sentinel_tilt": "redis_sentinel_tilt", "sentinel_running_scripts": "redis_sentinel_running_scripts",
  ]
  private static let answers: [String: String] = [
    "master_link_status": "redis_master_link_up", "rdb_last_bgsave_status": "redis_rdb_last_bgsave_status",
    "aof_last_write_status": "redis_aof_last_write_status",
  ]

  private mutating func take(_ name: String, _ value: String) {
    if let metric = Self.plain[name] {
      add(name, Double(value)) { LabelSet([LabelSet.metricName: metric]) }
    } else if let metric = Self.answers[name] {
      add(name, value == "ok" || value == "up" ? 1 : 0) { LabelSet([LabelSet.metricName: metric]) }
    } else if name == "redis_version" || name == "role" {
      add("\(name)=\(value)", 1) { LabelSet([LabelSet.metricName: "redis_\(name)_info", name: value]) }
    } else if name.hasPrefix("db"), Int(name.dropFirst(2)) != nil {
      let fields = Self.fields(value)
      for (field, metric) in [("keys", "redis_db_keys"), ("expires", "redis_db_keys_expiring")] {
        add("\(name) \(field)", fields[field].flatMap { Double($0) }) {
          LabelSet([LabelSet.metricName: metric, "db": name])
        }
      }
    } else if name.hasPrefix("slave"), Int(name.dropFirst(5)) != nil {
      let fields = Self.fields(value)
      let labels = [
        "slave_ip": fields["ip"] ?? "", "slave_port": fields["port"] ?? "", "slave_state": fields["state"] ?? "",
      ]
      for (field, metric) in [
        ("lag", "redis_connected_slave_lag_seconds"), ("offset", "redis_connected_slave_offset_bytes"),
      ] {
        add("\(name) \(labels) \(field)", fields[field].flatMap { Double($0) }) {
          LabelSet(labels.merging([LabelSet.metricName: metric]) { $1 })
        }
      }
    } else if name.hasPrefix("master"), Int(name.dropFirst(6)) != nil {
      master(Self.fields(value))
    }
  }

  /// What a sentinel knows of one master.
  private mutating func master(_ fields: [String: String]) {
    let labels = ["master_name": fields["name"] ?? "", "master_address": fields["address"] ?? ""]
    add("\(labels) status", fields["status"] == "ok" ? 1 : 0) {
      LabelSet(labels.merging([LabelSet.metricName: "redis_sentinel_master_status"]) { $1 })
    }
    for (field, metric) in [
      ("slaves", "redis_sentinel_master_slaves"), ("sentinels", "redis_sentinel_master_sentinels"),
    ] {
      add("\(labels) \(field)", fields[field].flatMap { Double($0) }) {
        LabelSet(labels.merging([LabelSet.metricName: metric]) { $1 })
      }
    }
  }

  private static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for piece in text.split(separator: ",") {
      guard let equals = piece.firstIndex(of: "=") else { continue }
      fields[String(piece[..<equals])] = String(piece[piece.index(after: equals)...])
    }
    return fields
  }

  private mutating func add(_ key: String, _ value: Double?, _ make: () -> LabelSet) {
    guard let value, let sample = series.sample(Array(key.utf8), value, make) else { return }
    figures.append(sample)
  }
}
