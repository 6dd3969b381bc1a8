import HashTreeCollections
import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

/// SplitMix64: the same seed, the same story.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}

/// Time stands still.
struct StoppedClock: WallClock {
  let now: Timestamp
  var uptime: Duration { .zero }
  func sleep(untilUptime deadline: Duration) async throws {}
}

@Suite("Replay")
struct ReplayTests {
  @Test("any story: invariants hold, replay and snapshot plus tail equal the live book", arguments: UInt64(1)...8)
  func property(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    var stage = Stage(
      receivers: [.init("mail"), .init("hook", recoveries: .left)],
      verification: Verification(rounds: 2, duration: .seconds(60)), groupWait: seed % 2 == 0 ? .zero : .seconds(20),
      closedRemembered: 3)
    var rows: [EntityID: EntitySnapshot] = [:]
    let cut = Int.random(in: 0..<400, using: &generator)
    var middle: (rows: [EntitySnapshot], facts: Int) = ([], 0)
    for step in 0..<400 {
      stage.pass(.seconds(Int64.random(in: 0...900, using: &generator)))
      let facts = (try? stage.take(Self.input(for: stage, using: &generator))) ?? []
      for row in stage.book.snapshots(after: facts) { rows[row.entity] = row.body.isEmpty ? nil : row }
      if step == cut { middle = (rows.values.sorted { $0.entity < $1.entity }, stage.facts.count) }
    }
    #expect(stage.facts.count > 100, "seed \(seed) tells too short a story")

    let stored = stage.facts.enumerated().map { index, fact in
      Fact(
        position: JournalPosition(Int64(index + 1)), version: StreamVersion(Int64(index + 1)), recordedAt: fact.at,
        content: fact.draft())
    }
    var replayed = IncidentBook(settings: stage.book.settings)
    for (fact, original) in zip(stored, stage.facts) {
      let read = try IncidentFact(fact)
      #expect(read == original)
      replayed.apply(read)
    }
    #expect(replayed == stage.book, "seed \(seed)")
    #expect(replayed.snapshots() == rows.values.sorted { $0.entity < $1.entity }, "seed \(seed)")

    var resumed = try IncidentBook(
      SnapshotSet(rows: middle.rows, asOf: JournalPosition(Int64(middle.facts))), settings: stage.book.settings)
    for fact in stage.facts.dropFirst(middle.facts) { resumed.apply(fact) }
    #expect(resumed == stage.book, "seed \(seed) from its snapshot")
    let numbers = stage.facts.compactMap {
      if case .opened(let content) = $0.change { content.number.number } else { nil }
    }
    #expect(numbers == Array(1...max(1, numbers.count)), "numbers have gaps")
  }

  private static func input(for stage: Stage, using generator: inout SeededGenerator) -> IncidentInput {
    let number = Stage.number(Int.random(in: 1...max(1, stage.book.lastNumber), using: &generator))
    switch Int.random(in: 0..<20, using: &generator) {
    case 0...7:
      let alerts = ["/a", "/b", "/c", "/d"].filter { _ in Bool.random(using: &generator) }.map { path in
        Stage.alert(
          path, severity: Severity.allCases.randomElement(using: &generator) ?? .warning,
          window: Int.random(in: 0..<5, using: &generator) == 0
            ? Stage.window(
              Int.random(in: 1...2, using: &generator),
              mode: Bool.random(using: &generator) ? .suppressOpen : .suppressNotify)
            : nil)
      }
      return .round(RuleRound(Stage.rule, firing: alerts))
    case 8...9: return .round(RuleRound(Stage.rule, firing: []))
    case 10...11: return .tick
    case 12: return .acknowledge(number, by: Stage.operatorLi, note: Bool.random(using: &generator) ? "mine" : "")
    case 13: return .resolve(number, by: Stage.operatorLi, text: "done", code: "fixed")
    case 14: return .reopen(number, by: Stage.operatorLi, text: "no")
    case 15:
      return .windowEnded(
        RecordNumber(.maintenanceWindow, Int.random(in: 1...2, using: &generator)),
        successors: Bool.random(using: &generator) ? [:] : [Stage.web.id: Stage.window(2)])
    case 16:
      let keys = stage.book.pendingIntentsInOrder.map(\.key)
      guard let key = keys.randomElement(using: &generator) else { return .tick }
      return .deliveryOutcome(key, Bool.random(using: &generator) ? .delivered : .refused(problem: "no"))
    case 17, 18:
      let post = AlertReport(
        source: "s", key: String(Int.random(in: 0...1, using: &generator)), alertName: "P", labels: .empty,
        activeAt: stage.now, subject: .unbound(why: Reason("reason.binding.no-labels")))
      return Bool.random(using: &generator) ? .posted(post) : .postEnded(post.fingerprint)
    default: return Int.random(in: 0..<10, using: &generator) == 0 ? .ruleRetired(Stage.rule) : .tick
    }
  }

