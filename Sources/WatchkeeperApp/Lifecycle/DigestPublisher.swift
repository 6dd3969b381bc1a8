internal import Journal
internal import Records
internal import Telemetry
internal import Wording

/// Publishes the newest digest of the journal's chain: at the start, every hour, and at a stop that came after new
/// facts. Each goes to the log, from where syslog can carry it to another machine, and to a file in the data folder.
///
/// Without a digest kept elsewhere, facts that were cut off the journal's end cannot be missed.
actor DigestPublisher {
  private let journal: any FactJournal
  private let file: PublishedDigestFile
  private let clock: any WallClock
  private let log: Log
  /// The newest that the file holds.
  private var kept: PublishedDigest?

  init(_ journal: any FactJournal, to file: PublishedDigestFile, clock: any WallClock, log: Log) {
    self.journal = journal
    self.file = file
    self.clock = clock
    self.log = log
  }

  /// Says first whether the journal still has what was published last.
  func begin() async {
    do {
      kept = try file.read().max { $0.position < $1.position }
      if let kept, let fault = try await fault(against: kept) {
        let words = Reader(language: .english).text(fault.reason.id, fault.reason.arguments)
        log.error("journal: \(words) – run: watchkeeper verify")
      }
    } catch {
      log.error("published digests: \(error)")
    }
    await publish()
  }

  /// The log is told every hour, so that its silence means something; the file only of what is new.
  func publish() async {
    guard let published = await newest else { return }
    log.notice(published.line)
    guard published.digest != kept?.digest else { return }
    do {
      try file.append(published)
      kept = published
    } catch {
      // Until the file takes one, every publication tries again.
      log.error("published digests: \(error)")
    }
  }

  func end() async {
    if let newest = await newest, newest.digest != kept?.digest { await publish() }
  }

  private var newest: PublishedDigest? {
    get async {
      guard let head = try? await journal.head(), head.position > .start else { return nil }
      return PublishedDigest(position: head.position, digest: head.digest, publishedAt: clock.now)
    }
  }

  /// What was published and is not there any more, or not so.
  func fault(against kept: PublishedDigest) async throws(JournalError) -> JournalFinding? {
    let head = try await journal.head()
    if kept.position > head.position { return .tailCut(published: kept, last: head.position) }
    let stored = try await journal.digest(at: kept.position)
    return stored == kept.digest ? nil : .publishedDigestDiffers(kept, agreed: .start)
  }
}
