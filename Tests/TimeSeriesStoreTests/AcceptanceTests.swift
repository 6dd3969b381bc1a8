import Foundation
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("What a store accepts")
struct AcceptanceTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private static let labels = LabelSet(["__name__": "m"])

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  @Test("late samples within the window fall into their place, before and after a restart")
  func late() async throws {
    let noon = TestTime.noon
    var expected: [(Int64, Double)] = (0..<200).map { (noon - 400_000 + $0 * 2000, Double($0)) }
    do {
      let store = try open()
      try store.append(Self.labels, expected)
      let late = (0..<150).reversed().map { (noon - 399_000 + Int64($0) * 2000, -1.0) }
      #expect(try store.append(Self.labels, late).accepted == 150)
      expected = (expected + late).sorted { $0.0 < $1.0 }
      #expect(try await store.read().first?.pairs == pairs(expected))
      await store.commit()
      #expect(try await store.read().first?.pairs == pairs(expected))
      let copy = try folder.copyStore(to: "before-chunks")
      let revived = try EmbeddedStore(folder: copy, clock: clock)
      #expect(try await revived.read().first?.pairs == pairs(expected))
      await revived.close()
      #expect(store.statistics.lateSamples == 150)
      store.closeChunks(.all)
      await store.prune()
      await store.commit()
      await store.close()
    }
    let store = try open()
    #expect(try await store.read().first?.pairs == pairs(expected))
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("the chunks of many series close evenly over the time that a full one takes")
  func evenCloses() async throws {
    let store = try open { $0.chunkSamples = 12 }
    let references = try (0..<1200).map { try store.reference(for: LabelSet(["__name__": "m", "n": String($0)])) }
    var closed: [UInt64] = []
    for round in 0..<36 {
      var batch = SampleBatch()
      let time = Timestamp(milliseconds: TestTime.noon - 100_000 + Int64(round) * 1000)
      for reference in references { batch.append(reference, at: time, 1) }
      store.append(batch)
      closed.append(store.statistics.chunksClosed)
    }
    #expect(zip(closed.dropFirst(12), closed.dropFirst(13)).allSatisfy { $1 - $0 == 100 }, "\(closed)")
    await store.close()
  }

  @Test("beyond the window and the skew samples are refused and counted")
  func refused() async throws {
    let store = try open()
    let noon = TestTime.noon
    try store.append(Self.labels, [(noon, 1)])
    let outcome = try store.append(
      Self.labels,
      [
        (noon - 3_600_001, 1), (noon - 3_600_000, 1), (noon + 600_001, 1), (noon, 1), (noon, 2),
        (noon - 26 * TestTime.hour, 1), (noon + 600_000, 1),
      ])
    var expected = AppendOutcome()
    expected.accepted = 3
    expected.outOfOrder = 2
    expected.duplicate = 1
    expected.tooFarInFuture = 1
    #expect(outcome == expected)
    let statistics = store.statistics
    #expect(statistics.refusedDuplicate == 1)
    #expect(statistics.refusedTooFarInFuture == 1)
    #expect(statistics.refusedOutOfOrder == 2)
    #expect(statistics.repeatsIgnored == 1)
    #expect(try await store.read().first?.milliseconds == [noon - 3_600_000, noon, noon + 600_000])
    await store.close()
  }

  @Test("after the clock was set back by two hours every sample is still taken")
  func clockSetBack() async throws {
    let store = try open()
    let noon = TestTime.noon
    for _ in 0..<480 {
      clock.advance(.seconds(15))
      #expect(try store.append(Self.labels, [(clock.now.milliseconds, 1)]).accepted == 1)
    }
    clock.move(to: noon + 1)
    for step in 0..<600 {
      clock.advance(.seconds(15))
      #expect(try store.append(Self.labels, [(clock.now.milliseconds, 2)]).accepted == 1, "\(step)")
      if step % 60 == 0 {
        await store.commit()
        store.closeChunks(.idle)
      }
    }
    #expect(try await store.read().first?.milliseconds.count == 1080)
    await store.close()
  }

  @Test("a clock that ran ahead and came back does not lock a series out")
  func clockStep() async throws {
    let store = try open()
    let noon = TestTime.noon
    try store.append(Self.labels, [(noon, 1)])
    clock.move(to: noon + 365 * 24 * TestTime.hour)
    try store.append(Self.labels, [(clock.now.milliseconds, 2)])
    await store.commit()
    clock.move(to: noon + 1000)
    #expect(try store.append(Self.labels, [(noon + 1000, 3), (noon + 2000, 4)]).accepted == 2)
    await store.commit()
    let found = try await store.read(through: noon + TestTime.hour)
    #expect(found.first?.pairs == pairs([(noon, 1), (noon + 1000, 3), (noon + 2000, 4)]))
    await store.close()
  }

  @Test("limits refuse loudly and cost only themselves")
  func limits() async throws {
    let store = try open { settings in
      settings.seriesMax = 2
      settings.labelsMax = 2
      settings.labelBytesMax = 10
    }
    #expect(throws: AppendError.tooManyLabels(count: 3, limit: 2)) {
      try store.reference(for: LabelSet(["a": "1", "b": "1", "c": "1"]))
    }
    #expect(throws: AppendError.labelTooLong(name: "a", bytes: 11, limit: 10)) {
      try store.reference(for: LabelSet(["a": "12345678901"]))
    }
    let first = try store.reference(for: LabelSet(["a": "1"]))
    _ = try store.reference(for: LabelSet(["a": "2"]))
    #expect(throws: AppendError.tooManySeries(limit: 2)) { try store.reference(for: LabelSet(["a": "3"])) }
    #expect(try store.reference(for: LabelSet(["a": "1"])) == first)
    #expect(throws: AppendError.tooManySeries(limit: 2)) { try store.reference(for: LabelSet(["a": "4"])) }
    #expect(store.statistics.seriesRefused == 4)
    #expect(store.health.findings.map(\.problem) == [AppendError.tooManySeries(limit: 2).description])
    // Series that fall silent make room.
    clock.advance(.seconds(3 * 3600))
    store.closeChunks(.idle)
    #expect(throws: Never.self) { try store.reference(for: LabelSet(["a": "3"])) }
    await store.close()
    #expect(throws: AppendError.closed) { try store.reference(for: LabelSet(["a": "1"])) }
  }

  @Test("reads beyond a limit fail by name")
  func readLimits() async throws {
    let store = try open()
    for index in 0..<5 { try store.append(LabelSet(["i": "\(index)"]), [(TestTime.noon, 1), (TestTime.noon + 1, 1)]) }
    await store.commit()
    var limits = ReadLimits()
    limits.seriesMax = 4
    await #expect(throws: SeriesReadError.tooManySeries(limit: 4)) { try await store.read(limits: limits) }
    limits = ReadLimits()
    limits.samplesMax = 9
    await #expect(throws: SeriesReadError.tooManySamples(limit: 9)) { try await store.read(limits: limits) }
    limits = ReadLimits()
    limits.bytesMax = 10 * SeriesSlice.bytesEach + 5 * SeriesSlice.bytesForLabels
    #expect(try await store.read(limits: limits).count == 5)
    limits.bytesMax -= 1
    await #expect(throws: SeriesReadError.tooManyBytes(limit: limits.bytesMax)) { try await store.read(limits: limits) }
    limits.bytesMax = 20 * SeriesSlice.bytesEach + 10 * SeriesSlice.bytesForLabels
    let selection = SeriesSelection([], after: .epoch, through: clock.now.advanced(by: .seconds(1)))
    #expect(try await store.select([selection, selection], limits: limits).map(\.count) == [5, 5])
    limits.bytesMax -= 1
    await #expect(throws: SeriesReadError.tooManyBytes(limit: limits.bytesMax)) {
      try await store.select([selection, selection], limits: limits)
    }
    let cancelled = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await store.read()
    }
    cancelled.cancel()
    await #expect(throws: SeriesReadError.cancelled) { try await cancelled.value }
    limits = ReadLimits()
    limits.timeMax = .seconds(-1)
    await #expect(throws: SeriesReadError.tookTooLong(limit: .seconds(-1))) { try await store.read(limits: limits) }
    await store.close()
  }

  @Test("canonically equal spellings are two series")
  func spellings() async throws {
    let store = try open()
    let composed = try store.reference(for: LabelSet(["a": "\u{e9}"]))
    let decomposed = try store.reference(for: LabelSet(["a": "e\u{301}"]))
    #expect(composed != decomposed)
    await store.close()
  }
}
