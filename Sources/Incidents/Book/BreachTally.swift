internal import HashTreeCollections
internal import Inventory
internal import Records
public import Telemetry

/// How often each breach was seen, and when last: plain rows, not facts, because they change every round.
///
/// The shell counts each input before the book decides on it, and lets every fact settle after the book applied it.
public struct BreachTally: Sendable {
  struct Breach: Hashable, Sendable, Codable {
    var count: Int
    var lastSeenAt: Timestamp
    var value: Double
  }

  private var breaches: TreeDictionary<Fingerprint, Breach> = [:]
  /// Evaluation rounds of each rule since the program started.
  private var rounds: TreeDictionary<RuleReference, Int> = [:]
  /// For a breach that cleared: the round before the one that saw it.
  private var clearedAfter: TreeDictionary<Fingerprint, Int> = [:]
  private var changed: TreeSet<Fingerprint> = []

  public init() {}

  /// - Parameter rows: table `breach_tallies`. A damaged row, or one older than the book's newest fact, counts on from
  ///   that fact.
  public init(rows: [(key: String, value: [UInt8])], under book: IncidentBook) {
    for row in rows {
      let stored = EntitySnapshot(entity: EntityID(row.key), schema: 1, body: row.value)
      guard let fingerprint = Fingerprint(row.key), let breach = try? stored.read(Breach.self, schema: 1) else {
        continue
      }
      breaches[fingerprint] = breach
    }
    for incident in book.incidents.values {
      let told = incident.progress
      guard (breaches[incident.fingerprint]?.count ?? 0) < told.count else { continue }
      breaches[incident.fingerprint] = Breach(
        count: told.count, lastSeenAt: told.lastSeenAt, value: told.value)
    }
  }

  public mutating func count(_ input: IncidentInput, at now: Timestamp) {
    switch input {
    case .round(let round):
      rounds[round.rule, default: 0] += 1
      for alert in round.firing { count(alert, at: now) }
    case .posted(let alert): count(alert, at: now)
    default: break
    }
  }

  private mutating func count(_ alert: AlertReport, at now: Timestamp) {
    let before = breaches[alert.fingerprint]?.count ?? 0
    breaches[alert.fingerprint] = Breach(count: before &+ 1, lastSeenAt: now, value: alert.value)
    changed.insert(alert.fingerprint)
  }

  /// Follows what the book decided, so that tallies begin and end with their breach.
  ///
  /// - Parameter book: as it was before the fact.
  public mutating func settle(_ fact: IncidentFact, in book: IncidentBook) {
    switch fact.change {
    case .opened(let content): set(content.alert.fingerprint, to: content.progress)
    case .cleared:
      guard let incident = Incident.number(of: fact.entity).flatMap({ book[$0] }) else { return }
      mark(incident)
    case .closed:
      guard let incident = Incident.number(of: fact.entity).flatMap({ book[$0] }) else { return }
      drop(incident.fingerprint)
    case .released(let content) where content.reason.id != "reason.released.opened": drop(content.fingerprint)
    default: break
    }
  }

  /// The rows to write since the last call.
  public mutating func takeChanges() -> [String: [UInt8]?] {
    var rows: [String: [UInt8]?] = [:]
    for fingerprint in changed {
      let entity = EntityID(fingerprint.text)
      let row = breaches[fingerprint].map { EntitySnapshot(of: entity, schema: 1, encoding: $0).body }
      rows.updateValue(row, forKey: fingerprint.text)
    }
    changed = []
    return rows
  }

  /// The newest count of an incident's breach.
  public func progress(of incident: Incident) -> BreachProgress {
    guard let breach = breaches[incident.fingerprint], breach.count > incident.progress.count else {
      return incident.progress
    }
    return BreachProgress(count: breach.count, lastSeenAt: breach.lastSeenAt, value: breach.value)
  }

  /// How often a withheld breach was seen.
  public func count(of fingerprint: Fingerprint) -> Int { breaches[fingerprint]?.count ?? 0 }

  /// Good rounds of a rule in a row since a breach of it cleared; after a restart, since the start.
  func goodRounds(of fingerprint: Fingerprint, under rule: RuleReference) -> Int {
    (rounds[rule] ?? 0) - (clearedAfter[fingerprint] ?? 0)
  }

  private mutating func mark(_ incident: Incident) {
    guard let rule = incident.origin.rule else { return }
    clearedAfter[incident.fingerprint] = max(0, (rounds[rule] ?? 0) - 1)
  }

  private mutating func set(_ fingerprint: Fingerprint, to progress: BreachProgress) {
    breaches[fingerprint] = Breach(
      count: progress.count, lastSeenAt: progress.lastSeenAt, value: progress.value)
    changed.insert(fingerprint)
  }

  private mutating func drop(_ fingerprint: Fingerprint) {
    breaches[fingerprint] = nil
    clearedAfter[fingerprint] = nil
    changed.insert(fingerprint)
  }
}
