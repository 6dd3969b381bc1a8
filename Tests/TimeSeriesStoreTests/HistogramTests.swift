import Foundation
import GRDB
import Telemetry
import Testing

@testable import TimeSeriesStore

/// Histograms of all kinds, as counters that grow, gauges that jump, with layouts that change.
struct HistogramSource {
  var random: SplitMix64
  private var current = NativeHistogram()

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    change()
  }

  mutating func next() -> NativeHistogram {
    if random.next() % 8 == 0 { change() }
    let isWhole = random.next() % 4 != 0
    for index in current.positive.counts.indices where random.next() % 3 == 0 {
      current.positive.counts[index] += isWhole ? Double(random.next() % 50) : Double(random.next() % 997) / 10
    }
    if random.next() % 5 == 0 { current.zeroCount += current.hasCustomBounds ? 0 : 1 }
    let odd: [Double] = [.nan, -0.0, .infinity, 0.1, .staleMarker]
    current.sum = random.next() % 6 == 0 ? odd[Int(random.next() % 5)] : Double(random.next() % 100_000) / 8
    current.count = (current.positive.counts + current.negative.counts).reduce(current.zeroCount, +)
    current.resetHint = [.unknown, .reset, .notReset, .gauge][Int(random.next() % 4)]
    return current
  }

  private mutating func change() {
    let length = Int(random.next() % 40)
    let counts = (0..<length).map { _ in Double(random.next() % 1000) }
    let split = length / 3
    var spans = [NativeHistogram.Buckets.Span(offset: Int32(random.next() % 20), length: UInt32(split))]
    spans.append(NativeHistogram.Buckets.Span(offset: Int32(random.next() % 5), length: UInt32(length - split)))
    let buckets = NativeHistogram.Buckets(spans: spans, counts: counts)
    if random.next() % 3 == 0 {
      let bounds = (0..<(length + 30)).map { Double($0) - 3.5 }
      current = NativeHistogram(schema: NativeHistogram.customSchema, positive: buckets, customBounds: bounds)
    } else {
      let schema = Int(random.next() % 13) - 4
      current = NativeHistogram(schema: schema, zeroThreshold: 0x1p-128, positive: buckets, negative: buckets)
    }
  }
}

