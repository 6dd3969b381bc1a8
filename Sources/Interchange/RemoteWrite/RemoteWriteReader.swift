internal import Telemetry

/// One series of a body: texts are ranges of it, so that nothing is copied that the table knows already.
struct RemoteWriteSeries {
  /// Names and values in turn.
  var labels: [Range<Int>] = []
  var samples: [(millisecond: Int64, value: Double)] = []
  var histograms: [(millisecond: Int64, histogram: NativeHistogram)] = []
  /// Counted: the store keeps neither exemplars nor start times.
  var exemplars = 0
  var startTimes = 0
  /// Version 2 says with each series what it means.
  var metadata: (type: UInt64, help: Range<Int>, unit: Range<Int>)?
  /// Why this series cannot be taken, and how many histograms could not be read; the others of the body can.
  var problem: String?
  var unreadable = 0
  private var labelBytes = 0
  /// Of the whole body so far.
  private var expandedBytes = 0

  mutating func removeAll() {
    labels.removeAll(keepingCapacity: true)
    samples.removeAll(keepingCapacity: true)
    histograms.removeAll(keepingCapacity: true)
    exemplars = 0
    startTimes = 0
    metadata = nil
    problem = nil
    unreadable = 0
    labelBytes = 0
  }

  mutating func append(
    _ sample: (millisecond: Int64, value: Double), _ limits: RemoteWriteLimits
  ) throws(RemoteWriteError) {
    try expand(by: 40, limits)
    samples.append(sample)
  }

  mutating func append(label text: Range<Int>, _ limits: RemoteWriteLimits) throws(RemoteWriteError) {
    labelBytes += text.count
    if labels.count >= limits.labelsMax * 2 {
      problem = "a series has more than \(limits.labelsMax) labels, the limit"
    } else if labelBytes > limits.labelBytesMax {
      problem = "the labels of a series have more than \(limits.labelBytesMax) bytes, the limit"
    } else {
      try expand(by: text.count, limits)
      labels.append(text)
    }
  }

  mutating func expand(by bytes: Int, _ limits: RemoteWriteLimits) throws(RemoteWriteError) {
    expandedBytes += bytes
    guard expandedBytes <= limits.expandedBytesMax else {
      throw RemoteWriteError(
        description:
          "one request of more than \(limits.expandedBytesMax) bytes once it is read, the limit – send fewer "
          + "samples in each")
    }
  }
}

/// Reads both messages, series by series. Knows nothing of stores.
///
/// Fields that it does not know are skipped, as protobuf has it.
struct RemoteWriteReader {
  let bytes: UnsafeBufferPointer<UInt8>
  private let version: RemoteWriteVersion
  private let limits: RemoteWriteLimits
  /// Version 2's strings.
  private var symbols: [Range<Int>] = []
  private var seriesRanges: [Range<Int>] = []
  private(set) var metadataRanges: [Range<Int>] = []

