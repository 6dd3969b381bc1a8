import Foundation
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Durability")
struct DurabilityTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private static let up = LabelSet(["__name__": "up", "job": "node"])

  private func samples(_ count: Int, from start: Int64 = TestTime.noon, step: Int64 = 1000) -> [(Int64, Double)] {
    (0..<count).map { (start + Int64($0) * step, Double($0) * 0.5) }
  }

  @Test("samples are readable at once and after a restart")
  func restart() async throws {
    let expected = samples(300, from: TestTime.noon - 300_000)
    do {
      let store = try EmbeddedStore(folder: folder.store, clock: clock)
      #expect(try store.append(Self.up, expected).accepted == 300)
      #expect(try await store.read().first?.pairs == pairs(expected))
      await store.close()
    }
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    let found = try await store.read([.equal("job", "node")])
    #expect(found.first?.pairs == pairs(expected))
    #expect(found.first?.labels == Self.up)
    #expect(store.health.findings == [])
  }

  @Test("a copy taken at any moment holds all that was committed and nothing false")
  func killed() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var random = SplitMix64(seed: 7)
    var committed: [String: [(Int64, Double)]] = [:]
    for round in 0..<40 {
      var appended = committed
      for host in 0..<7 where Int.random(in: 0..<4, using: &random) > 0 {
        let name = "h\(host)"
        let count = Int.random(in: 1...40, using: &random)
        let start = (appended[name]?.last?.0 ?? clock.now.milliseconds - 60_000) + 500
        let more = samples(count, from: start, step: 250)
        try store.append(LabelSet(["__name__": "m", "host": name]), more)
        appended[name, default: []] += more
      }
      clock.advance(.seconds(10))
      await store.commit()
      committed = appended
      // Not committed when the copy is taken.
      try store.append(LabelSet(["__name__": "lost", "round": "\(round)"]), [(clock.now.milliseconds, 1)])
      if round % 5 == 4 { store.closeChunks(.all) }
      if round % 3 == 2 { await store.prune() }
      if round % 7 == 6 { await store.checkpoint() }
      guard round % 8 == 7 else { continue }
      let copy = try folder.copyStore(to: "copy\(round)")
      let revived = try EmbeddedStore(folder: copy, clock: clock)
      #expect(revived.health.findings == [], "seed 7, round \(round)")
      for (name, samples) in committed {
        let found = try await revived.read([.equal("host", name)])
        #expect(found.first?.pairs == pairs(samples), "seed 7, round \(round), \(name)")
      }
      #expect(try await revived.read([.equal("round", "\(round)")]).isEmpty)
      await revived.close()
      #expect(EmbeddedStore.verify(folder: copy) == [])
    }
    await store.close()
  }

  @Test("the files sync each commit")
  func synchronous() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    try store.append(Self.up, samples(1))
    await store.commit()
    let level = store.files.withLock { $0.open.first?.synchronousLevel }
    #expect(level == 2)
    await store.close()
  }
}
