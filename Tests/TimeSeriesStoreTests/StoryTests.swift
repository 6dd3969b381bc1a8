import Foundation
import Telemetry
import Testing

@testable import TimeSeriesStore

/// A random story over two days against a plain model: whatever the order of commits, closes, prunings, sealings, kills
/// and restarts, what was committed is there, once and unchanged.
@Suite("Stories")
struct StoryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Seeds that found something: 5, 6, 14 a kill between two chunks of one flush; 42, 125 a late sample whose commit was
  /// pruned because another day's had a higher number.
  private static let failedOnce = [5, 6, 14, 42, 125]

  private struct Model {
    var samples: [Int: [Int64: Double]] = [:]

    func pairs(_ host: Int) -> [SeriesSlice.Pair] {
      (samples[host] ?? [:]).sorted { $0.key < $1.key }.map { SeriesSlice.Pair($0.key, $0.value) }
    }
  }

  private let settings: StoreSettings = {
    var settings = StoreSettings()
    settings.chunkSamples = 20
    settings.chunksPerCommit = 7
    return settings
  }()

  @Test("what was committed survives everything", arguments: failedOnce + Array(0..<4))
  func story(_ seed: Int) async throws {
    let clock = VirtualClock(at: TestTime.midnight - 2 * TestTime.hour)
    var random = SplitMix64(seed: UInt64(seed))
    var store = try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
    var model = Model()
    for step in 0..<120 {
      try feed(store, &model, clock, &random)
      switch random.next() % 12 {
      case 0: store.closeChunks(.all)
      case 1: store.closeChunks(.idle)
      case 2: await store.prune()
      case 3: await store.checkpoint()
      case 4: await store.sealFinishedDays(at: clock.now)
      case 5: await store.prepareFiles(at: clock.now)
      case 6: clock.advance(.seconds(Int64(random.next() % 7200)))
      default: clock.advance(.seconds(30))
      }
      await store.commit()
      if random.next() % 8 == 0 {
        if random.next() % 2 == 0 {
          await store.close()
          store = try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
        } else {
          store = try await killed(store, clock, step)
        }
        #expect(store.health.findings == [], "seed \(seed), step \(step)")
      }
      if step % 10 == 9 { try await check(store, model, "seed \(seed), step \(step)") }
    }
    await store.close()
    #expect(EmbeddedStore.verify(folder: store.folder.path) == [], "seed \(seed)")
  }

  private func feed(
    _ store: EmbeddedStore, _ model: inout Model, _ clock: VirtualClock, _ random: inout SplitMix64
  ) throws {
    for _ in 0..<(random.next() % 30) {
      let host = Int(random.next() % 6)
      let isLate = random.next() % 4 == 0
      let now = clock.now.milliseconds
      let time = isLate ? now - Int64(random.next() % 3_000_000) : now + Int64(random.next() % 30_000)
      let value = Double(time % 100_003) + Double(host)
      let outcome = try store.append(LabelSet(["__name__": "m", "host": "\(host)"]), [(time, value)])
      if outcome.accepted == 1 { model.samples[host, default: [:]][time] = value }
    }
  }

  /// The store as a kill would leave it: a copy of its files, opened anew; the first is thrown away.
  private func killed(_ store: EmbeddedStore, _ clock: VirtualClock, _ step: Int) async throws -> EmbeddedStore {
    let target = folder.path + "/killed\(step)"
    try FileManager.default.copyItem(atPath: store.folder.path, toPath: target)
    await store.close()
    try FileManager.default.removeItem(atPath: folder.store)
    try FileManager.default.moveItem(atPath: target, toPath: folder.store)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  private func check(_ store: EmbeddedStore, _ model: Model, _ comment: Comment) async throws {
    for host in 0..<6 {
      let found = try await store.read([.equal("host", "\(host)")])
      let expected = model.pairs(host)
      let read = found.first?.pairs ?? []
      let missing = expected.filter { !read.contains($0) }
      let strange = read.filter { !expected.contains($0) }
      #expect(missing == [], comment)
      #expect(strange == [], comment)
      #expect(read.count == expected.count, comment)
    }
  }
}
