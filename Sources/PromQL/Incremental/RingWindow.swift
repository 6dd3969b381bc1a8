internal import Telemetry

/// The samples of one series in (start, end], in place; without staleness markers.
struct RingWindow {
  let values: UnsafeBufferPointer<Double>
  /// Milliseconds since `origin`.
  let times: UnsafeBufferPointer<Int32>
  let start: Int64
  let end: Int64
  let origin: Int64
  /// Whether a value in the window may be below the one before it.
  let mayFall: Bool

  @inline(__always) var count: Int { values.count }
  @inline(__always) var first: Double { values[0] }
  @inline(__always) var last: Double { values[values.count &- 1] }
  @inline(__always) func time(_ index: Int) -> Int64 { origin &+ Int64(times[index]) }
  @inline(__always) var lastTime: Int64 { time(times.count &- 1) }

  /// For functions that only know the plain evaluator's windows.
  func copied() -> Window {
    Window(
      labels: .empty, times: (0..<count).map(time), values: Array(values), start: start, end: end)
  }
}

/// Room for windows whose staleness markers must be left out.
final class WindowScratch {
  private let values: UnsafeMutablePointer<Double>
  private let times: UnsafeMutablePointer<Int32>

  init(_ limits: IncrementalLimits) {
    values = .allocate(capacity: limits.windowSamplesMax)
    times = .allocate(capacity: limits.windowSamplesMax)
  }

  deinit {
    values.deallocate()
    times.deallocate()
  }

  func withoutMarkers(_ window: RingWindow) -> RingWindow {
    var kept = 0
    for index in 0..<window.count where !window.values[index].isStaleMarker {
      values[kept] = window.values[index]
      times[kept] = window.times[index]
      kept += 1
    }
    return RingWindow(
      values: UnsafeBufferPointer(start: values, count: kept), times: UnsafeBufferPointer(start: times, count: kept),
      start: window.start, end: window.end, origin: window.origin, mayFall: true)
  }
}

extension SampleRings {
  /// The samples of a series in (start, end]; `nil` when there is none.
  @inline(__always)
  func window(_ series: UInt32, start: Int64, end: Int64, _ scratch: WindowScratch) -> RingWindow? {
    let ring = rings + Int(series)
    guard let values = ring.pointee.values, let times = ring.pointee.times else { return nil }
    let from = relative(start)
    let through = relative(end)
    var upper = Int(ring.pointee.tail)
    var lower = Int(ring.pointee.head)
    while upper > lower, times[upper &- 1] > through { upper &-= 1 }
    if upper &- lower > 8, times[lower &+ 4] <= from { lower = Self.firstIndex(after: from, times, lower &+ 5, upper) }
    while lower < upper, times[lower] <= from { lower &+= 1 }
    guard lower < upper else { return nil }
    let window = RingWindow(
      values: UnsafeBufferPointer(start: values + lower, count: upper &- lower),
      times: UnsafeBufferPointer(start: times + lower, count: upper &- lower), start: start, end: end, origin: origin,
      mayFall: ring.pointee.lastFall > times[lower])
    guard ring.pointee.lastMarker >= times[lower] else { return window }
    let clean = scratch.withoutMarkers(window)
    return clean.count == 0 ? nil : clean
  }

  /// The newest sample in (start, end], unless it is a staleness marker.
  @inline(__always)
  func newest(_ series: UInt32, start: Int64, end: Int64) -> (value: Double, time: Int64)? {
    let ring = rings + Int(series)
    guard let values = ring.pointee.values, let times = ring.pointee.times else { return nil }
    let through = relative(end)
    var upper = Int(ring.pointee.tail)
    let head = Int(ring.pointee.head)
    while upper > head, times[upper &- 1] > through { upper &-= 1 }
    guard upper > head, times[upper &- 1] > relative(start), !values[upper &- 1].isStaleMarker else { return nil }
    return (values[upper &- 1], origin &+ Int64(times[upper &- 1]))
  }

  private static func firstIndex(
    after time: Int32, _ times: UnsafeMutablePointer<Int32>, _ from: Int, _ to: Int
  ) -> Int {
    var low = from
    var high = to
    while low < high {
      let middle = (low &+ high) / 2
      if times[middle] > time { high = middle } else { low = middle &+ 1 }
    }
    return low
  }
}
