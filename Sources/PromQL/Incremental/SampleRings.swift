internal import Telemetry

/// The newest samples of every series that rules look at, 12 bytes a sample: a number and the milliseconds since a
/// common origin.
///
/// A series' memory grows by small steps to what its longest window needs and is used again from the front: nothing is
/// allocated in a steady state.
final class SampleRings {
  /// How the samples of one series lie in memory: `capacity` values, then `capacity` times, of which those in
  /// `head..<tail` are in use, ascending.
  struct Ring {
    var memory: UnsafeMutableRawPointer?
    var capacity: UInt16 = 0
    var head: UInt16 = 0
    var tail: UInt16 = 0
    /// A native histogram came: the numbers alone are not the series.
    var hasHistograms = false
    var isCutShort = false
    /// When the value last fell; staleness markers apart.
    var lastFall = Int32.min
    /// When the last staleness marker came.
    var lastMarker = Int32.min
    /// All samples after this time are here.
    var coveredAfter = Int32.min
    /// How long a sample is kept behind a newer one.
    var retention: Int32 = 0

    @inline(__always)
    var values: UnsafeMutablePointer<Double>? { memory?.assumingMemoryBound(to: Double.self) }

    @inline(__always)
    var times: UnsafeMutablePointer<Int32>? {
      memory.map { ($0 + Int(capacity) &* 8).assumingMemoryBound(to: Int32.self) }
    }
  }

  private(set) var rings: UnsafeMutablePointer<Ring>
  private(set) var count = 0
  private var room = 1024
  /// What times are relative to, in milliseconds since 1970.
  private(set) var origin: Int64
  private(set) var sampleBytes = 0
  private let limits: IncrementalLimits

  init(_ limits: IncrementalLimits, origin: Int64) {
    self.limits = limits
    self.origin = origin
    rings = .allocate(capacity: room)
  }

  deinit {
    for index in 0..<count { rings[index].memory?.deallocate() }
    rings.deallocate()
  }

  var byteCount: Int { sampleBytes + room * MemoryLayout<Ring>.stride }

  // MARK: Series

  func add() -> UInt32 {
    if count == room {
      let larger: UnsafeMutablePointer<Ring> = .allocate(capacity: room * 2)
      larger.moveInitialize(from: rings, count: count)
      rings.deallocate()
      rings = larger
      room *= 2
    }
    (rings + count).initialize(to: Ring())
    count += 1
    return UInt32(count - 1)
  }

  /// Forgets the samples of a series.
  ///
  /// - Parameter time: all that come after it will be pushed.
  func clear(_ series: UInt32, coveredAfter time: Int64) {
    let ring = rings + Int(series)
    release(ring)
    let retention = ring.pointee.retention
    ring.pointee = Ring()
    ring.pointee.retention = retention
    // The ends of the range stand for ever and never; a difference to them would wrap.
    ring.pointee.coveredAfter = time == .min ? .min : time == .max ? .max : relative(time)
  }

  /// Lets go of a series; its number may be given to another.
  func forget(_ series: UInt32) {
    release(rings + Int(series))
    rings[Int(series)] = Ring()
  }

  func keep(_ series: UInt32, for retention: Int64) {
    let needed = Int32(clamping: retention)
    if rings[Int(series)].retention < needed { rings[Int(series)].retention = needed }
  }

  /// Whether all samples after `time` are here.
  func covers(_ series: UInt32, after time: Int64) -> Bool { rings[Int(series)].coveredAfter <= relative(time) }

  func noteHistogram(_ series: UInt32) { rings[Int(series)].hasHistograms = true }

  func newestTime(_ series: UInt32) -> Int64? {
    let ring = rings[Int(series)]
    guard ring.head < ring.tail, let times = ring.times else { return nil }
    return origin &+ Int64(times[Int(ring.tail) - 1])
  }

  /// Gives back the memory of series whose samples are all older than their retention.
  func sweep(now: Int64) {
    for series in 0..<count {
      guard let newest = newestTime(UInt32(series)) else { continue }
      let ring = rings + series
      guard newest < now &- Int64(ring.pointee.retention) else { continue }
      ring.pointee.coveredAfter = max(ring.pointee.coveredAfter, relative(newest))
      release(ring)
    }
  }

  private func release(_ ring: UnsafeMutablePointer<Ring>) {
    sampleBytes -= Int(ring.pointee.capacity) * Self.sampleSize
    ring.pointee.memory?.deallocate()
    ring.pointee.memory = nil
    ring.pointee.capacity = 0
    ring.pointee.head = 0
    ring.pointee.tail = 0
  }

  // MARK: Samples

  private static let sampleSize = 12
  /// Some 12 days; twice that fits in the 32 bits of a time.
  private static let rangeMax: Int64 = 1 << 30

  @inline(__always)
  func relative(_ time: Int64) -> Int32 { Int32(clamping: time &- origin) }

  /// Takes a sample that the store accepted; one at a known time is known already.
  @inline(__always)
  func push(_ series: UInt32, _ time: Int64, _ value: Double) {
    if time &- origin > Self.rangeMax { moveOrigin(to: time) }
    let ring = rings + Int(series)
    let relative = relative(time)
    let tail = Int(ring.pointee.tail)
    if tail > Int(ring.pointee.head), let times = ring.pointee.times, relative <= times[tail &- 1] {
      return insert(ring, relative, value)
    }
    if relative <= ring.pointee.coveredAfter { return }
    if tail == Int(ring.pointee.capacity) { makeRoom(ring, before: relative) }
    append(ring, relative, value)
  }

