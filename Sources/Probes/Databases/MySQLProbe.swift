internal import Records
internal import Telemetry

/// Settings of the kind `mysql`, for MariaDB, too.
public struct MySQLProbeSettings: StreamProbeSettings {
  let stream: StreamSettings
  /// The default is `none`; `starttls` encrypts on demand, as MySQL does.
  let encryption: ServiceEncryption
  let login: ServiceLogin?
  /// The default is none.
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
    var stream = try StreamSettings(fields, port: 3306)
    guard let login = try ServiceLogin(fields, userName: .userName, password: .password, file: .passwordFile) else {
      throw fields.problem(.userName, "fault.stream.user")
    }
    self.login = login
    encryption = try stream.encrypts(fields, .encryption, otherwise: .none)
    self.stream = stream
    database = try fields.decodeIfPresent(String.self, forKey: .database) ?? ""
    guard !database.utf8.contains(0) else { throw fields.problem(.database, "fault.stream.user") }
    let own = try fields.decodeIfPresent([SQLQuerySetting].self, forKey: .queries) ?? []
    guard own.count <= SQLQuerySetting.countMax else {
      throw fields.problem(.queries, "fault.stream.steps", ["number": String(SQLQuerySetting.countMax)])
    }
    queries = Self.standard + own.map(\.query)
  }

  public var logsIn: Bool { true }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    let series = SQLSeries(firstSlot: StreamSeries.ownSlots + 8)
    return ServiceProbe(stream, login, in: environment) { MySQLDialogue(self, $0, series) }
  }

  private static let standard = [
    SQLQuery(name: "global_status", sql: "SHOW GLOBAL STATUS", shape: .pairs(.status), isOwn: false),
    SQLQuery(
      name: "global_variables",
      sql: """
        SHOW GLOBAL VARIABLES WHERE Variable_name IN ('max_connections', 'innodb_buffer_pool_size', 'read_only', \
        'table_open_cache', 'open_files_limit', 'innodb_log_file_size', 'max_allowed_packet', 'thread_cache_size')
        """, shape: .pairs(.variables), isOwn: false),
    SQLQuery(name: "slave_status", sql: "SHOW SLAVE STATUS", shape: .row(prefix: "mysql_slave_status_"), isOwn: false),
  ]

  static let kind = ProbeKind(
    name: "mysql", summary: "Logs in to MySQL or MariaDB, reads its figures and asks queries of yours, read-only.",
    example: """
      name: shop-database
      kind: mysql
      interval: 30s
      timeout: 10s
      settings:
        target: db.example.org:3306
        encryption: starttls
        username: watchkeeper
        password_file: /etc/watchkeeper/secrets/mysql
        database: shop
        queries:
          - name: orders_waiting
            sql: SELECT region, count(*) AS waiting FROM orders WHERE shipped IS NULL GROUP BY region
            value: waiting
            labels: [region]
      """,
    job: "mysql", interval: .seconds(30), timeout: .seconds(10), settings: MySQLProbeSettings.self)
}

/// - Source: MySQL, "Client/Server Protocol".
struct MySQLDialogue: ServiceDialogue {
  private enum Step: Sendable { case greeting, encryption, login, key, setting, query }
  /// Where the answer to a query is.
  private enum Rows: Sendable { case count, columns(left: Int), endOfColumns, rows }

  private let settings: MySQLProbeSettings
  private let credentials: ServiceCredentials
  private var step = Step.greeting
  private var rows = Rows.count
  private var names: [String] = []
  private var greeting: MySQLGreeting?
  private var method = ""
  private var challenge: [UInt8] = []
  private var packetNumber: UInt8 = 1
  private var isEncrypted = false
  private var isUp = false
  private var collection: SQLCollection

  init(_ settings: MySQLProbeSettings, _ credentials: ServiceCredentials?, _ series: SQLSeries) {
    self.settings = settings
    self.credentials = credentials ?? ServiceCredentials(userName: "", password: Secret(""))
    collection = SQLCollection(settings.queries, series)
  }

