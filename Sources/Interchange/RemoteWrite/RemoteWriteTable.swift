public import Telemetry

/// What one sender writes: the bytes of every label set it sent, and the store's reference for it.
public struct RemoteWriteTable: Sendable {
  private let limits: RemoteWriteLimits
  private var keys = ByteKeys()
  /// `nil`: the series has left the store.
  private var references: [SeriesReference?] = []

  /// Series that are remembered; beyond, all are forgotten and looked up anew. The default is 1,000,000.
  private static let rememberedMax = 1_000_000
  /// And the bytes of their labels; the default is 512 MiB.
  private static let rememberedBytesMax = 512 << 20

  public init(limits: RemoteWriteLimits = RemoteWriteLimits()) { self.limits = limits }

  /// Reads a packed body. What the store would not have costs only itself and is told in the answer.
  ///
  /// - Throws: when the body is damaged or beyond a bound; nothing of it may then be appended.
  public mutating func read(
    _ body: [UInt8], _ version: RemoteWriteVersion,
    resolve: (LabelSet) throws(AppendError) -> SeriesReference
  ) throws(RemoteWriteError) -> RemoteWriteRound {
    let unpacked: [UInt8]
    do throws(SnappyBlock.Failure) {
      unpacked = try SnappyBlock.unpacked(body, limit: limits.bytesMax)
    } catch {
      switch error {
      case .tooLong(let declared):
        throw RemoteWriteError(description: "\(declared) bytes unpacked, the limit is \(limits.bytesMax)")
      case .damaged: throw RemoteWriteError(description: "the body is no Snappy block")
      }
    }
    if references.count > Self.rememberedMax || keys.byteCount > Self.rememberedBytesMax {
      keys = ByteKeys()
      references = []
    }
    return try unpacked.withUnsafeBufferPointer { bytes throws(RemoteWriteError) in
      let reader = try RemoteWriteReader(bytes, version, limits)
      var round = RemoteWriteRound()
      round.metadata = try reader.metadata()
      var key: [UInt8] = []
      try reader.forEach { series in take(series, reader, &key, resolve, &round) }
      return round
    }
  }

  /// Series that left the store: the next body that shows them has them resolved anew.
  public mutating func forget(_ gone: [SeriesReference]) {
    let gone = Set(gone)
    for index in references.indices {
      if let reference = references[index], gone.contains(reference) { references[index] = nil }
    }
  }

  private mutating func take(
    _ series: borrowing RemoteWriteSeries, _ reader: RemoteWriteReader, _ key: inout [UInt8],
    _ resolve: (LabelSet) throws(AppendError) -> SeriesReference, _ round: inout RemoteWriteRound
  ) {
    round.exemplars += series.exemplars
    round.startTimes += series.startTimes
    if let problem = series.problem {
      round.refuse(series, because: problem)
      return
    }
    // A length before each text: no two label sets can look the same.
    key.removeAll(keepingCapacity: true)
    for range in series.labels {
      withUnsafeBytes(of: UInt32(range.count)) { key.append(contentsOf: $0) }
      key.append(contentsOf: reader.bytes[range])
    }
    let known = key.withUnsafeBufferPointer { keys.find($0) }
    let reference: SeriesReference
    if let known, let bound = references[known] {
      reference = bound
    } else {
      guard let bound = resolved(series, reader, resolve, &round) else { return }
      reference = bound
      if let known {
        references[known] = bound
      } else {
        _ = key.withUnsafeBufferPointer { keys.insert($0) }
        references.append(bound)
      }
    }
    for sample in series.samples {
      round.batch.append(reference, at: Timestamp(milliseconds: sample.millisecond), sample.value)
    }
    for sample in series.histograms {
      round.histograms.append(reference, at: Timestamp(milliseconds: sample.millisecond), sample.histogram)
    }
  }

