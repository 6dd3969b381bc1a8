import Foundation
import GRDB
import Telemetry
import Testing

@testable import TimeSeriesStore

/// What the store promises as a whole, each promise by its own words.
@Suite("Promises of the store")
struct PromiseTests {
  let folder: TemporaryFolder
  let clock = VirtualClock(at: TestTime.midnight)

  init() throws { folder = try TemporaryFolder() }

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  private static func labels(_ host: Int) -> LabelSet {
    LabelSet(["__name__": "m", "host": "\(host)", "job": host % 10 == 0 ? "wanted" : "other"])
  }

  private static func value(_ host: Int, _ time: Int64) -> Double { Double((time / 60_000 * 7 + Int64(host)) % 1009) }

  /// A sample each quarter of an hour; a day is sealed two hours after its end.
  private func feed(_ store: EmbeddedStore, hosts: Int, hours: Int) async throws {
    let references = try (0..<hosts).map { try store.reference(for: Self.labels($0)) }
    for _ in 0..<hours {
      for _ in 0..<4 {
        let now = clock.now
        var batch = SampleBatch()
        for (host, reference) in references.enumerated() {
          batch.append(reference, at: now, Self.value(host, now.milliseconds))
        }
        store.append(batch)
        clock.advance(.seconds(900))
      }
      store.closeChunks(.idle)
      await store.prune()
      await store.commit()
      await store.sealFinishedDays(at: clock.now)
    }
  }

  private func day(_ number: Int64) -> String { Day(containing: TestTime.midnight + number * 24 * TestTime.hour).text }

  /// Wanted chunks of one file that have samples in (after, through], and their bytes.
  private func chunks(_ name: String, after: Int64, through: Int64) throws -> StoreReads {
    let queue = try DatabaseQueue(path: folder.store + "/" + name)
    defer { try? queue.close() }
    return try queue.read { db in
      var wanted: Set<Int64> = []
      for row in try Row.fetchAll(db, sql: "SELECT id, labels FROM series") {
        let id: Int64 = row[0]
        let labels = try row.withBytes(1) { SeriesRow.decode($0, number: id) }
        if labels?["job"] == "wanted" { wanted.insert(id) }
      }
      var found = StoreReads(files: 1, series: UInt64(wanted.count))
      for row in try Row.fetchAll(db, sql: "SELECT series, start, stop, length(data) FROM chunk") {
        let (series, start, stop): (Int64, Int64, Int64) = (row[0], row[1], row[2])
        guard wanted.contains(series), start <= through, start > after - 2 * TestTime.hour else { continue }
        found.rows += 1
        guard stop > after else { continue }
        found.chunks += 1
        found.chunkBytes += UInt64(row[3] as Int64)
      }
      return found
    }
  }

