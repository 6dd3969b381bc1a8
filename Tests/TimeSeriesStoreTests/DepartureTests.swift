import Foundation
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Series that stopped")
struct DepartureTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  private func labels(_ host: Int) -> LabelSet { LabelSet(["__name__": "m", "host": "\(host)", "job": "node"]) }

  private func batch(_ reference: SeriesReference, _ samples: [(Int64, Double)]) -> SampleBatch {
    var batch = SampleBatch()
    for (time, value) in samples { batch.append(reference, at: Timestamp(milliseconds: time), value) }
    return batch
  }

  /// What a day's end does, and the hourly pass.
  private func turn(_ store: EmbeddedStore, _ hours: Int64) async {
    clock.advance(.seconds(hours * 3600))
    store.closeChunks(.idle)
    await store.commit()
    await store.sealFinishedDays(at: clock.now)
    await store.forgetDeparted()
  }

  @Test("a series leaves when its day is sealed and nothing older could come; what it had is still read")
  func departure() async throws {
    let store = try open { $0.knownSeriesMax = 2 }
    let old = try store.reference(for: labels(1))
    store.append(batch(old, [(TestTime.noon, 1)]))
    await turn(store, 24)
    #expect(store.statistics.knownSeries == 1, "samples of 25 h ago are still accepted")
    let living = try store.reference(for: labels(2))
    store.append(batch(living, [(clock.now.milliseconds, 2)]))
    #expect(throws: AppendError.tooManySeries(limit: 2)) { try store.reference(for: labels(3)) }
    await turn(store, 2)
    #expect(store.statistics.knownSeries == 1)
    #expect(store.statistics.departedSeries == 1)
    store.closeChunks(.idle)
    #expect(store.statistics.activeSeries == 0)
    #expect(try await store.read([.equal("host", "1")]).first?.pairs == pairs([(TestTime.noon, 1)]))
    let outcome = store.append(batch(old, [(clock.now.milliseconds, 3), (clock.now.milliseconds + 1, 3)]))
    #expect(outcome.gone == [old, old] && outcome.accepted == 0)
    #expect(store.statistics.refusedGone == 2)
    let again = try store.reference(for: labels(1))
    #expect(again != old)
    store.append(batch(again, [(clock.now.milliseconds, 4)]))
    #expect(try await store.read([.equal("host", "1")]).first?.pairs.count == 2)
    await store.close()
  }

  @Test("a slot goes to another series only after the next pass, under a new generation")
  func reuse() async throws {
    let store = try open()
    let old = try store.reference(for: labels(1))
    store.append(batch(old, [(TestTime.noon, 1)]))
    await turn(store, 26)
    #expect(store.statistics.knownSeries == 0)
    #expect(store.head.withLock { $0.table.labels(of: old.slot) } == labels(1), "a read in progress may ask")
    #expect(try store.reference(for: labels(2)).slot != old.slot)
    await turn(store, 1)
    let heir = try store.reference(for: labels(3))
    #expect(heir.slot == old.slot && heir.generation != old.generation)
    store.append(batch(heir, [(clock.now.milliseconds, 3)]))
    #expect(store.append(batch(old, [(clock.now.milliseconds + 1, 3)])).gone == [old])
    await store.commit()
    #expect(try await store.read([.equal("job", "node")]).map { $0.labels["host"] } == ["1", "3"])
    #expect(try await store.read([.equal("host", "3")]).first?.count == 1)
    await store.close()
    let revived = try open()
    #expect(try await revived.read([.equal("host", "3")]).first?.count == 1)
    await revived.close()
  }

  @Test("what an open file, the disk's queue or memory still has keeps its series")
  func kept() async throws {
    let store = try open()
    try store.append(labels(1), [(TestTime.noon, 1)])
    clock.advance(.seconds(30 * 3600))
    await store.forgetDeparted()
    #expect(store.statistics.knownSeries == 1, "its chunk is open")
    store.closeChunks(.all)
    store.closeChunks(.idle)
    await store.forgetDeparted()
    #expect(store.statistics.knownSeries == 1, "its chunk waits")
    store.restrain(because: "full")
    await store.commit()
    await store.forgetDeparted()
    #expect(store.statistics.knownSeries == 1, "its sample waits")
    store.restrain(because: nil)
    await store.commit()
    await store.forgetDeparted()
    #expect(store.statistics.knownSeries == 1, "an open file has it")
    #expect(try await store.read().count == 1)
    await store.close()
  }

  @Test("hosts that come and go: reads equal the model, memory holds the living", arguments: 0..<6)
  func story(_ seed: Int) async throws {
    var random = SplitMix64(seed: UInt64(seed))
    let store = try open()
    var model: [Int: [(Int64, Double)]] = [:]
    var references: [Int: SeriesReference] = [:]
    for step in 0..<40 {
      for host in Set((0..<6).map { _ in step / 6 * 3 + Int(random.next() % 12) }) {
        let samples = (0..<3).map { (clock.now.milliseconds + $0 * 1000, Double(random.next() % 100)) }
        let known = try references[host] ?? store.reference(for: labels(host))
        references[host] = known
        if !store.append(batch(known, samples)).gone.isEmpty {
          references[host] = try store.reference(for: labels(host))
          #expect(store.append(batch(references[host]!, samples)).accepted == 3)
        }
        model[host, default: []] += samples
      }
      await turn(store, 5 + Int64(random.next() % 6))
      for host in 0..<40 {
        let found = try await store.read([.equal("host", "\(host)")])
        #expect(found.first?.pairs ?? [] == pairs(model[host] ?? []), "seed \(seed), step \(step), host \(host)")
      }
      #expect(try await store.read([.equal("job", "node")]).count == model.count)
    }
    #expect(store.statistics.departedSeries > 8)
    #expect(store.statistics.refusedGone > 0 || seed > 0)
    #expect(store.statistics.knownSeries + Int(store.statistics.departedSeries) >= model.count)
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("the table agrees with a plain model through insertions and removals", arguments: 0..<20)
  func table(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var table = SeriesTable()
    var model: [LabelSet: UInt32] = [:]
    for _ in 0..<60 {
      for _ in 0..<(random.next() % 60) {
        var pairs = ["__name__": "m\(random.next() % 5)", "host": "\(random.next() % 300)"]
        if random.next() % 3 == 0 { pairs["extra"] = "\(random.next() % 7)" }
        let labels = LabelSet(pairs)
        #expect(table.slot(of: labels) == model[labels])
        if model[labels] == nil { model[labels] = table.insert(labels) }
      }
      let leaving = model.filter { _ in random.next() % 4 == 0 }
      table.remove(leaving.values.sorted())
      for labels in leaving.keys { model[labels] = nil }
      if random.next() % 2 == 0 { while table.releaseLeft(upTo: 7) {} }
      table.settle()
      #expect(table.count == model.count)
      #expect(table.allSeries() == model.values.sorted())
      for (labels, slot) in model {
        #expect(table.slot(of: labels) == slot && table.labels(of: slot) == labels)
      }
      for value in 0..<5 {
        let expected = model.filter { $0.key["__name__"] == "m\(value)" }.values.sorted()
        #expect(try table.series(matching: [.equal("__name__", "m\(value)")]) == expected)
        let absent = model.filter { $0.key["extra"] == nil && $0.key["__name__"] == "m\(value)" }.values.sorted()
        let without = try table.series(matching: [.equal("__name__", "m\(value)"), .equal("extra", "")])
        #expect(without == absent)
      }
      #expect(Set(table.values(of: "host")) == Set(model.keys.compactMap { $0["host"] }))
    }
    table.remove(model.values.sorted())
    while table.releaseLeft(upTo: 50) {}
    #expect(table.dictionary.texts.allSatisfy { $0.isEmpty }, "no label's text outlives its series")
  }
}
