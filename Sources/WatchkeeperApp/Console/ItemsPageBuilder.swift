internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import Telemetry
internal import WebInterface

/// The CMDB as a list and one of its items. Pure.
struct ItemsPageBuilder {
  let inventory: InventoryBook
  let ledger: SightingLedger
  let maintenance: MaintenanceBook
  let standing: ItemStanding
  let rows: IncidentRows
  let now: Timestamp

  /// Findings on the list; the rest is counted.
  static let findingsMax = 20
  /// Nodes of one column of relations.
  static let nodesMax = 12
  /// Incidents, tasks and changes of one item.
  static let recordsMax = 50

  // MARK: - List

  func list(_ filter: ItemFilter) -> ItemsPage {
    let living = inventory.all.filter { !$0.isRetired }
    let words = filter.words.lowercased().split(whereSeparator: \.isWhitespace)
    let matching = living.filter { item in words.allSatisfy { searchText(of: item).contains($0) } }
    let found = matching.filter { filter.itemClass == nil || $0.className == filter.itemClass }
    let sorted = found.map(row).sorted { ($0.state.rank, $0.id) < ($1.state.rank, $1.id) }
    let first = min(sorted.count, (filter.page - 1) * ItemFilter.pageSize)
    return ItemsPage(
      filter: filter, classes: classes(of: matching), rows: Array(sorted[first...].prefix(ItemFilter.pageSize)),
      total: sorted.count, findings: findings)
  }

  private func searchText(of item: Item) -> String {
    ([item.id.text, item.name, item.className] + item.declaration.attributes.values).joined(separator: " ").lowercased()
  }

  private func classes(of items: [Item]) -> [ItemClassCount] {
    let counts = Dictionary(grouping: items, by: \.className).mapValues(\.count)
    return ItemClass.catalogue.compactMap { known in
      counts[known.name].map { ItemClassCount(known.name, Self.className(known.name), count: $0) }
    }
  }

  /// Drift and the like, and alerts that found no item.
  private var findings: [StatedPhrase] {
    let found = inventory.findings().map { StatedPhrase(.warning, .message($0.why)) }
    let unbound = rows.book.all.filter { $0.status.isActive && $0.subject.item == nil }.map { incident in
      StatedPhrase(
        .warning, Phrase("console.finding.unbound", ["number": incident.number.description]),
        detail: .message(incident.subject.why))
    }
    let all = unbound + found
    guard all.count > Self.findingsMax else { return all }
    let rest = Phrase("console.finding.more", ["count": String(all.count - Self.findingsMax)])
    return all.prefix(Self.findingsMax) + [StatedPhrase(.warning, rest)]
  }

  /// Of many items; `kind` names one.
  static func className(_ name: String) -> Phrase {
    ItemClass.named(name) == nil ? .verbatim(name) : Phrase("console.class.\(name)")
  }

  static func kind(_ name: String) -> Phrase {
    ItemClass.named(name) == nil ? .verbatim(name) : Phrase("console.kind.\(name)")
  }

  func row(_ item: Item) -> ItemRow {
    ItemRow(
      id: item.id.text, name: item.name, itemClass: Self.kind(item.className),
      state: item.isRetired ? .unknown : standing.stateWithParts(of: item.id), home: home(of: item),
      owner: item.declaration.attributes["owner"],
      criticality: item.home == .discovery ? nil : item.criticality.rawValue,
      parent: item.parent.map { inventory[$0]?.name ?? $0.text })
  }

  private func home(of item: Item) -> WebInterface.RecordHome {
    switch item.home {
    case .file: .file
    case .desk: .desk
    case .discovery: .discovered
    }
  }

  // MARK: - One item

  /// - Parameters:
  ///   - history: ascending.
  ///   - place: where a file declares it, for example `inventory/site.yaml:14`.
  func page(_ item: Item, history: [Fact], charts: [Chart], host: WatchedHost?, place: String?) -> ItemPage {
    ItemPage(
      row: row(item), badges: badges(of: item), summary: summary(of: item), facts: facts(of: item),
      attributes: attributes(of: item), relations: relations(of: item), charts: charts,
      incidents: rows.book.incidents(on: item.id).prefix(Self.recordsMax).map { rows.row($0) }, tasks: tasks(of: item),
      history: Array(ItemChanges.changes(of: history).prefix(Self.recordsMax)),
      source: item.home == .file ? place ?? "inventory/" : nil, host: host?.name)
  }

  private func badges(of item: Item) -> [StatedPhrase] {
    var badges: [StatedPhrase] = []
    if let retired = item.retired { badges.append(StatedPhrase(.unknown, .message(retired.reason))) }
    let drift = item.drift.count
    if drift > 0 { badges.append(StatedPhrase(.warning, Phrase("console.item.drift", ["count": String(drift)]))) }
    if let window = maintenance.withholding(item: item.entity, at: now) {
      let arguments = ["window": window.window.description, "until": window.until.argument]
      badges.append(StatedPhrase(.maintenance, Phrase("console.host.window", arguments)))
    }
    return badges
  }

  /// What it stands in for, and what fails with it.
  private func summary(of item: Item) -> Phrase? {
    if let group = inventory.groups(of: item.id).first {
      return Phrase(
        "console.item.group",
        ["group": group.name, "count": String(group.members.count), "minimum": String(group.minimumAlive)])
    }
    let failing = inventory.impact(of: item.id).affected.dropFirst().count { $0.effect == .fails }
    return failing == 0 ? nil : Phrase("console.item.fails-with", ["count": String(failing)])
  }

