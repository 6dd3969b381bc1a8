internal import HashTreeCollections
internal import Records
public import Telemetry

extension InventoryBook {
  /// What follows from `input`, each fact in the order in which it must be applied.
  ///
  /// - Parameter ledger: has noted this input already.
  public func decide(_ input: InventoryInput, _ ledger: SightingLedger, at now: Timestamp) -> [InventoryFact] {
    var deliberation = InventoryDeliberation(book: self, ledger: ledger, now: now)
    switch input {
    case .declare(let declaration, let digest): deliberation.declare(declaration, digest: digest)
    case .endpoints(let endpoints, let host, let digest):
      deliberation.take(endpoints, seenFrom: host, digest: digest)
    case .register(let item, let source): deliberation.register(item, source: source)
    case .discover(let discovery): deliberation.discover(discovery)
    case .observe(let observation): deliberation.observe(observation)
    case .neighbours(let report): deliberation.take(report)
    }
    return deliberation.facts
  }

  /// Notes, decides and applies one input: the whole step of a shell, which then makes the facts durable.
  public mutating func process(
    _ input: InventoryInput, noting ledger: inout SightingLedger, at now: Timestamp
  ) -> [InventoryFact] {
    ledger.note(input, against: self, at: now)
    let facts = decide(input, ledger, at: now)
    for fact in facts {
      apply(fact)
      ledger.settle(fact)
    }
    return facts
  }
}

/// One decision in the making: each fact is applied at once to a copy of the book, so that the next one sees it.
struct InventoryDeliberation {
  private(set) var book: InventoryBook
  let ledger: SightingLedger
  let now: Timestamp
  private(set) var facts: [InventoryFact] = []

  init(book: InventoryBook, ledger: SightingLedger, now: Timestamp) {
    self.book = book
    self.ledger = ledger
    self.now = now
  }

  var settings: InventorySettings { book.settings }

  mutating func record(_ change: InventoryChange, about entity: EntityID, by actor: Actor) {
    let fact = InventoryFact(about: entity, at: now, by: actor, change)
    book.apply(fact)
    facts.append(fact)
  }
}

extension InventoryDeliberation {
  // MARK: files

  mutating func declare(_ declaration: InventoryDeclaration, digest: String) {
    let actor = Actor.configuration(digest)
    let reason = Reason("reason.item.declared", ["digest": digest])
    for item in declaration.items.sorted(by: { $0.id < $1.id }) { take(item, because: reason, by: actor) }
    let named = Set(declaration.items.map(\.id))
    let removed = Reason("reason.item.removed-from-files", ["digest": digest])
    for item in book.all where item.home == .file && !named.contains(item.id) {
      retire(item.id, because: removed, by: actor)
    }
    relate(declaration.relations, by: actor)
    group(declaration.groups, by: actor)
  }

  mutating func take(_ item: ItemDeclaration, because reason: Reason, by actor: Actor) {
    let known = book[item.id]
    guard known?.declaration != item || known?.isRetired == true else { return }
    let changes = known.map { FieldChange.between($0.declaration, item) } ?? []
    record(
      .declared(ItemDeclared(declaration: item, changes: changes, reason: reason)), about: item.id.entity, by: actor)
  }

  private mutating func relate(_ wanted: [Relation], by actor: Actor) {
    // Of two declarations of one edge the last one counts, so that a second reading changes nothing.
    let wanted = Set(Dictionary(wanted.map { ([$0.source.text, $0.type.rawValue, $0.target.text], $0) }) { $1 }.values)
    for item in book.all {
      for relation in item.relations where relation.home == .file && !wanted.contains(relation) {
        guard !wanted.contains(where: { $0.isSameEdge(as: relation) }) else { continue }
        record(.unrelated(RelationRemoved(relation: relation)), about: item.entity, by: actor)
      }
    }
    for relation in wanted.sorted() {
      guard let source = book[relation.source], !source.relations.contains(relation) else { continue }
      record(.related(RelationAdded(relation: relation)), about: source.entity, by: actor)
    }
  }

  private mutating func group(_ wanted: [RedundancyGroup], by actor: Actor) {
    let names = Set(wanted.map(\.name))
    for group in book.allGroups where !names.contains(group.name) {
      record(.ungrouped(GroupRemoved(name: group.name)), about: InventoryBook.entity(ofGroup: group.name), by: actor)
    }
    for group in wanted.sorted(by: { $0.name < $1.name }) where book[group: group.name] != group {
      record(.grouped(GroupDeclared(group: group)), about: InventoryBook.entity(ofGroup: group.name), by: actor)
    }
  }

  // MARK: discovery

  mutating func register(_ item: ItemDeclaration, source: String) {
    guard book[item.id]?.isRetired ?? true else { return }
    take(item, because: Reason("reason.item.discovered", ["source": source]), by: .probe(source))
  }

  mutating func discover(_ discovery: Discovery) {
    guard let parent = book[discovery.parent], !parent.isRetired else { return }
    let actor = Actor.probe(discovery.source)
    for found in discovery.found.sorted(by: { ($0.className, $0.identity) < ($1.className, $1.identity) }) {
      guard discovery.accepts(found) else { continue }
      adopt(found, below: parent, discovery.source)
      observe(Observation(discovery.id(of: found), found.attributes, source: discovery.source))
    }
    let present = discovery.present
    for child in book.children(of: parent.id) where discovery.mayRetire(child) && !present.contains(child.id) {
      guard let missing = ledger.sightings[child.id]?.missingSince else { continue }
      let absence = now.elapsed(since: missing)
      guard absence >= settings.goneAfter else { continue }
      let seconds = String(absence.wholeMilliseconds / 1000)
      retire(
        child.id, because: Reason("reason.item.gone", ["source": discovery.source, "seconds": seconds]), by: actor)
    }
  }

