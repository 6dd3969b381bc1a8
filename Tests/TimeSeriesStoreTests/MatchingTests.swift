import Foundation
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Matching")
struct MatchingTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private func fill(_ store: EmbeddedStore, _ oracle: inout MemorySeries) throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<300 {
      var labels = ["__name__": ["up", "cpu", "disk"][Int(random.next() % 3)]]
      if random.next() % 2 == 0 { labels["job"] = ["a", "b", "ab", "é"][Int(random.next() % 4)] }
      if random.next() % 3 > 0 { labels["host"] = "h\(random.next() % 20)" }
      let set = LabelSet(labels)
      let time = TestTime.noon - Int64(random.next() % 3_000_000)
      guard oracle.slices[set] == nil else { continue }
      for index in 0..<5 {
        try store.append(set, [(time + Int64(index) * 1000, Double(index))])
        oracle.append(set, at: Timestamp(milliseconds: time + Int64(index) * 1000), Double(index))
      }
    }
  }

  private func matchers(_ random: inout SplitMix64) throws -> [LabelMatcher] {
    try (0..<(random.next() % 4)).map { _ in
      let name = ["__name__", "job", "host", "absent"][Int(random.next() % 4)]
      let text = ["", "up", "a", "é", "h1", "a|b", "h1.*", ".+", ".*", "|a"][Int(random.next() % 10)]
      return switch random.next() % 4 {
      case 0: LabelMatcher(name, .equals(text))
      case 1: LabelMatcher(name, .differs(text))
      case 2: LabelMatcher(name, .matches(try Pattern(text)))
      default: LabelMatcher(name, .misses(try Pattern(text)))
      }
    }
  }

  @Test("head, open file and sealed file select as the plain definition does")
  func oracle() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var oracle = MemorySeries()
    try fill(store, &oracle)
    try await compare(store, oracle, "head")
    store.closeChunks(.all)
    await store.commit()
    try await compare(store, oracle, "open file")
    clock.advance(.seconds(3 * 86_400))
    await store.sealFinishedDays(at: clock.now)
    try await compare(store, oracle, "sealed file, known series")
    await store.close()
    let revived = try EmbeddedStore(folder: folder.store, clock: clock)
    try await compare(revived, oracle, "sealed file, departed series")
    await revived.close()
  }

  @Test("names and values, with how many series have each, are those of the plain definition")
  func names() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var oracle = MemorySeries()
    try fill(store, &oracle)
    func compare(_ selector: [[LabelMatcher]]) async throws {
      let limits = ReadLimits()
      let names = try await oracle.labelNames(matching: selector, limits: limits)
      #expect(try await store.labelNames(matching: selector, limits: limits) == names)
      for name in ["__name__", "job", "host", "number", "absent"] {
        let values = try await oracle.labelValues(of: name, matching: selector, limits: limits)
        #expect(try await store.labelValues(of: name, matching: selector, limits: limits) == values, "\(name)")
      }
    }
    var random = SplitMix64(seed: 7)
    try await compare([])
    for _ in 0..<30 { try await compare([try matchers(&random), try matchers(&random)]) }
    // More than are looked at in one go.
    for number in 0..<4200 {
      let labels = LabelSet(["__name__": "many", "number": "\(number)"])
      try store.append(labels, [(TestTime.noon, 1)])
      oracle.append(labels, at: Timestamp(milliseconds: TestTime.noon), 1)
    }
    let many = [LabelMatcher("__name__", .equals("many"))]
    try await compare([many])
    var limits = ReadLimits()
    limits.timeMax = .seconds(-1)
    await #expect(throws: SeriesReadError.tookTooLong(limit: limits.timeMax)) {
      try await store.labelNames(matching: [many], limits: limits)
    }
    await store.close()
  }

  private func compare(_ store: EmbeddedStore, _ oracle: MemorySeries, _ stage: Comment) async throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<150 {
      let matchers = try matchers(&random)
      let after = TestTime.noon - Int64(random.next() % 3_200_000)
      let selection = SeriesSelection(
        matchers, after: Timestamp(milliseconds: after),
        through: Timestamp(milliseconds: after + Int64(random.next() % 900_000)))
      let expected = oracle.slices(for: selection)
      let found = try await store.select([selection], limits: ReadLimits())[0]
      #expect(found.map(\.labels) == expected.map(\.labels), stage)
      #expect(found.map(\.pairs) == expected.map(\.pairs), stage)
      let labels = try await store.labelSets(
        matching: [matchers], after: selection.after, through: selection.through, limits: ReadLimits())
      #expect(labels == expected.map(\.labels), stage)
    }
  }

  @Test("postings agree with sets", arguments: 0..<50)
  func postings(_ seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let span = UInt32(1 + random.next() % 3000)
    let one = Set((0..<(random.next() % 800)).map { _ in UInt32(random.next() % UInt64(span)) }).sorted()
    let other = Set((0..<(random.next() % 20)).map { _ in UInt32(random.next() % UInt64(span)) }).sorted()
    #expect(Postings.intersection(one, other) == Set(one).intersection(other).sorted())
    #expect(Postings.intersection(other, one) == Set(one).intersection(other).sorted())
    #expect(Postings.intersection(one, one) == one)
    #expect(Postings.difference(one, without: other) == Set(one).subtracting(other).sorted())
  }

  @Test("readers and writers at once see whole prefixes")
  func concurrent() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    let series = 50
    let rounds = 200
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<2 {
        group.addTask {
          for round in 0..<rounds {
            for index in 0..<series where index % 2 == writer {
              try store.append(
                LabelSet(["__name__": "m", "i": "\(index)"]), [(TestTime.noon + Int64(round) * 1000, Double(round))])
            }
            if round % 20 == 0 { await store.commit() }
            if round % 50 == 49 { store.closeChunks(.all) }
          }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<30 {
            for slice in try await store.read([.equal("__name__", "m")]) {
              let expected = (0..<slice.count).map { (TestTime.noon + Int64($0) * 1000, Double($0)) }
              #expect(slice.pairs == pairs(expected))
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let all = try await store.read()
    #expect(all.count == series)
    #expect(all.allSatisfy { $0.count == rounds })
    await store.close()
  }

  @Test("staleness markers come through every stage bit for bit")
  func stale() async throws {
    var store = try EmbeddedStore(folder: folder.store, clock: clock)
    let labels = LabelSet(["__name__": "m"])
    let samples = [(TestTime.noon, 1.0), (TestTime.noon + 1, Double.staleMarker), (TestTime.noon + 2, .nan)]
    try store.append(labels, samples)
    #expect(try await store.read().first?.pairs == pairs(samples))
    await store.close()
    store = try EmbeddedStore(folder: folder.store, clock: clock)
    #expect(try await store.read().first?.pairs == pairs(samples))
    store.closeChunks(.all)
    await store.commit()
    #expect(try await store.read().first?.pairs == pairs(samples))
    #expect(try await store.read().first?.values[1].isStaleMarker == true)
    await store.close()
  }
}
