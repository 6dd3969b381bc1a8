public import Telemetry

/// A remote write in the making, series by series.
public struct RemoteWriteMessage: Sendable {
  public let version: RemoteWriteVersion
  public private(set) var seriesCount = 0
  private var series = ProtobufWriter()
  /// Version 2's strings, of which the first is empty.
  private var symbols = ProtobufWriter()
  private var references: [String: UInt64] = [:]

  public init(_ version: RemoteWriteVersion) {
    self.version = version
    if version == .two { _ = reference("") }
  }

  /// - Parameter samples: ascending in time.
  public mutating func append(
    _ labels: LabelSet, _ samples: [(millisecond: Int64, value: Double)], _ metadata: MetricMetadata? = nil
  ) {
    append(labels, metadata) { series in
      for sample in samples {
        series.nested(2) {
          $0.double(1, sample.value)
          $0.number(2, sample.millisecond)
        }
      }
    }
  }

  /// - Parameter histograms: ascending in time. A series has numbers or histograms, so those of one name stand apart.
  public mutating func append(
    _ labels: LabelSet, _ histograms: [(millisecond: Int64, histogram: NativeHistogram)],
    _ metadata: MetricMetadata? = nil
  ) {
    let field = version == .one ? 4 : 3
    append(labels, metadata) { series in
      for sample in histograms {
        series.nested(field) { $0.fill(sample.histogram, at: sample.millisecond) }
      }
    }
  }

  /// The body of a request.
  public var packed: [UInt8] {
    var message = symbols
    message.append(series)
    return SnappyBlock.packed(message.bytes)
  }

  /// What a request with this body says about it.
  /// - Source: Prometheus remote write specifications 1.0 and 2.0, "Protocol".
  public var headers: [(name: String, value: String)] {
    let (content, number) =
      version == .one
      ? ("application/x-protobuf", "0.1.0") : ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0")
    return [
      ("Content-Type", content), ("Content-Encoding", "snappy"), ("X-Prometheus-Remote-Write-Version", number),
    ]
  }

  private mutating func append(
    _ labels: LabelSet, _ metadata: MetricMetadata?, _ fill: (inout ProtobufWriter) -> Void
  ) {
    seriesCount += 1
    guard version == .two else {
      return series.nested(1) { series in
        for label in labels {
          series.nested(1) {
            $0.text(1, label.name)
            $0.text(2, label.value)
          }
        }
        fill(&series)
      }
    }
    let names = labels.flatMap { [reference($0.name), reference($0.value)] }
    let known = metadata.map { (type: $0.type.remoteWriteNumber, help: reference($0.help), unit: reference($0.unit)) }
    series.nested(5) { series in
      series.nested(1) { for name in names { $0.variable(name) } }
      fill(&series)
      guard let known else { return }
      series.nested(5) {
        $0.number(1, known.type)
        $0.number(3, known.help)
        $0.number(4, known.unit)
      }
    }
  }

  private mutating func reference(_ text: String) -> UInt64 {
    if let known = references[text] { return known }
    let number = UInt64(references.count)
    references[text] = number
    symbols.text(4, text)
    return number
  }
}

extension ProtobufWriter {
  fileprivate mutating func fill(_ histogram: NativeHistogram, at millisecond: Int64) {
    let counts = histogram.positive.counts + histogram.negative.counts + [histogram.count, histogram.zeroCount]
    // Whole counts travel as whole numbers, which is what nearly every receiver expects of a counter's histogram.
    let isWhole = counts.allSatisfy { Self.wholeNumbers.contains($0) && $0.rounded() == $0 }
    if isWhole { number(1, UInt64(histogram.count)) } else { double(2, histogram.count) }
    double(3, histogram.sum)
    zigzag(4, Int64(histogram.schema))
    double(5, histogram.zeroThreshold)
    if isWhole { number(6, UInt64(histogram.zeroCount)) } else { double(7, histogram.zeroCount) }
    fill(histogram.negative, spans: 8, deltas: 9, counts: 10, isWhole: isWhole)
    fill(histogram.positive, spans: 11, deltas: 12, counts: 13, isWhole: isWhole)
    number(14, UInt64(histogram.resetHint.rawValue))
    number(15, millisecond)
    if !histogram.customBounds.isEmpty {
      nested(16) { for bound in histogram.customBounds { $0.fixed64(bound.bitPattern) } }
    }
  }

  /// Beyond, a floating count has no whole part that both sides agree on.
  private static var wholeNumbers: ClosedRange<Double> { 0...0x1p53 }

  private mutating func fill(
    _ buckets: NativeHistogram.Buckets, spans: Int, deltas: Int, counts: Int, isWhole: Bool
  ) {
    for span in buckets.spans {
      nested(spans) {
        $0.zigzag(1, Int64(span.offset))
        $0.number(2, UInt64(span.length))
      }
    }
    guard !buckets.counts.isEmpty else { return }
    guard isWhole else {
      return nested(counts) { for count in buckets.counts { $0.fixed64(count.bitPattern) } }
    }
    nested(deltas) {
      var previous: Int64 = 0
      for count in buckets.counts {
        let whole = Int64(count)
        $0.variable(Self.zigzag(whole - previous))
        previous = whole
      }
    }
  }
}