@Suite("Native histograms")
struct HistogramTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private static let labels = LabelSet(["__name__": "h"])

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  private func append(
    _ store: EmbeddedStore, _ samples: [(Int64, SampleValue)], _ labels: LabelSet = labels
  ) throws -> AppendOutcome {
    var total = AppendOutcome()
    let reference = try store.reference(for: labels)
    for (time, value) in samples {
      var batch = SampleBatch()
      let timestamp = Timestamp(milliseconds: time)
      switch value {
      case .number(let bits): batch.append(reference, at: timestamp, Double(bitPattern: bits))
      case .histogram(let histogram): batch.append(reference, at: timestamp, histogram)
      }
      let outcome = store.append(batch)
      total.accepted += outcome.accepted
      total.outOfOrder += outcome.outOfOrder
      total.duplicate += outcome.duplicate
      total.tooFarInFuture += outcome.tooFarInFuture
      total.tooManyBuckets += outcome.tooManyBuckets
      total.malformedHistogram += outcome.malformedHistogram
    }
    return total
  }

  private func values(_ slice: SeriesSlice?) -> [Int64: SampleValue] {
    var values: [Int64: SampleValue] = [:]
    for (time, value) in zip(slice?.milliseconds ?? [], slice?.values ?? []) {
      values[time] = .number(value.bitPattern)
    }
    for (time, value) in zip(slice?.histograms.milliseconds ?? [], slice?.histograms.values ?? []) {
      #expect(values[time] == nil, "one sample a timestamp")
      values[time] = .histogram(value)
    }
    return values
  }

  @Test("every histogram comes back bit for bit, in one chunk or several", arguments: 0..<60)
  func roundTrip(_ seed: Int) {
    var source = HistogramSource(seed: UInt64(seed))
    var columns = HistogramColumns()
    var time = TestTime.noon
    for _ in 0..<(1 + seed * 5) {
      columns.append(time, source.next())
      time += 15_000 + Int64(source.random.next() % 3)
    }
    #expect(columns.values.allSatisfy { $0.flaw == nil })
    let images = HistogramChunk.images(of: columns, limits: ChunkLimits(samples: 120, spanMilliseconds: 7_200_000))
    #expect(images.count == (columns.count + 119) / 120)
    var found = SampleColumns()
    #expect(images.allSatisfy { $0.decode(.everything, into: &found) })
    #expect(found.histograms == columns)
  }

  @Test("a histogram of a web server costs less than a byte a bucket")
  func size() {
    var random = SplitMix64(seed: 1)
    var histogram = NativeHistogram(
      schema: 3, positive: .init(spans: [.init(offset: 0, length: 80)], counts: Array(repeating: 100, count: 80)))
    var columns = HistogramColumns()
    for index in 0..<120 {
      for _ in 0..<30 { histogram.positive.counts[Int(random.next() % 80)] += 1 }
      histogram.count += 30
      histogram.sum += 4.5
      columns.append(Int64(index) * 15_000, histogram)
    }
    let images = HistogramChunk.images(of: columns, limits: ChunkLimits(samples: 120, spanMilliseconds: 7_200_000))
    #expect(images.map(\.bytes.count).reduce(0, +) < 120 * 50)
  }

  @Test("a series of both kinds: read, committed, replayed, in chunks, sealed", arguments: 0..<4)
  func story(_ seed: Int) async throws {
    var source = HistogramSource(seed: UInt64(seed))
    var model: [Int64: SampleValue] = [:]
    clock.move(to: TestTime.midnight - 2 * TestTime.hour)
    var store = try open { $0.chunkSamples = 10 }
    for step in 0..<90 {
      for _ in 0..<(source.random.next() % 8) {
        let isLate = source.random.next() % 4 == 0
        let time = clock.now.milliseconds + (isLate ? -1 : 1) * Int64(source.random.next() % 600_000)
        let number = SampleValue.number(Double(source.random.next() % 100).bitPattern)
        let value = source.random.next() % 3 == 0 ? number : .histogram(source.next())
        if try append(store, [(time, value)]).accepted == 1 { model[time] = value }
      }
      switch source.random.next() % 8 {
      case 0: store.closeChunks(.all)
      case 1: await store.prune()
      case 2: await store.sealFinishedDays(at: clock.now)
      case 3: clock.advance(.seconds(1800))
      default: clock.advance(.seconds(20))
      }
      #expect(values(try await store.read().first) == model, "seed \(seed), step \(step)")
      await store.commit()
      if source.random.next() % 6 == 0 {
        let killed = try folder.copyStore(to: "killed\(step)")
        await store.close()
        try FileManager.default.removeItem(atPath: folder.store)
        try FileManager.default.moveItem(atPath: killed, toPath: folder.store)
        store = try open { $0.chunkSamples = 10 }
        #expect(store.health.findings == [])
      }
      #expect(values(try await store.read().first) == model, "seed \(seed), step \(step), committed")
    }
    clock.advance(.seconds(36 * 3600))
    store.closeChunks(.all)
    await store.sealFinishedDays(at: clock.now)
    #expect(try folder.files().contains { $0.hasSuffix(".sealed.db") })
    #expect(values(try await store.read().first) == model)
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("what is refused is refused by name; one sample a timestamp, of either kind")
  func refused() async throws {
    let store = try open()
    let noon = TestTime.noon
    let small = NativeHistogram(count: 1, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [1]))
    var other = small
    other.sum = 5
    let most = HistogramCoding.bucketsMax
    let wide = NativeHistogram(
      positive: .init(spans: [.init(offset: 0, length: UInt32(most) + 1)], counts: Array(repeating: 1, count: most + 1))
    )
    let torn = NativeHistogram(positive: .init(spans: [.init(offset: 0, length: 3)], counts: [1]))
    let unknown = NativeHistogram(schema: 9)
    let unsorted = NativeHistogram(schema: NativeHistogram.customSchema, customBounds: [2, 1])
    let outcome = try append(
      store,
      [
        (noon, .histogram(small)), (noon, .histogram(small)), (noon, .histogram(other)), (noon, .number(0)),
        (noon + 1, .number(7)), (noon + 1, .histogram(small)), (noon, .histogram(small)), (noon, .number(1)),
        (noon + 2, .histogram(wide)), (noon + 2, .histogram(torn)), (noon + 2, .histogram(unknown)),
        (noon + 2, .histogram(unsorted)), (noon + 700_000, .histogram(small)), (noon - 4_000_000, .histogram(small)),
      ])
    var expected = AppendOutcome()
    expected.accepted = 4
    expected.duplicate = 4
    expected.tooManyBuckets = 1
    expected.malformedHistogram = 3
    expected.tooFarInFuture = 1
    expected.outOfOrder = 1
    #expect(outcome == expected)
    #expect(store.statistics.refusedTooManyBuckets == 1)
    #expect(store.statistics.refusedMalformedHistogram == 3)
    #expect(values(try await store.read().first) == [noon: .histogram(small), noon + 1: .number(7)])
    await store.close()
  }

  @Test("a late histogram within a chunk on disk comes back from the batch log")
  func lateBehindChunk() async throws {
    let store = try open()
    let histogram = NativeHistogram(
      schema: 1, count: 3, sum: 2, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [3]))
    let samples = (0..<20).map { (TestTime.noon - 400_000 + Int64($0) * 10_000, SampleValue.histogram(histogram)) }
    #expect(try append(store, samples).accepted == 20)
    store.closeChunks(.all)
    await store.commit()
    #expect(try append(store, [(TestTime.noon - 395_000, .histogram(histogram))]).accepted == 1)
    await store.commit()
    let revived = try EmbeddedStore(folder: try folder.copyStore(to: "killed"), clock: clock)
    #expect(try await revived.read().first?.count == 21)
    await revived.close()
    await store.close()
  }

  @Test("a damaged chunk of histograms costs itself")
  func damage() async throws {
    var source = HistogramSource(seed: 3)
    var store = try open()
    let samples = (0..<40).map { (TestTime.noon - 400_000 + Int64($0) * 10_000, SampleValue.histogram(source.next())) }
    #expect(try append(store, Array(samples[..<20])).accepted == 20)
    store.closeChunks(.all)
    #expect(try append(store, Array(samples[20...])).accepted == 20)
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    await store.commit()
    await store.close()
    let file = folder.store + "/samples-2026-11-20.0.open.db"
    let queue = try DatabaseQueue(path: file)
    try await queue.write { db in
      #expect(try Int.fetchAll(db, sql: "SELECT count FROM chunk ORDER BY start") == [-20, -20])
      try db.execute(sql: "UPDATE chunk SET data = substr(data, 1, length(data) - 1) || x'07' WHERE rowid = 1")
    }
    try queue.close()
    #expect(EmbeddedStore.verify(folder: folder.store).map(\.kind) == [.chunkChecksum])
    store = try open()
    #expect(values(try await store.read().first) == Dictionary(uniqueKeysWithValues: samples[20...]))
    #expect(store.statistics.damagedChunks == 1)
    await store.close()
  }
}