  @Test("queries over several days read only what they need: these days, these series, these chunks")
  func reads() async throws {
    let store = try open()
    try await feed(store, hosts: 100, hours: 5 * 24 + 3)
    let names = try folder.files()
    for number in 0..<5 { #expect(names.contains("samples-\(day(Int64(number))).0.sealed.db")) }
    await store.commit()
    let today = TestTime.midnight + 5 * 24 * TestTime.hour

    func read(after: Int64, through: Int64, job: String = "wanted") async throws -> (StoreReads, [SeriesSlice]) {
      let before = store.statistics.reads
      let slices = try await store.read([.equal("job", job)], after: after, through: through)
      let now = store.statistics.reads
      return (
        StoreReads(
          files: now.files - before.files, series: now.series - before.series, rows: now.rows - before.rows,
          chunks: now.chunks - before.chunks, chunkBytes: now.chunkBytes - before.chunkBytes), slices
      )
    }

    // The evening of a day, the day behind it and a morning.
    let (from, to) = (TestTime.midnight + 42 * TestTime.hour, TestTime.midnight + 78 * TestTime.hour)
    let (reads, slices) = try await read(after: from, through: to)
    #expect(slices.count == 10 && slices.allSatisfy { $0.count == 36 * 4 })
    for slice in slices {
      let host = try #require(slice.labels["host"].flatMap { Int($0) })
      #expect(slice.pairs.allSatisfy { $0.bits == Self.value(host, $0.time).bitPattern })
    }
    var expected = StoreReads()
    for number in 1...3 {
      expected.add(try chunks("samples-\(day(Int64(number))).0.sealed.db", after: from, through: to))
    }
    #expect(reads == expected && expected.files == 3 && expected.series == 30)
    #expect(expected.chunks <= 10 * (36 / 2 + 3), "\(expected.chunks) of \(10 * 5 * 12)")

    // One moment: one chunk a series, in one file.
    let moment = TestTime.midnight + 60 * TestTime.hour
    let (instant, found) = try await read(after: moment - 1, through: moment)
    #expect(instant.files == 1 && instant.series == 10 && instant.chunks == 10 && found.count == 10)
    // Labels that nobody has cost no chunk, the last minutes no sealed day.
    #expect(try await read(after: 0, through: .max, job: "nobody").0.chunks == 0)
    #expect(try await read(after: today + TestTime.hour, through: .max).0.files == 1)
    await store.close()
  }

  /// Three sealed days and one that is open, in memory no more.
  private func fourDays() async throws {
    let store = try open()
    try await feed(store, hosts: 20, hours: 3 * 24 + 3)
    store.closeChunks(.all)
    await store.commit()
    await store.close()
  }

  @Test("a damaged day is quarantined and reported, the rest serves")
  func quarantine() async throws {
    try await fourDays()
    let name = "samples-\(day(1)).0.sealed.db"
    let path = folder.store + "/" + name
    var bytes = try Data(contentsOf: URL(filePath: path))
    for index in 0..<100 { bytes[index] ^= 0x5a }
    try bytes.write(to: URL(filePath: path))
    let store = try open()
    #expect(store.statistics.filesQuarantined == 1)
    let finding = try #require(store.health.findings.first)
    #expect(finding.severity == .damage && finding.file == name && finding.problem.contains("quarantine/"))
    #expect(try folder.files("/quarantine") == [name + ".0"])
    #expect(
      try Data(contentsOf: URL(filePath: folder.store + "/quarantine/" + name + ".0")) == bytes, "nothing is lost")
    let slices = try await store.read()
    #expect(slices.count == 20 && slices.allSatisfy { $0.count == (2 * 24 + 3) * 4 })
    await store.close()
    let aside = StoreDamage(.quarantined, file: "quarantine/" + name + ".0")
    #expect(EmbeddedStore.verify(folder: folder.store) == [aside])
  }

  @Test("damage inside a day costs only that day, and no sample is missing in silence", arguments: 0..<16)
  func pages(_ seed: Int) async throws {
    try await fourDays()
    let name = "samples-\(day(1)).0.sealed.db"
    let path = folder.store + "/" + name
    var bytes = try Data(contentsOf: URL(filePath: path))
    var random = SplitMix64(seed: UInt64(seed))
    let place = 8192 * (seed % (bytes.count / 8192)) + (seed < 8 ? 0 : 4096)
    for index in 0..<2048 { bytes[place + index] = UInt8(truncatingIfNeeded: random.next()) }
    try bytes.write(to: URL(filePath: path))
    let store = try open()
    let slices = try await store.read()
    let lost = (TestTime.midnight + 24 * TestTime.hour)..<(TestTime.midnight + 48 * TestTime.hour)
    var missing = 0
    for host in 0..<20 {
      let slice = try #require(slices.first { $0.labels["host"] == "\(host)" })
      #expect(slice.pairs.allSatisfy { $0.bits == Self.value(host, $0.time).bitPattern }, "no value is wrong")
      #expect(slice.milliseconds.count { !lost.contains($0) } == (2 * 24 + 3) * 4)
      missing += 24 * 4 - slice.milliseconds.count { lost.contains($0) }
    }
    let told = store.health.findings.filter { $0.file == name && $0.severity == .damage }
    #expect(missing == 0 || !told.isEmpty, "\(missing) samples of page \(place / 8192) went without a word")
    await store.close()
  }