  private func facts(of item: Item) -> [PageFact] {
    var facts = [PageFact(Phrase("console.item.class"), Self.kind(item.className))]
    if item.home != .discovery {
      facts.append(PageFact(Phrase("console.item.criticality"), .verbatim(String(item.criticality.rawValue))))
    }
    if let owner = item.declaration.attributes["owner"] {
      facts.append(PageFact(Phrase("console.item.owner"), .verbatim(owner)))
    }
    if let place = item.relations.first(where: { $0.type == .locatedIn })?.target {
      facts.append(PageFact(Phrase("console.item.place"), .verbatim(inventory[place]?.name ?? place.text)))
    }
    if let parent = item.parent {
      facts.append(PageFact(Phrase("console.item.part-of"), .verbatim(inventory[parent]?.name ?? parent.text)))
    }
    if let level = item.declaration.protectionLevel {
      facts.append(PageFact(Phrase("console.item.protection"), .verbatim(String(level))))
    }
    facts.append(
      PageFact(
        Phrase("console.item.changed"), Phrase("console.item.changed-at", ["at": item.changedAt.argument]),
        detail: Phrase("console.item.created-at", ["at": item.createdAt.argument])))
    return facts
  }

  private func attributes(of item: Item) -> [AttributeRow] {
    let declared = item.declaration.attributes
    let drift = item.drift
    return Set(declared.keys).union(item.observed.keys).sorted().map { name in
      AttributeRow(
        name: name, declared: declared[name], observed: item.observed[name]?.value,
        seenAt: ledger.seenAt(name, of: item.id), driftSince: drift[name] == nil ? nil : item.observed[name]?.since)
    }
  }

  private func tasks(of item: Item) -> [TaskRow] {
    let rows = TaskRows(maintenance: maintenance, now: now)
    let mine = maintenance.allTasks.filter { $0.key.item == item.entity }
    let open = mine.filter { !$0.state.isFinished }
    let finished = mine.filter(\.state.isFinished).reversed()
    return (open + finished).prefix(Self.recordsMax).map(rows.row)
  }
}

// MARK: - Relations

extension ItemsPageBuilder {
  private struct Neighbour {
    let item: ItemID
    let type: String
    let edge: RelationEdge.Kind
  }

  /// From effect to cause: what it serves, itself, what it needs. Empty when it stands alone.
  func relations(of item: Item) -> [RelationColumn] {
    let outgoing = item.relations
    let incoming = inventory.relations(to: item.id)
    let parts = inventory.children(of: item.id).filter { !$0.isRetired }
      .map { Neighbour(item: $0.id, type: "part", edge: .hard) }
    let serves =
      incoming.filter { $0.type.direction == .targetHurtsSource }.map { neighbour($0, at: $0.source) }
      + outgoing.filter { $0.type.direction == .sourceHurtsTarget }.map { neighbour($0, at: $0.target) } + parts
    let needs =
      (item.parent.map { [Neighbour(item: $0, type: "whole", edge: .hard)] } ?? [])
      + outgoing.filter { $0.type.direction == .targetHurtsSource }.map { neighbour($0, at: $0.target) }
      + incoming.filter { $0.type.direction == .sourceHurtsTarget }.map { neighbour($0, at: $0.source) }
    guard !serves.isEmpty || !needs.isEmpty else { return [] }
    return columns(item, serves: serves, needs: needs)
  }

  private func columns(_ item: Item, serves allServed: [Neighbour], needs allNeeded: [Neighbour]) -> [RelationColumn] {
    let (serves, needs) = (Array(allServed.prefix(Self.nodesMax)), Array(allNeeded.prefix(Self.nodesMax)))
    let subject = RelationNode(
      id: item.id.text, name: item.name, detail: Self.kind(item.className), state: standing.state(of: item.id),
      role: .subject)
    let isDown = standing.state(of: item.id) == .critical
    var columns: [RelationColumn] = []
    if !serves.isEmpty {
      let edges = serves.enumerated().map { index, neighbour in
        RelationEdge(from: index, to: 0, isDown && neighbour.edge == .hard ? .carriesFailure : neighbour.edge)
      }
      let heading = ImpactColumns.heading("serves", hiding: allServed.count - serves.count)
      columns.append(RelationColumn(heading: heading, nodes: serves.map(node), edges: edges))
    }
    let edges = needs.enumerated().map { index, neighbour in
      let isCause = standing.state(of: neighbour.item) == .critical && neighbour.edge == .hard
      return RelationEdge(from: 0, to: index, isCause ? .carriesFailure : neighbour.edge)
    }
    columns.append(RelationColumn(heading: Phrase("console.column.itself"), nodes: [subject], edges: edges))
    if !needs.isEmpty {
      let heading = ImpactColumns.heading("needs", hiding: allNeeded.count - needs.count)
      columns.append(RelationColumn(heading: heading, nodes: needs.map(node)))
    }
    return columns
  }

  private func neighbour(_ relation: Relation, at end: ItemID) -> Neighbour {
    Neighbour(item: end, type: relation.type.rawValue, edge: relation.strength == .hard ? .hard : .soft)
  }

  private func node(_ neighbour: Neighbour) -> RelationNode {
    let item = inventory[neighbour.item]
    return RelationNode(
      id: neighbour.item.text, name: item?.name ?? neighbour.item.text,
      detail: Phrase("console.relation.\(neighbour.type)"),
      state: item == nil ? .unknown : standing.stateWithParts(of: neighbour.item))
  }
}
