import Dispatch
import Foundation
import GRDB
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Days")
struct DayTests {
  let folder: TemporaryFolder
  let clock = VirtualClock(at: TestTime.midnight - 300_000)

  init() throws { folder = try TemporaryFolder() }

  private static let today = "samples-2026-11-20.0"
  private static let tomorrow = "samples-2026-11-21.0"

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  /// Ten series, a sample each 10 s, committed each minute.
  private func feed(_ store: EmbeddedStore, minutes: Int) async throws {
    for _ in 0..<minutes {
      for host in 0..<10 {
        let labels = LabelSet(["__name__": "m", "host": "\(host)", "parity": host % 2 == 0 ? "even" : "odd"])
        let now = clock.now.milliseconds
        try store.append(labels, (0..<6).map { (now + $0 * 10_000, Double(now % 977) + Double($0)) })
      }
      clock.advance(.seconds(60))
      await store.commit()
    }
  }

  @Test("midnight cuts chunks and files; reading crosses it, also after a restart")
  func midnight() async throws {
    var store = try open()
    try await feed(store, minutes: 10)
    let before = try await store.read([.equal("host", "3")])
    #expect(before.first?.count == 60)
    #expect(try folder.files().contains(Self.today + ".open.db"))
    #expect(try folder.files().contains(Self.tomorrow + ".open.db"))
    await store.close()
    store = try open()
    #expect(try await store.read([.equal("host", "3")]).first?.pairs == before.first?.pairs)
    let early = try await store.read([.equal("host", "3")], through: TestTime.midnight - 1)
    #expect(early.first?.count == 30)
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("a finished day is rewritten, sealed and answers the same")
  func sealing() async throws {
    let store = try open()
    try await feed(store, minutes: 30)
    let whole = try await store.read()
    clock.move(to: TestTime.midnight + 2 * TestTime.hour)
    await store.sealFinishedDays(at: clock.now)
    #expect(store.health.findings == [])
    let files = try folder.files()
    #expect(files.contains(Self.today + ".sealed.db"))
    #expect(!files.contains { $0.hasPrefix(Self.today + ".open") })
    #expect(files.contains(Self.tomorrow + ".open.db"))
    #expect(try await store.read().map(\.pairs) == whole.map(\.pairs))
    // A spool that comes late gets a part of its own.
    let late = TestTime.midnight - 200_000
    try store.append(LabelSet(["__name__": "spooled"]), [(late, 5)])
    await store.commit()
    #expect(try folder.files().contains("samples-2026-11-20.1.open.db"))
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])

