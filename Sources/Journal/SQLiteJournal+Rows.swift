internal import FoundationEssentials
internal import GRDB
public import Records

extension SQLiteJournal {
  public func write(_ changes: [String: [UInt8]?], to table: RowTable) async throws(JournalError) {
    guard !changes.isEmpty else { return }
    try await write { db in
      let put = try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO plain_row(table_name, key, value)
          VALUES (?, CAST(ifnull(?, x'') AS TEXT), ifnull(?, x''))
          """)
      let drop = try db.cachedStatement(
        sql: "DELETE FROM plain_row WHERE table_name = ? AND key = CAST(ifnull(?, x'') AS TEXT)")
      for (key, value) in changes {
        let name = Data(key.utf8)
        if let value {
          try put.execute(arguments: [table.rawValue, name, Data(value)])
        } else {
          try drop.execute(arguments: [table.rawValue, name])
        }
      }
    }
  }

  public func rows(of table: RowTable) async throws(JournalError) -> [(key: String, value: [UInt8])] {
    try await read { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT CAST(key AS BLOB), value FROM plain_row WHERE table_name = ?", arguments: [table.rawValue])
      var found: [(key: String, value: [UInt8])] = []
      while let row = try rows.next() {
        guard case .blob(let name) = (row[0] as DatabaseValue).storage,
          case .blob(let value) = (row[1] as DatabaseValue).storage,
          let key = String(validating: name, as: UTF8.self)
        else { throw JournalError.damaged("a row of table '\(table.rawValue)' is unreadable") }
        found.append((key: key, value: [UInt8](value)))
      }
      return found.sorted { $0.key < $1.key }
    }
  }
}
