import Telemetry
import Testing

@testable import TimeSeriesStore

@Suite("Chunks")
struct ChunkTests {
  private static let limits = ChunkLimits(samples: 120, spanMilliseconds: 7_200_000)

  private func encode(_ columns: SampleColumns) -> ChunkImage {
    var memory = ChunkMemory()
    var encoder = ChunkEncoder(generation: 1)
    encoder.open(at: columns.times.first ?? 0, cutTime: .max, limit: 4096, epoch: 1)
    for (time, bits) in zip(columns.times, columns.bits) { encoder.append(time, bits, in: &memory) }
    return encoder.image()
  }

  private func decode(_ image: ChunkImage, _ window: ReadWindow = .everything) -> SampleColumns? {
    var columns = SampleColumns()
    return image.decode(window, into: &columns) ? columns : nil
  }

  /// Values of many kinds, times with steps from regular to extreme.
  private func random(_ count: Int, seed: UInt64) -> SampleColumns {
    var random = SplitMix64(seed: seed)
    var columns = SampleColumns()
    var time = Int64.random(in: -1_000_000...2_000_000_000_000, using: &random)
    var value = Double.random(in: -1e6...1e6, using: &random)
    let steps: [Int64] = [1000, 15_000, 60_000]
    let step = steps[Int(random.next() % 3)]
    for _ in 0..<count {
      switch random.next() % 16 {
      case 0: time += Int64(random.next() % 4_000_000_000) + 1
      case 1...4: time += step + Int64(random.next() % 130)
      case 5: time += 1
      default: time += step
      }
      switch random.next() % 8 {
      case 0: value = Double(bitPattern: random.next())
      case 1: value = [0, -0.0, .infinity, -.infinity, .nan, .staleMarker][Int(random.next() % 6)]
      case 2, 3: value = Double(Int64(random.next() % 1_000_000))
      case 4, 5: value += 1
      default: break
      }
      columns.append(time, value.bitPattern)
    }
    return columns
  }

  @Test("every sample comes back bit for bit", arguments: 0..<400)
  func roundTrip(_ seed: Int) {
    let columns = random(1 + seed * 7 % 300, seed: UInt64(seed))
    let image = encode(columns)
    #expect(decode(image) == columns, "seed \(seed)")
  }

  @Test("a window cuts on the left exclusively, on the right inclusively", arguments: 0..<40)
  func window(_ seed: Int) {
    let columns = random(120, seed: UInt64(seed))
    let window = ReadWindow(after: columns.times[20], through: columns.times[90])
    let expected = SampleColumns(times: Array(columns.times[21...90]), bits: Array(columns.bits[21...90]))
    #expect(decode(encode(columns), window) == expected)
  }

  @Test("NaNs keep their payload, the staleness marker among them")
  func payloads() {
    let patterns: [UInt64] = [
      Double.staleMarker.bitPattern, 0x7ff8_0000_0000_0001, 0xfff8_dead_beef_0001, 0x7ff0_0000_0000_0001,
    ]
    let columns = SampleColumns(times: [1, 2, 3, 4], bits: patterns)
    #expect(decode(encode(columns))?.bits == patterns)
  }

  @Test("an idle gauge costs less than a byte a sample")
  func size() {
    var columns = SampleColumns()
    for index in 0..<120 { columns.append(Int64(index) * 15_000, 1.0.bitPattern) }
    #expect(encode(columns).bytes.count < 60)
  }