    let revived = try open()
    #expect(try await revived.read([.equal("__name__", "m")]).map(\.pairs) == whole.map(\.pairs))
    #expect(try await revived.read([.equal("__name__", "spooled")]).first?.pairs == pairs([(late, 5)]))
    let odd = try await revived.read(
      [.equal("parity", "odd"), LabelMatcher("host", .misses(try Pattern("1|3")))], through: TestTime.midnight - 1)
    #expect(odd.map { $0.labels["host"] } == ["5", "7", "9"])
    await revived.close()
  }

  @Test("sealing joins the short chunks of a series")
  func joining() async throws {
    let store = try open { $0.chunkSamples = 4 }
    try await feed(store, minutes: 5)
    let whole = try await store.read()
    clock.move(to: TestTime.midnight + 2 * TestTime.hour)
    await store.sealFinishedDays(at: clock.now)
    #expect(try await store.read().map(\.pairs) == whole.map(\.pairs))
    await store.close()
    let queue = try DatabaseQueue(path: folder.store + "/" + Self.today + ".sealed.db")
    let rows = try await queue.read { try Int.fetchAll($0, sql: "SELECT count FROM chunk") }
    #expect(rows == Array(repeating: 30, count: 10))
    try queue.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("joined rows stay short, because long ones leave pages half empty")
  func joiningBound() async throws {
    let store = try open { $0.chunkSamples = 4 }
    let noisy = (0..<240).map { (TestTime.noon + Int64($0) * 1000, sin(Double($0))) }
    try store.append(LabelSet(["__name__": "noisy"]), noisy)
    await store.commit()
    clock.move(to: TestTime.midnight + 2 * TestTime.hour)
    await store.sealFinishedDays(at: clock.now)
    #expect(try await store.read().map(\.pairs) == [pairs(noisy)])
    await store.close()
    let queue = try DatabaseQueue(path: folder.store + "/" + Self.today + ".sealed.db")
    let lengths = try await queue.read { try Int.fetchAll($0, sql: "SELECT length(data) FROM chunk ORDER BY start") }
    #expect(lengths.allSatisfy { $0 <= 512 } && lengths.dropLast().allSatisfy { $0 > 300 }, "\(lengths)")
    try queue.close()
  }

  @Test("while a finished day is brought to disk, another commit waits for one of its commits at most")
  func sealingGivesWay() async throws {
    let turns = WriterTurns()
    var settings = StoreSettings()
    settings.chunksPerCommit = 1
    let store = try EmbeddedStore(folder: folder.store, settings: settings, clock: clock) { flush in
      if flush == .before { turns.flushed() }
    }
    try await feed(store, minutes: 5)
    turns.store.withLock { $0 = store }
    clock.move(to: TestTime.midnight + 2 * TestTime.hour)
    await store.sealFinishedDays(at: clock.now)
    let counts = turns.counts.withLock { $0 }
    #expect(counts.flushes == 10 && counts.flushesBeforeOther == 1)
    await store.close()
  }

  @Test("series that only a sealed day knows are found after a restart")
  func departed() async throws {
    var store = try open()
    try await feed(store, minutes: 2)
    clock.advance(.seconds(3 * 86_400))
    await store.sealFinishedDays(at: clock.now)
    await store.close()
    store = try open()
    #expect(store.statistics.knownSeries == 0)
    #expect(try await store.read([.equal("host", "4")]).first?.count == 12)
    let labels = try await store.labelSets(
      matching: [[.equal("host", "4")], [.equal("host", "5")]], after: .epoch, through: clock.now,
      limits: ReadLimits())
    #expect(labels.map { $0["host"] } == ["4", "5"])
    await store.close()
  }

  @Test("an interrupted sealing is finished or begun again at the next start")
  func interrupted() async throws {
    var store = try open()
    try await feed(store, minutes: 3)
    let whole = try await store.read()
    store.closeChunks(.all)
    await store.commit()
    let copy = try folder.copyStore(to: "kept")
    clock.advance(.seconds(86_400))
    await store.sealFinishedDays(at: clock.now)
    await store.close()
    // As if the original had not been unlinked, and a draft lay about.
    for name in try FileManager.default.contentsOfDirectory(atPath: copy) {
      try FileManager.default.copyItem(atPath: copy + "/" + name, toPath: folder.store + "/" + name)
    }
    try Data("half".utf8).write(to: URL(filePath: folder.store + "/" + Self.today + ".sealed.db.draft"))
    store = try open()
    #expect(try await store.read().map(\.pairs) == whole.map(\.pairs))
    #expect(try folder.files().filter { $0.hasPrefix(Self.today) && $0.hasSuffix(".open.db") } == [])
    await store.close()
  }

  @Test("retention unlinks whole old days, a few at a time, never today's")
  func retention() async throws {
    let store = try open { $0.retention = .seconds(2 * 86_400) }
    for _ in 0..<8 {
      try store.append(LabelSet(["a": "b"]), [(clock.now.milliseconds, 1)])
      await store.commit()
      clock.advance(.seconds(86_400))
    }
    let now = clock.now
    await store.applyRetention(at: now)
    #expect(store.statistics.filesUnlinked == 4)
    await store.applyRetention(at: now)
    #expect(store.statistics.filesUnlinked == 6)
    #expect(store.statistics.files == 2)
    #expect(store.health.findings.map(\.problem) == Array(repeating: "removed: its time is over", count: 6))
    await store.close()
    let small = try open { $0.retentionBytes = 1 }
    try small.append(LabelSet(["a": "b"]), [(now.milliseconds, 1)])
    await small.commit()
    await small.applyRetention(at: now)
    #expect(small.statistics.files == 1)
    #expect(
      small.health.findings.map(\.problem) == Array(repeating: "removed: the samples take too many bytes", count: 2))
    #expect(try await small.read().first?.milliseconds == [now.milliseconds])
    await small.close()
  }

  @Test("closed chunks free the batch log")
  func pruning() async throws {
    let store = try open { $0.chunkSamples = 12 }
    try await feed(store, minutes: 4)
    let rows = { store.files.withLock { $0.open.first?.batchRows } }
    #expect(rows() == 4)
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    await store.commit()
    #expect(rows() == 0)
    #expect(try await store.read([.equal("host", "0")]).first?.count == 24)
    await store.close()
    let revived = try open()
    #expect(try await revived.read([.equal("host", "0")]).first?.count == 24)
    await revived.close()
  }

  @Test("the loop commits, and stops when it is cancelled")
  func loop() async throws {
    let store = try open()
    try store.append(LabelSet(["a": "b"]), [(clock.now.milliseconds, 1)])
    let running = Task { await store.run() }
    while store.statistics.commits == 0 { await Task.yield() }
    try store.append(LabelSet(["a": "c"]), [(clock.now.milliseconds, 1)])
    running.cancel()
    await running.value
    #expect(store.health.uncommittedSamples == 0)
    #expect(store.health.state == .healthy)
    await store.close()
  }

  @Test("the loop of the commits sleeps while nothing arrives")
  func idleLoop() async throws {
    let naps = NapCounter(clock)
    let store = try EmbeddedStore(folder: folder.store, clock: naps)
    let running = Task { await store.run() }
    while naps.long < 20 { await Task.yield() }
    #expect(naps.short == 0)
    try store.append(LabelSet(["a": "b"]), [(naps.now.milliseconds, 1)])
    while store.statistics.commits == 0 { await Task.yield() }
    let long = naps.long
    while naps.long < long + 20 { await Task.yield() }
    #expect(naps.short == 1)
    running.cancel()
    await running.value
    await store.close()
  }
}

/// Counts sleeps up to a second, which are commits', and longer ones, which are upkeep's.
private final class NapCounter: WallClock {
  private let clock: VirtualClock
  private let counts = Mutex((short: 0, long: 0))

  init(_ clock: VirtualClock) { self.clock = clock }

  var short: Int { counts.withLock { $0.short } }
  var long: Int { counts.withLock { $0.long } }
  var now: Timestamp { clock.now }
  var uptime: Duration { clock.uptime }

  func sleep(untilUptime deadline: Duration) async throws {
    let isShort = deadline - uptime <= .seconds(1)
    counts.withLock { counts in
      if isShort { counts.short += 1 } else { counts.long += 1 }
    }
    try await clock.sleep(untilUptime: deadline)
  }
}

/// Lets another commit queue up during the first flush, and counts the flushes before its turn.
private final class WriterTurns: Sendable {
  let store = Mutex<EmbeddedStore?>(nil)
  let counts = Mutex((flushes: 0, flushesBeforeOther: 0))

  func flushed() {
    counts.withLock { $0.flushes += 1 }
    store.withLock { $0.take() }?.writer.async { [self] in
      counts.withLock { $0.flushesBeforeOther = $0.flushes }
    }
  }
}
