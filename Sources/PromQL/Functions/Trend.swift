/// Straight lines and smoothed trends through the samples of a window.
enum Trend {
  static let functions: [Function] = [
    Function(
      name: "deriv", signature: FunctionSignature([.rangeVector]),
      summary: "slope per second of the straight line through the samples of a gauge",
      body: .overTime(.drops) { window, _ throws(Complaint) in
        window.count < 2 ? nil : regression(window, around: window.time(0)).slope
      }),
    Function(
      name: "predict_linear", signature: FunctionSignature([.rangeVector, .scalar]),
      summary: "value of a gauge so many seconds from now, on the straight line through its samples",
      body: .overTime(.drops) { window, context throws(Complaint) in
        guard window.count >= 2 else { return nil }
        let line = regression(window, around: context.instant)
        return line.slope * context.scalar(0) + line.intercept
      }),
    Function(
      name: "double_exponential_smoothing", signature: FunctionSignature([.rangeVector, .scalar, .scalar]),
      summary: "smoothed value of a gauge; factors for value and trend lie between 0 and 1",
      maturity: .experimental,
      body: .overTime(.drops) { window, context throws(Complaint) in
        try check(context.scalar(0), "smoothing", context.argumentSpan(1))
        try check(context.scalar(1), "trend", context.argumentSpan(2))
        return smoothed(window, value: context.scalar(0), trend: context.scalar(1))
      }),
  ]

  private static func check(_ factor: Double, _ name: String, _ span: SourceSpan) throws(Complaint) {
    guard factor > 0, factor < 1 else {
      throw Complaint(
        .execution("invalid \(name) factor. Expected: 0 < factor < 1, got: \(FloatText.general(factor))"),
        at: span.start)
    }
  }

  /// Least squares with compensated sums; the intercept is the line's value at `origin`.
  static func regression(_ window: Window, around origin: Int64) -> (slope: Double, intercept: Double) {
    var sumX = CompensatedSum()
    var sumY = CompensatedSum()
    var sumXY = CompensatedSum()
    var sumXX = CompensatedSum()
    var isConstant = true
    let first = window.value(0)
    for index in 0..<window.count {
      let y = window.value(index)
      let x = Double(window.time(index) &- origin) / 1000
      isConstant = isConstant && y == first
      sumX.add(x)
      sumY.add(y)
      sumXY.add(x * y)
      sumXX.add(x * x)
    }
    if isConstant { return first.isInfinite ? (.nan, .nan) : (0, first) }
    let count = Double(window.count)
    let covariance = sumXY.value - sumX.value * sumY.value / count
    let variance = sumXX.value - sumX.value * sumX.value / count
    let slope = covariance / variance
    return (slope, sumY.value / count - slope * sumX.value / count)
  }

  /// Holt's linear method.
  private static func smoothed(_ window: Window, value: Double, trend factor: Double) -> Double? {
    guard window.count >= 2 else { return nil }
    var previous = 0.0
    var level = window.value(0)
    var trend = window.value(1) - level
    for index in 1..<window.count {
      if index > 1 { trend = factor * (level - previous) + (1 - factor) * trend }
      let next = value * window.value(index) + (1 - value) * (level + trend)
      previous = level
      level = next
    }
    return level
  }
}
