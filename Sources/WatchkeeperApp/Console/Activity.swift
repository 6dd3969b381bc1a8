internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import Telemetry
internal import WebInterface

/// The newest facts of all streams as one story.
enum Activity {
  /// Entries on the page.
  static let shownMax = 14
  /// Facts that are read for them: many say nothing that a person would want to read.
  static let readMax = 400

  /// Newest first. Facts of one batch that say the same of several items become one entry.
  static func entries(_ facts: [Fact], names: (ItemID) -> String) -> [ActivityEntry] {
    var entries: [ActivityEntry] = []
    var counted: (kind: String, recordedAt: Timestamp, count: Int)?
    for fact in facts.reversed() {
      if fact.stream == .inventory, let batch = counted, batch.kind == fact.kind.name,
        batch.recordedAt == fact.recordedAt,
        !entries.isEmpty
      {
        counted?.count += 1
        entries[entries.count - 1] = ActivityEntry(
          at: fact.validAt, .change,
          Phrase("console.activity.many.\(batchName(fact.kind.name))", ["count": String(batch.count + 1)]))
        continue
      }
      guard entries.count < shownMax, let entry = entry(of: fact, names) else { continue }
      // One receiver told by mail and by webhook was told once.
      if entry.icon == .sent, entries.last?.what == entry.what { continue }
      counted = fact.stream == .inventory ? (fact.kind.name, fact.recordedAt, 1) : nil
      entries.append(entry)
    }
    return entries
  }

  private static func batchName(_ kind: String) -> String {
    switch kind {
    case "item.declared": "items"
    case "item.retired": "retired"
    default: "changes"
    }
  }

  private static func entry(of fact: Fact, _ names: (ItemID) -> String) -> ActivityEntry? {
    switch fact.stream {
    case .incidents: (try? IncidentFact(fact)).flatMap { incident($0) }
    case .maintenance: (try? MaintenanceFact(fact)).flatMap { maintenance($0) }
    case .inventory: (try? InventoryFact(fact)).flatMap { inventory($0, names) }
    case .desk, .people, .configuration: nil
    }
  }

  private static func incident(_ fact: IncidentFact) -> ActivityEntry? {
    var arguments = ["by": fact.actor.name, "number": Incident.number(of: fact.entity)?.description ?? ""]
    let verb: String
    var title: Phrase?
    switch fact.change {
    case .opened(let content):
      title = .annotation("summary", in: content.alert.annotations, otherwise: content.alert.title)
      verb = "opened"
    case .acknowledged: verb = "acknowledged"
    case .noted: verb = "noted"
    case .resolved(let content): verb = content.proof == .given ? "recovered" : "resolved"
    case .verified: verb = "recovered"
    case .reopened: verb = "reopened"
    case .delivered(let content):
      arguments["by"] = nil
      arguments["receiver"] = String(content.key.receiver.prefix { $0 != "/" })
      verb = "told"
    case .refused(let content):
      arguments["receiver"] = content.key.receiver
      verb = "untold"
    case .withheld(let content):
      title = .annotation("summary", in: content.alert.annotations, otherwise: content.alert.title)
      arguments["window"] = content.window.number.description
      verb = "withheld"
    case .progressed, .reassessed, .cleared, .firedAgain, .windowChanged, .closed, .released, .intended: return nil
    }
    return ActivityEntry(
      at: fact.at, IncidentTimeline.icon(of: fact.change), Phrase("console.activity.incident.\(verb)", arguments),
      title: title)
  }

  private static func maintenance(_ fact: MaintenanceFact) -> ActivityEntry? {
    func entry(_ verb: String, _ number: RecordNumber, _ more: [String: String] = [:]) -> ActivityEntry {
      let arguments = more.merging(["number": number.description, "by": fact.actor.name]) { $1 }
      return ActivityEntry(at: fact.at, .maintenance, Phrase("console.activity.task.\(verb)", arguments))
    }
    switch fact.change {
    case .started(let content): return entry("started", content.number)
    case .finished(let content): return entry(content.outcome == .done ? "done" : "failed", content.number)
    case .elapsed(let content): return entry("elapsed", content.number)
    case .skipped(let content): return entry("skipped", content.number)
    case .deferred(let content): return entry("deferred", content.number)
    case .windowOpened(let content): return entry("window-opened", content.number, content.title.arguments("title"))
    case .windowClosed(let content): return entry("window-closed", content.number)
    case .enrolled, .withdrawn, .generated, .revised, .scheduled, .unscheduled, .displaced, .replanned: return nil
    }
  }

  private static func inventory(_ fact: InventoryFact, _ names: (ItemID) -> String) -> ActivityEntry? {
    let item = ItemID(fact.entity).map(names) ?? fact.entity.text
    func entry(_ verb: String, _ more: [String: String] = [:]) -> ActivityEntry {
      ActivityEntry(
        at: fact.at, .change, Phrase("console.activity.item.\(verb)", more.merging(["item": item]) { $1 }))
    }
    switch fact.change {
    case .declared(let content): return entry(content.changes.isEmpty ? "new" : "declared")
    case .retired: return entry("retired")
    case .observed(let content):
      guard let before = content.before else { return nil }
      return entry("observed", ["attribute": content.attribute, "before": before, "after": content.after])
    case .unstable(let content): return entry("unstable", ["attribute": content.attribute])
    case .related, .unrelated, .grouped, .ungrouped, .settled: return nil
    }
  }
}
