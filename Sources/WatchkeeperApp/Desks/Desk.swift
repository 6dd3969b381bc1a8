internal import Records
internal import Synchronization
internal import Telemetry

/// A book with what belongs to it, as its desk drives it. Pure: a copy costs nothing worth naming.
protocol DeskState: Sendable {
  associatedtype Input: Sendable
  associatedtype Change: Sendable
  associatedtype Refusal: Error & Sendable

  static var stream: Stream { get }
  /// Where what is not a fact is kept; `nil` when there is nothing.
  static var table: RowTable? { get }

  /// What the start applied from facts; the desk takes it over.
  var replay: Replay<Change> { get set }

  /// Decides and applies one input. When it throws, nothing has changed.
  mutating func process(_ input: Input, at now: Timestamp) throws(Refusal) -> [Change]
  /// Applies a fact that another program wrote.
  mutating func follow(_ fact: Fact) throws -> Change
  func draft(of change: Change) -> FactDraft
  func snapshots(after changes: [Change]) -> [EntitySnapshot]
  /// The plain rows that changed since the last call.
  mutating func takeRows() -> [String: [UInt8]?]
  /// Records that left memory since the last call without a fact: their snapshots go.
  mutating func takeGone() -> [EntityID]
}

extension DeskState {
  mutating func takeGone() -> [EntityID] { [] }
}

/// Why a command changed nothing.
enum CommandFailure<Refusal: Error & Sendable>: Error, Sendable {
  case refused(Refusal)
  case journal(JournalError)
  /// Too many inputs wait, or the program stops.
  case unavailable
}

