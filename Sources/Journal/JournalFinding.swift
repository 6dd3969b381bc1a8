public import Records

/// One thing that verification found, with its place.
public enum JournalFinding: Hashable, Sendable {
  /// The file cannot be opened or read any further.
  case unreadable(String)
  /// SQLite's own check of the file's pages.
  case structure(String)
  /// A column holds what was never written there.
  case columnUnreadable(JournalPosition, column: String)
  /// The header is not the one that was chained; in the newest fact, it may be its chain digest instead.
  case headerChanged(JournalPosition)
  case payloadChanged(JournalPosition)
  case payloadMissing(JournalPosition)
  /// A note, not damage: the payload was replaced, and the fact at the second position says so.
  case payloadErased(JournalPosition, by: JournalPosition)
  case payloadDigestChanged(JournalPosition)
  case payloadWithoutFact(JournalPosition)
  case chainChanged(JournalPosition)
  /// The facts from the first to the second position are not there.
  case missing(JournalPosition, JournalPosition)
  /// The facts from the first to the second position were put in, and those behind them renumbered.
  case inserted(JournalPosition, JournalPosition)
  case swapped(JournalPosition, JournalPosition)
  /// The fact is chained as it stands, but its stream's version does not follow on.
  case versionOutOfStep(JournalPosition, stream: Stream, expected: StreamVersion, found: StreamVersion)
  case recordedAtBackwards(JournalPosition)
  /// The journal has another digest there than was published. Up to `agreed` it has the published ones.
  case publishedDigestDiffers(PublishedDigest, agreed: JournalPosition)
  /// The journal ends before a position whose digest was published.
  case tailCut(published: PublishedDigest, last: JournalPosition)
  /// A note, not damage: what lies behind the newest published digest, if there is one, can be cut off unseen.
  case cutTailCannotBeSeen(after: PublishedDigest?)
  case snapshotChanged(stream: String, entity: String)
  /// A snapshot stands for a position that the journal does not have.
  case snapshotAhead(stream: String, position: JournalPosition)
  /// The list ends here; the journal may hold more.
  case tooManyFindings(limit: Int)
}

extension JournalFinding {
  /// `note` says what verification cannot know; `damage` that something is not as it was written.
  public enum Severity: Sendable { case note, damage }

  public var severity: Severity {
    switch self {
    case .cutTailCannotBeSeen, .payloadErased: .note
    default: .damage
    }
  }
}

extension JournalFinding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let problem): "the journal cannot be read: \(problem)"
    case .structure(let problem): "the file is damaged: \(problem)"
    case .snapshotChanged(let stream, let entity): "the snapshot of '\(entity)' in stream '\(stream)' was changed"
    case .snapshotAhead(let stream, let position):
      "the snapshots of stream '\(stream)' stand for fact \(position.number), which is not there"
    case .tooManyFindings(let limit): "more than \(limit) findings, the rest is not listed"
    case .cutTailCannotBeSeen(nil): "no published digest is at hand: facts that were cut off the end cannot be seen"
    case .cutTailCannotBeSeen(let newest?):
      "facts after \(newest.position.number) are newer than every published digest: if some were cut off there, it cannot "
        + "be seen"
    case .publishedDigestDiffers(let published, let agreed):
      "\(Self.range(JournalPosition(agreed.number + 1), published.position)) not as published: \(published); rewritten "
        + "since, or the published line is false"
    case .tailCut(let published, let last):
      "\(Self.range(JournalPosition(last.number + 1), published.position)) missing: cut off the end after they were "
        + "published: \(published)"
    default: factDescription
    }
  }

  private var factDescription: String {
    switch self {
    case .columnUnreadable(let position, let column): "fact \(position.number): column '\(column)' is unreadable"
    case .headerChanged(let position): "fact \(position.number): its header was changed"
    case .payloadChanged(let position): "fact \(position.number): its payload was changed"
    case .payloadMissing(let position): "fact \(position.number): its payload is missing"
    case .payloadErased(let position, let by):
      "fact \(position.number): its payload was erased, as fact \(by.number) says"
    case .payloadDigestChanged(let position): "fact \(position.number): its payload's digest was changed"
    case .payloadWithoutFact(let position): "payload \(position.number) belongs to no fact"
    case .chainChanged(let position): "fact \(position.number): its chain digest was changed"
    case .missing(let first, let last): "\(Self.range(first, last)) missing"
    case .inserted(let first, let last): "\(Self.range(first, last)) inserted"
    case .swapped(let one, let other): "facts \(one.number) and \(other.number) were swapped"
    case .versionOutOfStep(let position, let stream, let expected, let found):
      "fact \(position.number): version \(found.number) of stream '\(stream.rawValue)', expected \(expected.number)"
    case .recordedAtBackwards(let position): "fact \(position.number): recorded earlier than the fact before it"
    default: ""
    }
  }

  private static func range(_ first: JournalPosition, _ last: JournalPosition) -> String {
    first == last ? "fact \(first.number) is" : "facts \(first.number) to \(last.number) are"
  }
}
