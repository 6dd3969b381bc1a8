internal import FoundationEssentials
internal import GRDB
public import Records

extension SQLiteJournal {
  public func facts(after position: JournalPosition, limit: Int) async throws(JournalError) -> [Fact] {
    try await read { db in
      let found = try Self.fetch(
        db, "\(StoredFact.selection) WHERE fact.position > ? ORDER BY fact.position LIMIT ?",
        [position.number, max(limit, 0)])
      try Self.demandNoGap(in: found, after: position)
      return found
    }
  }

  public func facts(
    of stream: Stream, after position: JournalPosition, limit: Int
  ) async throws(JournalError) -> [Fact] {
    try await read { db in
      let found = try Self.fetch(
        db,
        "\(StoredFact.selection) WHERE fact.stream = ? AND fact.position > ? ORDER BY fact.position LIMIT ?",
        [stream.rawValue, position.number, max(limit, 0)])
      try Self.demandConsecutiveVersions(in: found)
      return found
    }
  }

  public func digest(at position: JournalPosition) async throws(JournalError) -> Digest? {
    try await read { db in
      let row = try Row.fetchOne(
        db, sql: "\(StoredFact.selection) WHERE fact.position = ?", arguments: [position.number])
      return try row.map { try StoredFact($0).chain }
    }
  }

  public func history(of entity: EntityID, limit: Int) async throws(JournalError) -> [Fact] {
    try await read { db in
      try Self.fetch(
        db,
        """
        \(StoredFact.selection)
        WHERE fact.entity = CAST(ifnull(?, x'') AS TEXT) ORDER BY fact.position DESC LIMIT ?
        """,
        [Data(entity.text.utf8), max(limit, 0)]
      ).reversed()
    }
  }

  private static func fetch(_ db: Database, _ query: String, _ arguments: StatementArguments) throws -> [Fact] {
    let rows = try Row.fetchCursor(db.cachedStatement(sql: query), arguments: arguments)
    var facts: [Fact] = []
    while let row = try rows.next() { facts.append(try StoredFact(row).intact(in: db)) }
    return facts
  }

  /// A replay across a lost fact would build a state that never was.
  private static func demandNoGap(in facts: [Fact], after position: JournalPosition) throws {
    var expected = max(position.number, 0)
    for fact in facts {
      expected += 1
      guard fact.position.number == expected else { throw JournalError.damaged("fact \(expected) is missing") }
    }
  }

  private static func demandConsecutiveVersions(in facts: [Fact]) throws {
    for (one, next) in zip(facts, facts.dropFirst()) where next.version != one.version.advanced(by: 1) {
      throw JournalError.damaged(
        "stream '\(one.stream.rawValue)' lacks a fact between \(one.position.number) and \(next.position.number)")
    }
  }
}