/// Turns inputs into facts of one stream, makes them durable, then shows them. Sends nothing itself.
///
/// Inputs pass through one mailbox on purpose: an actor method that awaits in the middle lets a second call in, and
/// two calls would then decide from the same old book.
actor Desk<State: DeskState> {
  typealias Failure = CommandFailure<State.Refusal>

  private enum Work: Sendable {
    case input(State.Input)
    /// A change of what is not part of the fold, in its place among the inputs.
    case adoption(@Sendable (inout State) -> Void)
  }

  private struct Message: Sendable {
    let work: Work
    var reply: CheckedContinuation<Result<JournalPosition, Failure>, Never>?
  }

  private let world: World
  private let log: Log
  private let mailbox: Mailbox<Message>
  private nonisolated let published: Mutex<State>
  private var cursor: StreamCursor
  private var unsnapped: [State.Change]
  private var gone: Set<EntityID> = []
  private var unsavedRows: [String: [UInt8]?] = [:]
  private var isSaving = false
  private var isSavingRows = false
  /// Another program writes the stream and this one cannot follow: nothing is written any more.
  private var isCutOff = false
  private let neighbours: DeskNeighbours<State>

  init(_ state: State, world: World, log: Log, _ neighbours: DeskNeighbours<State>) async throws(JournalError) {
    self.neighbours = neighbours
    self.world = world
    self.log = log
    mailbox = Mailbox(limit: DeskLimits.mailbox)
    var state = state
    let replay = state.replay
    unsnapped = replay.changes
    state.replay = Replay()
    published = Mutex(state)
    cursor = try await StreamCursor(State.stream, in: world, replayed: unsnapped.count)
    if let damage = replay.damage {
      log.error("\(State.stream.rawValue): snapshots: \(damage) – the state is worked out again from all facts")
      cursor.mustDropSnapshots = true
      // A disk that refuses now is asked again with the next save.
      try? await dropDamagedSnapshots()
    }
  }

  private func dropDamagedSnapshots() async throws(JournalError) {
    guard cursor.mustDropSnapshots else { return }
    try await world.journal.dropSnapshots(of: State.stream)
    cursor.mustDropSnapshots = false
  }

  /// Always durable.
  nonisolated var state: State { published.withLock { $0 } }

  /// `mailboxFull` is an answer the caller must act on: a rule round offers its alerts again, because alert state is
  /// level-triggered. Nothing is dropped in silence.
  @discardableResult
  nonisolated func submit(_ input: State.Input) -> MailboxAdmission { mailbox.offer(Message(work: .input(input))) }

  /// Waits until what follows from the command is durable.
  @discardableResult
  nonisolated func perform(_ input: State.Input) async throws(Failure) -> JournalPosition {
    let outcome = await withCheckedContinuation { continuation in
      if mailbox.offer(Message(work: .input(input), reply: continuation)) != .accepted {
        continuation.resume(returning: .failure(.unavailable))
      }
    }
    return try outcome.get()
  }

  /// `run` ends when all that waits is done.
  nonisolated func close() { mailbox.close() }

  func run() async {
    while let batch = await mailbox.next(upTo: DeskLimits.batch) { await process(batch) }
    await persist()
  }

  /// Changes what is not part of the fold, such as settings.
  @discardableResult
  nonisolated func adopt(_ body: @escaping @Sendable (inout State) -> Void) -> MailboxAdmission {
    mailbox.offer(Message(work: .adoption(body)))
  }

  /// What a batch leads to, decided from one state.
  private struct Decision {
    var next: State
    var changes: [State.Change] = []
    var refusals: [Int: State.Refusal] = [:]
  }

  private func process(_ batch: [Message]) async {
    guard !isCutOff else { return refuse(batch, .storage("this program no longer writes the journal")) }
    var conflicts = 0
    while true {
      let decision = decide(batch)
      if !decision.changes.isEmpty { await neighbours.prepare(decision.changes) }
      do {
        cursor.advance(past: try await world.append(decision.changes.map(decision.next.draft), at: cursor))
        return await show(decision, of: batch)
      } catch {
        log.error("\(State.stream.rawValue): \(error)")
        guard Self.isForeign(error) else { return refuse(batch, error) }
        conflicts += 1
        guard case .conflict = error, conflicts <= DeskLimits.conflictsMax, await catchUp() else {
          isCutOff = true
          neighbours.cutOff(error)
          return refuse(batch, error)
        }
      }
    }
  }

  private func decide(_ batch: [Message]) -> Decision {
    var decision = Decision(next: state)
    let now = world.clock.now
    for (index, message) in batch.enumerated() {
      switch message.work {
      case .adoption(let body): body(&decision.next)
      case .input(let input):
        do { decision.changes += try decision.next.process(input, at: now) } catch { decision.refusals[index] = error }
      }
    }
    return decision
  }

  private func show(_ decision: Decision, of batch: [Message]) async {
    published.withLock { $0 = decision.next }
    unsnapped += decision.changes
    for (index, message) in batch.enumerated() {
      let answer = decision.refusals[index].map { Result<JournalPosition, Failure>.failure(.refused($0)) }
      message.reply?.resume(returning: answer ?? .success(cursor.position))
    }
    if !decision.changes.isEmpty { neighbours.changed(decision.changes, decision.next) }
    if cursor.isSnapshotDue { await saveSnapshots() }
  }

  private func refuse(_ batch: [Message], _ error: JournalError) {
    adoptAlone(batch)
    for message in batch { message.reply?.resume(returning: .failure(.journal(error))) }
  }

  /// Whether somebody else writes; the disk's refusals pass by themselves.
  private static func isForeign(_ error: JournalError) -> Bool {
    switch error {
    case .conflict, .staleTerm: true
    case .newerFormat, .storage, .damaged: false
    }
  }

  /// Takes over what another program wrote to the stream.
  ///
  /// - Returns: whether this desk now knows as much as the journal.
  private func catchUp() async -> Bool {
    var next = state
    var foreign: [State.Change] = []
    var ahead = cursor
    do {
      try await world.replay(State.stream, after: cursor.position) { fact in
        foreign.append(try next.follow(fact))
        ahead.advance(past: [fact])
      }
    } catch {
      log.error("\(State.stream.rawValue): what another program wrote cannot be followed: \(error)")
      return false
    }
    log.warning("\(State.stream.rawValue): another program wrote \(foreign.count) facts; they are taken over")
    cursor = ahead
    published.withLock { $0 = next }
    unsnapped += foreign
    if !foreign.isEmpty { neighbours.changed(foreign, next) }
    return true
  }

  /// What is not part of the fold needs no journal: settings hold although the inputs beside them are refused.
  private func adoptAlone(_ batch: [Message]) {
    published.withLock { state in
      for case .adoption(let body) in batch.map(\.work) { body(&state) }
    }
  }

  /// Snapshots and plain rows reach the disk in the background; a crash costs the next start some replay and a few
  /// counts.
  func persist() async {
    await saveSnapshots()
    await saveRows()
  }

  /// One save at a time: an older one that lands later would bring back rows of the past.
  private func saveSnapshots() async {
    // Behind another writer these rows would be older than those it saved.
    guard !unsnapped.isEmpty, !isSaving, !isCutOff else { return }
    isSaving = true
    defer { isSaving = false }
    let count = unsnapped.count
    let (state, left) = published.withLock { ($0, $0.takeGone()) }
    gone.formUnion(left)
    let dropped = gone
    do {
      try await dropDamagedSnapshots()
      try await world.save(state.snapshots(after: unsnapped) + dropped.sorted().map(EntitySnapshot.gone), at: cursor)
      unsnapped.removeFirst(count)
      gone.subtract(dropped)
      cursor.snapshotsSaved(covering: count)
    } catch {
      log.error("\(State.stream.rawValue): snapshots: \(error)")
    }
  }

  /// Rows that the disk refused are tried again with the next ones.
  private func saveRows() async {
    // Behind another writer these counts would be older than those it wrote.
    guard let table = State.table, !isSavingRows, !isCutOff else { return }
    isSavingRows = true
    defer { isSavingRows = false }
    unsavedRows.merge(published.withLock { $0.takeRows() }) { $1 }
    guard !unsavedRows.isEmpty else { return }
    do {
      try await world.rows.write(unsavedRows, to: table)
      unsavedRows = [:]
    } catch {
      log.error("\(State.stream.rawValue): rows: \(error)")
    }
  }
}

/// Whom a desk tells.
struct DeskNeighbours<State: DeskState>: Sendable {
  /// Called before each append: makes durable what the changes were decided from.
  var prepare: @Sendable ([State.Change]) async -> Void = { _ in }
  /// Called when the stream has another writer that the desk cannot follow, or the lease is lost. Nothing is decided at
  /// the desk any more; the program has to end.
  var cutOff: @Sendable (JournalError) -> Void = { _ in }
  /// Called after each durable append with its changes and the state after them.
  var changed: @Sendable ([State.Change], State) -> Void = { _, _ in }
}

/// Bounds of every desk.
enum DeskLimits {
  /// Inputs that wait; more are refused. The default is 10,000.
  static let mailbox = 10_000
  /// Inputs decided in one append. The default is 1,000.
  static let batch = 1000
  /// How often one batch is decided again because another program wrote in between. The default is 3.
  static let conflictsMax = 3
}