  private func resolved(
    _ series: borrowing RemoteWriteSeries, _ reader: RemoteWriteReader,
    _ resolve: (LabelSet) throws(AppendError) -> SeriesReference, _ round: inout RemoteWriteRound
  ) -> SeriesReference? {
    do throws(RemoteWriteError) {
      let labels = try reader.labels(of: series)
      if let metadata = reader.metadata(of: series, named: labels.metric ?? "") { round.metadata.append(metadata) }
      do throws(AppendError) {
        return try resolve(labels)
      } catch {
        if error == .closed { round.isClosed = true }
        throw RemoteWriteError(description: error.description)
      }
    } catch {
      round.refuse(series, because: error.description)
      return nil
    }
  }
}

extension RemoteWriteReader {
  /// - Throws: what is wrong with these labels; the other series of the body stand.
  func labels(of series: borrowing RemoteWriteSeries) throws(RemoteWriteError) -> LabelSet {
    guard series.labels.count % 2 == 0 else {
      throw RemoteWriteError(description: "a label has a name and no value")
    }
    var labels: [Label] = []
    for index in stride(from: 0, to: series.labels.count, by: 2) {
      guard let name = text(series.labels[index]), let value = text(series.labels[index + 1]) else {
        throw RemoteWriteError(description: "a label is not valid UTF-8")
      }
      guard !name.isEmpty else { throw RemoteWriteError(description: "a label has no name") }
      labels.append(Label(name, value))
    }
    guard Set(labels.map(\.name)).count == labels.count else {
      throw RemoteWriteError(description: "a series has a label twice: \(LabelSet(labels))")
    }
    let set = LabelSet(labels)
    guard set.metric != nil else { throw RemoteWriteError(description: "a series has no metric name: \(set)") }
    return set
  }

  /// Of version 1, which sends it apart from the samples.
  func metadata() throws(RemoteWriteError) -> [MetricMetadata] {
    var found: [MetricMetadata] = []
    for range in metadataRanges {
      var fields = ProtobufFields(bytes, range)
      var metadata = MetricMetadata(family: "")
      while let (field, value) = try fields.next() {
        switch field {
        case 1: metadata.type = MetricType(remoteWrite: try value.number())
        case 2: metadata.family = text(try value.bytes()) ?? ""
        case 4: metadata.help = text(try value.bytes()) ?? ""
        case 5: metadata.unit = text(try value.bytes()) ?? ""
        default: break
        }
      }
      if !metadata.family.isEmpty { found.append(metadata) }
    }
    return found
  }

  /// Of version 2.
  func metadata(of series: borrowing RemoteWriteSeries, named name: String) -> MetricMetadata? {
    guard let written = series.metadata else { return nil }
    return MetricMetadata(
      family: name, type: MetricType(remoteWrite: written.type), help: text(written.help) ?? "",
      unit: text(written.unit) ?? "")
  }
}

extension MetricType {
  /// In the order of the enumeration of both messages.
  private static let remoteWriteOrder: [MetricType] = [
    .unknown, .counter, .gauge, .histogram, .gaugehistogram, .summary, .info, .stateset,
  ]

  init(remoteWrite number: UInt64) {
    let types = Self.remoteWriteOrder
    self = number < UInt64(types.count) ? types[Int(number)] : .unknown
  }

  var remoteWriteNumber: UInt64 { UInt64(Self.remoteWriteOrder.firstIndex(of: self) ?? 0) }
}

/// What one body brought.
public struct RemoteWriteRound: Sendable {
  /// Numbers.
  public var batch = SampleBatch()
  public var histograms = SampleBatch()
  public var metadata: [MetricMetadata] = []
  /// Left out: the store keeps none.
  public var exemplars = 0
  /// Samples that came with a start time, which is read and not kept.
  public var startTimes = 0
  /// Samples of series that were refused, and why the first was.
  public var refused = 0
  public var refusal: String?
  /// The store takes nothing any more.
  public var isClosed = false

  mutating func refuse(_ series: borrowing RemoteWriteSeries, because problem: String) {
    refused += series.samples.count + series.histograms.count + series.unreadable
    if refusal == nil { refusal = problem }
  }
}
