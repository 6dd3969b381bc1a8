internal import Synchronization
public import Telemetry

/// The journal's contract in memory, for tests and simulation.
public final class MemoryJournal: FactJournal, RowStore {
  private struct State {
    var facts: [Fact] = []
    var head = JournalHead.empty
    var snapshots: [Stream: SnapshotSet] = [:]
    var rows: [RowTable: [String: [UInt8]]] = [:]
    var term = LeaseTerm.alone
  }

  private let state = Mutex(State())
  private let clock: any WallClock

  public init(clock: any WallClock) { self.clock = clock }

  /// Another hub took the lease: appends under a lower term are refused from now on.
  public func raiseTerm(to term: LeaseTerm) { state.withLock { $0.term = max($0.term, term) } }

  @discardableResult
  public func append(
    _ batch: [FactDraft], expecting versions: [Stream: StreamVersion], term: LeaseTerm
  ) async throws(JournalError) -> [Fact] {
    let now = clock.now
    let outcome = state.withLock { state -> Result<[Fact], JournalError> in
      guard term >= state.term else { return .failure(.staleTerm(held: term, current: state.term)) }
      for stream in Set(batch.map(\.stream)) {
        let found = state.head.versions[stream] ?? .none
        let expected = versions[stream] ?? .none
        guard expected == found else {
          return .failure(.conflict(stream: stream, expected: expected, found: found))
        }
      }
      let (facts, head) = state.head.extended(by: batch, at: now)
      state.facts += facts
      state.head = head
      state.term = term
      return .success(facts)
    }
    return try outcome.get()
  }

  public func facts(after position: JournalPosition, limit: Int) async throws(JournalError) -> [Fact] {
    state.withLock { Array($0.facts.dropFirst(Int(position.number)).prefix(limit)) }
  }

  public func facts(
    of stream: Stream, after position: JournalPosition, limit: Int
  ) async throws(JournalError) -> [Fact] {
    state.withLock { state in
      Array(state.facts.dropFirst(Int(position.number)).lazy.filter { $0.stream == stream }.prefix(limit))
    }
  }

  public func history(of entity: EntityID, limit: Int) async throws(JournalError) -> [Fact] {
    state.withLock { state in Array(state.facts.filter { $0.entity == entity }.suffix(limit)) }
  }

  public func head() async throws(JournalError) -> JournalHead { state.withLock { $0.head } }

  public func digest(at position: JournalPosition) async throws(JournalError) -> Digest? {
    let facts = state.withLock { $0.facts }
    guard position > .start, position.number <= Int64(facts.count) else { return nil }
    return facts.prefix(Int(position.number)).reduce(FactChain.origin) { FactChain.digest(after: $0, $1) }
  }

  public func saveSnapshots(
    _ rows: [EntitySnapshot], of stream: Stream, asOf position: JournalPosition
  ) async throws(JournalError) {
    state.withLock { state in
      let known = state.snapshots[stream]?.rows ?? []
      var byEntity = Dictionary(uniqueKeysWithValues: known.map { ($0.entity, $0) })
      for row in rows { byEntity[row.entity] = row.body.isEmpty ? nil : row }
      state.snapshots[stream] = SnapshotSet(
        rows: byEntity.values.sorted { $0.entity < $1.entity }, asOf: position)
    }
  }

  public func snapshots(of stream: Stream) async throws(JournalError) -> SnapshotSet {
    let (rows, head) = state.withLock { ($0.snapshots[stream] ?? .none, $0.head.position) }
    guard rows.asOf <= head else { throw .snapshotsAhead(stream, rows.asOf) }
    return rows
  }

  public func dropSnapshots(of stream: Stream) async throws(JournalError) {
    state.withLock { $0.snapshots[stream] = nil }
  }

  public func write(_ changes: [String: [UInt8]?], to table: RowTable) async throws(JournalError) {
    state.withLock { state in
      for (key, value) in changes { state.rows[table, default: [:]][key] = value }
    }
  }

  public func rows(of table: RowTable) async throws(JournalError) -> [(key: String, value: [UInt8])] {
    state.withLock { state in
      (state.rows[table] ?? [:]).sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    }
  }
}

extension JournalHead {
  /// Numbers, dates and chains a batch: the one place where that is done, for every journal.
  public func extended(by batch: [FactDraft], at now: Timestamp) -> (facts: [Fact], head: JournalHead) {
    let recordedAt = max(now, recordedAt ?? now)
    var versions = versions
    var digest = digest
    var facts: [Fact] = []
    facts.reserveCapacity(batch.count)
    for (offset, draft) in batch.enumerated() {
      let version = (versions[draft.stream] ?? .none).advanced(by: 1)
      versions[draft.stream] = version
      let fact = Fact(
        position: JournalPosition(position.number + Int64(offset) + 1), version: version, recordedAt: recordedAt,
        content: draft)
      digest = FactChain.digest(after: digest, fact)
      facts.append(fact)
    }
    let head = JournalHead(
      position: facts.last?.position ?? position, versions: versions, digest: digest,
      recordedAt: facts.isEmpty ? self.recordedAt : recordedAt)
    return (facts, head)
  }
}
