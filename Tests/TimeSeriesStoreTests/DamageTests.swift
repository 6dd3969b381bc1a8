import Foundation
import GRDB
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Damage")
struct DamageTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private static let file = "samples-2026-11-20.0.open.db"

  private func open(_ change: (inout StoreSettings) -> Void = { _ in }) throws -> EmbeddedStore {
    var settings = StoreSettings()
    // Even a day's first chunk, which is shorter, takes all 100 samples.
    settings.chunkSamples = 400
    change(&settings)
    return try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
  }

  private func labels(_ host: Int) -> LabelSet { LabelSet(["__name__": "damage_test_metric", "host": "host-\(host)"]) }

  /// Values no other series has, so that their chunk can be found in the file.
  private func samples(_ host: Int, from start: Int64 = TestTime.noon) -> [(Int64, Double)] {
    var random = SplitMix64(seed: UInt64(host) &+ UInt64(start))
    return (0..<100).map { (start + $0 * 100, Double(random.next() >> 11)) }
  }

  private func flip(_ needle: [UInt8], at offset: Int, in name: String = Self.file) throws {
    let path = folder.store + "/" + name
    var bytes = try Data(contentsOf: URL(filePath: path))
    let place = try #require(bytes.range(of: Data(needle)))
    bytes[place.lowerBound + offset] ^= 0x10
    try bytes.write(to: URL(filePath: path))
  }

  @Test("a bit flipped in a chunk costs that chunk only and is named", arguments: [0, 40, 400])
  func chunk(_ offset: Int) async throws {
    var store = try open()
    for host in 0..<5 { try store.append(labels(host), samples(host)) }
    store.closeChunks(.all)
    let victim = store.head.withLock { $0.closed.of(2).first?.image.bytes } ?? []
    for host in 0..<5 { try store.append(labels(host), samples(host, from: TestTime.noon + 60_000)) }
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    await store.commit()
    await store.close()
    try flip(victim, at: offset)

    let findings = EmbeddedStore.verify(folder: folder.store)
    let damage = StoreDamage(.chunkChecksum, file: Self.file, ["series": "3", "start": String(TestTime.noon)])
    #expect(findings == [damage])
    store = try open()
    let found = try await store.read()
    #expect(found.map(\.count) == [200, 200, 100, 200, 200])
    #expect(found[2].pairs == pairs(samples(2, from: TestTime.noon + 60_000)))
    _ = try await store.read()
    #expect(store.statistics.damagedChunks == 1)
    #expect(store.health.findings.count == 1)
    #expect(store.health.findings.first?.foundAt != nil)
    // The day is sealed as it is; the damage stays where it was.
    clock.advance(.seconds(2 * 86_400))
    await store.sealFinishedDays(at: clock.now)
    #expect(try await store.read().map(\.count) == [200, 200, 100, 200, 200])
    await store.close()
    #expect(EmbeddedStore.verify(folder: folder.store).map(\.arguments["series"]) == ["3"])
  }

  private func change(_ sql: String) async throws {
    let queue = try DatabaseQueue(path: folder.store + "/" + Self.file)
    try await queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test(
    "a damaged chunk vouches for nothing: what the batch log has of it comes back, and its series goes on",
    arguments: ["stop = stop + 3600000", "late = 4294967295", "count = 7"])
  func voucher(_ damage: String) async throws {
    var store = try open()
    for host in 0..<3 { try store.append(labels(host), samples(host)) }
    store.closeChunks(.all)
    await store.commit()
    await store.close()
    try await change("UPDATE chunk SET \(damage) WHERE series = 3")
    store = try open()
    #expect(store.statistics.damagedChunks == 1)
    #expect(try await store.read().map(\.count) == [100, 100, 100])
    #expect(store.statistics.damagedChunks == 1, "the reader met the same one")
    #expect(try store.append(labels(2), [(TestTime.noon + 60_000, 1)]).accepted == 1)
    #expect(store.statistics.lateSamples == 0)
    await store.commit()
    await store.close()
    store = try open()
    #expect(try await store.read().map(\.count) == [100, 100, 101])
    await store.close()
  }

  @Test(
    "numbers that no store reaches stop nothing",
    arguments: [
      "UPDATE chunk SET series = 4294967294 WHERE series = 3", "UPDATE chunk SET series = 'x' WHERE series = 3",
      "UPDATE chunk SET series = 'x' WHERE series = 1; UPDATE series SET labels = x'00' WHERE id = 3",
      "UPDATE batch SET seq = 1 << 41", "UPDATE batch SET seq = 9223372036854775807",
    ])
  func numbers(_ damage: String) async throws {
    var store = try open()
    for host in 0..<3 { try store.append(labels(host), samples(host)) }
    store.closeChunks(.all)
    await store.commit()
    await store.close()
    try await change(damage)
    for round in 1...3 {
      store = try open()
      #expect(try await store.read().count >= 2)
      for host in 0..<4 {
        try store.append(LabelSet(["new": "\(round)-\(host)"]), [(TestTime.noon + 300_000, 1)])
        await store.commit()
      }
      #expect(store.health.state == .healthy)
      let new = try await store.read([LabelMatcher("new", .matches(try Pattern(".+")))])
      #expect(new.count == 4 * round && new.allSatisfy { $0.count == 1 })
      await store.close()
    }
  }

  @Test("a damaged batch costs its samples only")
  func batch() async throws {
    var store = try open()
    for round in 0..<3 {
      try store.append(labels(round), samples(round))
      await store.commit()
    }
    await store.close()
    var record = BatchRecord()
    record.inOrder = samples(1).map { BatchRecord.Entry(series: 2, time: $0.0, bits: $0.1.bitPattern) }
    try flip(try #require(record.encoded()), at: 50)
    #expect(EmbeddedStore.verify(folder: folder.store).count == 1)
    store = try open()
    #expect(try await store.read().map { $0.labels["host"] } == ["host-0", "host-2"])
    #expect(store.statistics.damagedBatches == 1)
    // The series goes on.
    try store.append(labels(1), [(TestTime.noon + 100_000, 1)])
    await store.commit()
    await store.close()
    store = try open()
    #expect(try await store.read().map(\.count) == [100, 1, 100])
    await store.close()
  }

  @Test("a damaged series row costs its series in this file only, and its number is not used again")
  func series() async throws {
    var store = try open()
    for host in 0..<3 { try store.append(labels(host), samples(host)) }
    store.closeChunks(.all)
    await store.commit()
    await store.close()
    try flip(SeriesRow.encode(labels(2), number: 3), at: 4)
    #expect(
      EmbeddedStore.verify(folder: folder.store) == [
        StoreDamage(.labelsChecksum, file: Self.file, ["series": "3"])
      ])
    store = try open()
    #expect(store.statistics.damagedSeriesRows == 1)
    try store.append(LabelSet(["new": "series"]), [(TestTime.noon + 50_000, 1)])
    await store.commit()
    #expect(try await store.read().map(\.count) == [100, 100, 1])
    await store.close()
  }

  @Test("what is no database is set aside and the rest serves", arguments: ["", "garbage", "half"])
  func quarantine(_ kind: String) async throws {
    var store = try open()
    try store.append(labels(0), samples(0))
    clock.move(to: TestTime.noon + 24 * TestTime.hour)
    try store.append(labels(1), samples(1, from: clock.now.milliseconds))
    await store.commit()
    await store.close()
    let path = folder.store + "/" + Self.file
    let content = try Data(contentsOf: URL(filePath: path))
    let replacement: Data =
      switch kind {
      case "": Data()
      case "half": content.prefix(50)
      default: Data(repeating: 0x41, count: 20_000)
      }
    try replacement.write(to: URL(filePath: path))
    store = try open()
    #expect(try await store.read().map { $0.labels["host"] } == ["host-1"])
    if kind != "" {
      #expect(store.statistics.filesQuarantined == 1)
      #expect(try folder.files("/quarantine") == [Self.file + ".0"])
      #expect(store.health.findings.first?.problem.contains("quarantine/") == true)
    }
    await store.close()
    let aside = StoreDamage(.quarantined, file: "quarantine/" + Self.file + ".0")
    #expect(EmbeddedStore.verify(folder: folder.store) == (kind == "" ? [] : [aside]))
  }

  @Test("each page overwritten in turn: the store opens and never answers wrong values", arguments: 0..<12)
  func pages(_ seed: Int) async throws {
    var store = try open()
    for host in 0..<40 { try store.append(labels(host), samples(host)) }
    store.closeChunks(.all)
    for host in 0..<40 { try store.append(labels(host), samples(host, from: TestTime.noon + 20_000)) }
    await store.commit()
    await store.close()
    let path = folder.store + "/" + Self.file
    var bytes = try Data(contentsOf: URL(filePath: path))
    let page = seed % (bytes.count / 8192)
    var random = SplitMix64(seed: UInt64(seed))
    for index in 0..<4096 { bytes[page * 8192 + 2048 + index] = UInt8(truncatingIfNeeded: random.next()) }
    try bytes.write(to: URL(filePath: path))
    store = try open()
    for slice in try await store.read() {
      guard let text = slice.labels["host"]?.dropFirst(5), let host = Int(text) else { continue }
      let truth = Set((samples(host) + samples(host, from: TestTime.noon + 20_000)).map { "\($0.0) \($0.1)" })
      #expect(slice.pairs.allSatisfy { truth.contains("\($0.time) \(Double(bitPattern: $0.bits))") })
    }
    try store.append(labels(0), [(TestTime.noon + 200_000, 4)])
    await store.commit()
    #expect(store.health.state != .closed)
    await store.close()
  }

  @Test("after a failed connection readers keep the old one and the next commit opens another")
  func reopened() async throws {
    let store = try open()
    try store.append(labels(0), samples(0))
    await store.commit()
    store.files.withLock { $0.distrust($0.open[0].name) }
    #expect(try await store.read().map(\.count) == [100])
    try store.append(labels(0), samples(0, from: TestTime.noon + 20_000))
    try store.append(labels(1), samples(1))
    await store.commit()
    #expect(store.health.state == .healthy)
    #expect(try await store.read().map(\.count) == [200, 100])
    #expect(try folder.files().filter { $0.hasSuffix(".db") } == [Self.file])
    await store.close()
    let revived = try open()
    #expect(try await revived.read().map(\.count) == [200, 100])
    await revived.close()
    #expect(EmbeddedStore.verify(folder: folder.store) == [])
  }

  @Test("a file that wore out is read, and the day goes on in another part")
  func wornOut() async throws {
    let store = try open()
    try store.append(labels(0), samples(0))
    await store.commit()
    store.files.withLock { $0.wearOut($0.open[0].name) }
    try store.append(labels(0), samples(0, from: TestTime.noon + 20_000))
    store.closeChunks(.all)
    await store.commit()
    #expect(try await store.read().map(\.count) == [200])
    #expect(store.statistics.files == 2)
    await store.close()
    let revived = try open()
    #expect(try await revived.read().map(\.count) == [200])
    await revived.close()
  }

  @Test("a table that cannot be read to its end takes nothing more: what comes later is read again")
  func brokenTable() async throws {
    var store = try open()
    for host in 0..<2000 { try store.append(labels(host), [(TestTime.noon, 1)]) }
    await store.commit()
    await store.close()
    let path = folder.store + "/" + Self.file
    var bytes = try Data(contentsOf: URL(filePath: path))
    let place = try #require(bytes.range(of: Data(SeriesRow.encode(labels(500), number: 501)))).lowerBound
    for index in 0..<8 { bytes[place / 8192 * 8192 + index] = 0xff }
    try bytes.write(to: URL(filePath: path))
    store = try open()
    #expect(store.statistics.damagedTables == 1)
    for host in 5000..<5010 { try store.append(labels(host), [(TestTime.noon + 1000, 1)]) }
    await store.commit()
    #expect(store.health.state == .healthy)
    await store.close()
    for _ in 0..<2 {
      store = try open()
      let hosts = Set(try await store.read().compactMap { $0.labels["host"] })
      #expect((5000..<5010).allSatisfy { hosts.contains("host-\($0)") })
      // One page's rows are lost, and no more.
      #expect(hosts.contains("host-0") && hosts.contains("host-1999") && (1700..<2010).contains(hosts.count))
      #expect(store.statistics.files == 2)
      await store.close()
    }
  }

  @Test("a newer format refuses in one line and changes nothing")
  func newer() async throws {
    let store = try open()
    try store.append(labels(0), samples(0))
    await store.commit()
    await store.close()
    let path = folder.store + "/" + Self.file
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[63] = 2
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: StoreError.newerFormat(file: Self.file, version: 2)) { try open() }
    #expect(error?.description.contains("\n") == false)
    #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    #expect(try folder.files() == [Self.file])
    #expect(EmbeddedStore.verify(folder: folder.store).count == 1)
  }

  @Test("a full disk holds samples in memory and the store resumes by itself")
  func diskFull() async throws {
    let store = try open { $0.uncommittedSamplesMax = 2000 }
    try store.append(labels(0), samples(0))
    await store.commit()
    store.files.withLock { $0.open.first?.limitPages(1) }
    for host in 1..<15 { try store.append(labels(host), samples(host)) }
    await store.commit()
    clock.advance(.seconds(3))
    #expect(store.health.state == .holding)
    #expect(store.health.lastError != nil)
    #expect(store.health.uncommittedSamples == 1400)
    #expect(store.health.lag == .seconds(3))
    for host in 15..<40 {
      try store.append(labels(host), samples(host))
      await store.commit()
    }
    #expect(store.health.state == .dropping)
    #expect(store.health.uncommittedSamples <= 2000)
    #expect(store.statistics.samplesUnlogged > 0)
    #expect(try await store.read().count == 40)
    store.files.withLock { $0.open.first?.limitPages(1 << 20) }
    store.closeChunks(.all)
    await store.commit()
    #expect(store.health.state == .healthy)
    #expect(store.health.uncommittedSamples == 0)
    await store.close()
    let revived = try open()
    #expect(try await revived.read().count == 40)
    #expect(try await revived.read().allSatisfy { $0.count == 100 })
    await revived.close()
  }
}
