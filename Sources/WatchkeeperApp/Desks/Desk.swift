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

  /// The changes that the start applied and no snapshot holds; the desk takes them over.
  var replayed: [Change] { get set }

  /// Decides and applies one input. When it throws, nothing has changed.
  mutating func process(_ input: Input, at now: Timestamp) throws(Refusal) -> [Change]
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
  private let announce: @Sendable ([State.Change], State) -> Void

  /// - Parameter changes: called after each durable append with its changes and the state after them.
  init(
    _ state: State, world: World, log: Log, changes: @escaping @Sendable ([State.Change], State) -> Void
  ) async throws(JournalError) {
    self.world = world
    self.log = log
    mailbox = Mailbox(limit: DeskLimits.mailbox)
    announce = changes
    var state = state
    unsnapped = state.replayed
    state.replayed = []
    published = Mutex(state)
    cursor = try await StreamCursor(State.stream, in: world, replayed: unsnapped.count)
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

  private func process(_ batch: [Message]) async {
    var next = state
    var changes: [State.Change] = []
    var refusals: [Int: State.Refusal] = [:]
    let now = world.clock.now
    for (index, message) in batch.enumerated() {
      switch message.work {
      case .adoption(let body): body(&next)
      case .input(let input):
        do { changes += try next.process(input, at: now) } catch { refusals[index] = error }
      }
    }
    do {
      cursor.advance(past: try await world.append(changes.map(next.draft), at: cursor))
    } catch {
      log.error("\(State.stream.rawValue): \(error)")
      adoptAlone(batch)
      for message in batch { message.reply?.resume(returning: .failure(.journal(error))) }
      return
    }
    published.withLock { $0 = next }
    unsnapped += changes
    for (index, message) in batch.enumerated() {
      message.reply?.resume(returning: refusals[index].map { .failure(.refused($0)) } ?? .success(cursor.position))
    }
    if !changes.isEmpty { announce(changes, next) }
    if cursor.isSnapshotDue { await saveSnapshots() }
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
    guard !unsnapped.isEmpty, !isSaving else { return }
    isSaving = true
    defer { isSaving = false }
    let count = unsnapped.count
    let (state, left) = published.withLock { ($0, $0.takeGone()) }
    gone.formUnion(left)
    let dropped = gone
    do {
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
    guard let table = State.table, !isSavingRows else { return }
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

/// Bounds of every desk.
enum DeskLimits {
  /// Inputs that wait; more are refused. The default is 10,000.
  static let mailbox = 10_000
  /// Inputs decided in one append. The default is 1,000.
  static let batch = 1000
}
