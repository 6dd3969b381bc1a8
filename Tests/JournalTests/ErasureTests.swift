import Foundation
import GRDB
import Journal
import Records
import Telemetry
import Testing

/// Format 1 lets a payload go without breaking the chain: the header stays, and a later fact says what was done.
@Suite("Erased payloads", .ownFolder)
struct ErasureTests {
  static let tombstone = Array(#"{"erased":true}"#.utf8)

  /// Twelve facts, of which the fifth loses its payload.
  private func write(saying replacement: [UInt8]?, in stream: Records.Stream = .people) async throws {
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock())
    for number in 0..<12 {
      try await journal.append(
        [draft("e\(number)", payload: #"{"n":\#(number)}"#)], expecting: [.incidents: version(Int64(number))],
        term: .alone)
    }
    if let replacement {
      let erasure = PayloadErasure(of: position(5), leaving: replacement)
      let said = erasure.draft(
        in: stream, about: PayloadErasure.entity(of: position(5)), validAt: Timestamp(milliseconds: 0),
        by: .person("amy"))
      try await journal.append([said], expecting: [stream: stream == .incidents ? version(12) : .none], term: .alone)
    }
    try journal.close()
    let queue = try DatabaseQueue(path: OwnFolder.journalFile)
    try await queue.write { db in
      try db.execute(sql: "UPDATE payload SET body = ? WHERE position = 5", arguments: [Data(Self.tombstone)])
    }
    try queue.close()
  }

  private var findings: [JournalFinding] { JournalVerifier.verify(file: OwnFolder.journalFile) }

  @Test("a payload replaced by a tombstone verifies, and reads as the tombstone")
  func verifies() async throws {
    try await write(saying: Self.tombstone)
    #expect(findings.filter { $0.severity == .damage } == [])
    #expect(findings.contains(.payloadErased(position(5), by: position(13))))
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock())
    let facts = try await journal.facts(of: .incidents, after: .start, limit: 20)
    #expect(facts.count == 12)
    #expect(facts[4].payload == Self.tombstone)
    #expect(facts[4].entity == EntityID("e4"), "the header stays")
    try await journal.append([draft("e")], expecting: [.incidents: version(12)], term: .alone)
    #expect(findings.filter { $0.severity == .damage } == [], "the chain goes on")
  }

  @Test("an erasure that is not said in the stream of people is damage") func refusesOtherStreams() async throws {
    try await write(saying: Self.tombstone, in: .incidents)
    #expect(findings.filter { $0.severity == .damage } == [.payloadChanged(position(5))])
  }

  @Test("a tombstone that no fact speaks of, or of which it says something else, is damage", arguments: [nil, "{}"])
  func refuses(_ said: String?) async throws {
    try await write(saying: said.map { Array($0.utf8) })
    #expect(findings.filter { $0.severity == .damage } == [.payloadChanged(position(5))])
    let journal = try SQLiteJournal(folder: OwnFolder.path, clock: TurnedClock())
    await #expect(throws: JournalError.damaged("the payload of fact 5 was changed")) {
      try await journal.facts(after: .start, limit: 20)
    }
  }
}
