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

extension JournalFinding {
  /// What is said of it: the catalogue words it for each reader.
  public var reason: Reason {
    switch self {
    case .unreadable(let problem): Reason("verify.journal.unreadable", ["problem": problem])
    case .structure(let problem): Reason("verify.journal.structure", ["problem": problem])
    case .columnUnreadable(let fact, let column):
      Self.reason("verify.journal.column-unreadable", fact, ["column": column])
    case .headerChanged(let fact): Self.reason("verify.journal.header-changed", fact)
    case .payloadChanged(let fact): Self.reason("verify.journal.payload-changed", fact)
    case .payloadMissing(let fact): Self.reason("verify.journal.payload-missing", fact)
    case .payloadErased(let fact, let by): Self.reason("verify.journal.payload-erased", fact, ["by": String(by.number)])
    case .payloadDigestChanged(let fact): Self.reason("verify.journal.payload-digest-changed", fact)
    case .payloadWithoutFact(let fact): Self.reason("verify.journal.payload-without-fact", fact)
    case .chainChanged(let fact): Self.reason("verify.journal.chain-changed", fact)
    case .missing(let first, let last): Self.reason("verify.journal.missing", first, last)
    case .inserted(let first, let last): Self.reason("verify.journal.inserted", first, last)
    case .swapped(let one, let other): Self.reason("verify.journal.swapped", one, ["other": String(other.number)])
    case .versionOutOfStep(let fact, let stream, let expected, let found):
      Self.reason(
        "verify.journal.version-out-of-step", fact,
        ["stream": stream.rawValue, "expected": String(expected.number), "found": String(found.number)])
    case .recordedAtBackwards(let fact): Self.reason("verify.journal.recorded-backwards", fact)
    default: lastReason
    }
  }

  /// Of published digests, snapshots and the list itself.
  private var lastReason: Reason {
    switch self {
    case .publishedDigestDiffers(let published, let agreed):
      Self.reason("verify.journal.not-as-published", after: agreed, published)
    case .tailCut(let published, let last): Self.reason("verify.journal.tail-cut", after: last, published)
    case .cutTailCannotBeSeen(nil): Reason("verify.journal.unpublished")
    case .cutTailCannotBeSeen(let newest?): Self.reason("verify.journal.published-before", newest.position)
    case .snapshotChanged(let stream, let entity):
      Reason("verify.journal.snapshot-changed", ["stream": stream, "entity": entity])
    case .snapshotAhead(let stream, let fact): Self.reason("verify.journal.snapshot-ahead", fact, ["stream": stream])
    case .tooManyFindings(let limit): Reason("verify.journal.too-many", ["limit": String(limit)])
    default: preconditionFailure("every finding has a reason: \(self)")
    }
  }

  private static func reason(
    _ id: String, _ fact: JournalPosition, _ arguments: [String: String] = [:]
  ) -> Reason {
    Reason(id, arguments.merging(["fact": String(fact.number)]) { first, _ in first })
  }

  /// Of the facts from the first to the last: `5`, `5–8`.
  private static func reason(
    _ id: String, _ first: JournalPosition, _ last: JournalPosition, _ arguments: [String: String] = [:]
  ) -> Reason {
    let facts = first == last ? "\(first.number)" : "\(first.number)–\(last.number)"
    let count = String(last.number - first.number + 1)
    return Reason(id, arguments.merging(["facts": facts, "count": count]) { first, _ in first })
  }

  private static func reason(_ id: String, after last: JournalPosition, _ published: PublishedDigest) -> Reason {
    reason(id, JournalPosition(last.number + 1), published.position, ["published": published.line])
  }
}