  @Test("a fact of a newer program is refused by name")
  func newer() {
    let unknown = FactDraft(
      stream: .incidents, entity: EntityID("incident/INC-1"), kind: FactKind("incident.merged"), validAt: .epoch,
      actor: .program("x"), payload: [])
    let newer = FactDraft(
      stream: .incidents, entity: EntityID("incident/INC-1"), kind: FactKind("incident.noted", schema: 2),
      validAt: .epoch, actor: .program("x"), payload: [])
    #expect(throws: FactReadError.unknownKind("incident.merged")) { try IncidentFact(Self.stored(unknown)) }
    #expect(throws: FactReadError.newerSchema(kind: "incident.noted", found: 2, known: 1)) {
      try IncidentFact(Self.stored(newer))
    }
  }

  private static func stored(_ draft: FactDraft) -> Fact {
    Fact(position: JournalPosition(1), version: StreamVersion(1), recordedAt: .epoch, content: draft)
  }

  @Test("a row of a newer program is refused, and so is one of no known kind")
  func newerRow() {
    func book(_ row: EntitySnapshot) throws(FactReadError) -> IncidentBook {
      try IncidentBook(SnapshotSet(rows: [row], asOf: .start))
    }
    #expect(throws: FactReadError.newerSchema(kind: "snapshot of incidents", found: 2, known: 1)) {
      try book(EntitySnapshot(entity: EntityID("incidents"), schema: 2, body: [123, 125]))
    }
    #expect(throws: FactReadError.unknownKind("snapshot of page/1")) {
      try book(EntitySnapshot(entity: EntityID("page/1"), schema: 1, body: [123, 125]))
    }
  }

  @Test("the journal's history of an incident is its timeline")
  func timeline() async throws {
    var stage = Stage()
    try stage.fire(Stage.alert())
    try stage.take(.acknowledge(Stage.number(1), by: Stage.operatorLi, note: "mine"))
    let journal = MemoryJournal(clock: StoppedClock(now: stage.now))
    try await journal.append(stage.facts.map { $0.draft() }, expecting: [:], term: .alone)
    let entries = try await journal.history(of: Incident.entity(of: Stage.number(1)), limit: 10).map(TimelineEntry.init)
    #expect(entries.map(\.kind) == ["incident.opened", "notification.intended", "incident.acknowledged"])
    #expect(
      entries.first?.reasons.first == Reason("reason.incident.breach", ["rule": "disk/DiskFull", "activeAt": "1000"]))
    #expect(entries.last?.words.text == "mine" && entries.last?.actor == Stage.operatorLi)
    #expect(entries.last?.progress?.count == 1)
  }

  @Test("a tally older than the book's facts counts on from the facts")
  func staleTally() throws {
    var stage = Stage()
    for _ in 0..<9 { try stage.fire(Stage.alert()) }
    try stage.fire()
    stage.tally = BreachTally(rows: [], under: stage.book)
    try stage.fire(Stage.alert())
    #expect(stage.book[Stage.number(1)]?.progress.count == 10)
  }

  @Test("the tally survives a restart, and verification asks for new rounds")
  func tallyRestart() throws {
    var stage = Stage(verification: Verification(rounds: 3, duration: .seconds(60)))
    for _ in 0..<5 { try stage.fire(Stage.alert()) }
    try stage.fire()
    stage.tally = BreachTally(
      rows: stage.tally.takeChanges().compactMap { key, value in value.map { (key: key, value: $0) } },
      under: stage.book)
    let incident = try #require(stage.book[Stage.number(1)])
    #expect(stage.tally.progress(of: incident).count == 5)
    stage.pass(.seconds(60))
    #expect(try stage.fire().isEmpty)
    #expect(try stage.fire().isEmpty)
    #expect(try stage.fire().kinds == ["incident.resolved", "notification.intended"])
  }
}

