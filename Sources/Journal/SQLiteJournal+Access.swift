internal import GRDB
internal import Records

extension SQLiteJournal {
  /// Runs `body` in one transaction on the writer's queue; the answer comes after the sync.
  ///
  /// - Parameter whenCommitted: runs on the same queue, before the next writer.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value,
    whenCommitted: @escaping @Sendable (Value) -> Void = { _ in }
  ) async throws(JournalError) -> Value {
    let outcome: Result<Value, JournalError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { db in
        let outcome = Self.transact(db, body)
        if case .success(let value) = outcome { whenCommitted(value) }
        continuation.resume(returning: outcome)
      }
    }
    return try outcome.get()
  }

  /// Runs `body` on a connection of its own, on the state as last committed.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(JournalError) -> Value {
    let outcome: Result<Value, JournalError> = await withCheckedContinuation { continuation in
      pool.asyncRead { access in
        continuation.resume(returning: Result { try body(access.get()) }.mapError { JournalError($0) })
      }
    }
    return try outcome.get()
  }

  private static func transact<Value>(
    _ db: Database, _ body: (Database) throws -> Value
  ) -> Result<Value, JournalError> {
    do {
      var value: Value?
      try db.inTransaction(.immediate) {
        value = try body(db)
        return .commit
      }
      guard let value else { return .failure(.storage("the transaction did not run")) }
      return .success(value)
    } catch {
      return .failure(JournalError(error))
    }
  }
}
