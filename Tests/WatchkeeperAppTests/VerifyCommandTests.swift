import Foundation
import Journal
import Records
import Telemetry
import Testing
import TimeSeriesStore

@testable import WatchkeeperApp

@Suite("watchkeeper verify")
struct VerifyCommandTests {
  private let temporary: TemporaryFolder
  private let folder: DataFolder
  private let clock = TestClock()

  init() throws {
    temporary = try TemporaryFolder()
    folder = DataFolder(existing: temporary.path)
  }

  private func fill() async throws {
    let journal = try SQLiteJournal(folder: try folder.subfolder(folder.journalFolder), clock: clock)
    let store = try EmbeddedStore(
      folder: try folder.subfolder(folder.samplesFolder), settings: StoreSettings(), clock: clock)
    var batch = SampleBatch()
    batch.append(try store.reference(for: LabelSet(["__name__": "up"])), at: clock.now, 1)
    store.append(batch)
    await store.close()
    try journal.close()
  }

  @Test("a folder that holds nothing of ours is refused") func foreign() {
    #expect(throws: UsageError.self) { try DataVerification(folder: folder).run() }
  }

  @Test("a fresh folder has no damage, and the note about its tail fails nothing") func fresh() async throws {
    try await fill()
    let report = try DataVerification(folder: folder).run()
    #expect(report.damages == 0, "\(report.text)")
    #expect(report.text.hasSuffix("no damage, 1 note\n"))
    #expect(report.text.contains("no published digest is at hand"))
  }

  @Test("damage is named with its part and place") func damaged() async throws {
    try await fill()
    let old = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.samplesFolder).first { $0.hasSuffix(".db") })
    try Foundation.Data(repeating: 0x5a, count: 8192).write(to: URL(filePath: folder.samplesFolder + "/" + old))
    try Foundation.Data(repeating: 0x5a, count: 8192).write(to: URL(filePath: folder.journalFolder + "/journal.sqlite"))
    let report = try DataVerification(folder: folder).run()
    #expect(Set(report.findings.filter { $0.severity == .damage }.map(\.part)) == [.journal, .samples])
    #expect(report.text.contains("samples  damage  \(old): "), "\(report.text)")
    #expect(try JSONOutput.text(report).contains("\"damages\" : \(report.damages)"))
  }

  @Test("a damaged chunk is named with a time that a person reads") func time() {
    let place = ["file": "f.db", "series": "3", "start": "1795203525954"]
    #expect(
      Terminal.words("verify.samples.chunk-checksum", place)
        == "f.db: chunk of series 3 from 2026-11-20 19:38 UTC: does not match its checksum")
  }

  private func journal() throws -> SQLiteJournal {
    try SQLiteJournal(folder: try folder.subfolder(folder.journalFolder), clock: clock)
  }

  private func draft(_ number: Int) -> FactDraft {
    FactDraft(
      stream: .incidents, entity: EntityID("incident/INC-\(number)"), kind: FactKind("x"), validAt: clock.now,
      actor: .program("test"), payload: [])
  }

  /// Runs the publisher over one life of the program that adds facts.
  private func live(adding numbers: Range<Int>) async throws {
    let journal = try journal()
    let publisher = DigestPublisher(
      journal, to: PublishedDigestFile(path: folder.publishedDigests), clock: clock, log: .test)
    await publisher.begin()
    for number in numbers {
      clock.advance(by: .seconds(3600))
      let version = try await journal.head().versions[.incidents] ?? .none
      try await journal.append([draft(number)], expecting: [.incidents: version], term: .alone)
      await publisher.publish()
      await publisher.publish()
    }
    await publisher.end()
    try journal.close()
  }

  @Test("the published digests of the folder name a cut tail with position, time and digest") func cutTail()
    async throws
  {
    try await fill()
    try await live(adding: 1..<4)
    let published = try PublishedDigestFile(path: folder.publishedDigests).read()
    #expect(published.map(\.position.number) == [1, 2, 3], "each once")
    #expect(try DataVerification(folder: folder).run().findings == [])
    let whole = try String(contentsOfFile: folder.publishedDigests, encoding: .utf8)

    try FileManager.default.removeItem(atPath: folder.journalFolder)
    try await live(adding: 1..<2)
    let digest = try #require(published.last)
    let expected = "facts 2–3 are missing: cut off the end after they were published: \(digest.line)"
    let found = try DataVerification(folder: folder).run()
    #expect(found.findings.contains { $0.severity == .damage && $0.text == expected }, "\(found.text)")
    #expect(expected.contains("journal: position 3, digest ") && expected.contains(", at 20"))

    // Whoever cut the journal cut the file as well: only what was kept elsewhere tells.
    try FileManager.default.removeItem(atPath: folder.publishedDigests)
    #expect(try DataVerification(folder: folder).run().damages == 0)
    let elsewhere = try temporary.write("Nov 21 06:30:00 web01 watchkeeper[7]: started\n\(whole)", to: "syslog")
    let kept = try VerifyCommand.digests(in: elsewhere)
    #expect(try DataVerification(folder: folder, published: kept).run().findings.contains { $0.text == expected })
  }

  @Test("a start names a journal that was written anew since, also when it has grown") func rewritten() async throws {
    try await fill()
    try await live(adding: 1..<3)
    try FileManager.default.removeItem(atPath: folder.journalFolder)
    let journal = try journal()
    for number in 7..<12 {
      let version = try await journal.head().versions[.incidents] ?? .none
      try await journal.append([draft(number)], expecting: [.incidents: version], term: .alone)
    }
    let file = PublishedDigestFile(path: folder.publishedDigests)
    let kept = try #require(try file.read().last)
    let publisher = DigestPublisher(journal, to: file, clock: clock, log: .test)
    #expect(try await publisher.fault(against: kept) == .publishedDigestDiffers(kept, agreed: .start))
    let head = try await journal.head()
    let own = PublishedDigest(position: head.position, digest: head.digest, publishedAt: clock.now)
    #expect(try await publisher.fault(against: own) == nil)
    try journal.close()
  }

  @Test("lines without a digest prove nothing and are refused") func noDigests() throws {
    let path = try temporary.write("nothing of ours\n", to: "log")
    #expect(throws: UsageError.self) { try VerifyCommand.digests(in: path) }
    #expect(throws: UsageError.self) { try VerifyCommand.digests(in: path + ".none") }
  }

  @Test("a journal that is gone is damage") func missing() async throws {
    try await fill()
    try FileManager.default.removeItem(atPath: folder.journalFolder)
    let report = try DataVerification(folder: folder).run()
    #expect(report.damages == 1)
    #expect(report.text.contains("journal.sqlite is missing"))
  }
}
