internal import Telemetry

/// Differences over a window, extended to its edges.
enum Rate {
  static let functions: [Function] = [
    Function(
      name: "rate", signature: FunctionSignature([.rangeVector]),
      summary: "per-second increase of a counter, corrected for resets, extended to the edges of the window",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        extrapolated(window, of: .counter).map { $0 / seconds(window) }
      }, inspect: remarkNonCounter),
    Function(
      name: "increase", signature: FunctionSignature([.rangeVector]),
      summary: "increase of a counter over the window, corrected for resets, extended to the edges of the window",
      body: .overTime(.drops) { window, _ throws(Complaint) in extrapolated(window, of: .counter) },
      inspect: remarkNonCounter),
    Function(
      name: "delta", signature: FunctionSignature([.rangeVector]),
      summary: "difference between the end and the start of the window of a gauge, extended to its edges",
      body: .overTime(.drops) { window, _ throws(Complaint) in extrapolated(window, of: .gauge) }),
    Function(
      name: "irate", signature: FunctionSignature([.rangeVector]),
      summary: "per-second increase between the last two samples of a counter",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        guard let (difference, milliseconds) = lastDifference(window, of: .counter) else { return nil }
        return difference / (Double(milliseconds) / 1000)
      }),
    Function(
      name: "idelta", signature: FunctionSignature([.rangeVector]),
      summary: "difference between the last two samples of a gauge",
      body: .overTime(.drops) { window, _ throws(Complaint) in lastDifference(window, of: .gauge)?.value }),
  ]

  /// A counter only grows, except where it restarts from zero.
  enum Kind { case counter, gauge }

  private static func seconds(_ window: Window) -> Double { Double(window.end &- window.start) / 1000 }

  private static func lastDifference(_ window: Window, of kind: Kind) -> (value: Double, milliseconds: Int64)? {
    guard window.count >= 2 else { return nil }
    return lastDifference(
      kind, window.value(window.count - 2), window.last,
      milliseconds: window.lastTime &- window.time(window.count - 2))
  }

  @inline(__always)
  static func lastDifference(
    _ kind: Kind, _ previous: Double, _ last: Double, milliseconds: Int64
  ) -> (value: Double, milliseconds: Int64)? {
    guard milliseconds > 0 else { return nil }
    let isReset = kind == .counter && last < previous
    return (isReset ? last : last - previous, milliseconds)
  }

  /// The difference between last and first sample, extended to the window's edges.
  static func extrapolated(_ window: Window, of kind: Kind) -> Double? {
    guard window.count >= 2 else { return nil }
    let first = window.value(0)
    var difference = window.last - first
    if kind == .counter {
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
  ///
  /// A gap to an edge is bridged fully when it is shorter than 1.1 times the average distance of samples, else by half
  /// that distance; a counter is never extended below zero.
  /// - Source: Prometheus, `rate()`.
  @inline(__always)
  static func extended(
    _ difference: Double, _ kind: Kind, first: Double, count: Int, toStart: Int64, sampled: Int64, toEnd: Int64
  ) -> Double {
    let sampled = Double(sampled) / 1000
    let average = sampled / Double(count - 1)
    var toStart = Double(toStart) / 1000
    var toEnd = Double(toEnd) / 1000
    if toStart >= average * 1.1 { toStart = average / 2 }
    if kind == .counter, difference > 0, first >= 0 { toStart = min(toStart, sampled * (first / difference)) }
    if toEnd >= average * 1.1 { toEnd = average / 2 }
    return difference * ((sampled + toStart + toEnd) / sampled)
  }

  @Sendable private static func remarkNonCounter(_ labels: LabelSet, _ context: inout CallContext) {
    guard let name = labels.metric else { return }
    guard !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) else { return }
    context.remarks.inform(
      "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"\(name)\"",
      at: context.argumentSpan(0))
  }
}