@Suite("Cost with many open incidents")
struct CostTests {
  /// Ten thousand incidents of one hundred rules.
  private static func crowded() throws -> Stage {
    var stage = Stage(receivers: [])
    for rule in 0..<100 {
      let name = RuleReference(group: "g", alertName: "A\(rule)")
      let alerts = (0..<100).map { index in
        AlertReport(
          rule: name, labels: LabelSet(["i": String(index)]), activeAt: stage.now, value: 1, subject: Stage.bound)
      }
      _ = try stage.book.process(.round(RuleRound(name, firing: alerts)), counting: &stage.tally, at: stage.now)
    }
    return stage
  }

  @Test("an input looks at no more records with 10,000 open incidents than with none")
  func lookups() throws {
    let stage = try Self.crowded()
    #expect(stage.book.count == 10_000)
    #expect(stage.book.checkInvariants().isEmpty)
    let empty = IncidentBook(settings: stage.book.settings)
    let inputs: [IncidentInput] = [
      .round(RuleRound(Stage.rule, firing: [Stage.alert()])), .tick,
      .windowEnded(RecordNumber(.maintenanceWindow, 1), successors: [:]),
      .deliveryOutcome(IntentKey("INC-1.1.x"), .delivered), .posted(Stage.alert("/x")),
    ]
    for input in inputs {
      let crowded = try stage.book.deliberate(input, stage.tally, at: stage.now).lookups
      #expect(try crowded == empty.deliberate(input, BreachTally(), at: stage.now).lookups, "\(input)")
      #expect(crowded <= 4)
    }
    let known = try stage.book.deliberate(
      .acknowledge(Stage.number(5000), by: Stage.operatorLi, note: ""), stage.tally, at: stage.now)
    #expect(known.lookups == 1 && known.facts.count == 1)
  }

  @Test("the order of due times stays shallow, sorted and persistent")
  func dueOrder() {
    var generator = SeededGenerator(seed: 7)
    var order = DueOrder()
    var model: Set<DueOrder.Entry> = []
    for number in 0..<10_000 {
      let entry = DueOrder.Entry(
        at: Timestamp(milliseconds: Int64.random(in: 0...5000, using: &generator)), number: number)
      order.insert(entry)
      model.insert(entry)
    }
    #expect(order.depth < 50, "log2 of 10,000 is 14")
    let before = order
    for entry in model.shuffled(using: &generator).prefix(5000) {
      order.remove(entry)
      model.remove(entry)
    }
    #expect(before.count == 10_000 && order.count == 5000)
    #expect(order.entries(through: Timestamp(milliseconds: .max), limit: .max) == model.sorted())
    #expect(order.first == model.min())
    #expect(order.entries(through: Timestamp(milliseconds: 100), limit: 3).count == 3)
  }

  @Test("a tick handles a bounded number of due records, the next one the rest")
  func tickBound() throws {
    var stage = try Self.crowded()
    stage.book.settings.notification.receivers = [.init("mail")]
    let first = try stage.book.process(.tick, counting: &stage.tally, at: stage.now)
    #expect(first.count == IncidentSettings.duePerTickMax)
    var total = first.count
    while true {
      let more = try stage.book.process(.tick, counting: &stage.tally, at: stage.now).count
      if more == 0 { break }
      total += more
    }
    #expect(total == 10_000)
  }
}
