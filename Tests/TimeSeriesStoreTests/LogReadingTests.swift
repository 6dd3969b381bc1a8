import GRDB
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("The batch log as a queue")
struct LogReadingTests {
  let folder: TemporaryFolder
  let clock = VirtualClock()

  init() throws { folder = try TemporaryFolder() }

  private static let first = LabelSet(["__name__": "m", "host": "a"])
  private static let second = LabelSet(["__name__": "m", "host": "b"])

  /// Follows the log to its end.
  ///
  /// - Returns: for each page `host time value` of its samples.
  private func drain(
    _ store: EmbeddedStore, _ position: inout LogPosition, limit: Int = 100
  ) async throws -> [[String]] {
    var pages: [[String]] = []
    while let page = try await store.readLog(after: position, limit: limit) {
      pages.append(Self.texts(page))
      position[page.file] = page.end
      #expect(page.sampleCount == pages.last?.count && page.sampleCount <= limit)
    }
    return pages
  }

  private static func texts(_ page: LogPage) -> [String] {
    page.series.flatMap { series in
      let host = series.labels["host"] ?? ""
      return series.numbers.map { "\(host) \($0.millisecond - TestTime.noon) \($0.value)" }
        + series.histograms.map { "\(host) \($0.millisecond - TestTime.noon) h\($0.histogram.count)" }
    }
  }

  @Test("every sample is read once, in the order of the commits, late ones apart, also from what a crash leaves")
  func order() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var position = try await store.endOfLog()
    try store.append(Self.first, [(TestTime.noon, 1), (TestTime.noon + 1000, .staleMarker)])
    try store.append(Self.second, [(TestTime.noon, 5)])
    await store.commit()
    let page = try #require(try await store.readLog(after: position, limit: 100))
    #expect(page.series.map(\.labels) == [Self.first, Self.second])
    #expect(page.series.first?.numbers.last?.value.isStaleMarker == true)
    #expect(page.newest == TestTime.noon + 1000)
    #expect(try await drain(store, &position) == [["a 0 1.0", "a 1000 \(Double.staleMarker)", "b 0 5.0"]])
    #expect(try await drain(store, &position) == [])