  /// Reads the top of the message.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, _ version: RemoteWriteVersion, _ limits: RemoteWriteLimits
  ) throws(RemoteWriteError) {
    self.bytes = bytes
    self.version = version
    self.limits = limits
    var fields = ProtobufFields(bytes, 0..<bytes.count)
    while let (field, value) = try fields.next() {
      switch (version, field) {
      case (.one, 1), (.two, 5): seriesRanges.append(try value.bytes())
      case (.one, 3):
        let range = try value.bytes()
        if metadataRanges.count < MetadataTable.familiesMax { metadataRanges.append(range) }
      case (.two, 4): symbols.append(try value.bytes())
      default: break
      }
      guard seriesRanges.count <= limits.seriesMax else {
        throw RemoteWriteError(description: "more than \(limits.seriesMax) series in one request, the limit")
      }
      guard symbols.count <= limits.symbolsMax else {
        throw RemoteWriteError(description: "more than \(limits.symbolsMax) symbols in one request, the limit")
      }
    }
    if version == .two, !symbols.isEmpty, symbols.first?.isEmpty != true {
      throw RemoteWriteError(description: "the first symbol is not empty")
    }
  }

  func text(_ range: Range<Int>) -> String? { String(validating: bytes[range], as: UTF8.self) }

  /// Calls `take` for each series. One that is malformed ends the reading: what was taken before stays.
  func forEach(_ take: (borrowing RemoteWriteSeries) -> Void) throws(RemoteWriteError) {
    var series = RemoteWriteSeries()
    for range in seriesRanges {
      series.removeAll()
      var fields = ProtobufFields(bytes, range)
      while let (field, value) = try fields.next() { try read(field, value, into: &series) }
      take(series)
    }
  }

  private func read(
    _ field: Int, _ value: ProtobufFields.Value, into series: inout RemoteWriteSeries
  ) throws(RemoteWriteError) {
    switch (version, field) {
    case (.one, 1): try readLabel(try value.bytes(), into: &series)
    case (.two, 1): try readReferences(value, into: &series)
    case (_, 2): try readSample(try value.bytes(), into: &series)
    case (.one, 3), (.two, 4): series.exemplars += 1
    case (.one, 4), (.two, 3):
      let range = try value.bytes()
      // A bucket is a byte at least, and a number once it is read.
      try series.expand(by: 128 + 8 * range.count, limits)
      let read = try HistogramMessage(bytes, range, limits)
      if read.startTime != 0 { series.startTimes += 1 }
      switch read.histogram() {
      case .success(let histogram): series.histograms.append((read.millisecond, histogram))
      case .failure(let error):
        series.problem = error.description
        series.unreadable += 1
      }
    case (.two, 5): series.metadata = try readMetadata(try value.bytes())
    default: break
    }
  }

  private func readLabel(_ range: Range<Int>, into series: inout RemoteWriteSeries) throws(RemoteWriteError) {
    var fields = ProtobufFields(bytes, range)
    var name = range.lowerBound..<range.lowerBound
    var text = name
    while let (field, value) = try fields.next() {
      if field == 1 { name = try value.bytes() } else if field == 2 { text = try value.bytes() }
    }
    try series.append(label: name, limits)
    try series.append(label: text, limits)
  }

  /// Packed, or one by one.
  private func readReferences(
    _ value: ProtobufFields.Value, into series: inout RemoteWriteSeries
  ) throws(RemoteWriteError) {
    if case .number(let reference) = value { return try series.append(label: try symbol(reference), limits) }
    var packed = ProtobufFields(bytes, try value.bytes())
    while !packed.isAtEnd { try series.append(label: try symbol(try packed.number()), limits) }
  }

  private func symbol(_ reference: UInt64) throws(RemoteWriteError) -> Range<Int> {
    guard reference < UInt64(symbols.count) else {
      throw RemoteWriteError(description: "symbol \(reference) is named, there are \(symbols.count)")
    }
    return symbols[Int(reference)]
  }

  private func readSample(_ range: Range<Int>, into series: inout RemoteWriteSeries) throws(RemoteWriteError) {
    var fields = ProtobufFields(bytes, range)
    var number = 0.0
    var millisecond: Int64 = 0
    while let (field, value) = try fields.next() {
      switch field {
      case 1: number = try value.double()
      case 2: millisecond = try value.int64()
      case 3 where version == .two: if try value.int64() != 0 { series.startTimes += 1 }
      default: break
      }
    }
    try series.append((millisecond, number), limits)
  }

  private func readMetadata(
    _ range: Range<Int>
  ) throws(RemoteWriteError) -> (type: UInt64, help: Range<Int>, unit: Range<Int>) {
    var fields = ProtobufFields(bytes, range)
    let empty = range.lowerBound..<range.lowerBound
    var read: (type: UInt64, help: Range<Int>, unit: Range<Int>) = (0, empty, empty)
    while let (field, value) = try fields.next() {
      switch field {
      case 1: read.type = try value.number()
      case 3: read.help = try symbol(try value.number())
      case 4: read.unit = try symbol(try value.number())
      default: break
      }
    }
    return read
  }
}
