import Telemetry
import Testing

@testable import Interchange

/// Writes protobuf messages as a sender does.
struct ProtobufText {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: Int, _ value: UInt64) {
    variable(UInt64(field << 3))
    variable(value)
  }

  mutating func signed(_ field: Int, _ value: Int64) { number(field, UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func double(_ field: Int, _ value: Double) {
    variable(UInt64(field << 3 | 1))
    little(value)
  }

  mutating func message(_ field: Int, _ content: [UInt8]) {
    variable(UInt64(field << 3 | 2))
    variable(UInt64(content.count))
    bytes += content
  }

  mutating func message(_ field: Int, _ fill: (inout ProtobufText) -> Void) {
    var inner = ProtobufText()
    fill(&inner)
    message(field, inner.bytes)
  }

  mutating func append(_ raw: [UInt8]) { bytes += raw }

  mutating func text(_ field: Int, _ text: String) { message(field, Array(text.utf8)) }

  mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f | 0x80))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func little(_ value: Double) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
    }
  }

  /// As a Snappy block of literals.
  var packed: [UInt8] {
    var block = ProtobufText()
    block.variable(UInt64(bytes.count))
    for start in stride(from: 0, to: bytes.count, by: 256) {
      let part = bytes[start..<min(bytes.count, start + 256)]
      block.bytes += [UInt8(60 << 2), UInt8(part.count - 1)] + part
    }
    return block.bytes
  }
}

@Suite("Remote write")
struct RemoteWriteTests {
  static func series(_ labels: KeyValuePairs<String, String>, _ samples: [(Int64, Double)]) -> (inout ProtobufText) ->
    Void
  {
    { series in
      for (name, value) in labels {
        series.message(1) {
          $0.text(1, name)
          $0.text(2, value)
        }
      }
      for (time, value) in samples {
        series.message(2) {
          $0.double(1, value)
          $0.number(2, UInt64(bitPattern: time))
        }
      }
    }
  }

  private func read(
    _ table: inout RemoteWriteTable, _ store: inout Numbering, _ body: [UInt8], _ version: RemoteWriteVersion = .one
  ) throws(RemoteWriteError) -> RemoteWriteRound {
    var copy = store
    defer { store = copy }
    return try table.read(body, version) { labels throws(AppendError) in try copy.reference(labels) }
  }

  @Test("version 1: labels, samples, metadata, exemplars; the second request looks nothing up")
  func one() throws {
    var message = ProtobufText()
    message.message(1) { series in
      Self.series(["__name__": "up", "job": "x"], [(1000, 1), (2000, .staleMarker)])(&series)
      series.message(3) { $0.double(2, 1) }
    }
    message.message(1, Self.series(["__name__": "b"], [(-5, -0.5)]))
    message.message(3) {
      $0.number(1, 2)
      $0.text(2, "up")
      $0.text(4, "Whether.")
    }
    var table = RemoteWriteTable()
    var store = Numbering()
    for _ in 0..<2 {
      let round = try read(&table, &store, message.packed)
      #expect(round.batch.milliseconds == [1000, 2000, -5])
      #expect(round.batch.references.map(\.slot) == [0, 0, 1])
      #expect(round.batch.values[0] == 1 && round.batch.values[1].isStaleMarker && round.batch.values[2] == -0.5)
      #expect(round.exemplars == 1 && round.refused == 0)
      #expect(round.metadata == [MetricMetadata(family: "up", type: .gauge, help: "Whether.")])
      store.refuses = { _ in true }
    }
    #expect(store.labels.map(\.description) == [#"up{job="x"}"#, "b"])
  }

  @Test("series that left the store are resolved anew, the others not")
  func departed() throws {
    var message = ProtobufText()
    for name in ["a", "b"] { message.message(1, Self.series(["__name__": name], [(1000, 1)])) }
    var table = RemoteWriteTable()
    var store = Numbering()
    let first = try read(&table, &store, message.packed).batch.references
    table.forget([first[0]])
    store.generation = 3
    for _ in 0..<2 {
      let second = try read(&table, &store, message.packed).batch.references
      #expect(second.map(\.generation) == [3, 1])
    }
  }

