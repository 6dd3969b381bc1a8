internal import Telemetry

/// Samples of one series that came after newer ones, ascending in time.
struct LateSamples: Sendable {
  private(set) var columns = SampleColumns()
  /// The earliest commit that carries one of them. A replay meets commits file by file, not in their order.
  private(set) var firstEpoch: UInt32
  /// What they cost: numbers of 8 bytes.
  private(set) var load = 0

  init(firstEpoch: UInt32) { self.firstEpoch = firstEpoch }

  enum Insertion { case added, repeated, differs }

  mutating func insert(_ time: Int64, _ value: SampleValue, epoch: UInt32) -> Insertion {
    firstEpoch = min(firstEpoch, epoch)
    if let stored = columns.value(at: time) { return stored == value ? .repeated : .differs }
    switch value {
    case .number(let bits):
      let place = columns.times.partitionIndex { $0 >= time }
      columns.times.insert(time, at: place)
      columns.bits.insert(bits, at: place)
    case .histogram(let histogram):
      let known = columns.histograms
      columns.histograms = known.within(after: .min, through: time)
      columns.histograms.append(time, histogram)
      for (later, histogram) in zip(known.milliseconds, known.values) where later > time {
        columns.histograms.append(later, histogram)
      }
    }
    load += value.load
    return .added
  }

  /// The samples as chunks, ascending: cut at midnight, at the span and at the count.
  func images(limits: ChunkLimits) -> [ChunkImage] { ChunkImage.images(of: columns, limits: limits) }
}

extension SampleColumns {
  /// The sample of either kind at this time.
  func value(at time: Int64) -> SampleValue? {
    let place = times.partitionIndex { $0 >= time }
    if place < times.count, times[place] == time { return .number(bits[place]) }
    let other = histograms.milliseconds.partitionIndex { $0 >= time }
    guard other < histograms.count, histograms.milliseconds[other] == time else { return nil }
    return .histogram(histograms.values[other])
  }
}

extension SampleValue {
  var load: Int {
    switch self {
    case .number: 1
    case .histogram(let histogram): histogram.load
    }
  }
}

/// Where one chunk ends and the next begins.
struct ChunkLimits: Sendable {
  let samples: Int
  let spanMilliseconds: Int64

  func cutTime(after first: Int64) -> Int64 {
    let (end, overflow) = first.addingReportingOverflow(spanMilliseconds)
    return min(overflow ? .max : end, Day(containing: first).end)
  }
}

extension ChunkImage {
  /// - Precondition: times ascend strictly.
  static func images(of columns: SampleColumns, limits: ChunkLimits) -> [ChunkImage] {
    var images: [ChunkImage] = []
    var memory = ChunkMemory()
    var encoder = ChunkEncoder(generation: 0)
    for (time, bits) in zip(columns.times, columns.bits) {
      if !encoder.isEmpty, time >= encoder.cutTime || Int(encoder.count) >= limits.samples {
        images.append(encoder.image())
        encoder.release(to: &memory)
      }
      if encoder.isEmpty {
        encoder.open(at: time, cutTime: limits.cutTime(after: time), limit: limits.samples, epoch: 0)
      }
      encoder.append(time, bits, in: &memory)
    }
    if !encoder.isEmpty { images.append(encoder.image()) }
    guard !columns.histograms.isEmpty else { return images }
    images += HistogramChunk.images(of: columns.histograms, limits: limits)
    return images.sorted { $0.firstTime < $1.firstTime }
  }
}

extension ChunkEncoder {
  func image() -> ChunkImage {
    ChunkImage(firstTime: firstTime, lastTime: lastTime, count: Int(count), bytes: bytes())
  }
}