  @Test("CRC-32C covers every bit of a chunk's row")
  func chunkChecksum() throws {
    var columns = SampleColumns()
    for index in 0..<40 { columns.append(TestTime.noon + Int64(index) * 15_000, Double(index * index).bitPattern) }
    let limits = ChunkLimits(samples: 120, spanMilliseconds: 7_200_000)
    let chunk = ChunkRow(series: 3, image: ChunkImage.images(of: columns, limits: limits)[0], lateThrough: 5)
    let queue = try DatabaseQueue()
    try queue.write { db in
      try db.execute(sql: "CREATE TABLE chunk(series, start, stop, count, crc, late, data)")
      func reading(_ data: [UInt8]) throws -> ChunkRow.Reading {
        try db.execute(sql: "UPDATE chunk SET data = ?", arguments: [data.blob])
        return ChunkRow.reading(try #require(try Row.fetchOne(db, sql: "SELECT * FROM chunk")))
      }
      func isSound(_ reading: ChunkRow.Reading) -> Bool { if case .sound = reading { true } else { false } }
      try db.execute(sql: ChunkRow.insertion, arguments: chunk.arguments)
      for bit in 0..<chunk.image.bytes.count * 8 {
        var data = chunk.image.bytes
        data[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(!isSound(try reading(data)), "bit \(bit)")
      }
      for column in ["series", "start", "stop", "count", "crc", "late"] {
        for bit in 0..<63 {
          let flip = "UPDATE chunk SET \(column) = (\(column) | ?1) - (\(column) & ?1)"
          try db.execute(sql: flip, arguments: [Int64(1) << bit])
          #expect(!isSound(try reading(chunk.image.bytes)), "\(column), bit \(bit)")
          try db.execute(sql: flip, arguments: [Int64(1) << bit])
        }
      }
      #expect(isSound(try reading(chunk.image.bytes)), "as it was")
    }
  }

  @Test("the out-of-order window is an hour unless set")
  func window() {
    #expect(StoreSettings().outOfOrderWindow == .seconds(3600) && StoreSettings().futureSkew == .seconds(600))
  }

  @Test("retention by age and by bytes: the oldest days go, no more than needed")
  func retention() async throws {
    try await fourDays()
    clock.advance(.seconds(3600))
    func size(_ number: Int64) throws -> Int64 {
      let path = folder.store + "/samples-\(day(number)).0.sealed.db"
      return try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64)
    }
    var store = try open()
    let all = store.statistics.bytesOnDisk
    #expect(all > (try size(0)) + (try size(1)) + (try size(2)))
    await store.close()
    store = try open { $0.retentionBytes = all - 1 }
    await store.applyRetention(at: clock.now)
    #expect(store.statistics.filesUnlinked == 1 && store.statistics.files == 3)
    #expect(try await store.read().first?.milliseconds.first == TestTime.midnight + 24 * TestTime.hour)
    #expect(store.oldestDayStart?.milliseconds == TestTime.midnight + 24 * TestTime.hour)
    await store.close()
    store = try open { $0.retention = .seconds(25 * 3600) }
    await store.applyRetention(at: clock.now)
    #expect(store.statistics.filesUnlinked == 1 && store.statistics.files == 2)
    #expect(try await store.read().first?.milliseconds.first == TestTime.midnight + 48 * TestTime.hour)
    #expect(store.oldestDayStart?.milliseconds == TestTime.midnight + 48 * TestTime.hour)
    await store.close()
  }

  @Test("staleness markers keep their bits through commit, kill, replay, seal and restart")
  func staleness() async throws {
    let other = Double(bitPattern: 0x7ff8_0000_0000_0001)
    let samples: [(Int64, Double)] = [
      (TestTime.midnight, 1), (TestTime.midnight + 1000, .staleMarker), (TestTime.midnight + 2000, other),
      (TestTime.midnight + 3000, .staleMarker), (TestTime.midnight + 4000, 2),
    ]
    let late: (Int64, Double) = (TestTime.midnight + 2500, .staleMarker)
    let expected = pairs((samples + [late]).sorted { $0.0 < $1.0 })
    #expect(expected[1].bits == 0x7ff0_0000_0000_0002)
    var store = try open()
    try store.append(Self.labels(0), samples)
    try store.append(Self.labels(0), [late])
    #expect(try await store.read().first?.pairs == expected)
    await store.commit()
    let killed = try folder.copyStore(to: "killed")
    await store.close()
    try FileManager.default.removeItem(atPath: folder.store)
    try FileManager.default.moveItem(atPath: killed, toPath: folder.store)
    store = try open()
    #expect(try await store.read().first?.pairs == expected, "from the batch log")
    store.closeChunks(.all)
    await store.commit()
    #expect(try await store.read().first?.pairs == expected, "from chunks")
    clock.advance(.seconds(26 * 3600))
    await store.sealFinishedDays(at: clock.now)
    await store.close()
    store = try open()
    #expect(try folder.files().contains("samples-\(day(0)).0.sealed.db"))
    #expect(try await store.read().first?.pairs == expected, "from a sealed day")
    await store.close()
  }
}
