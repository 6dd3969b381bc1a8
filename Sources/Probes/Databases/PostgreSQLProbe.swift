internal import CLinux
internal import Records
internal import Telemetry

/// Settings of the kind `postgresql`.
public struct PostgreSQLProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`; `starttls` encrypts on demand, as PostgreSQL does.
  let encryption: ServiceEncryption
  let login: ServiceLogin?
  /// The default is `postgres`.
  let database: String
  let queries: [SQLQuery]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, encryption, password, database, queries
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
    var stream = try StreamSettings(fields, port: 5432)
    guard let login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile) else {
      throw fields.problem(.userName, "fault.stream.user")
    }
    self.login = login
    encryption = try stream.encrypts(fields, .encryption, otherwise: .none)
    self.stream = stream
    database = try fields.decodeIfPresent(String.self, forKey: .database) ?? "postgres"
    guard !database.isEmpty, !database.utf8.contains(0) else { throw fields.problem(.database, "fault.stream.user") }
    let own = try fields.decodeIfPresent([SQLQuerySetting].self, forKey: .queries) ?? []
    guard own.count <= SQLQuerySetting.countMax else {
      throw fields.problem(.queries, "fault.stream.steps", ["number": String(SQLQuerySetting.countMax)])
    }
    queries = Self.standard + own.map(\.query)
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    let series = SQLSeries(firstSlot: StreamSeries.ownSlots + 8)
    return ServiceProbe(stream, login, in: environment) { credentials in
      PostgreSQLDialogue(self, credentials, series, nonce: (watchkeeper_random(), watchkeeper_random()))
    }
  }

  /// In place of a state that the role may not see.
  static let hiddenState = "hidden"

  /// - Source: the names of postgres_exporter.
  private static let standard = [
    SQLQuery(
      name: "stat_database",
      sql: """
        SELECT datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched, \
        tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks \
        FROM pg_stat_database WHERE datname IS NOT NULL
        """, shape: .table(prefix: "pg_stat_database_", labels: ["datname"]), isOwn: false),
    SQLQuery(
      name: "database",
      sql: """
        SELECT datname, pg_database_size(oid) AS size_bytes FROM pg_database \
        WHERE datallowconn AND has_database_privilege(oid, 'CONNECT')
        """, shape: .table(prefix: "pg_database_", labels: ["datname"]), isOwn: false),
    // Who is not in `pg_monitor` sees that others are connected, and not what they do: they count all the same.
    SQLQuery(
      name: "stat_activity",
      sql: """
        SELECT datname, coalesce(state, '\(hiddenState)') AS state, count(*) AS count, \
        max(extract(epoch FROM now() - xact_start)) AS max_tx_duration FROM pg_stat_activity \
        WHERE datname IS NOT NULL AND (state IS NOT NULL OR query = '<insufficient privilege>') GROUP BY 1, 2
        """, shape: .table(prefix: "pg_stat_activity_", labels: ["datname", "state"]), isOwn: false),
    SQLQuery(
      name: "locks",
      sql: """
        SELECT d.datname, lower(l.mode) AS mode, count(*) AS count FROM pg_locks l \
        JOIN pg_database d ON d.oid = l.database GROUP BY d.datname, l.mode
        """, shape: .table(prefix: "pg_locks_", labels: ["datname", "mode"]), isOwn: false),
    SQLQuery(
      name: "settings",
      sql: """
        SELECT current_setting('max_connections') AS max_connections, \
        current_setting('superuser_reserved_connections') AS superuser_reserved_connections
        """, shape: .row(prefix: "pg_settings_"), isOwn: false),
    // A replica that has lost its primary has replayed all that it received: it is never behind. One that lives on
    // archives has no `primary_conninfo`, which only `pg_monitor` may read.
    SQLQuery(
      name: "replication",
      sql: """
        SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 \
        ELSE greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp())) END AS lag_seconds, \
        CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END AS is_replica, \
        CASE WHEN pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver) AND EXISTS \
        (SELECT FROM pg_settings WHERE name = 'primary_conninfo' AND setting <> '') THEN 0 ELSE 1 END AS is_linked
        """, shape: .row(prefix: "pg_replication_"), isOwn: false),
    SQLQuery(
      name: "postmaster", sql: "SELECT extract(epoch FROM pg_postmaster_start_time()) AS start_time_seconds",
      shape: .row(prefix: "pg_postmaster_"), isOwn: false),
    SQLQuery(
      name: "stat_replication",
      sql: """
        SELECT application_name, coalesce(client_addr::text, '') AS client_addr, state, \
        pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS pg_wal_lsn_diff FROM pg_stat_replication
        """,
      shape: .table(prefix: "pg_stat_replication_", labels: ["application_name", "client_addr", "state"]),
      isOwn: false),
  ]

  static let kind = ProbeKind(
    name: "postgresql", summary: "Logs in to PostgreSQL, reads its figures and asks queries of yours, read-only.",
    example: """
      name: orders-database
      kind: postgresql
      interval: 30s
      timeout: 10s
      settings:
        target: db.example.org:5432
        encryption: starttls
        username: watchkeeper
        password_file: /etc/watchkeeper/secrets/postgresql
        database: shop
        queries:
          - name: orders_waiting
            sql: SELECT region, count(*) AS waiting FROM orders WHERE shipped IS NULL GROUP BY region
            value: waiting
            labels: [region]
      """,
    job: "postgres", interval: .seconds(30), timeout: .seconds(10), settings: PostgreSQLProbeSettings.self)
}

/// - Source: PostgreSQL, "Frontend/Backend Protocol", version 3.0.
struct PostgreSQLDialogue: ServiceDialogue {
  private enum Step: Sendable { case encryption, login, query }

  private let settings: PostgreSQLProbeSettings
  private let credentials: ServiceCredentials
  private var step = Step.login
  private var scram: SCRAMClient
  private var collection: SQLCollection
  private var isUp = false
  private var version = ""
  /// What the server said of the query that goes on.
  private var error: String?

  init(
    _ settings: PostgreSQLProbeSettings, _ credentials: ServiceCredentials?, _ series: SQLSeries,
    nonce: (UInt64, UInt64)
  ) {
    self.settings = settings
    self.credentials = credentials ?? ServiceCredentials(userName: "", password: Secret(""))
    scram = SCRAMClient(
      password: self.credentials.password, nonce: String(nonce.0, radix: 36) + String(nonce.1, radix: 36))
    collection = SQLCollection(settings.queries, series)
  }

  var waitingBytesMax: Int { PostgreSQLMessage.bytesMax + 16 }

  var awaited: String {
    switch step {
    case .encryption: "the answer to a request for encryption"
    case .login: "the answer to the login"
    case .query: "the answer to the query '\(collection.current?.name ?? "")'"
    }
  }

  private static let upSeries = LabelSet([LabelSet.metricName: "pg_up"])

  var samples: [ProbeSample] {
    var samples = [ProbeSample(Self.upSeries, isUp ? 1 : 0, own: 0)] + collection.samples
    if !version.isEmpty {
      let short = String(version.prefix { $0 != " " })
      samples.append(ProbeSample("pg_static", [Label("version", version), Label("short_version", short)], 1))
    }
    return samples
  }

  var remark: String {
    guard collection.samples.contains(where: { $0.series["state"] == PostgreSQLProbeSettings.hiddenState }) else {
      return collection.remark
    }
    let hidden = "the role '\(credentials.userName)' does not see what other sessions do: GRANT pg_monitor TO it"
    return collection.remark.isEmpty ? hidden : "\(hidden); \(collection.remark)"
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    do throws(ExchangeFailure) {
      switch event {
      case .connected where settings.encryption == .starttls:
        step = .encryption
        output += PostgreSQLMessage.encryptionRequest
        return .proceed
      case .connected, .encrypted:
        step = .login
        output += startup
        return .proceed
      case .received, .closed: break
      }
      if step == .encryption {
        guard let answer = input.take(1)?.first else { return .proceed }
        if answer == UInt8(ascii: "S") { return .startTLS }
        guard answer == UInt8(ascii: "N") else { throw .broken("the server does not speak PostgreSQL's protocol") }
        throw .declined("the server does not offer encryption (ssl = off)")
      }
      guard let message = try PostgreSQLMessage(&input) else { return .proceed }
      return try answer(message, &output)
    } catch {
      output += PostgreSQLMessage.written("X", [])
      return .failed(error)
    }
  }

  /// The session only reads, and each statement has a limit of its own.
  private var startup: [UInt8] {
    let parameters = [
      "user", credentials.userName, "database", settings.database, "application_name", "watchkeeper",
      "default_transaction_read_only", "on", "statement_timeout", "10000", "client_encoding", "UTF8",
    ]
    return PostgreSQLMessage.written(nil, [0, 3, 0, 0] + parameters.flatMap { Array($0.utf8) + [0] } + [0])
  }

  private mutating func answer(
    _ message: PostgreSQLMessage, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    switch UnicodeScalar(message.kind) {
    case "R": try authenticate(message.content, &output)
    case "E":
      guard step == .query else {
        let text = message.errorText
        throw text.hasPrefix("28") ? .login(text) : .declined(text)
      }
      error = message.errorText
    case "S":
      let words = message.content.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      if words.count == 2, words[0] == "server_version" { version = words[1] }
    case "T": collection.begin(columns: try columns(message.content))
    case "D": collection.take(row: try cells(message.content))
    case "Z":
      if step == .query {
        collection.end(error)
        error = nil
      }
      step = .query
      isUp = true
      guard let query = collection.current else {
        output += PostgreSQLMessage.written("X", [])
        return collection.failure.map { .failed($0) } ?? .done
      }
      output += PostgreSQLMessage.written("Q", Array(query.sql.utf8) + [0])
    case "K", "N", "C", "I", "A": break
    case "G", "H", "W": throw .declined("a query copies, which is no reading")
    default: throw .broken("a message of the kind \(message.kind) is none of PostgreSQL's protocol 3.0")
    }
    return .proceed
  }

  private mutating func authenticate(_ content: [UInt8], _ output: inout [UInt8]) throws(ExchangeFailure) {
    guard content.count >= 4 else { throw .broken("a request for a password is cut off") }
    let rest = Array(content[4...])
    let password = credentials.password.reveal()
    switch content[..<4].reduce(0, { $0 << 8 | Int($1) }) {
    case 0: break
    case 3: output += PostgreSQLMessage.written("p", Array(password.utf8) + [0])
    case 5:
      guard rest.count == 4 else { throw .broken("the salt for MD5 has \(rest.count) bytes") }
      let inner = Digests.hexadecimal(Digests.md5(Array((password + credentials.userName).utf8)))
      output += PostgreSQLMessage.written("p", Array("md5".utf8) + Digests.hexadecimal(Digests.md5(inner + rest)) + [0])
    case 10:
      let methods = rest.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard methods.contains("SCRAM-SHA-256") else {
        throw .declined("the server offers no login that we know, but: \(methods.joined(separator: ", "))")
      }
      let first = scram.first
      let length = (0..<4).reversed().map { UInt8(truncatingIfNeeded: first.count >> ($0 * 8)) }
      output += PostgreSQLMessage.written("p", Array("SCRAM-SHA-256".utf8) + [0] + length + first)
    case 11: output += PostgreSQLMessage.written("p", try scram.answer(to: rest))
    case 12: try scram.verify(rest)
    case let number: throw .declined("the server wants a login of the kind \(number), which we do not know")
    }
  }

  private func columns(_ content: [UInt8]) throws(ExchangeFailure) -> [String] {
    var reader = MySQLReader(content)
    let count = try reader.bytes(2).reduce(0) { $0 << 8 | Int($1) }
    var names: [String] = []
    for _ in 0..<count {
      names.append(String(decoding: try reader.textToZero(), as: UTF8.self))
      _ = try reader.bytes(18)
    }
    return names
  }

  private func cells(_ content: [UInt8]) throws(ExchangeFailure) -> [[UInt8]?] {
    var reader = MySQLReader(content)
    let count = try reader.bytes(2).reduce(0) { $0 << 8 | Int($1) }
    var cells: [[UInt8]?] = []
    for _ in 0..<count {
      let length = try reader.bytes(4).reduce(0) { $0 << 8 | Int($1) }
      cells.append(length == 0xffff_ffff ? nil : try reader.bytes(length))
    }
    return cells
  }
}
