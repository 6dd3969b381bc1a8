internal import HashTreeCollections
internal import Inventory
internal import Records
public import Telemetry

extension IncidentBook {
  /// What follows from `input`, each fact in the order in which it must be applied.
  ///
  /// - Parameter tally: counted with this input already.
  /// - Throws: when a person's command cannot be carried out; then nothing changes. Other inputs never throw.
  public func decide(
    _ input: IncidentInput, _ tally: BreachTally, at now: Timestamp
  ) throws(IncidentRefusal) -> [IncidentFact] {
    try deliberate(input, tally, at: now).facts
  }

  /// Counts, decides and applies one input: the whole step of a shell, which then makes the facts durable.
  ///
  /// - Throws: when a person's command cannot be carried out; then neither book nor tally changes.
  public mutating func process(
    _ input: IncidentInput, counting tally: inout BreachTally, at now: Timestamp
  ) throws(IncidentRefusal) -> [IncidentFact] {
    var counted = tally
    counted.count(input, at: now)
    let facts = try decide(input, counted, at: now)
    for fact in facts {
      counted.settle(fact, in: self)
      apply(fact)
    }
    tally = counted
    return facts
  }

  /// `decide` with the number of records that it looked at, so that a test can bound the cost.
  func deliberate(
    _ input: IncidentInput, _ tally: BreachTally, at now: Timestamp
  ) throws(IncidentRefusal) -> Deliberation {
    var deliberation = Deliberation(book: self, tally: tally, now: now)
    switch input {
    case .round(let round): deliberation.take(round)
    case .ruleRetired(let rule): deliberation.retire(rule)
    case .posted(let alert): deliberation.breach(alert)
    case .postEnded(let fingerprint): deliberation.end(fingerprint)
    case .windowEnded(let window, let successors): deliberation.endWindow(window, successors)
    case .acknowledge(let number, let actor, let note): try deliberation.acknowledge(number, by: actor, note)
    case .resolve(let number, let actor, let text, let code):
      try deliberation.resolve(number, by: actor, text: text, code: code)
    case .reopen(let number, let actor, let text): try deliberation.reopen(number, by: actor, text)
    case .addNote(let number, let actor, let text): try deliberation.note(number, by: actor, text)
    case .deliveryOutcome(let key, let outcome): deliberation.settle(key, outcome)
    case .tick: deliberation.tick()
    case .clockLookedAt: deliberation.lookBehindClock()
    }
    return deliberation
  }
}

/// One decision in the making: each fact is applied at once to a copy of the book, so that the next one sees it.
struct Deliberation {
  private(set) var book: IncidentBook
  let tally: BreachTally
  let now: Timestamp
  private(set) var facts: [IncidentFact] = []
  /// Incidents, withheld alerts and intents looked at.
  private(set) var lookups = 0

  init(book: IncidentBook, tally: BreachTally, now: Timestamp) {
    self.book = book
    self.tally = tally
    self.now = now
  }

  var settings: IncidentSettings { book.settings }

  mutating func record(_ change: IncidentChange, about entity: EntityID, by actor: Actor) {
    let fact = IncidentFact(about: entity, at: now, by: actor, change)
    book.apply(fact)
    facts.append(fact)
  }

  mutating func look(at count: Int) { lookups += count }

  mutating func incident(_ number: Int) -> Incident? {
    lookups += 1
    return book.incidents[number]
  }

  mutating func incident(_ fingerprint: Fingerprint) -> Incident? {
    lookups += 1
    return book[fingerprint]
  }

  mutating func withheld(_ fingerprint: Fingerprint) -> WithheldAlert? {
    lookups += 1
    return book.withheld[fingerprint]
  }

  mutating func pending(_ key: IntentKey) -> NotificationIntent? {
    lookups += 1
    return book.pendingIntents[key]
  }

  /// What lies ahead was dated by a clock that was set back since: its time counts as passed, because waiting for as long
  /// as the step would hide a recovery or a page.
  func hasPassed(_ duration: Duration, since start: Timestamp) -> Bool {
    let elapsed = now.elapsed(since: start)
    return elapsed < .zero || elapsed >= duration
  }

  func progress(_ incident: Incident) -> BreachProgress { tally.progress(of: incident) }
}

extension BreachOrigin {
  /// Who causes the facts that this origin's alerts lead to.
  var actor: Actor {
    switch self {
    case .rule(let rule): .rule(rule.description)
    case .external(let source): .program("source/\(source)")
    }
  }
}

extension Actor {
  /// The book itself, when time alone moves it on.
  static let incidents = Actor.program("incidents")
}
