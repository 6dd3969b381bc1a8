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
    #expect(report.text.contains("a cut tail cannot be seen"))
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

  @Test("a journal that is gone is damage") func missing() async throws {
    try await fill()
    try FileManager.default.removeItem(atPath: folder.journalFolder)
    let report = try DataVerification(folder: folder).run()
    #expect(report.damages == 1)
    #expect(report.text.contains("journal.sqlite is missing"))
  }
}