@Suite("Any bytes")
struct AnyBytesTests {
  /// Real encoded data of every kind, as `AnyStoredBytes` takes it.
  private var seeds: [[UInt8]] {
    var source = HistogramSource(seed: 11)
    var columns = SampleColumns()
    var histograms = HistogramColumns()
    var record = BatchRecord()
    for index in 0..<60 {
      let histogram = source.next()
      let bits = Double(source.random.next() % 500).bitPattern
      columns.append(Int64(index) * 15_000, bits)
      histograms.append(Int64(index) * 15_000, histogram)
      record.inOrder.append(.init(series: UInt32(index + 1), time: Int64(index), bits: bits))
      record.late.append(.init(series: 3, time: Int64(index) * 7, bits: bits))
      record.histograms.append(.init(series: 9, isLate: index % 2 == 0, time: Int64(index), histogram: histogram))
    }
    let limits = ChunkLimits(samples: 4096, spanMilliseconds: .max)
    let numbers = ChunkImage.images(of: columns, limits: limits)[0].bytes
    let packed = record.encoded() ?? []
    let unpacked = packed.dropFirst(4).withUnsafeBytes { Snappy.uncompress($0, limit: 1 << 20) } ?? []
    let labels = SeriesRow.encode(LabelSet(["__name__": "m", "host": "a"]), number: 60)
    return [
      [0, 0, 60] + numbers, [1, 0, 60] + HistogramChunk.images(of: histograms, limits: limits)[0].bytes,
      [2, 0, 60] + unpacked, [3, 0, 60] + packed, [4, 0, 60] + labels, [5, 0, 60] + SealedIndex.encode([1, 5, 900]),
    ]
  }

  @Test("the seeds are what they say")
  func sound() throws {
    let seeds = seeds
    #expect(seeds.count == AnyStoredBytes.Kind.allCases.count)
    var columns = SampleColumns()
    for (seed, kind) in zip(seeds, [ChunkImage.Kind.numbers, .histograms]) {
      let image = ChunkImage(firstTime: 0, lastTime: 59 * 15_000, count: 60, bytes: Array(seed[3...]), kind: kind)
      #expect(image.decode(.everything, into: &columns))
    }
    #expect(columns.times.count == 60 && columns.histograms.count == 60)
    #expect(seeds[2][3...].withUnsafeBytes { BatchRecord(unpacked: $0) }?.histograms.count == 60)
    #expect(seeds[3][3...].withUnsafeBytes { BatchRecord(decoding: $0) }?.late.count == 60)
  }

  @Test("mutated bytes are answered, never trapped on", arguments: 0..<6)
  func mutations(_ kind: Int) {
    var random = SplitMix64(seed: UInt64(kind))
    let seeds = seeds
    for _ in 0..<3000 {
      var bytes = seeds[kind]
      for _ in 0..<(1 + random.next() % 6) {
        let place = 3 + Int(random.next() % UInt64(bytes.count - 3))
        switch random.next() % 6 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] = [0, 0x7f, 0x80, 0xff][Int(random.next() % 4)]
        case 2: bytes.insert(0xff, at: place)
        case 3: if bytes.count > 8 { bytes.remove(at: place) }
        case 4: if bytes.count > 40 { bytes.removeLast(Int(random.next() % 20)) }
        default: bytes[place] ^= 1 << UInt8(random.next() % 8)
        }
      }
      if random.next() % 8 == 0 { (bytes[1], bytes[2]) = (0xff, 0xff) }
      bytes.withUnsafeBytes { AnyStoredBytes.decode($0) }
    }
  }
}
