internal import Telemetry

/// Differences over a window, extended to its edges.
enum Rate {
  static let functions: [Function] = [
    Function(
      name: "rate", signature: FunctionSignature([.rangeVector]),
      summary: "per-second increase of a counter, corrected for resets, extended to the edges of the window",
      body: .overTime(.drops) { window, context throws(Complaint) in
        increase(window, &context).map { $0 / seconds(window) }
      } histograms: { window, context throws(Complaint) in
        extrapolatedHistogram(window, of: .counter, &context, per: seconds(window))
      }, inspect: remarkNonCounter),
    Function(
      name: "increase", signature: FunctionSignature([.rangeVector]),
      summary: "increase of a counter over the window, corrected for resets, extended to the edges of the window",
      body: .overTime(.drops) { window, context throws(Complaint) in
        increase(window, &context)
      } histograms: { window, context throws(Complaint) in
        extrapolatedHistogram(window, of: .counter, &context, per: 1)
      }, inspect: remarkNonCounter),
    Function(
      name: "delta", signature: FunctionSignature([.rangeVector]),
      summary: "difference between the end and the start of the window of a gauge, extended to its edges",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        extrapolated(window, of: .gauge)
      } histograms: { window, context throws(Complaint) in
        extrapolatedHistogram(window, of: .gauge, &context, per: 1)
      }),
    Function(
      name: "irate", signature: FunctionSignature([.rangeVector]),
      summary: "per-second increase between the last two samples of a counter",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        guard let (difference, milliseconds) = lastDifference(window, of: .counter) else { return nil }
        return difference / (Double(milliseconds) / 1000)
      } histograms: { window, context throws(Complaint) in
        lastDifference(window, of: .counter, &context)
      }),
    Function(
      name: "idelta", signature: FunctionSignature([.rangeVector]),
      summary: "difference between the last two samples of a gauge",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        lastDifference(window, of: .gauge)?.value
      } histograms: { window, context throws(Complaint) in
        lastDifference(window, of: .gauge, &context)
      }),
  ]

  /// A counter only grows, except where it restarts from zero.
  enum Kind { case counter, gauge }

  private static func seconds(_ window: Window) -> Double { Double(window.end &- window.start) / 1000 }

  private static func lastDifference(_ window: Window, of kind: Kind) -> (value: Double, milliseconds: Int64)? {
    guard window.count >= 2 else { return nil }
    return lastDifference(
      kind, window.value(window.count - 2), window.last,
      milliseconds: window.lastTime &- window.time(window.count - 2),
      startsAnew: CounterStart.isReset(window.upper - 1, window.times, window.starts))
  }

  @inline(__always)
  static func lastDifference(
    _ kind: Kind, _ previous: Double, _ last: Double, milliseconds: Int64, startsAnew: Bool = false
  ) -> (value: Double, milliseconds: Int64)? {
    guard milliseconds > 0 else { return nil }
    let isReset = kind == .counter && (last < previous || startsAnew)
    return (isReset ? last : last - previous, milliseconds)
  }

  /// Of the last two samples, if both are histograms or both numbers.
  private static func lastDifference(
    _ window: Window, of kind: Kind, _ context: inout CallContext
  ) -> SampleValue? {
    let last = window.mixed.suffix(2)
    guard let one = last.first, let other = last.last, last.count == 2, other.time > one.time else { return nil }
    let seconds = Double(other.time &- one.time) / 1000
    switch (one.sample, other.sample) {
    case (.float, .float):
      return lastDifference(window, of: kind).map { .float(kind == .counter ? $0.value / seconds : $0.value) }
    case (.histogram(let previous), .histogram(let newest)):
      let columns = window.histograms
      let isReset =
        newest.isReset(since: previous)
        || CounterStart.isReset(window.upperHistogram - 1, columns.milliseconds, columns.starts)
      guard
        var sum = HistogramIncrease.difference(
          [previous, newest], resets: kind == .counter ? [false, isReset] : nil, &context)
      else { return nil }
      if kind == .counter { sum.divide(by: seconds) }
      return .histogram(sum.value)
    default:
      context.remarks.warnOfMixedSamples(context.metricName, at: context.rangeSpan)
      return nil
    }
  }

  // MARK: Extension to the edges

  /// The difference between last and first sample, extended to the window's edges.
  static func extrapolated(_ window: Window, of kind: Kind) -> Double? {
    guard window.count >= 2 else { return nil }
    let first = window.value(0)
    var difference = window.last - first
    if kind == .counter, window.mayFall {
      var previous = first
      for value in window.samples {
        if value < previous { difference += previous }
        previous = value
      }
    }
    return extended(
      difference, kind, first: first, count: window.count, toStart: window.time(0) &- window.start,
      sampled: window.lastTime &- window.time(0), toEnd: window.end &- window.lastTime)
  }

  /// Extends a difference to the edges of its window; distances in milliseconds.
  @inline(__always)
  static func extended(
    _ difference: Double, _ kind: Kind, first: Double, count: Int, toStart: Int64, sampled: Int64, toEnd: Int64
  ) -> Double {
    difference
      * extent(
        sampled: Double(sampled) / 1000, average: Double(sampled) / 1000 / Double(count - 1),
        toStart: Double(toStart) / 1000, toEnd: Double(toEnd) / 1000,
        zeroAt: kind == .counter && difference > 0 && first >= 0 ? first / difference : nil)
  }

  /// By how much a difference grows when it is extended to the window's edges.
  ///
  /// A gap to an edge is bridged fully when it is shorter than 1.1 times the average distance of samples, else by half
  /// that distance; a counter is never extended below zero.
  /// - Parameter zeroAt: how far before the first sample a counter was zero, in lengths of what was sampled.
  /// - Source: Prometheus, `rate()`.
  @inline(__always)
  private static func extent(
    sampled: Double, average: Double, toStart: Double, toEnd: Double, zeroAt: Double?
  ) -> Double {
    var toStart = toStart >= average * 1.1 ? average / 2 : toStart
    if let zeroAt { toStart = min(toStart, sampled * zeroAt) }
    let toEnd = toEnd >= average * 1.1 ? average / 2 : toEnd
    return (sampled + toStart + toEnd) / sampled
  }

  /// - Parameter origin: when the counter began, if that is within the window: it was zero then.
  private static func extent(
    _ window: Window, from first: Int64, to last: Int64, count: Int, zeroAt: Double?, origin: Int64? = nil
  ) -> Double {
    let sampled = Double(last &- first) / 1000
    return extent(
      sampled: origin.map { Double(last &- $0) / 1000 } ?? sampled,
      average: count > 1 ? sampled / Double(count - 1) : 0,
      toStart: origin == nil ? Double(first &- window.start) / 1000 : 0, toEnd: Double(window.end &- last) / 1000,
      zeroAt: origin == nil ? zeroAt : nil)
  }

  private static func increase(_ window: Window, _ context: inout CallContext) -> Double? {
    if window.starts.isEmpty { return extrapolated(window, of: .counter) }
    let range = window.lower..<window.upper
    remarkOverlaps(range, window.times, window.starts, &context)
    let origin = origin(window, window.lower, window.times, window.starts)
    guard window.count >= (origin == nil ? 2 : 1) else { return nil }
    let first = window.value(0)
    var difference = window.last - first
    for index in range.dropFirst() {
      let previous = window.values[index - 1]
      if window.values[index] < previous || CounterStart.isReset(index, window.times, window.starts) {
        difference += previous
      }
    }
    if origin != nil { difference += first }
    return difference
      * extent(
        window, from: window.time(0), to: window.lastTime, count: window.count,
        zeroAt: difference > 0 && first >= 0 ? first / difference : nil, origin: origin)
  }

  /// When the counter behind the first sample began, if that is within the window.
  private static func origin(_ window: Window, _ first: Int, _ times: [Int64], _ starts: [Int64]) -> Int64? {
    CounterStart.isKnown(first, times, starts) && starts[first] > window.start ? starts[first] : nil
  }

  private static func remarkOverlaps(
    _ range: Range<Int>, _ times: [Int64], _ starts: [Int64], _ context: inout CallContext
  ) {
    guard range.dropFirst().contains(where: { CounterStart.overlaps($0, times, starts) }) else { return }
    context.remarks.warn(
      "sample has start time that overlaps with previous sample timestamp for metric "
        + LabelSet.quoted(context.metricName), at: context.rangeSpan)
  }

  private static func extrapolatedHistogram(
    _ window: Window, of kind: Kind, _ context: inout CallContext, per seconds: Double
  ) -> SampleValue? {
    if window.count > 0 {
      context.remarks.warnOfMixedSamples(context.metricName, at: context.rangeSpan)
      return nil
    }
    let columns = window.histograms
    let range = window.lowerHistogram..<window.upperHistogram
    let isCounter = kind == .counter
    let hasStarts = isCounter && columns.starts[range].contains { $0 != 0 }
    if hasStarts { remarkOverlaps(range, columns.milliseconds, columns.starts, &context) }
    let origin = hasStarts ? origin(window, range.lowerBound, columns.milliseconds, columns.starts) : nil
    guard range.count >= (origin == nil ? 2 : 1) else { return nil }
    let samples = Array(columns.values[range])
    let times = Array(columns.milliseconds[range])
    let resets =
      isCounter
      ? HistogramIncrease.resets(samples, times: times, starts: hasStarts ? Array(columns.starts[range]) : []) : nil
    guard var sum = HistogramIncrease.difference(samples, resets: resets, &context) else { return nil }
    if origin != nil {
      do { _ = try sum.add(samples[0]) } catch {
        context.remarks.warnOfMixedSchemas(context.metricName, at: context.rangeSpan)
        return nil
      }
    }
    let (first, difference) = (samples[0].count, sum.value.count)
    sum.scale(
      by: extent(
        window, from: times[0], to: times[times.count - 1], count: times.count,
        zeroAt: isCounter && difference > 0 && first >= 0 ? first / difference : nil, origin: origin) / seconds)
    return .histogram(sum.value)
  }

  @Sendable private static func remarkNonCounter(_ labels: LabelSet, _ context: inout CallContext) {
    guard let name = labels.metric else { return }
    guard !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) else { return }
    context.remarks.inform(
      "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"\(name)\"",
      at: context.argumentSpan(0))
  }
}