  @Test("no byte string traps", arguments: 0..<300)
  func fuzz(_ seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    var image = encode(self.random(100, seed: UInt64(seed)))
    var bytes = image.bytes
    for _ in 0..<(1 + seed % 8) { bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 8)) }
    if seed % 3 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
    let count = seed % 5 == 0 ? Int.max : image.count
    image = ChunkImage(firstTime: image.firstTime, lastTime: image.lastTime, count: count, bytes: bytes)
    var columns = SampleColumns(times: [1], bits: [1])
    if !image.decode(.everything, into: &columns) { #expect(columns == SampleColumns(times: [1], bits: [1])) }
  }

  @Test("late samples are cut at midnight, at the span and at the count")
  func cuts() {
    var columns = SampleColumns()
    for index in 0..<400 { columns.append(TestTime.midnight - 100_000 + Int64(index) * 1000, 0) }
    columns.append(TestTime.midnight + 4 * TestTime.hour, 0)
    let images = ChunkImage.images(of: columns, limits: Self.limits)
    #expect(images.map(\.count) == [100, 120, 120, 60, 1])
    #expect(images.allSatisfy { Day(containing: $0.firstTime) == Day(containing: $0.lastTime) })
  }

  @Test("CRC-32C has the published check value")
  func checksum() {
    let sum = Array("123456789".utf8).withUnsafeBytes { CRC32C.of($0) }
    #expect(sum == 0xe306_9283)
  }
}

@Suite("Rows of a day file")
struct RowTests {
  private func record(seed: UInt64) -> BatchRecord {
    var random = SplitMix64(seed: seed)
    var record = BatchRecord()
    record.lastChunkRow = Int64(random.next() >> 20)
    for index in 0..<Int(random.next() % 500) {
      let series = random.next() % 4 == 0 ? UInt32(truncatingIfNeeded: random.next()) : UInt32(index)
      let value: UInt64 = random.next() % 2 == 0 ? Double(random.next() % 1000).bitPattern : random.next()
      let time = TestTime.noon + Int64(random.next() % 3)
      record.inOrder.append(BatchRecord.Entry(series: series, time: time, bits: value))
      if random.next() % 9 == 0 { record.late.append(BatchRecord.Entry(series: series, time: -time, bits: value)) }
    }
    return record
  }

  @Test("a batch comes back", arguments: 0..<60)
  func batch(_ seed: Int) throws {
    let record = record(seed: UInt64(seed))
    let bytes = try #require(record.encoded())
    #expect(bytes.withUnsafeBytes { BatchRecord(decoding: $0) } == record)
  }

  @Test("each flipped bit of a batch is noticed")
  func damage() throws {
    let bytes = try #require(record(seed: 3).encoded())
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= UInt8(1 << (index % 8))
      #expect(damaged.withUnsafeBytes { BatchRecord(decoding: $0) } == nil)
    }
    for length in 0..<min(bytes.count, 50) {
      #expect(Array(bytes.prefix(length)).withUnsafeBytes { BatchRecord(decoding: $0) } == nil)
    }
  }

  @Test("a series row belongs to its number")
  func series() {
    let labels = LabelSet(["__name__": "m", "é": "值", "x": String(repeating: "y", count: 300)])
    let row = SeriesRow.encode(labels, number: 7)
    #expect(row.withUnsafeBytes { SeriesRow.decode($0, number: 7) } == labels)
    #expect(row.withUnsafeBytes { SeriesRow.decode($0, number: 8) } == nil)
    for index in row.indices {
      var damaged = row
      damaged[index] ^= 4
      #expect(damaged.withUnsafeBytes { SeriesRow.decode($0, number: 7) } == nil)
    }
  }

  @Test(
    "file names tell day, part and state",
    arguments: [
      "samples-2026-11-20.0.open.db", "samples-2024-02-29.12.sealed.db", "samples-1970-01-01.0.open.db",
    ])
  func names(_ text: String) {
    #expect(DayFileName(text)?.text == text)
  }

  @Test(
    "other names are left alone",
    arguments: [
      "samples-2026-02-30.0.open.db", "samples-2026-1-01.0.open.db", "samples-2026-11-20.0.open.db-wal", "x.db", "",
      "samples-2026-11-20.0.sealed.db.draft", "samples-2026-11-20.-1.open.db",
    ])
  func strangers(_ text: String) {
    #expect(DayFileName(text) == nil)
  }

  @Test("days and their text agree for 150 years")
  func days() {
    for number in stride(from: Int32(0), to: 55_000, by: 1) {
      let day = Day(number: number)
      #expect(Day(Substring(day.text)) == day)
    }
    #expect(Day(containing: TestTime.noon).text == "2026-11-20")
    #expect(Day(containing: -1).number == -1)
  }
}