    var batch = SampleBatch()
    let histogram = NativeHistogram(count: 3, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [3]))
    batch.append(try store.reference(for: LabelSet(["__name__": "h", "host": "h"])), at: clock.now, histogram)
    store.append(batch)
    try store.append(Self.first, [(TestTime.noon + 2000, 3), (TestTime.noon + 500, 9), (TestTime.noon + 200, 8)])
    await store.commit()
    try store.append(Self.second, [(TestTime.noon + 1000, 6)])
    await store.commit()
    let expected = [["a 2000 3.0"], ["a 200 8.0", "a 500 9.0"], ["h 0 h3.0", "b 1000 6.0"]]
    let revived = try EmbeddedStore(folder: try folder.copyStore(to: "copy"), clock: clock)
    for store in [store, revived] {
      var own = position
      #expect(try await drain(store, &own) == expected)
      await store.close()
    }
  }

  @Test("a page ends where it is told, within a row too, and the same page is read again up to its end")
  func pages() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    for round in 0..<4 {
      try store.append(Self.first, (0..<5).map { (TestTime.noon + Int64(round * 5 + $0) * 1000, Double(round)) })
      try store.append(Self.second, [(TestTime.noon - Int64(round + 1) * 1000, 7)].filter { _ in round == 2 })
      await store.commit()
    }
    var position: LogPosition = [:]
    let pages = try await drain(store, &position, limit: 3)
    #expect(pages.map(\.count) == [3, 3, 3, 3, 3, 3, 3])
    #expect(Set(pages.joined()).count == 21)
    let start = try #require(try await store.readLog(after: [:], limit: 7))
    let again = try #require(try await store.readLog(after: [:], limit: 1, upTo: (start.file, start.end)))
    #expect(Self.texts(again) == Self.texts(start) && again.end == start.end && again.sampleCount == 7)

    // A row that goes on in the next page stays decoded; a reader at another place gets its own.
    for (place, limit, texts) in [
      (LogPlace(row: 0), 2, ["a 0 0.0", "a 1000 0.0"]), (start.end, 2, ["a 7000 1.0", "a 8000 1.0"]),
      (LogPlace(row: start.end.row - 256, offset: 2), 2, ["a 2000 0.0", "a 3000 0.0"]),
      (LogPlace(row: start.end.row - 256, offset: 4), 1, ["a 4000 0.0"]),
    ] {
      let page = try #require(try await store.readLog(after: [start.file: place], limit: limit))
      #expect(Self.texts(page) == texts)
      #expect(store.loggedRow.withLock { $0?.sequence } == (limit == 2 ? page.end.row : nil))
    }
    await store.close()
  }

  /// Rows are deleted by whole commits, so the last one that was seen stays too.
  @Test("pruning leaves what a reader has not seen, and nothing for readers that are gone")
  func pruning() async throws {
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var position = try await store.endOfLog()
    store.holdLog(for: "x", from: position)
    for round in Int64(0)..<3 {
      try store.append(Self.first, [(TestTime.noon + round * 1000, Double(round))])
      await store.commit()
    }
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    await store.commit()
    let page = try #require(try await store.readLog(after: position, limit: 2))
    position[page.file] = page.end
    store.holdLog(for: "x", from: position)
    await store.prune()
    try store.append(Self.second, [(TestTime.noon, 1)])
    await store.commit()
    var all: LogPosition = [:]
    #expect(try await drain(store, &all) == [["a 1000 1.0", "a 2000 2.0", "b 0 1.0"]])
    store.holdLog(for: "x", from: nil)
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    try store.append(Self.second, [(TestTime.noon + 1000, 1)])
    await store.commit()
    all = [:]
    #expect(try await drain(store, &all) == [["b 1000 1.0"]])
    await store.close()
  }

  @Test("a finished day is sealed when its log was read, and commits of two days come in their order")
  func sealing() async throws {
    clock.move(to: TestTime.midnight - 5000)
    let store = try EmbeddedStore(folder: folder.store, clock: clock)
    var position = try await store.endOfLog()
    store.holdLog(for: "x", from: position)
    func name(_ time: Int64) -> String { String(time - TestTime.midnight) }
    for round in 0..<4 {
      let time = TestTime.midnight - 2000 + Int64(round) * 1000
      try store.append(Self.first, [(time, Double(round))])
      // Late, of yesterday.
      if round == 3 { try store.append(Self.first, [(TestTime.midnight - 3000, 9)]) }
      await store.commit()
    }
    clock.move(to: TestTime.midnight + 2 * TestTime.hour)
    await store.sealFinishedDays(at: clock.now)
    #expect(!(try folder.files().contains { $0.contains("sealed") }))
    let values = try await drain(store, &position).map { $0.compactMap { $0.split(separator: " ").last } }
    #expect(values == [["0.0", "1.0"], ["2.0"], ["9.0"], ["3.0"]])
    store.holdLog(for: "x", from: position)
    await store.sealFinishedDays(at: clock.now)
    #expect(try folder.files().filter { $0.contains("sealed") }.count == 1)
    await store.close()
  }

  @Test("a damaged row and a damaged series cost themselves and are counted")
  func damage() async throws {
    var store = try EmbeddedStore(folder: folder.store, clock: clock)
    for round in Int64(0)..<3 {
      try store.append(Self.first, [(TestTime.noon + round * 1000, Double(round))])
      if round > 0 { try store.append(Self.second, [(TestTime.noon + round * 1000, Double(round))]) }
      await store.commit()
      if round == 0 { _ = try await store.readLog(after: [:], limit: 1) }
    }
    let name = try #require(try folder.files().first { $0.hasSuffix("open.db") })
    let other = try DatabaseQueue(path: folder.store + "/" + name)
    try await other.write { db in
      try db.execute(
        sql: "UPDATE batch SET data = x'00' WHERE seq = (SELECT seq FROM batch ORDER BY seq LIMIT 1 OFFSET 1)")
      try db.execute(sql: "UPDATE series SET labels = x'00' WHERE id = 2")
    }
    try other.close()
    // Labels that memory has are not read again.
    let known = try #require(try await store.readLog(after: [:], limit: 100))
    #expect(Self.texts(known) == ["a 0 0.0", "a 2000 2.0", "b 2000 2.0"] && known.damagedRows == 1)
    await store.close()
    store = try EmbeddedStore(folder: folder.store, clock: clock)
    let page = try #require(try await store.readLog(after: [:], limit: 100))
    #expect(Self.texts(page) == ["a 0 0.0", "a 2000 2.0"])
    #expect(page.damagedRows == 1 && page.samplesOfDamagedSeries == 1 && page.sampleCount == 2)
    await store.close()
  }

  @Test("a commit of more rows than its number has room for leaves none out, and the next one none of it")
  func manyRows() async throws {
    var settings = StoreSettings()
    settings.batchRowSamples = 1
    var store = try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
    let histogram = NativeHistogram(count: 3, positive: .init(spans: [.init(offset: 0, length: 1)], counts: [3]))
    let other = LabelSet(["__name__": "h", "host": "h"])
    try store.append(Self.first, [(TestTime.noon, -1)])
    await store.commit()
    try store.append(Self.first, (1...600).map { (TestTime.noon + Int64($0), Double($0)) })
    try store.append(Self.second, [(TestTime.noon + 9, 9), (TestTime.noon + 3, 3)])
    var batch = SampleBatch()
    for time in Int64(1)...50 {
      batch.append(try store.reference(for: other), at: Timestamp(milliseconds: TestTime.noon + time), histogram)
    }
    store.append(batch)
    await store.onWriter { $0.commitNow(.all) }
    try store.append(Self.first, [(TestTime.noon + 1000, 7)])
    await store.commit()
    let expected =
      ["a 0 -1.0"] + (1...600).map { "a \($0) \(Double($0))" } + ["b 9 9.0", "b 3 3.0"]
      + (1...50).map { "h \($0) h3.0" } + ["a 1000 7.0"]
    var position: LogPosition = [:]
    #expect(Array(try await drain(store, &position, limit: 1).joined()) == expected)
    let before = try await store.read().map(\.pairs)
    await store.close()
    store = try EmbeddedStore(folder: folder.store, settings: settings, clock: clock)
    #expect(try await store.read().map(\.pairs) == before)
    #expect(store.head.withLock { $0.late.isEmpty }, "the late chunk has what stands in the commit's last rows too")
    await store.close()
  }

  @Test("behind a log that was pruned to its last row, rows are counted anew after a start")
  func countedAnew() async throws {
    var store = try EmbeddedStore(folder: folder.store, clock: clock)
    for round in Int64(0)..<20 {
      try store.append(Self.first, [(TestTime.noon + round * 1000, Double(round))])
      await store.commit()
    }
    let before = try await store.endOfLog()
    store.closeChunks(.all)
    await store.commit()
    await store.prune()
    await store.commit()
    await store.close()
    store = try EmbeddedStore(folder: folder.store, clock: clock)
    let after = try await store.endOfLog()
    #expect(after.keys == before.keys)
    for (file, place) in after { #expect(place.row == 0 && before[file].map { place < $0 } == true) }
    await store.close()
  }
}
