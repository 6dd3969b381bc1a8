internal import Telemetry

/// What a leaf of an expression makes of a series' samples. Those that rules use most look at as few samples as
/// exactness allows; the others run the plain evaluator's body over a copy of the window.
enum WindowFunction {
  /// Without a range: the newest sample, or when it was measured.
  case newest, newestTime
  case rate, increase, delta, irate, idelta
  case sum, average, count, minimum, maximum, last, present, deviation, variance
  case changes, resets
  case body(Function.WindowBody, FunctionCall)

  init?(_ call: FunctionCall) {
    guard let function = FunctionCatalog.function(named: call.name) else { return nil }
    switch call.name {
    case "rate": self = .rate
    case "increase": self = .increase
    case "delta": self = .delta
    case "irate": self = .irate
    case "idelta": self = .idelta
    case "sum_over_time": self = .sum
    case "avg_over_time": self = .average
    case "count_over_time": self = .count
    case "min_over_time": self = .minimum
    case "max_over_time": self = .maximum
    case "last_over_time": self = .last
    case "present_over_time", "absent_over_time": self = .present
    case "stddev_over_time": self = .deviation
    case "stdvar_over_time": self = .variance
    case "changes": self = .changes
    case "resets": self = .resets
    default:
      guard case .overTime(_, let body, _) = function.body else { return nil }
      self = .body(body, call)
    }
  }

  /// How many samples of a window are read.
  @inline(__always)
  func samplesRead(of window: RingWindow) -> Int {
    switch self {
    case .rate, .increase, .resets: window.mayFall ? window.count : min(2, window.count)
    case .delta, .irate, .idelta: min(2, window.count)
    case .newest, .newestTime, .last, .present, .count: 1
    default: window.count
    }
  }

  /// The same number as the plain evaluator's, to the bit: where that sums, this sums the same numbers in the same order.
  ///
  /// - Parameter instant: of the round, which is later than the window's end where that has an offset.
  @inline(__always)
  func value(of window: RingWindow, _ scalars: [[Double]], at instant: Int64) throws(Complaint) -> Double? {
    switch self {
    case .rate: Self.rate(of: window)
    case .increase: Self.extrapolated(window, .counter)
    case .delta: Self.extrapolated(window, .gauge)
    case .irate: Self.lastDifference(window, .counter).map { $0.value / (Double($0.milliseconds) / 1000) }
    case .idelta: Self.lastDifference(window, .gauge)?.value
    case .sum: Statistics.sum(window.values)
    case .average: Statistics.average(window.values)
    case .count: Double(window.count)
    case .minimum: Statistics.minimum(window.values)
    case .maximum: Statistics.maximum(window.values)
    case .last, .newest: window.last
    case .newestTime: Double(window.lastTime) / 1000
    case .present: 1
    case .variance: Statistics.variance(window.values)
    case .deviation: Statistics.variance(window.values).squareRoot()
    case .changes: Self.changes(window)
    case .resets: Self.resets(window)
    case .body(let body, let call): try Self.run(body, call, window, scalars, at: instant)
    }
  }

  private static func run(
    _ body: Function.WindowBody, _ call: FunctionCall, _ window: RingWindow, _ scalars: [[Double]], at instant: Int64
  ) throws(Complaint) -> Double? {
    var context = CallContext(call: call, scalars: scalars, remarks: Remarks())
    context.instant = instant
    return try body(window.copied(), &context)
  }

  @inline(__always)
  static func rate(of window: RingWindow) -> Double? {
    extrapolated(window, .counter).map { $0 / (Double(window.end &- window.start) / 1000) }
  }

  @inline(__always)
  private static func extrapolated(_ window: RingWindow, _ kind: Rate.Kind) -> Double? {
    guard window.count >= 2 else { return nil }
    var difference = window.last - window.first
    if kind == .counter, window.mayFall {
      var previous = window.first
      for value in window.values {
        if value < previous { difference += previous }
        previous = value
      }
    }
    return Rate.extended(
      difference, kind, first: window.first, count: window.count, toStart: window.time(0) &- window.start,
      sampled: window.lastTime &- window.time(0), toEnd: window.end &- window.lastTime)
  }

  @inline(__always)
  private static func lastDifference(
    _ window: RingWindow, _ kind: Rate.Kind
  ) -> (value: Double, milliseconds: Int64)? {
    guard window.count >= 2 else { return nil }
    return Rate.lastDifference(
      kind, window.values[window.count - 2], window.last,
      milliseconds: window.lastTime &- window.time(window.count - 2))
  }

  private static func changes(_ window: RingWindow) -> Double {
    var previous = window.first
    var changes = 0.0
    for value in window.values {
      if value != previous, !(value.isNaN && previous.isNaN) { changes += 1 }
      previous = value
    }
    return changes
  }

  private static func resets(_ window: RingWindow) -> Double {
    guard window.mayFall else { return 0 }
    var previous = window.first
    var resets = 0.0
    for value in window.values {
      if value < previous { resets += 1 }
      previous = value
    }
    return resets
  }
}
