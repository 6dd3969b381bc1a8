import Foundation
import Journal
import Records
import Synchronization
import Telemetry
import Testing

/// A clock that a test turns.
final class TurnedClock: WallClock {
  private let instant: Mutex<Timestamp>

  init(_ seconds: Int64 = 1_000_000) { instant = Mutex(Timestamp(milliseconds: seconds * 1000)) }

  var now: Timestamp { instant.withLock { $0 } }
  var uptime: Duration { .milliseconds(now.milliseconds) }
  func sleep(untilUptime deadline: Duration) async throws {}
  func turn(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
}

/// A folder of its own for each test case, gone afterwards: `@Suite(.ownFolder)`.
struct OwnFolder: SuiteTrait, TestTrait, TestScoping {
  @TaskLocal static var path = ""

  static var journalFile: String { path + "/journal.sqlite" }

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let path = FileManager.default.temporaryDirectory.appending(path: "journal-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await Self.$path.withValue(path, operation: function)
  }
}

extension Trait where Self == OwnFolder {
  static var ownFolder: OwnFolder { OwnFolder() }
}

/// The implementations that the contract is proved for.
enum JournalKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case memory, sqlite
  var testDescription: String { rawValue }
}

/// A fresh journal of one kind.
struct JournalFixture {
  let journal: any FactJournal & RowStore
  let clock: TurnedClock

  init(_ kind: JournalKind) throws {
    clock = TurnedClock()
    journal =
      switch kind {
      case .memory: MemoryJournal(clock: clock)
      case .sqlite: try SQLiteJournal(folder: OwnFolder.path, clock: clock)
      }
  }
}

func draft(
  _ entity: String, in stream: Records.Stream = .incidents, kind: String = "thing.happened", schema: Int = 1,
  validAt: Int64 = 7, actor: Records.Actor = .rule("disk"), scope: Scope = .root, cause: Int64? = nil,
  payload: String = #"{"a":1}"#
) -> FactDraft {
  FactDraft(
    stream: stream, entity: EntityID(entity), kind: FactKind(kind, schema: schema),
    validAt: Timestamp(milliseconds: validAt), actor: actor, scope: scope, cause: cause.map { JournalPosition($0) },
    payload: Array(payload.utf8))
}

func version(_ number: Int64) -> StreamVersion { StreamVersion(number) }
func position(_ number: Int64) -> JournalPosition { JournalPosition(number) }
