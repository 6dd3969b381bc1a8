import Foundation
import Incidents
import Inventory
import Journal
import Planner
import Records
import Telemetry
import Testing

@testable import WatchkeeperApp

/// Tests/Fixtures/journal-1 was written by the program on 2026-11-21, with one incident open: a TCP probe found nobody
/// on port 9. Every later build must go on from it.
@Suite("A journal of an earlier build")
struct StoredJournalTests {
  private let folder: TemporaryFolder
  private let world: World

  init() throws {
    folder = try TemporaryFolder()
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/journal-1/journal.sqlite")
    try folder.write(try Data(contentsOf: fixture), to: "journal.sqlite")
    let clock = TestClock(now: Timestamp(milliseconds: 1_795_257_000_000))
    let journal = try SQLiteJournal(folder: folder.path, clock: clock)
    world = World(clock: clock, identifiers: CountingIdentifiers(), journal: journal, rows: journal)
  }

  @Test("every book reads it") func reads() async throws {
    #expect(
      try await IncidentState(from: world, settings: IncidentSettings()).book.all.map(\.number.description) == ["INC-1"]
    )
    let inventory = try await InventoryState(from: world)
    #expect(inventory.book[ItemID("endpoint/shop")] != nil)
    #expect(try await MaintenanceState(from: world).book.allTasks.isEmpty)
    let findings = JournalVerifier.verify(file: folder.path + "/journal.sqlite", published: [])
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings)")
  }

  @Test("the breach that goes on stays the same incident, and nobody is told again") func goesOn() async throws {
    var state = try await IncidentState(from: world, settings: IncidentSettings())
    let incident = try #require(state.book.all.first)
    let rule = try #require(incident.origin.rule)
    let seen = state.tally.progress(of: incident).count
    let report = AlertReport(
      rule: rule, labels: incident.labels, annotations: incident.annotations, activeAt: incident.activeAt, value: 0,
      subject: incident.subject)
    #expect(report.fingerprint == incident.fingerprint)
    let facts = try state.process(.round(RuleRound(rule, firing: [report])), at: world.clock.now)
    #expect(facts.allSatisfy { $0.change.kindName == "incident.progressed" }, "\(facts.map(\.change.kindName))")
    #expect(state.tally.progress(of: incident).count == seen + 1)
  }
}
