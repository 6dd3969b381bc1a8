internal import HashTreeCollections
internal import Records
public import Telemetry

/// What was seen but is no fact: when each attribute was last seen, differences not yet believed, children missing.
///
/// Plain rows (table `sightings`); losing them costs at most one confirmation.
public struct SightingLedger: Sendable {
  /// A value other than the recorded one, and since when it is seen.
  struct Candidate: Hashable, Sendable, Codable {
    var value: String
    var since: Timestamp
  }

  struct Sighting: Hashable, Sendable, Codable {
    /// The newest sighting of each attribute.
    var seenAt: [String: Timestamp] = [:]
    var candidates: [String: Candidate] = [:]
    /// Since when discovery does not find it.
    var missingSince: Timestamp?
  }

  var sightings: TreeDictionary<ItemID, Sighting> = [:]
  private var changed: TreeSet<ItemID> = []

  public init() {}

  /// - Parameter rows: a damaged one is left out.
  public init(rows: [(key: String, value: [UInt8])]) {
    for row in rows {
      let stored = EntitySnapshot(entity: EntityID(row.key), schema: 1, body: row.value)
      guard let sighting = try? stored.read(Sighting.self, schema: 1) else { continue }
      sightings[ItemID(row.key)] = sighting
    }
  }

  /// When an attribute of an item was last seen, whatever its value.
  public func seenAt(_ attribute: String, of item: ItemID) -> Timestamp? { sightings[item]?.seenAt[attribute] }

  /// The rows to write since the last call.
  public mutating func takeChanges() -> [String: [UInt8]?] {
    var rows: [String: [UInt8]?] = [:]
    for id in changed {
      let row = sightings[id].map { EntitySnapshot(of: id.entity, schema: 1, encoding: $0).body }
      rows.updateValue(row, forKey: id.text)
    }
    changed = []
    return rows
  }

  mutating func change(_ id: ItemID, _ body: (inout Sighting) -> Void) {
    var sighting = sightings[id] ?? Sighting()
    body(&sighting)
    sightings[id] = sighting
    changed.insert(id)
  }

  mutating func drop(_ id: ItemID) {
    guard sightings[id] != nil else { return }
    sightings[id] = nil
    changed.insert(id)
  }
}

extension SightingLedger {
  /// Notes what an input says was seen; the book decides afterwards what to believe.
  public mutating func note(_ input: InventoryInput, against book: InventoryBook, at now: Timestamp) {
    switch input {
    case .declare, .endpoints, .register, .neighbours: break
    case .observe(let observation): note(observation, against: book, at: now)
    case .discover(let discovery):
      for found in discovery.found where discovery.accepts(found) {
        let id = discovery.id(of: found)
        if sightings[id]?.missingSince != nil { change(id) { $0.missingSince = nil } }
        note(Observation(id, found.attributes, source: discovery.source), against: book, at: now)
      }
      for silent in discovery.silent where sightings[discovery.id(of: silent)]?.missingSince != nil {
        change(discovery.id(of: silent)) { $0.missingSince = nil }
      }
      let present = discovery.present
      for child in book.children(of: discovery.parent) where discovery.mayRetire(child) && !present.contains(child.id) {
        guard sightings[child.id]?.missingSince == nil else { continue }
        change(child.id) { $0.missingSince = now }
      }
    }
  }

  private mutating func note(_ observation: Observation, against book: InventoryBook, at now: Timestamp) {
    guard let item = book[observation.item], let known = ItemClass.named(item.className) else { return }
    change(item.id) { sighting in
      for (name, text) in observation.attributes where known.mode(of: name) == .stable {
        let value = known.normalise(text, of: name)
        sighting.seenAt[name] = now
        guard let recorded = item.observed[name] else { continue }
        if recorded.instability == nil, recorded.value == value {
          sighting.candidates[name] = nil
        } else if sighting.candidates[name]?.value != value {
          sighting.candidates[name] = Candidate(value: value, since: now)
        }
      }
    }
  }

  /// Forgets what became a fact.
  public mutating func settle(_ fact: InventoryFact) {
    guard let id = ItemID(fact.entity) else { return }
    switch fact.change {
    case .observed(let content): forgetCandidate(content.attribute, of: id)
    case .unstable(let content): forgetCandidate(content.attribute, of: id)
    case .settled(let content): forgetCandidate(content.attribute, of: id)
    case .retired: drop(id)
    case .declared, .related, .unrelated, .grouped, .ungrouped: break
    }
  }

  private mutating func forgetCandidate(_ attribute: String, of id: ItemID) {
    guard sightings[id]?.candidates[attribute] != nil else { return }
    change(id) { $0.candidates[attribute] = nil }
  }
}
