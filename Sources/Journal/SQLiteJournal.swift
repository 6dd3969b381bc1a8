internal import FoundationEssentials
internal import GRDB
internal import Glibc
public import Records
internal import Synchronization
public import Telemetry

/// The journal in one SQLite file, `journal.sqlite`, in the data folder.
///
/// One connection writes, up to five read beside it and never wait for it. Every append is one transaction and one
/// sync (`synchronous = FULL`), and answers after that. The caller's cancellation does not interrupt a write: half
/// the program would otherwise believe it durable.
public final class SQLiteJournal: FactJournal, RowStore {
  public let path: String
  let pool: DatabasePool
  private let clock: any WallClock
  /// Changed on the writer's queue only, after the commit.
  private let newest: Mutex<JournalHead>

  /// How long a write waits for another program that holds the file, in seconds.
  static let busySeconds = 5.0

  /// Opens the journal, or makes an empty one.
  ///
  /// - Parameters:
  ///   - folder: must exist and be writable.
  ///   - networkFolders: whether a network file system will do; the default refuses it.
  /// - Throws: `.newerFormat` and `.damaged` before anything is written, `.storage` when the file cannot be opened.
  public init(
    folder: String, clock: any WallClock, networkFolders: NetworkFolders = .refused
  ) throws(JournalError) {
    path = folder + "/" + JournalFormat.fileName
    self.clock = clock
    do {
      if networkFolders == .refused { try FileSystemKind.refuseNetwork(folder) }
      try Self.makePrivateFile(at: path)
      try Self.refuseForeignContent(at: path)
      pool = try DatabasePool(path: path, configuration: Self.configuration)
      newest = Mutex(try pool.writeWithoutTransaction(Self.prepare))
    } catch {
      throw JournalError(error, at: path)
    }
  }

  /// Folds the log into the file and closes it; later calls fail with `.storage`.
  public func close() throws(JournalError) {
    do { try pool.close() } catch { throw JournalError(error) }
  }

  @discardableResult
  public func append(
    _ batch: [FactDraft], expecting versions: [Stream: StreamVersion], term: LeaseTerm
  ) async throws(JournalError) -> [Fact] {
    let (facts, _) = try await write { db in
      try Self.hold(term, in: db)
      let head = try self.currentHead(in: db)
      try Self.check(batch, expecting: versions, against: head)
      let extended = head.extended(by: batch, at: self.clock.now)
      try Self.insert(extended.facts, after: head.digest, in: db)
      return extended
    } whenCommitted: { _, head in
      self.newest.withLock { $0 = head }
    }
    return facts
  }

  public func head() async throws(JournalError) -> JournalHead { newest.withLock { $0 } }

  /// The head in memory, unless another program has written meanwhile: then the one in the file, so that its writer
  /// is told of the conflict instead of overwriting.
  private func currentHead(in db: Database) throws -> JournalHead {
    let known = newest.withLock { $0 }
    let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(position) FROM fact")) ?? 0
    return last == known.position.number ? known : try Self.loadHead(from: db)
  }
}

// MARK: - One append

extension SQLiteJournal {
  private static func hold(_ term: LeaseTerm, in db: Database) throws {
    let current = try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM meta WHERE name = 'term'")) ?? 0
    guard term.number >= current else { throw JournalError.staleTerm(held: term, current: LeaseTerm(current)) }
    guard term.number > current else { return }
    try db.cachedStatement(sql: "UPDATE meta SET value = ? WHERE name = 'term'").execute(arguments: [term.number])
  }

  private static func check(
    _ batch: [FactDraft], expecting versions: [Stream: StreamVersion], against head: JournalHead
  ) throws {
    let touched = Set(batch.map(\.stream))
    for stream in Stream.allCases where touched.contains(stream) {
      let expected = versions[stream] ?? .none
      let found = head.versions[stream] ?? .none
      guard expected == found else {
        throw JournalError.conflict(stream: stream, expected: expected, found: found)
      }
    }
  }

  /// Texts are bound as bytes and cast: GRDB binds a text only up to its first zero byte.
  private static func insert(_ facts: [Fact], after digest: Digest, in db: Database) throws {
    let header = try db.cachedStatement(
      sql: """
        INSERT INTO fact(position, stream, version, entity, kind, schema, recorded_at, valid_at, actor, scope, cause,
          payload_digest, chain)
        VALUES (?, ?, ?, CAST(ifnull(?, x'') AS TEXT), CAST(ifnull(?, x'') AS TEXT), ?, ?, ?,
          CAST(? AS TEXT), CAST(ifnull(?, x'') AS TEXT), ?, ?, ?)
        """)
    let payload = try db.cachedStatement(sql: "INSERT INTO payload(position, body) VALUES (?, ifnull(?, x''))")
    var chain = digest
    for fact in facts {
      let payloadDigest = Digest(of: fact.payload)
      chain = FactChain.digest(after: chain, header: FactChain.header(of: fact), payloadDigest: payloadDigest)
      try header.execute(arguments: [
        fact.position.number, fact.stream.rawValue, fact.version.number, Data(fact.entity.text.utf8),
        Data(fact.kind.name.utf8), fact.kind.schema, fact.recordedAt.milliseconds, fact.validAt.milliseconds,
        Data(fact.actor.description.utf8), Data(fact.content.scope.path.utf8), fact.content.cause?.number ?? 0,
        Data(payloadDigest.bytes), Data(chain.bytes),
      ])
      try payload.execute(arguments: [fact.position.number, Data(fact.payload)])
    }
  }
}

// MARK: - Opening

extension SQLiteJournal {
  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "journal"
    configuration.busyMode = .timeout(busySeconds)
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA page_size = 8192") }
    return configuration
  }

  /// Readable by its owner only; SQLite gives its log files the same mode.
  private static func makePrivateFile(at path: String) throws {
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw JournalError.storage(String(cString: strerror(errno))) }
    _ = Glibc.close(descriptor)
  }

  /// Through a connection that cannot write: a newer program's file, or somebody else's, stays as it is.
  private static func refuseForeignContent(at path: String) throws {
    var readOnly = Configuration()
    readOnly.readonly = true
    readOnly.busyMode = .timeout(busySeconds)
    let queue = try DatabaseQueue(path: path, configuration: readOnly)
    defer { try? queue.close() }
    _ = try queue.read(JournalFormat.content)
  }

  private static func prepare(_ db: Database) throws -> JournalHead {
    // GRDB sets NORMAL while it opens a pool, after `prepareDatabase`.
    try db.execute(sql: "PRAGMA synchronous = FULL")
    guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
      throw JournalError.storage("SQLite does not accept synchronous = FULL")
    }
    try db.inTransaction(.immediate) {
      if try JournalFormat.content(of: db) == .nothing { try JournalFormat.create(in: db) }
      return .commit
    }
    return try loadHead(from: db)
  }

  private static func loadHead(from db: Database) throws -> JournalHead {
    let newest = "\(StoredFact.selection) ORDER BY fact.position DESC LIMIT 1"
    guard let row = try Row.fetchOne(db, sql: newest) else { return .empty }
    let last = try StoredFact(row)
    var versions: [Stream: StreamVersion] = [:]
    for stream in Stream.allCases {
      versions[stream] = try Int64.fetchOne(
        db, sql: "SELECT version FROM fact WHERE stream = ? ORDER BY position DESC LIMIT 1",
        arguments: [stream.rawValue]
      ).map(StreamVersion.init)
    }
    return JournalHead(
      position: last.fact.position, versions: versions, digest: last.chain, recordedAt: last.fact.recordedAt)
  }
}
