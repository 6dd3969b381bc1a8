import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Following the store sample by sample")
struct LiveFeedTests {
  private static let up = LabelSet([LabelSet.metricName: "up", "host": "a"])
  private static let load = LabelSet([LabelSet.metricName: "load", "host": "a"])

  private static func text(_ feed: LiveFeed) -> [String] {
    feed.changes.map { change in
      switch change {
      case .made(let live): "made \(live.labels)"
      case .gone(let number): "gone \(number)"
      }
    }
      + feed.samples.flatMap { samples in
        samples.numbers.indices.map { index in
          "\(samples.numbers[index]) \(samples.milliseconds[index]) \(Double(bitPattern: samples.bits[index]))"
        }
      }
  }

  private static func append(
    _ labels: LabelSet, _ seconds: [Int], to store: EmbeddedStore, _ clock: VirtualClock
  ) throws {
    var batch = SampleBatch()
    let reference = try store.reference(for: labels)
    for second in seconds {
      batch.append(reference, at: clock.now.advanced(by: .seconds(second)), Double(second))
    }
    store.append(batch)
  }

  @Test("what is accepted comes once, in its order, over commits; what is refused does not") func accepted()
    async throws
  {
    let folder = try TemporaryFolder()
    let clock = VirtualClock()
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    let base = clock.now.milliseconds
    try Self.append(Self.up, [-60], to: store, clock)
    #expect(store.take().isEmpty)
    store.follow(samplesMax: 100)
    // One more of a known series, then a late one; far ahead and far behind are refused.
    try Self.append(Self.up, [-50, -55, 3600, -50_000], to: store, clock)
    try Self.append(Self.load, [-50], to: store, clock)
    await store.commit()
    try Self.append(Self.load, [-40], to: store, clock)
    #expect(
      Self.text(store.take()) == [
        "made load{host=\"a\"}", "0 \(base - 50_000) -50.0", "0 \(base - 55_000) -55.0", "1 \(base - 50_000) -50.0",
        "1 \(base - 40_000) -40.0",
      ])
    #expect(store.take().isEmpty)
    try Self.append(Self.up, [-30], to: store, clock)
    #expect(Self.text(store.take()) == ["0 \(base - 30_000) -30.0"])
    await store.commit()
    #expect(store.take().isEmpty)
    await store.close()
  }

  @Test("too much that waits breaks the feed once, and it goes on") func broken() async throws {
    let folder = try TemporaryFolder()
    let clock = VirtualClock()
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    store.follow(samplesMax: 3)
    try Self.append(Self.up, [-60, -50], to: store, clock)
    await store.commit()
    try Self.append(Self.up, [-40, -30], to: store, clock)
    await store.commit()
    let feed = store.take()
    #expect(feed.isBroken)
    #expect(feed.samples.isEmpty)
    #expect(Set(store.series(matching: [.equal("host", "a")]).map(\.labels)) == [Self.up])
    try Self.append(Self.up, [-20], to: store, clock)
    #expect(Self.text(store.take()) == ["0 \(clock.now.milliseconds - 20_000) -20.0"])
    await store.close()
  }

  @Test("a series that leaves is told, and so is one that gets histograms") func departed() async throws {
    let folder = try TemporaryFolder()
    let clock = VirtualClock()
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    try Self.append(Self.up, [-60], to: store, clock)
    let histogram = NativeHistogram(schema: 0, zeroThreshold: 0, zeroCount: 1, count: 1, sum: 0)
    var batch = SampleBatch()
    let load = try store.reference(for: Self.load)
    batch.append(load, at: clock.now, histogram)
    store.follow(samplesMax: 100)
    store.append(batch)
    let feed = store.take()
    #expect(feed.histograms == [load.slot] && feed.samples.isEmpty)
    clock.advance(.seconds(26 * 3600))
    batch = SampleBatch()
    batch.append(load, at: clock.now, histogram)
    store.append(batch)
    store.closeChunks(.idle)
    await store.commit()
    await store.sealFinishedDays(at: clock.now)
    await store.forgetDeparted()
    #expect(Self.text(store.take()) == ["gone 0"])
    await store.close()
  }
}
