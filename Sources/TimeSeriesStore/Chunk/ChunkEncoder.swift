/// The open end of one chunk: delta-of-delta times and XOR-ed values, bit by bit into a 64-bit accumulator.
///
/// A plain struct over segments of a `ChunkMemory`, kept in one array for all series; it is given that memory, always the
/// same, when it grows and when it ends. Values travel as bit patterns, so every NaN keeps its payload.
/// - Source: Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 2015, section 4.1.
struct ChunkEncoder {
  private var first: UnsafeMutableRawPointer?
  /// Where the next word is stored. The end of a segment, which is the start of a cache line, is no such place.
  private var cursor: UnsafeMutableRawPointer?
  private var accumulator: UInt64 = 0
  /// The newest sample; outlives the chunk, so that a repeat is known as such.
  private(set) var lastTime = Int64.min
  private(set) var lastBits: UInt64 = 0
  /// False after a restart that found the newest sample inside a closed chunk.
  private(set) var knowsLastValue = true
  /// Whether the head has an open chunk of histograms for this series; this one is empty then.
  var hasHistograms = false
  /// That of the series in this slot, so that an append needs no look into the table.
  let generation: UInt32
  private var lastDelta: Int64 = 0
  private(set) var firstTime: Int64 = 0
  /// The first time that belongs into another chunk.
  private(set) var cutTime: Int64 = 0
  private var storedBytes: UInt32 = 0
  /// The commit that carries the first sample of this chunk.
  private(set) var firstEpoch: UInt32 = 0
  private(set) var count: UInt16 = 0
  private(set) var limit: UInt16 = 0
  private var pendingBits: UInt8 = 0
  private var leading: UInt8 = 0
  private var significant: UInt8 = 0
  /// Whether no sample came for longer than a chunk spans.
  var isIdle = false

  init(generation: UInt32) { self.generation = generation }

  private static let linkBytes = MemoryLayout<UnsafeMutableRawPointer?>.size
  private static let segmentMask = UInt(ChunkMemory.segmentBytes - 1)

  var isEmpty: Bool { count == 0 }
  var byteCount: Int { Int(storedBytes) + (Int(pendingBits) + 7) / 8 }

  mutating func open(at time: Int64, cutTime: Int64, limit: Int, epoch: UInt32) {
    firstTime = time
    self.cutTime = cutTime
    self.limit = UInt16(clamping: limit)
    firstEpoch = epoch
  }

  /// - Precondition: the chunk was opened and `time` is later than `lastTime`.
  mutating func append(_ time: Int64, _ bits: UInt64, in memory: inout ChunkMemory) {
    if count == 0 {
      write(bits, 64, &memory)
      lastDelta = 0
      significant = 0
    } else {
      let delta = time &- lastTime
      writeTime(delta &- lastDelta, &memory)
      writeValue(bits ^ lastBits, &memory)
      lastDelta = delta
    }
    lastTime = time
    lastBits = bits
    knowsLastValue = true
    count &+= 1
  }

  /// The bytes so far.
  func bytes() -> [UInt8] {
    guard count > 0 else { return [] }
    let stored = Int(storedBytes)
    var tail = accumulator.bigEndian
    return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, used in
      let target = UnsafeMutableRawBufferPointer(buffer)
      copyWords(to: target)
      withUnsafeBytes(of: &tail) { part in
        for index in 0..<(buffer.count - stored) { target[stored + index] = part[index] }
      }
      used = buffer.count
    }
  }

  private func copyWords(to target: UnsafeMutableRawBufferPointer) {
    var segment = first
    var copied = 0
    while let source = segment, copied < Int(storedBytes) {
      let part = min(Int(storedBytes) - copied, ChunkMemory.segmentBytes - Self.linkBytes)
      UnsafeMutableRawBufferPointer(rebasing: target[copied..<copied + part])
        .copyMemory(from: UnsafeRawBufferPointer(start: source + Self.linkBytes, count: part))
      copied += part
      segment = ChunkMemory.next(of: source)
    }
  }

  /// Empties the chunk and gives its memory back. The newest time and value stay known.
  mutating func release(to memory: inout ChunkMemory) {
    accumulator = 0
    pendingBits = 0
    storedBytes = 0
    count = 0
    guard let first, let last = segment else { return }
    memory.giveBack(first, through: last)
    self.first = nil
    cursor = nil
  }

  /// What the store knows of samples whose value is not here: after a restart, and of histograms.
  mutating func remember(newest time: Int64) {
    guard time > lastTime else { return }
    lastTime = time
    knowsLastValue = false
  }

  /// The one that is being filled, which may be full.
  private var segment: UnsafeMutableRawPointer? {
    cursor.flatMap { UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: $0) &- 1) & ~Self.segmentMask) }
  }

  @inline(__always)
  private mutating func store(_ word: UInt64, _ memory: inout ChunkMemory) {
    if UInt(bitPattern: cursor) & Self.segmentMask == 0 { grow(&memory) }
    guard let place = cursor else { return }
    place.storeBytes(of: word.bigEndian, as: UInt64.self)
    cursor = place + MemoryLayout<UInt64>.size
    storedBytes &+= 8
  }

  @inline(never)
  private mutating func grow(_ memory: inout ChunkMemory) {
    let next = memory.take()
    if let last = segment { ChunkMemory.link(last, to: next) } else { first = next }
    cursor = next + Self.linkBytes
  }

  private mutating func writeTime(_ change: Int64, _ memory: inout ChunkMemory) {
    let raw = UInt64(bitPattern: change)
    switch change {
    case 0: write(0, 1, &memory)
    case -64...63: write(0b10 << 7 | raw & 0x7f, 9, &memory)
    case -2048...2047: write(0b110 << 12 | raw & 0xfff, 15, &memory)
    case -524_288...524_287: write(0b1110 << 20 | raw & 0xf_ffff, 24, &memory)
    default:
      write(0b1111, 4, &memory)
      write(raw, 64, &memory)
    }
  }

  private mutating func writeValue(_ difference: UInt64, _ memory: inout ChunkMemory) {
    if difference == 0 { return write(0, 1, &memory) }
    let leadingZeros = min(UInt8(difference.leadingZeroBitCount), 31)
    let trailingZeros = UInt8(difference.trailingZeroBitCount)
    let fits = significant != 0 && leadingZeros >= leading && trailingZeros >= 64 &- leading &- significant
    if fits {
      write(0b10, 2, &memory)
    } else {
      leading = leadingZeros
      significant = 64 &- leadingZeros &- trailingZeros
      // 64 significant bits are written as 0 in six bits; zero significant bits cannot happen here.
      write(0b11 << 11 | UInt64(leading) << 6 | UInt64(significant & 63), 13, &memory)
    }
    write(difference >> UInt64(64 &- leading &- significant), significant, &memory)
  }

  /// Appends the lowest `width` bits of `value`, 1 to 64 of them, all higher bits zero.
  @inline(__always)
  private mutating func write(_ value: UInt64, _ width: UInt8, _ memory: inout ChunkMemory) {
    let free = 64 &- pendingBits
    if width < free {
      accumulator |= value << UInt64(free &- width)
      pendingBits &+= width
      return
    }
    let over = width &- free
    store(accumulator | value >> UInt64(over), &memory)
    accumulator = over == 0 ? 0 : value << UInt64(64 &- over)
    pendingBits = over
  }
}
