import Telemetry
import Testing

@testable import Interchange

@Suite("Remote write, written")
struct RemoteWriteMessageTests {
  private enum Content {
    case numbers([(millisecond: Int64, value: Double)])
    case histograms([(millisecond: Int64, histogram: NativeHistogram)])
  }

  @Test("what is written reads back bit for bit", arguments: [RemoteWriteVersion.one, .two])
  func roundTrip(_ version: RemoteWriteVersion) throws {
    var random = SplitMix(seed: 21)
    for _ in 0..<200 {
      let series = (0..<Int.random(in: 0...6, using: &random)).map { number in
        (labels: Self.labels(number, &random), content: Self.content(&random))
      }
      var message = RemoteWriteMessage(version)
      for (labels, content) in series {
        switch content {
        case .numbers(let samples): message.append(labels, samples)
        case .histograms(let samples): message.append(labels, samples)
        }
      }
      #expect(message.seriesCount == series.count)
      var table = RemoteWriteTable()
      var store = Numbering()
      let round = try table.read(message.packed, version) { labels throws(AppendError) in try store.reference(labels) }
      #expect(store.labels == series.map(\.labels) && round.refused == 0, "\(round.refusal ?? "")")
      var numbers: [(Int64, UInt64)] = []
      var histograms: [(Int64, NativeHistogram)] = []
      for (_, content) in series {
        switch content {
        case .numbers(let samples): numbers += samples.map { ($0.millisecond, $0.value.bitPattern) }
        case .histograms(let samples): histograms += samples.map { ($0.millisecond, $0.histogram) }
        }
      }
      #expect(round.batch.milliseconds == numbers.map(\.0))
      #expect(round.batch.values.map(\.bitPattern) == numbers.map(\.1))
      #expect(round.histograms.histograms.map(\.millisecond) == histograms.map(\.0))
      #expect(round.histograms.histograms.map(\.histogram) == histograms.map(\.1))
    }
  }

  @Test("version 2 says what a series means")
  func metadata() throws {
    let entry = MetricMetadata(family: "a_total", type: .counter, help: "How many.", unit: "seconds")
    var message = RemoteWriteMessage(.two)
    message.append(LabelSet(["__name__": "a_total"]), [(1, 1)], entry)
    var table = RemoteWriteTable()
    var store = Numbering()
    let round = try table.read(message.packed, .two) { labels throws(AppendError) in try store.reference(labels) }
    #expect(round.metadata == [entry])
  }

  @Test(
    "a request says what it is",
    arguments: [
      (RemoteWriteVersion.one, "application/x-protobuf", "0.1.0"),
      (.two, "application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0"),
    ])
  func headers(_ version: RemoteWriteVersion, _ type: String, _ number: String) {
    let headers = Dictionary(uniqueKeysWithValues: RemoteWriteMessage(version).headers.map { ($0.name, $0.value) })
    #expect(
      headers == [
        "Content-Type": type, "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": number,
      ])
  }

  @Test("a series finds the entry of its family")
  func family() {
    var table = MetadataTable()
    let entry = MetricMetadata(family: "wait_seconds", type: .histogram)
    table.note(entry)
    for name in ["wait_seconds", "wait_seconds_bucket", "wait_seconds_count"] {
      #expect(table.entry(ofSeries: name) == entry)
    }
    #expect(table.entry(ofSeries: "wait") == nil)
  }

  private static func labels(_ number: Int, _ random: inout SplitMix) -> LabelSet {
    let texts = ["a", "Straße", "", "值", String(repeating: "x", count: 200)]
    var labels = ["__name__": "series_\(number)"]
    for name in ["a", "b", "instance"] {
      if let text = texts.randomElement(using: &random), !text.isEmpty { labels[name] = text }
    }
    return LabelSet(labels)
  }

  private static func content(_ random: inout SplitMix) -> Content {
    let times = (0..<Int.random(in: 0...5, using: &random)).map { Int64($0) * 15_000 - 20_000 }
    if Bool.random(using: &random) {
      let values = [0, -0.0, 1.5, .infinity, .nan, .staleMarker, Double(bitPattern: 0x7ff8_0000_0000_beef), 1e300]
      return .numbers(times.map { ($0, values.randomElement(using: &random) ?? 0) })
    }
    return .histograms(times.map { ($0, histogram(&random)) })
  }

  private static func histogram(_ random: inout SplitMix) -> NativeHistogram {
    let isWhole = Bool.random(using: &random)
    func buckets(_ length: Int) -> NativeHistogram.Buckets {
      let counts = (0..<length).map { _ in
        // Beyond 64 bits too.
        let count = Double(Int.random(in: 0...(1 << 40), using: &random)) * (Bool.random(using: &random) ? 1 : 0x1p30)
        return isWhole ? count : count + 0.25
      }
      return NativeHistogram.Buckets(
        spans: length == 0 ? [] : [.init(offset: -3, length: 1), .init(offset: 2, length: UInt32(length - 1))],
        counts: counts)
    }
    let isCustom = Bool.random(using: &random)
    let positive = buckets(isCustom ? 0 : Int.random(in: 0...200, using: &random))
    let negative = buckets(isCustom ? 0 : Int.random(in: 0...3, using: &random))
    let zeroCount = isCustom ? 0 : 7.0
    return NativeHistogram(
      schema: isCustom ? NativeHistogram.customSchema : 3, zeroThreshold: isCustom ? 0 : 1e-128, zeroCount: zeroCount,
      count: (positive.counts + negative.counts).reduce(zeroCount, +),
      sum: [1.25, .staleMarker].randomElement(using: &random) ?? 0,
      positive: positive, negative: negative, customBounds: isCustom ? [0.5, 1, 2.5] : [],
      resetHint: NativeHistogram.ResetHint(rawValue: UInt8.random(in: 0...3, using: &random)) ?? .unknown)
  }
}