  @inline(__always)
  private func append(_ ring: UnsafeMutablePointer<Ring>, _ time: Int32, _ value: Double) {
    let tail = Int(ring.pointee.tail)
    guard let values = ring.pointee.values, let times = ring.pointee.times else { return }
    values[tail] = value
    times[tail] = time
    ring.pointee.tail &+= 1
    if value.isStaleMarker {
      ring.pointee.lastMarker = time
    } else if tail > Int(ring.pointee.head), value < values[tail &- 1] {
      ring.pointee.lastFall = time
    }
  }

  /// Gives up what is older than the retention; grows when all is needed, within the limits.
  private func makeRoom(_ ring: UnsafeMutablePointer<Ring>, before time: Int32) {
    let oldest = Int32(clamping: Int64(time) - Int64(ring.pointee.retention))
    if let times = ring.pointee.times {
      while ring.pointee.head < ring.pointee.tail, times[Int(ring.pointee.head)] <= oldest { giveUpOldest(ring) }
    }
    let capacity = Int(ring.pointee.capacity)
    if ring.pointee.head == 0 {
      let larger = nextCapacity(ring)
      let isAllowed =
        larger <= limits.windowSamplesMax
        && sampleBytes + (larger - capacity) * Self.sampleSize <= limits.sampleBytesMax
      if isAllowed { return grow(ring, to: larger) }
      ring.pointee.isCutShort = true
      if capacity == 0 {
        ring.pointee.coveredAfter = time
        return
      }
      giveUpOldest(ring)
    }
    let head = Int(ring.pointee.head)
    let count = Int(ring.pointee.tail) - head
    guard let values = ring.pointee.values, let times = ring.pointee.times else { return }
    values.update(from: values + head, count: count)
    times.update(from: times + head, count: count)
    ring.pointee.head = 0
    ring.pointee.tail = UInt16(count)
  }

  /// What the retention takes at the pace so far, when that is not much; else a step.
  private func nextCapacity(_ ring: UnsafeMutablePointer<Ring>) -> Int {
    let capacity = Int(ring.pointee.capacity)
    guard let times = ring.pointee.times, capacity > 1 else { return 4 }
    let pace = max(1, (Int(times[capacity - 1]) - Int(times[0])) / (capacity - 1))
    let expected = Int(ring.pointee.retention) / pace + 1
    if expected > capacity, expected <= capacity + 64 { return expected + expected % 2 }
    return max(capacity + 2, (capacity + capacity / 8) & ~1)
  }

  private func giveUpOldest(_ ring: UnsafeMutablePointer<Ring>) {
    guard let times = ring.pointee.times else { return }
    ring.pointee.coveredAfter = times[Int(ring.pointee.head)]
    ring.pointee.head += 1
  }

  /// - Precondition: the samples in use begin at the front.
  private func grow(_ ring: UnsafeMutablePointer<Ring>, to capacity: Int) {
    var larger = ring.pointee
    larger.memory = .allocate(byteCount: capacity * Self.sampleSize, alignment: 8)
    larger.capacity = UInt16(capacity)
    let count = Int(ring.pointee.tail)
    if let values = ring.pointee.values, let times = ring.pointee.times {
      larger.values?.update(from: values, count: count)
      larger.times?.update(from: times, count: count)
    }
    ring.pointee.memory?.deallocate()
    sampleBytes += (capacity - Int(ring.pointee.capacity)) * Self.sampleSize
    ring.pointee = larger
  }

  /// A late sample takes its place among the others.
  private func insert(_ ring: UnsafeMutablePointer<Ring>, _ time: Int32, _ value: Double) {
    guard time > ring.pointee.coveredAfter, let known = ring.pointee.times else { return }
    for index in Int(ring.pointee.head)..<Int(ring.pointee.tail) where known[index] == time { return }
    if ring.pointee.tail == ring.pointee.capacity { makeRoom(ring, before: known[Int(ring.pointee.tail) - 1]) }
    guard time > ring.pointee.coveredAfter, let values = ring.pointee.values, let times = ring.pointee.times else {
      return
    }
    var place = Int(ring.pointee.tail)
    while place > Int(ring.pointee.head), times[place - 1] > time {
      times[place] = times[place - 1]
      values[place] = values[place - 1]
      place -= 1
    }
    times[place] = time
    values[place] = value
    ring.pointee.tail += 1
    for index in Int(ring.pointee.head)..<Int(ring.pointee.tail) {
      if values[index].isStaleMarker {
        ring.pointee.lastMarker = max(ring.pointee.lastMarker, times[index])
      } else if index > Int(ring.pointee.head), values[index] < values[index - 1] {
        ring.pointee.lastFall = max(ring.pointee.lastFall, times[index])
      }
    }
  }

  /// Times are 32 bits wide: the origin follows the samples, at most every 12 days.
  private func moveOrigin(to time: Int64) {
    let shift = time &- origin
    origin = time
    func moved(_ old: Int32) -> Int32 { old == .min ? .min : Int32(clamping: Int64(old) &- shift) }
    for index in 0..<count {
      let ring = rings + index
      ring.pointee.lastFall = moved(ring.pointee.lastFall)
      ring.pointee.lastMarker = moved(ring.pointee.lastMarker)
      ring.pointee.coveredAfter = moved(ring.pointee.coveredAfter)
      guard let times = ring.pointee.times else { continue }
      for place in Int(ring.pointee.head)..<Int(ring.pointee.tail) { times[place] = moved(times[place]) }
    }
  }
}
