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
    let previous = window.value(window.count - 2)
    let milliseconds = window.lastTime &- window.time(window.count - 2)
    guard milliseconds > 0 else { return nil }
    let isReset = kind == .counter && window.last < previous
    return (isReset ? window.last : window.last - previous, milliseconds)
  }

  /// The difference between last and first sample, extended to the window's edges.
  ///
  /// A gap to an edge is bridged fully when it is shorter than 1.1 times the average distance of samples, else by half
  /// that distance; a counter is never extended below zero.
  /// - Source: Prometheus, `rate()`.
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
    let sampled = Double(window.lastTime &- window.time(0)) / 1000
    let average = sampled / Double(window.count - 1)
    var toStart = Double(window.time(0) &- window.start) / 1000
    var toEnd = Double(window.end &- window.lastTime) / 1000
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