  var waitingBytesMax: Int { MySQLPacket.bytesMax + 16 }

  var awaited: String {
    switch step {
    case .greeting: "the greeting"
    case .encryption: "the encryption"
    case .login: "the answer to the login"
    case .key: "the server's public key"
    case .setting: "the answer to SET SESSION"
    case .query: "the answer to the query '\(collection.current?.name ?? "")'"
    }
  }

  private static let upSeries = LabelSet([LabelSet.metricName: "mysql_up"])

  var samples: [ProbeSample] {
    var samples = [ProbeSample(Self.upSeries, isUp ? 1 : 0, own: 0)] + collection.samples
    if let greeting {
      samples.append(ProbeSample("mysql_version_info", [Label("version", Self.told(greeting.version))], 1))
    }
    return samples
  }

  /// MariaDB puts a version before its own that old replicas accept.
  private static func told(_ version: String) -> String {
    let disguise = "5.5.5-"
    guard version.hasPrefix(disguise), version.contains("MariaDB") else { return version }
    return String(version.dropFirst(disguise.count))
  }

  var remark: String { collection.remark }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    do throws(ExchangeFailure) {
      if event == .encrypted {
        isEncrypted = true
        logIn(&output)
        return .proceed
      }
      if step == .greeting {
        guard let greeting = try MySQLGreeting(&input) else { return .proceed }
        self.greeting = greeting
        (method, challenge) = (greeting.method, greeting.challenge)
        if settings.encryption == .starttls {
          step = .encryption
          output += try greeting.encryptionRequest()
          packetNumber = 2
          return .startTLS
        }
        logIn(&output)
        return .proceed
      }
      guard let packet = try MySQLPacket(&input) else { return .proceed }
      packetNumber = packet.number &+ 1
      switch step {
      case .greeting, .encryption: throw .broken("a packet came before the encryption stood")
      case .login, .key: return try authenticate(packet, &output)
      case .setting:
        if packet.content.first == 0xff { throw .declined("\(awaited) is \(packet.errorText)") }
        return ask(&output)
      case .query: return try answer(packet, &output)
      }
    } catch {
      return .failed(error)
    }
  }

  // MARK: Login

  private mutating func logIn(_ output: inout [UInt8]) {
    step = .login
    var capabilities = MySQLGreeting.wantedCapabilities
    if isEncrypted { capabilities |= MySQLGreeting.encryption }
    if !settings.database.isEmpty { capabilities |= 0x8 }
    let proof = self.proof
    var content = MySQLGreeting.answerHead(capabilities) + Array(credentials.userName.utf8) + [0]
    content += [UInt8(truncatingIfNeeded: proof.count)] + proof
    if !settings.database.isEmpty { content += Array(settings.database.utf8) + [0] }
    content += Array(knownMethod.utf8) + [0]
    output += MySQLPacket.written(content, number: packetNumber)
  }

  private var knownMethod: String {
    method == "caching_sha2_password" ? method : "mysql_native_password"
  }

  private var password: [UInt8] { Array(credentials.password.reveal().utf8) }

  /// That we know the password, for the challenge.
  private var proof: [UInt8] {
    if password.isEmpty { return [] }
    if knownMethod == "caching_sha2_password" {
      let once = Digests.sha256(password)
      return Digests.mixed(once, Digests.sha256(Digests.sha256(once) + challenge))
    }
    let once = Digests.sha1(password)
    return Digests.mixed(once, Digests.sha1(challenge + Digests.sha1(once)))
  }

  private mutating func authenticate(
    _ packet: MySQLPacket, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    switch packet.content.first {
    case 0x00:
      isUp = true
      step = .setting
      let isMariaDB = greeting?.version.contains("MariaDB") == true
      command(
        isMariaDB
          ? "SET SESSION tx_read_only=1, max_statement_time=10"
          : "SET SESSION transaction_read_only=1, max_execution_time=10000", &output)
    case 0xff:
      throw Self.loginErrors.contains(packet.errorCode) ? .login(packet.errorText) : .declined(packet.errorText)
    case 0xfe:
      var reader = MySQLReader(Array(packet.content.dropFirst()))
      method = String(decoding: try reader.textToZero(), as: UTF8.self)
      guard method == knownMethod else {
        throw .declined("the server wants a login by '\(method)', which we do not know")
      }
      challenge = Array(reader.rest.prefix(20))
      output += MySQLPacket.written(proof, number: packetNumber)
    case 0x01 where step == .key:
      step = .login
      let key = Array(packet.content.dropFirst())
      let salt = (0...password.count).map { challenge[$0 % max(1, challenge.count)] }
      guard challenge.count == 20, let secret = Digests.encrypted(Digests.mixed(password + [0], salt), with: key) else {
        throw .broken("the server's public key cannot be used")
      }
      output += MySQLPacket.written(secret, number: packetNumber)
    case 0x01 where packet.content.count == 2 && packet.content[1] == 3: break
    case 0x01 where packet.content.count == 2 && packet.content[1] == 4:
      // The server knows the password only as a digest that takes the password itself.
      if isEncrypted || isLocal {
        output += MySQLPacket.written(password + [0], number: packetNumber)
      } else {
        step = .key
        output += MySQLPacket.written([2], number: packetNumber)
      }
    default: throw .broken("\(awaited) is none of MySQL's")
    }
    return .proceed
  }

  /// Access denied, with a password and without one; a password that ran out; an account that is locked, as MySQL and
  /// as MariaDB count.
  private static let loginErrors = [1045, 1698, 1862, 3118, 4151]

  private var isLocal: Bool {
    if case .path = settings.stream.request.endpoint { return true }
    return settings.encryption == .tls
  }

  // MARK: Queries

  private func command(_ sql: String, _ output: inout [UInt8]) {
    output += MySQLPacket.written([3] + Array(sql.utf8), number: 0)
  }

  private mutating func ask(_ output: inout [UInt8]) -> DialogueStep {
    step = .query
    rows = .count
    names = []
    guard let query = collection.current else {
      output += MySQLPacket.written([1], number: 0)
      return collection.failure.map { .failed($0) } ?? .done
    }
    command(query.sql, &output)
    return .proceed
  }

  private mutating func answer(_ packet: MySQLPacket, _ output: inout [UInt8]) throws(ExchangeFailure) -> DialogueStep {
    if packet.content.first == 0xff {
      collection.end(packet.errorText)
      return ask(&output)
    }
    let isEnd = packet.content.first == 0xfe && packet.content.count < 9
    var reader = MySQLReader(packet.content)
    switch rows {
    case .count:
      if packet.content.first == 0 {
        collection.end("the statement has no rows")
        return ask(&output)
      }
      if packet.content.first == 0xfb { throw .declined("the server asks for a file of ours, which it does not get") }
      guard let count = try reader.packedNumber(), (1...Self.columnsMax).contains(count) else {
        throw .broken("an answer has an impossible number of columns")
      }
      rows = .columns(left: count)
    case .columns(let left):
      for _ in 0..<4 { _ = try reader.packedText() }
      names.append(String(decoding: try reader.packedText() ?? [], as: UTF8.self))
      rows = left == 1 ? .endOfColumns : .columns(left: left - 1)
    case .endOfColumns:
      guard isEnd else { throw .broken("the columns of an answer do not end") }
      collection.begin(columns: names)
      rows = .rows
    case .rows:
      if isEnd {
        collection.end()
        return ask(&output)
      }
      var cells: [[UInt8]?] = []
      for _ in names { cells.append(try reader.packedText()) }
      collection.take(row: cells)
    }
    return .proceed
  }

  /// MySQL's own limit.
  private static let columnsMax = 4096
}
