internal import Incidents
internal import Records
internal import Synchronization
internal import Telemetry

/// Turns inputs into facts about incidents, makes them durable, then shows them. Sends nothing itself.
///
/// Inputs pass through one mailbox on purpose: an actor method that awaits in the middle lets a second call in, and
/// two calls would then decide from the same old book.
actor IncidentDesk {
  /// What others read: always durable.
  struct View: Sendable {
    var book: IncidentBook
    var tally: BreachTally
  }

  enum CommandFailure: Error, Sendable {
    case refused(IncidentRefusal)
    case journal(JournalError)
    case overloaded
  }

  private struct Message: Sendable {
    let input: IncidentInput
    let reply: CheckedContinuation<Result<JournalPosition, CommandFailure>, Never>?
  }

  /// Inputs that wait; more are refused and offered again by the next round. The default is 10,000.
  static let mailboxLimit = 10_000
  /// Inputs decided in one append. The default is 1,000.
  static let batchLimit = 1000

  private let world: World
  private let log: Log
  private let mailbox = Mailbox<Message>(limit: mailboxLimit)
  private nonisolated let published: Mutex<View>
  private var cursor: StreamCursor
  private var unsnapped: [IncidentFact] = []
  private var isSaving = false
  private let changes: @Sendable ([IncidentFact], View) -> Void

  /// - Parameter changes: called after each durable append, with its facts.
  init(
    settings: IncidentSettings, world: World, log: Log,
    changes: @escaping @Sendable ([IncidentFact], View) -> Void
  ) async throws {
    self.world = world
    self.log = log
    self.changes = changes
    let rows = try await world.journal.snapshots(of: .incidents)
    var book = try IncidentBook(rows, settings: settings)
    try await world.replay(.incidents, after: rows.asOf) { fact in
      book.apply(try IncidentFact(fact))
    }
    let tally = BreachTally(rows: try await world.rows.rows(of: .breachTallies))
    published = Mutex(View(book: book, tally: tally))
    cursor = try await StreamCursor(.incidents, in: world)
  }

  nonisolated var view: View { published.withLock { $0 } }

  /// `mailboxFull` is an answer the caller must act on: a rule round offers its alerts again, because alert state is
  /// level-triggered. Nothing is dropped in silence.
  nonisolated func submit(_ input: IncidentInput) -> Mailbox<Never>.Admission {
    switch mailbox.offer(Message(input: input, reply: nil)) {
    case .accepted: .accepted
    case .mailboxFull: .mailboxFull
    case .closed: .closed
    }
  }

  /// Waits until the command's facts are durable.
  nonisolated func perform(_ input: IncidentInput) async throws(CommandFailure) -> JournalPosition {
    let outcome = await withCheckedContinuation { continuation in
      guard mailbox.offer(Message(input: input, reply: continuation)) == .accepted else {
        return continuation.resume(returning: .failure(.overloaded))
      }
    }
    return try outcome.get()
  }

  nonisolated func close() { mailbox.close() }

  /// Ends after `close`, when all that waited is done.
  func run() async {
    while let batch = await mailbox.next(upTo: Self.batchLimit) { await process(batch) }
    await saveSnapshots()
    await saveTally()
  }

  /// Applies new settings at once: repeats and windows count from the same facts.
  func adopt(_ settings: IncidentSettings) {
    published.withLock { $0.book.settings = settings }
  }

  private func process(_ batch: [Message]) async {
    var next = view
    var facts: [IncidentFact] = []
    var refusals: [Int: IncidentRefusal] = [:]
    let now = world.clock.now
    for (index, message) in batch.enumerated() {
      do {
        facts += try next.book.process(message.input, counting: &next.tally, at: now)
      } catch {
        refusals[index] = error
      }
    }
    do {
      cursor.advance(past: try await world.append(facts.map { $0.draft() }, at: cursor))
    } catch {
      log.error("incidents: \(error)")
      for message in batch { message.reply?.resume(returning: .failure(.journal(error))) }
      return
    }
    let settings = view.book.settings
    next.book.settings = settings
    published.withLock { $0 = next }
    for (index, message) in batch.enumerated() {
      let outcome = refusals[index].map { Result<JournalPosition, CommandFailure>.failure(.refused($0)) }
      message.reply?.resume(returning: outcome ?? .success(cursor.position))
    }
    guard !facts.isEmpty else { return }
    unsnapped += facts
    if facts.contains(where: { if case .intended = $0.change { true } else { false } }) { Failpoint.intentAfter.pass() }
    changes(facts, next)
    if cursor.isSnapshotDue { await saveSnapshots() }
  }

  /// Counts and snapshots reach the disk in the background; a crash costs a start some replay, and counts a few rounds.
  func persist() async {
    await saveSnapshots()
    await saveTally()
  }

  /// One save at a time: an older one that lands later would bring back rows of the past.
  private func saveSnapshots() async {
    guard !unsnapped.isEmpty, !isSaving else { return }
    isSaving = true
    defer { isSaving = false }
    let count = unsnapped.count
    do {
      try await world.save(view.book.snapshots(after: unsnapped), at: cursor)
      unsnapped.removeFirst(count)
      cursor.snapshotsSaved(covering: count)
    } catch {
      log.error("incidents: snapshots: \(error)")
    }
  }

  private func saveTally() async {
    let rows = published.withLock { $0.tally.takeChanges() }
    guard !rows.isEmpty else { return }
    do { try await world.rows.write(rows, to: .breachTallies) } catch { log.error("incidents: counts: \(error)") }
  }
}
