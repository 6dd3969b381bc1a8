internal import Telemetry

/// The open end of one chunk of native histograms. Few series have one, so it is kept apart from the chunks of numbers.
struct HistogramChunk: Sendable {
  let firstTime: Int64
  /// The first time that belongs into another chunk.
  let cutTime: Int64
  let firstEpoch: UInt32
  private(set) var lastTime: Int64
  private(set) var last: NativeHistogram?
  private var lastDelta: Int64 = 0
  private(set) var count = 0
  private var writer = ByteWriter()

  /// A chunk of large histograms ends before its count.
  private static let bytesMax = 1 << 20

  init(at time: Int64, cutTime: Int64, epoch: UInt32) {
    firstTime = time
    lastTime = time
    self.cutTime = cutTime
    firstEpoch = epoch
  }

  func isFull(at time: Int64, limit: Int) -> Bool {
    time >= cutTime || count >= limit || writer.bytes.count >= Self.bytesMax
  }

  /// - Precondition: later than the one before; the first has the time of the chunk.
  mutating func append(_ time: Int64, _ histogram: NativeHistogram) {
    if count > 0 {
      let delta = time &- lastTime
      writer.appendSigned(delta &- lastDelta)
      lastDelta = delta
    }
    HistogramCoding.write(histogram, after: last, to: &writer)
    lastTime = time
    last = histogram
    count += 1
  }

  func image() -> ChunkImage {
    ChunkImage(firstTime: firstTime, lastTime: lastTime, count: count, bytes: writer.bytes, kind: .histograms)
  }

  /// - Returns: `false` when the bytes contradict themselves.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, firstTime: Int64, lastTime: Int64, count: Int, _ window: ReadWindow,
    into histograms: inout HistogramColumns
  ) -> Bool {
    // A control byte for each, a distance for all but the first.
    guard count > 0, count - 1 <= bytes.count / 2 else { return false }
    var cursor = ByteCursor(bytes)
    var found = HistogramColumns()
    var previous: NativeHistogram?
    var time = firstTime
    var delta: Int64 = 0
    for index in 0..<count {
      if index > 0 {
        guard let change = cursor.signed() else { return false }
        delta = delta &+ change
        let next = time &+ delta
        guard next > time else { return false }
        time = next
      }
      guard let histogram = HistogramCoding.read(&cursor, after: previous) else { return false }
      previous = histogram
      if window.contains(time) { found.append(time, histogram) }
    }
    guard cursor.isAtEnd, time == lastTime else { return false }
    for (time, histogram) in zip(found.milliseconds, found.values) { histograms.append(time, histogram) }
    return true
  }

  /// - Precondition: times ascend strictly.
  static func images(of columns: HistogramColumns, limits: ChunkLimits) -> [ChunkImage] {
    var images: [ChunkImage] = []
    var open: HistogramChunk?
    for (time, histogram) in zip(columns.milliseconds, columns.values) {
      if let full = open, full.isFull(at: time, limit: limits.samples) {
        images.append(full.image())
        open = nil
      }
      if open == nil { open = HistogramChunk(at: time, cutTime: limits.cutTime(after: time), epoch: 0) }
      open?.append(time, histogram)
    }
    if let open { images.append(open.image()) }
    return images
  }
}
