/// The open end of one chunk: delta-of-delta times and XOR-ed values, bit by bit into a 64-bit accumulator.
///
/// A plain struct over raw memory, kept in one array for all series; whoever owns the array frees `storage`. Values
/// travel as bit patterns, so every NaN keeps its payload.
/// - Source: Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 2015, section 4.1.
struct ChunkEncoder {
  private var storage: UnsafeMutableRawPointer?
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
  private var capacity: UInt32 = 0
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

  /// A sample needs at most 145 bits, which with those that wait are three words.
  private static let roomBytes: UInt32 = 24

  var isEmpty: Bool { count == 0 }
  var byteCount: Int { Int(storedBytes) + (Int(pendingBits) + 7) / 8 }

  mutating func open(at time: Int64, cutTime: Int64, limit: Int, epoch: UInt32) {
    firstTime = time
    self.cutTime = cutTime
    self.limit = UInt16(clamping: limit)
    firstEpoch = epoch
  }

  /// - Precondition: the chunk was opened and `time` is later than `lastTime`.
  mutating func append(_ time: Int64, _ bits: UInt64) {
    if storedBytes &+ Self.roomBytes > capacity { grow() }
    if count == 0 {
      write(bits, 64)
      lastDelta = 0
      significant = 0
    } else {
      let delta = time &- lastTime
      writeTime(delta &- lastDelta)
      writeValue(bits ^ lastBits)
      lastDelta = delta
    }
    lastTime = time
    lastBits = bits
    knowsLastValue = true
    count &+= 1
  }

  /// The bytes so far.
  func bytes() -> [UInt8] {
    guard let storage, count > 0 else { return [] }
    let stored = Int(storedBytes)
    var tail = accumulator.bigEndian
    return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, used in
      let target = UnsafeMutableRawBufferPointer(buffer)
      target.copyMemory(from: UnsafeRawBufferPointer(start: storage, count: stored))
      withUnsafeBytes(of: &tail) { part in
        for index in 0..<(buffer.count - stored) { target[stored + index] = part[index] }
      }
      used = buffer.count
    }
  }

  /// Empties the chunk and gives its memory back: the next one grows in small steps, half of which would lie idle. The
  /// newest time and value stay known.
  mutating func release() {
    accumulator = 0
    pendingBits = 0
    storedBytes = 0
    count = 0
    storage?.deallocate()
    storage = nil
    capacity = 0
  }

  /// What the store knows of samples whose value is not here: after a restart, and of histograms.
  mutating func remember(newest time: Int64) {
    guard time > lastTime else { return }
    lastTime = time
    knowsLastValue = false
  }

  private mutating func grow() {
    // malloc's blocks are 8 bytes less than a multiple of 16. A series that stands still fits into the first.
    let larger = capacity == 0 ? 72 : (capacity &+ capacity / 4) & ~15 &+ 8
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(larger), alignment: 8)
    if let storage {
      memory.copyMemory(from: storage, byteCount: Int(storedBytes))
      storage.deallocate()
    }
    storage = memory
    capacity = larger
  }

  private mutating func writeTime(_ change: Int64) {
    let raw = UInt64(bitPattern: change)
    switch change {
    case 0: write(0, 1)
    case -64...63: write(0b10 << 7 | raw & 0x7f, 9)
    case -2048...2047: write(0b110 << 12 | raw & 0xfff, 15)
    case -524_288...524_287: write(0b1110 << 20 | raw & 0xf_ffff, 24)
    default:
      write(0b1111, 4)
      write(raw, 64)
    }
  }

  private mutating func writeValue(_ difference: UInt64) {
    if difference == 0 { return write(0, 1) }
    let leadingZeros = min(UInt8(difference.leadingZeroBitCount), 31)
    let trailingZeros = UInt8(difference.trailingZeroBitCount)
    let fits = significant != 0 && leadingZeros >= leading && trailingZeros >= 64 &- leading &- significant
    if fits {
      write(0b10, 2)
    } else {
      leading = leadingZeros
      significant = 64 &- leadingZeros &- trailingZeros
      // 64 significant bits are written as 0 in six bits; zero significant bits cannot happen here.
      write(0b11 << 11 | UInt64(leading) << 6 | UInt64(significant & 63), 13)
    }
    write(difference >> UInt64(64 &- leading &- significant), significant)
  }

  /// Appends the lowest `width` bits of `value`, 1 to 64 of them, all higher bits zero.
  @inline(__always)
  private mutating func write(_ value: UInt64, _ width: UInt8) {
    let free = 64 &- pendingBits
    if width < free {
      accumulator |= value << UInt64(free &- width)
      pendingBits &+= width
      return
    }
    let over = width &- free
    let word = accumulator | value >> UInt64(over)
    storage?.storeBytes(of: word.bigEndian, toByteOffset: Int(storedBytes), as: UInt64.self)
    storedBytes &+= 8
    accumulator = over == 0 ? 0 : value << UInt64(64 &- over)
    pendingBits = over
  }
}
