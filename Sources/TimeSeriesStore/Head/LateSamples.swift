/// Samples of one series that came after newer ones, ascending in time.
struct LateSamples: Sendable {
  private(set) var columns = SampleColumns()
  /// The earliest commit that carries one of them. A replay meets commits file by file, not in their order.
  private(set) var firstEpoch: UInt32

  init(firstEpoch: UInt32) { self.firstEpoch = firstEpoch }

  enum Insertion { case added, repeated, differs }

  mutating func insert(_ time: Int64, _ bits: UInt64, epoch: UInt32) -> Insertion {
    firstEpoch = min(firstEpoch, epoch)
    var place = columns.count
    while place > 0, columns.times[place - 1] >= time { place -= 1 }
    if place < columns.count, columns.times[place] == time {
      return columns.bits[place] == bits ? .repeated : .differs
    }
    columns.times.insert(time, at: place)
    columns.bits.insert(bits, at: place)
    return .added
  }

  /// The samples as chunks: cut at midnight, at the span and at the count.
  func images(limits: ChunkLimits) -> [ChunkImage] { ChunkImage.images(of: columns, limits: limits) }
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
    var encoder = ChunkEncoder()
    defer { encoder.release() }
    for (time, bits) in zip(columns.times, columns.bits) {
      if !encoder.isEmpty, time >= encoder.cutTime || Int(encoder.count) >= limits.samples {
        images.append(encoder.image())
        encoder.reset()
      }
      if encoder.isEmpty {
        encoder.open(at: time, cutTime: limits.cutTime(after: time), limit: limits.samples, epoch: 0)
      }
      encoder.append(time, bits)
    }
    if !encoder.isEmpty { images.append(encoder.image()) }
    return images
  }
}

extension ChunkEncoder {
  func image() -> ChunkImage {
    ChunkImage(firstTime: firstTime, lastTime: lastTime, count: Int(count), bytes: bytes())
  }
}