  /// A child that a file or the desk declares is theirs; discovery only observes it.
  private mutating func adopt(_ found: Discovery.Found, below parent: Item, _ source: String) {
    let id = Discovery.id(of: found, below: parent.id)
    if let known = book[id], known.home != .discovery, !known.isRetired { return }
    let label = ItemClass.named(found.className)?.identityLabel
    let declaration = ItemDeclaration(
      id: id, className: found.className, name: found.name, home: .discovery, criticality: parent.criticality,
      labels: label.map { [$0: found.identity] } ?? [:], parent: parent.id)
    take(declaration, because: Reason("reason.item.discovered", ["source": source]), by: .probe(source))
  }

  /// Retires an item and the discovered parts that hang on it.
  mutating func retire(_ id: ItemID, because reason: Reason, by actor: Actor) {
    var waiting = [(id, reason)]
    while let (next, why) = waiting.popLast() {
      guard let item = book[next], !item.isRetired else { continue }
      record(.retired(ItemRetired(reason: why)), about: item.entity, by: actor)
      let gone = Reason("reason.item.parent-retired", ["parent": next.text])
      for child in book.children(of: next).reversed() where child.home == .discovery {
        waiting.append((child.id, gone))
      }
    }
  }

  // MARK: observation

  mutating func observe(_ observation: Observation) {
    guard let item = book[observation.item], !item.isRetired, let known = ItemClass.named(item.className) else {
      return
    }
    for (name, text) in observation.attributes.sorted(by: { $0.key < $1.key }) where known.mode(of: name) == .stable {
      observe(item, name, known.normalise(text, of: name), observation.source)
    }
  }

  private mutating func observe(_ item: Item, _ name: String, _ value: String, _ source: String) {
    guard let recorded = item.observed[name] else {
      return record(
        .observed(AttributeObserved(attribute: name, before: nil, after: value, source: source, since: now)),
        about: item.entity, by: .probe(source))
    }
    guard let candidate = ledger.sightings[item.id]?.candidates[name], candidate.value == value else { return }
    let age = now.elapsed(since: candidate.since)
    if recorded.instability != nil {
      guard age >= settings.unstablePeriod else { return }
      return record(
        .settled(AttributeSettled(attribute: name, value: value, source: source)), about: item.entity,
        by: .probe(source))
    }
    guard value != recorded.value, age >= settings.confirmAfter else { return }
    change(item, name, recorded, to: candidate, source)
  }

  private mutating func change(
    _ item: Item, _ name: String, _ recorded: ObservedAttribute, to candidate: SightingLedger.Candidate,
    _ source: String
  ) {
    let period = settings.unstablePeriod
    let recent = recorded.changes.filter { now.elapsed(since: $0.at) < period }
    guard recent.count >= settings.changesMax else {
      return record(
        .observed(
          AttributeObserved(
            attribute: name, before: recorded.value, after: candidate.value, source: source, since: candidate.since)),
        about: item.entity, by: .probe(source))
    }
    let reason = Reason(
      "reason.attribute.unstable",
      [
        "attribute": name, "changes": String(recent.count + 1), "seconds": String(period.wholeMilliseconds / 1000),
      ])
    record(
      .unstable(
        AttributeUnstable(
          attribute: name, first: recent.first?.before ?? recorded.value, last: candidate.value, source: source,
          reason: reason)),
      about: item.entity, by: .probe(source))
  }
}

extension Discovery {
  /// Of a class that was looked for, and not too fleeting to be an item.
  func accepts(_ found: Found) -> Bool {
    classes.contains(found.className)
      && !ItemClass.isTransient(found.className, identity: found.identity, attributes: found.attributes)
  }

  func id(of found: Found) -> ItemID { Self.id(of: found, below: parent) }

  var present: Set<ItemID> { Set(found.lazy.filter(accepts).map(id)).union(silent.map(id)) }

  func mayRetire(_ child: Item) -> Bool {
    child.home == .discovery && !child.isRetired && classes.contains(child.className)
  }
}

extension FieldChange {
  /// The fields in which two declarations of one item differ, in a fixed order.
  static func between(_ old: ItemDeclaration, _ new: ItemDeclaration) -> [FieldChange] {
    var changes: [FieldChange] = []
    func compare(_ field: String, _ before: String?, _ after: String?) {
      if before != after { changes.append(FieldChange(field: field, before: before, after: after)) }
    }
    compare("name", old.name, new.name)
    compare("class", old.className, new.className)
    compare("home", old.home.rawValue, new.home.rawValue)
    compare("criticality", String(old.criticality.rawValue), String(new.criticality.rawValue))
    compare("protectionLevel", old.protectionLevel.map { String($0) }, new.protectionLevel.map { String($0) })
    compare("lifecycle", old.lifecycle.rawValue, new.lifecycle.rawValue)
    compare("parent", old.parent?.text, new.parent?.text)
    for key in Set(old.attributes.keys).union(new.attributes.keys).sorted() {
      compare("attributes.\(key)", old.attributes[key], new.attributes[key])
    }
    for key in Set(old.labels.keys).union(new.labels.keys).sorted() {
      compare("labels.\(key)", old.labels[key], new.labels[key])
    }
    return changes
  }
}
