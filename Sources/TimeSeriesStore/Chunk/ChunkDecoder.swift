internal import Telemetry

/// Samples of one series, column by column: times in milliseconds and the bit patterns of values; histograms apart.
struct SampleColumns: Sendable, Equatable {
  var times: [Int64] = []
  var bits: [UInt64] = []
  var histograms = HistogramColumns()

  /// Samples of both kinds.
  var count: Int { times.count + histograms.count }

  /// What they cost: numbers of 8 bytes.
  var load: Int { histograms.values.reduce(times.count) { $0 + $1.load } }

  /// - Precondition: there is a sample.
  var firstTime: Int64 { min(times.first ?? .max, histograms.milliseconds.first ?? .max) }
  var lastTime: Int64 { max(times.last ?? .min, histograms.milliseconds.last ?? .min) }

  @inline(__always)
  mutating func append(_ time: Int64, _ value: UInt64) {
    times.append(time)
    bits.append(value)
  }

  mutating func append(_ time: Int64, _ value: SampleValue) {
    switch value {
    case .number(let bits): append(time, bits)
    case .histogram(let histogram): histograms.append(time, histogram)
    }
  }
}

/// A sample's content, where both kinds take one path: late samples and comparisons.
enum SampleValue: Equatable {
  /// The bit pattern of a number.
  case number(UInt64)
  case histogram(NativeHistogram)
}

/// The half-open window of a read, open on the left as Prometheus 3's.
struct ReadWindow: Sendable {
  /// Exclusive, in milliseconds.
  let after: Int64
  /// Inclusive, in milliseconds.
  let through: Int64

  static let everything = ReadWindow(after: .min, through: .max)

  @inline(__always)
  func contains(_ time: Int64) -> Bool { time > after && time <= through }
  func touches(first: Int64, last: Int64) -> Bool { first <= through && last > after }
}

/// A closed piece of a series: its bytes and what is needed to read them.
struct ChunkImage: Sendable {
  let firstTime: Int64
  let lastTime: Int64
  let count: Int
  let bytes: [UInt8]
  var kind = Kind.numbers

  enum Kind: Sendable { case numbers, histograms }

  /// - Returns: `false` when the bytes contradict themselves; `columns` then holds nothing of this chunk.
  func decode(_ window: ReadWindow, into columns: inout SampleColumns) -> Bool {
    bytes.withUnsafeBytes { bytes in
      switch kind {
      case .numbers:
        ChunkDecoder.decode(bytes, firstTime: firstTime, lastTime: lastTime, count: count, window, into: &columns)
      case .histograms:
        HistogramChunk.decode(
          bytes, firstTime: firstTime, lastTime: lastTime, count: count, window, into: &columns.histograms)
      }
    }
  }
}

/// Reads what `ChunkEncoder` wrote. Any byte string is answered, never trapped on.
struct ChunkDecoder {
  private let base: UnsafeRawPointer
  private let bitCount: Int
  private var position = 0
  private var failed = false

  /// Whole words are loaded, so the bytes are copied in front of this much padding.
  private static let paddingBytes = 16

  static func decode(
    _ bytes: UnsafeRawBufferPointer, firstTime: Int64, lastTime: Int64, count: Int, _ window: ReadWindow,
    into columns: inout SampleColumns
  ) -> Bool {
    guard count > 0, bytes.count >= 8 else { return false }
    // A sample takes two bits at least: a count from a damaged row cannot make the loop long.
    guard count - 1 <= (bytes.count - 8) * 4 else { return false }
    let kept = columns.times.count
    let intact = withUnsafeTemporaryAllocation(byteCount: bytes.count + paddingBytes, alignment: 8) { padded in
      padded.copyMemory(from: bytes)
      for index in bytes.count..<padded.count { padded[index] = 0 }
      guard let base = padded.baseAddress else { return false }
      var decoder = ChunkDecoder(base: UnsafeRawPointer(base), bitCount: bytes.count * 8)
      return decoder.run(firstTime: firstTime, lastTime: lastTime, count: count, window, into: &columns)
    }
    if !intact {
      columns.times.removeSubrange(kept...)
      columns.bits.removeSubrange(kept...)
    }
    return intact
  }

  private init(base: UnsafeRawPointer, bitCount: Int) {
    self.base = base
    self.bitCount = bitCount
  }

  private mutating func run(
    firstTime: Int64, lastTime: Int64, count: Int, _ window: ReadWindow, into columns: inout SampleColumns
  ) -> Bool {
    var time = firstTime
    var bits = read(64)
    var delta: Int64 = 0
    var leading: UInt64 = 0
    var significant: UInt64 = 0
    if window.contains(time) { columns.append(time, bits) }
    var rest = count &- 1
    while rest > 0 {
      delta = delta &+ readTimeChange()
      let next = time &+ delta
      if next <= time { return false }
      time = next
      if read(1) == 1 {
        if read(1) == 1 {
          leading = read(5)
          significant = read(6)
          if significant == 0 { significant = 64 }
        }
        if significant == 0 || leading &+ significant > 64 { return false }
        bits ^= read(Int(significant)) << (64 &- leading &- significant)
      }
      if failed { return false }
      if window.contains(time) { columns.append(time, bits) }
      rest &-= 1
    }
    return !failed && time == lastTime
  }

  @inline(__always)
  private mutating func readTimeChange() -> Int64 {
    if read(1) == 0 { return 0 }
    if read(1) == 0 { return signed(read(7), 7) }
    if read(1) == 0 { return signed(read(12), 12) }
    if read(1) == 0 { return signed(read(20), 20) }
    return Int64(bitPattern: read(64))
  }

  private func signed(_ raw: UInt64, _ width: UInt64) -> Int64 {
    Int64(bitPattern: raw << (64 &- width)) >> Int64(64 &- width)
  }

  @inline(__always)
  private mutating func read(_ width: Int) -> UInt64 {
    guard position &+ width <= bitCount else {
      failed = true
      return 0
    }
    let byte = position >> 3
    let shift = position & 7
    let word = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) << UInt64(shift)
    var result = word >> UInt64(64 &- width)
    let over = shift &+ width &- 64
    if over > 0 {
      result |= UInt64(base.load(fromByteOffset: byte &+ 8, as: UInt8.self)) >> UInt64(8 &- over)
    }
    position &+= width
    return result
  }
}