  @Test("version 2: symbols, packed or not, start times, metadata, integer and float histograms")
  func two() throws {
    var message = ProtobufText()
    for symbol in ["", "__name__", "h", "Help.", "seconds"] { message.text(4, symbol) }
    message.message(5) { series in
      series.message(1, [1, 2])
      series.message(2) {
        $0.double(1, 7)
        $0.number(2, 1000)
        $0.number(3, 900)
      }
      series.message(3, Self.histogram)
      series.message(5) {
        $0.number(1, 3)
        $0.number(3, 3)
        $0.number(4, 4)
      }
    }
    message.message(5) { series in
      series.number(1, 1)
      series.number(1, 2)
      series.message(3) {
        $0.double(2, 2.5)
        $0.signed(4, -53)
        $0.double(3, 1)
        $0.message(11) { $0.number(2, 2) }
        $0.double(13, 1.5)
        $0.double(13, 1)
        $0.message(16) { $0.little(0.5) }
        $0.number(15, 2000)
      }
    }
    var table = RemoteWriteTable()
    var store = Numbering()
    let round = try read(&table, &store, message.packed, .two)
    #expect(round.batch.values == [7] && round.startTimes == 1)
    #expect(round.metadata.first == MetricMetadata(family: "h", type: .histogram, help: "Help.", unit: "seconds"))
    let histograms = round.histograms.histograms
    #expect(histograms.map(\.millisecond) == [1000, 2000])
    #expect(
      histograms[0].histogram
        == NativeHistogram(
          schema: 3, zeroThreshold: 0.001, zeroCount: 2, count: 12, sum: 18.4,
          positive: .init(spans: [.init(offset: -2, length: 2), .init(offset: 1, length: 1)], counts: [1, 4, 2]),
          negative: .init(spans: [.init(offset: 0, length: 1)], counts: [3]), resetHint: .notReset))
    #expect(
      histograms[1].histogram
        == NativeHistogram(
          schema: -53, count: 2.5, sum: 1, positive: .init(spans: [.init(offset: 0, length: 2)], counts: [1.5, 1]),
          customBounds: [0.5]))
  }

  static func histogram(_ message: inout ProtobufText) {
    message.number(1, 12)
    message.double(3, 18.4)
    message.signed(4, 3)
    message.double(5, 0.001)
    message.number(6, 2)
    message.message(8) { $0.number(2, 1) }
    message.signed(9, 3)
    message.message(11) {
      $0.signed(1, -2)
      $0.number(2, 2)
    }
    message.message(11) {
      $0.signed(1, 1)
      $0.number(2, 1)
    }
    message.message(12, [2, 6, 3])  // 1, +3, -2
    message.number(14, 2)
    message.number(15, 1000)
  }

  @Test("what is wrong with one series costs only that series")
  func partial() throws {
    var message = ProtobufText()
    message.message(1, Self.series(["job": "x"], [(1, 1)]))
    message.message(1, Self.series(["__name__": "a", "a": "1", "a": "2"], [(1, 1)]))
    message.message(1) { series in
      Self.series(["__name__": "h"], [])(&series)
      series.message(4) { $0.message(11) { $0.number(2, 4_000_000_000) } }
    }
    message.message(1) { series in
      for _ in 0..<70 { series.message(1) { $0.text(1, "a") } }
      series.message(2) { $0.double(1, 1) }
    }
    message.message(1, Self.series(["__name__": "full"], [(1, 1)]))
    message.message(1, Self.series(["__name__": "good"], [(1, 1)]))
    var table = RemoteWriteTable()
    var store = Numbering()
    store.refuses = { $0.metric == "full" }
    let round = try read(&table, &store, message.packed)
    #expect(store.labels.map(\.description) == ["good"] && round.batch.count == 1)
    #expect(round.refused == 5)
    #expect(round.refusal == #"a series has no metric name: {job="x"}"#)
  }

  @Test("a body is refused whole, with its reason")
  func refusals() {
    var long = ProtobufText()
    long.variable(1 << 31)
    var table = RemoteWriteTable()
    var store = Numbering()
    for (body, version, reason) in [
      (long.bytes + [0, 0], .one, "2147483648 bytes unpacked, the limit is 33554432"),
      ([5, 0], .one, "the body is no Snappy block"), ([], .one, "the body is no Snappy block"),
      ([2, 4, 0x0a, 0x05], .one, "the message is not well-formed protobuf"),
      ([3, 8, 0x22, 0x01, 0x61], .two, "the first symbol is not empty"),
      ([6, 20, 0x2a, 0x04, 0x0a, 0x02, 1, 2], .two, "symbol 1 is named, there are 0"),
    ] as [([UInt8], RemoteWriteVersion, String)] {
      #expect(throws: RemoteWriteError(description: reason)) { try read(&table, &store, body, version) }
    }
    #expect(store.labels.isEmpty)
  }

  @Test(
    "content types choose the message",
    arguments: [
      ("application/x-protobuf", RemoteWriteVersion.one),
      ("application/x-protobuf;proto=prometheus.WriteRequest", .one),
      ("application/x-protobuf; proto=io.prometheus.write.v2.Request", .two), ("application/json", nil),
      ("application/x-protobuf;proto=io.prometheus.write.v3.Request", nil), ("", nil),
    ])
  func contentTypes(_ text: String, _ version: RemoteWriteVersion?) {
    #expect(RemoteWriteVersion(contentType: text) == version)
  }

  @Test("Snappy: literals and copies of all forms, also those that overlap themselves")
  func snappy() throws {
    let all = Array("abcabcabcab".utf8)
    #expect(try SnappyBlock.unpacked([11, 8] + Array("abc".utf8) + [(8 - 4) << 2 | 1, 3], limit: 11) == all)
    #expect(try SnappyBlock.unpacked([11, 8] + Array("abc".utf8) + [7 << 2 | 2, 3, 0], limit: 11) == all)
    #expect(try SnappyBlock.unpacked([11, 8] + Array("abc".utf8) + [7 << 2 | 3, 3, 0, 0, 0], limit: 11) == all)
    for damaged in [
      [11, 8, 97, 98, 99, 7 << 2 | 2, 4, 0], [11, 8, 97, 98, 99, 7 << 2 | 2, 0, 0], [4, 8, 97, 98, 99, 1, 3],
      [3, 12, 97, 98, 99], [5, 8, 97, 98, 99], [11, 8, 97, 98, 99, 7 << 2 | 2, 3], [3, 62 << 2, 1],
      [255, 255, 255, 255, 255, 1],
    ] as [[UInt8]] {
      #expect(throws: SnappyBlock.Failure.damaged) { try SnappyBlock.unpacked(damaged, limit: 1000) }
    }
  }
}
