internal import FoundationEssentials
internal import GRDB
internal import Records
internal import Telemetry

/// A row of `fact` with its payload, as it lies in the file.
struct StoredFact {
  let fact: Fact
  let payloadDigest: Digest
  let chain: Digest
  /// Whether the payload's row exists; without it `fact.payload` is empty.
  let hasPayload: Bool

  var position: Int64 { fact.position.number }
  var payloadIsIntact: Bool { hasPayload && Digest(of: fact.payload) == payloadDigest }

  /// Texts are read as bytes: SQLite and GRDB would silently mend invalid UTF-8 and stop at a zero byte.
  static let selection = """
    SELECT fact.position, fact.stream, fact.version, CAST(fact.entity AS BLOB), CAST(fact.kind AS BLOB), fact.schema,
      fact.recorded_at, fact.valid_at, CAST(fact.actor AS BLOB), CAST(fact.scope AS BLOB), fact.cause,
      fact.payload_digest, fact.chain, payload.body
    FROM fact LEFT JOIN payload ON payload.position = fact.position
    """

  init(_ row: Row) throws {
    let cells = try Cells(row)
    let cause = try cells.number(10, "cause")
    let stored = row[13] as DatabaseValue
    guard let stream = Stream(rawValue: try cells.text(1, "stream")) else { throw cells.problem("stream") }
    guard let actor = Actor(try cells.text(8, "actor")) else { throw cells.problem("actor") }
    let schema = try cells.number(5, "schema")
    guard (0...Int64(Int32.max)).contains(schema) else { throw cells.problem("schema") }
    let content = FactDraft(
      stream: stream, entity: EntityID(try cells.text(3, "entity")),
      kind: FactKind(try cells.text(4, "kind"), schema: Int(schema)),
      validAt: Timestamp(milliseconds: try cells.number(7, "valid_at")), actor: actor,
      scope: Scope(try cells.text(9, "scope")), cause: cause == 0 ? nil : JournalPosition(cause),
      payload: try stored.isNull ? [] : cells.bytes(13, "body"))
    fact = Fact(
      position: JournalPosition(cells.position), version: StreamVersion(try cells.number(2, "version")),
      recordedAt: Timestamp(milliseconds: try cells.number(6, "recorded_at")), content: content)
    payloadDigest = try cells.digest(11, "payload_digest")
    chain = try cells.digest(12, "chain")
    hasPayload = !stored.isNull
  }

  init(fact: Fact, payloadDigest: Digest, chain: Digest, hasPayload: Bool) {
    self.fact = fact
    self.payloadDigest = payloadDigest
    self.chain = chain
    self.hasPayload = hasPayload
  }

  /// The fact, for readers that must not act on a payload that was changed other than by an erasure.
  func intact(in db: Database) throws -> Fact {
    guard hasPayload else { throw JournalError.damaged("the payload of fact \(position) is missing") }
    guard try payloadIsIntact || erasure(in: db) != nil else {
      throw JournalError.damaged("the payload of fact \(position) was changed")
    }
    return fact
  }

  /// The later fact that says that this payload was replaced by the bytes that are there now.
  func erasure(in db: Database) throws -> JournalPosition? {
    guard hasPayload else { return nil }
    let entity = PayloadErasure.entity(of: fact.position)
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          \(Self.selection) WHERE fact.entity = ? AND fact.kind = ? AND fact.position > ? ORDER BY fact.position DESC
          """),
      arguments: [entity.text, PayloadErasure.kind.name, position])
    let expected = PayloadErasure(of: fact.position, leaving: fact.payload)
    while let row = try rows.next() {
      // An erasure is said in the stream `people` alone: another stream that has one was tampered with.
      guard let said = try? StoredFact(row), said.fact.content.stream == .people, said.payloadIsIntact,
        let erasure = try? SchemaLadder<PayloadErasure>().read(said.fact), erasure == expected
      else { continue }
      return said.fact.position
    }
    return nil
  }
}

/// Column access that never traps: GRDB's subscripts stop the program on a value of another type.
private struct Cells {
  let row: Row
  let position: Int64

  init(_ row: Row) throws {
    self.row = row
    guard case .int64(let number) = (row[0] as DatabaseValue).storage else {
      throw ColumnProblem(position: 0, column: "position")
    }
    position = number
  }

  func problem(_ column: String) -> ColumnProblem { ColumnProblem(position: position, column: column) }

  func number(_ index: Int, _ column: String) throws -> Int64 {
    guard case .int64(let number) = (row[index] as DatabaseValue).storage else { throw problem(column) }
    return number
  }

  func bytes(_ index: Int, _ column: String) throws -> [UInt8] {
    guard case .blob(let bytes) = (row[index] as DatabaseValue).storage else { throw problem(column) }
    return [UInt8](bytes)
  }

  func text(_ index: Int, _ column: String) throws -> String {
    switch (row[index] as DatabaseValue).storage {
    case .string(let text): return text
    case .blob(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw problem(column) }
      return text
    default: throw problem(column)
    }
  }

  func digest(_ index: Int, _ column: String) throws -> Digest {
    guard let digest = Digest(bytes: try bytes(index, column)) else { throw problem(column) }
    return digest
  }
}
