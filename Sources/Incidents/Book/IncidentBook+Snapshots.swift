internal import HashTreeCollections
public import Records

extension IncidentBook {
  private static let schema = 1
  private static let header = EntityID("incidents")

  private struct Header: Codable { let lastNumber: Int }

  /// An incident in memory, or what a recurrence needs of a closed one.
  private enum IncidentRow: Codable {
    case current(Incident)
    case closed(ClosedIncident)
  }

  /// The book as its rows say; apply the stream's facts after `rows.asOf` to it.
  ///
  /// - Throws: `.newerSchema` when a newer program wrote the rows.
  public init(_ rows: SnapshotSet, settings: IncidentSettings = .standard) throws(FactReadError) {
    self.init(settings: settings)
    for row in rows.rows { try take(row) }
  }

  private mutating func take(_ row: EntitySnapshot) throws(FactReadError) {
    if row.entity == Self.header {
      lastNumber = try row.read(Header.self, schema: Self.schema).lastNumber
    } else if Incident.number(of: row.entity) != nil {
      switch try row.read(IncidentRow.self, schema: Self.schema) {
      case .current(let incident): put(incident, at: incident.number.number)
      case .closed(let record): remember(record)
      }
    } else if row.entity.text.hasPrefix("withheld/") {
      let alert = try row.read(WithheldAlert.self, schema: Self.schema)
      put(alert, at: alert.report.fingerprint)
    } else if row.entity.text.hasPrefix("intent/") {
      let intent = try row.read(NotificationIntent.self, schema: Self.schema)
      pendingIntents[intent.key] = intent
    } else {
      throw .unknownKind("snapshot of \(row.entity)")
    }
  }

  /// The rows that `facts` changed, as they are now; an empty body deletes the row.
  public func snapshots(after facts: some Sequence<IncidentFact>) -> [EntitySnapshot] {
    var entities: Set<EntityID> = []
    for fact in facts { entities.formUnion(Self.entities(changedBy: fact)) }
    guard !entities.isEmpty else { return [] }
    return entities.union([Self.header]).sorted().map(snapshot)
  }

  /// Every row.
  public func snapshots() -> [EntitySnapshot] {
    let entities =
      [Self.header] + incidents.values.map(\.entity) + closed.values.map { Incident.entity(of: $0.number) }
      + withheld.values.map(\.entity) + pendingIntents.values.map(\.entity)
    return entities.sorted().map(snapshot)
  }

  /// The records that a fact may change: more than the one it is about when it intends, settles or forgets.
  static func entities(changedBy fact: IncidentFact) -> [EntityID] {
    switch fact.change {
    case .intended(let content):
      [fact.entity]
        + content.receivers.map {
          NotificationIntent.entity(
            of: IntentKey(incident: content.incident.number, ordinal: content.ordinal, receiver: $0))
        }
    case .delivered(let content): [fact.entity, NotificationIntent.entity(of: content.key)]
    case .refused(let content): [fact.entity, NotificationIntent.entity(of: content.key)]
    case .closed(let content): [fact.entity] + (content.forgets.map { [Incident.entity(of: $0)] } ?? [])
    default: [fact.entity]
    }
  }

  private func snapshot(of entity: EntityID) -> EntitySnapshot {
    if entity == Self.header { return row(entity, Header(lastNumber: lastNumber)) }
    if let number = Incident.number(of: entity)?.number {
      if let incident = incidents[number] { return row(entity, IncidentRow.current(incident)) }
      if let record = closed[number] { return row(entity, IncidentRow.closed(record)) }
    } else if entity.text.hasPrefix("withheld/") {
      let fingerprint = Fingerprint(String(entity.text.dropFirst("withheld/".count)))
      if let alert = fingerprint.flatMap({ withheld[$0] }) { return row(entity, alert) }
    } else if let intent = pendingIntents[IntentKey(String(entity.text.dropFirst("intent/".count)))] {
      return row(entity, intent)
    }
    return .gone(entity)
  }

  private func row(_ entity: EntityID, _ body: some Encodable) -> EntitySnapshot {
    EntitySnapshot(of: entity, schema: Self.schema, encoding: body)
  }
}
