internal import FoundationEssentials

extension EntitySnapshot {
  /// A row whose body is the JSON of `body`, with sorted keys, so that equal records have equal rows.
  public init(of entity: EntityID, schema: Int, encoding body: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    do {
      self.init(entity: entity, schema: schema, body: [UInt8](try encoder.encode(body)))
    } catch {
      preconditionFailure("the snapshot of \(entity) cannot be encoded: \(error)")
    }
  }

  /// The row of a record that has left memory.
  public static func gone(_ entity: EntityID) -> EntitySnapshot { EntitySnapshot(entity: entity, schema: 1, body: []) }

  /// - Throws: `.newerSchema` when a newer program wrote the row.
  public func read<Body: Decodable>(_ type: Body.Type, schema known: Int) throws(FactReadError) -> Body {
    guard schema <= known else { throw .newerSchema(kind: "snapshot of \(entity)", found: schema, known: known) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
    do {
      return try decoder.decode(type, from: Data(body))
    } catch {
      throw .damaged(kind: "snapshot of \(entity)", problem: String(describing: error))
    }
  }
}
