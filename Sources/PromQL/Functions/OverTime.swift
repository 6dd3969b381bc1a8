internal import Telemetry

/// Statistics of the samples in a window.
enum OverTime {
  private static func function(
    _ name: String, _ summary: String, _ maturity: Function.Maturity = .stable,
    names: Function.NamePolicy = .drops, _ body: @escaping @Sendable (Window) -> Double?,
    histograms: Function.HistogramBody? = nil
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.rangeVector]), summary: summary, maturity: maturity,
      body: .overTime(names, { window, _ throws(Complaint) in body(window) }, histograms: histograms))
  }

  static let functions: [Function] =
    sums + [
      function("count_over_time", "number of samples in the window") {
        Double($0.count)
      } histograms: { window, _ throws(Complaint) in
        .float(Double(window.count + window.histogramCount))
      },
      function("min_over_time", "smallest sample in the window") { Statistics.minimum($0.samples) },
      function("max_over_time", "largest sample in the window") { Statistics.maximum($0.samples) },
      function("last_over_time", "last sample in the window", names: .keeps) {
        $0.last
      } histograms: { window, _ throws(Complaint) in
        window.mixed.last?.sample
      },
      function("first_over_time", "first sample in the window", .experimental, names: .keeps) {
        $0.value(0)
      } histograms: { window, _ throws(Complaint) in
        window.mixed.first?.sample
      },
      function("present_over_time", "1 for every series with a sample in the window") { _ in
        1
      } histograms: { _, _ throws(Complaint) in
        .float(1)
      },
      function("stdvar_over_time", "population variance of the samples in the window") {
        Statistics.variance($0.samples)
      },
      function("stddev_over_time", "population standard deviation of the samples in the window") {
        Statistics.variance($0.samples).squareRoot()
      },
      function("mad_over_time", "median absolute deviation of the samples in the window", .experimental) {
        let median = Statistics.quantile(0.5, Array($0.samples))
        return Statistics.quantile(0.5, $0.samples.map { ($0 - median).magnitude })
      },
      quantile,
    ] + times + transitions

  private static let times: [Function] = [
    function("ts_of_first_over_time", "time of the first sample in the window", .experimental) {
      Double($0.time(0)) / 1000
    } histograms: { window, _ throws(Complaint) in
      window.mixed.first.map { .float(Double($0.time) / 1000) }
    },
    function("ts_of_last_over_time", "time of the last sample in the window", .experimental) {
      Double($0.lastTime) / 1000
    } histograms: { window, _ throws(Complaint) in
      window.mixed.last.map { .float(Double($0.time) / 1000) }
    },
    function("ts_of_min_over_time", "time of the last smallest sample in the window", .experimental) {
      extremeTime($0) { $0 <= $1 }
    },
    function("ts_of_max_over_time", "time of the last largest sample in the window", .experimental) {
      extremeTime($0) { $0 >= $1 }
    },
  ]

  // MARK: Sums

  private static let sums: [Function] = [
    function("avg_over_time", "average of the samples in the window") {
      Statistics.average($0.samples)
    } histograms: { window, context throws(Complaint) in
      sum(window, &context, HistogramAverage.average)
    },
    function("sum_over_time", "sum of the samples in the window") {
      Statistics.sum($0.samples)
    } histograms: { window, context throws(Complaint) in
      sum(window, &context, HistogramAverage.sum)
    },
  ]

  private static func sum(
    _ window: Window, _ context: inout CallContext,
    _ body: (ArraySlice<NativeHistogram>) -> HistogramAverage.Outcome
  ) -> SampleValue? {
    if window.count > 0 {
      context.remarks.warnOfMixedSamples(context.metricName, at: context.rangeSpan)
      return nil
    }
    let outcome = body(window.histogramSamples)
    if outcome.hasMixedSchemas { context.remarks.warnOfMixedSchemas(context.metricName, at: context.rangeSpan) }
    context.remarks.remark(outcome.reconciliation, in: .aggregation, at: context.rangeSpan)
    return outcome.histogram.map { .histogram($0) }
  }

  // MARK: Transitions

  private static let transitions: [Function] = [
    function("changes", "how often the value changed within the window") { window in
      var previous = window.value(0)
      var changes = 0.0
      for value in window.samples {
        if value != previous, !(value.isNaN && previous.isNaN) { changes += 1 }
        previous = value
      }
      return changes
    } histograms: { window, _ throws(Complaint) in
      .float(changes(window.mixed))
    },
    function("resets", "how often a counter was reset within the window") { window in
      if !window.starts.isEmpty { return resets(window.mixed) }
      var previous = window.value(0)
      var resets = 0.0
      for value in window.samples {
        if value < previous { resets += 1 }
        previous = value
      }
      return resets
    } histograms: { window, _ throws(Complaint) in
      .float(resets(window.mixed))
    },
  ]

  /// A number after a histogram, or the other way round, is a change.
  static func changes(_ samples: [Window.Mixed]) -> Double {
    Double(
      zip(samples, samples.dropFirst()).count { previous, next in
        switch (previous.sample, next.sample) {
        case (.float(let one), .float(let other)): one != other && !(one.isNaN && other.isNaN)
        case (.histogram(let one), .histogram(let other)): !other.tellsTheSame(as: one)
        default: true
        }
      })
  }

  /// A number after a histogram, or the other way round, is a reset.
  static func resets(_ samples: [Window.Mixed]) -> Double {
    let times = samples.map(\.time)
    let starts = samples.map(\.start)
    return Double(
      samples.indices.dropFirst().count { index in
        if CounterStart.isReset(index, times, starts) { return true }
        switch (samples[index - 1].sample, samples[index].sample) {
        case (.float(let one), .float(let other)): return other < one
        case (.histogram(let one), .histogram(let other)): return other.isReset(since: one)
        default: return true
        }
      })
  }

  private static let quantile = Function(
    name: "quantile_over_time", signature: FunctionSignature([.scalar, .rangeVector]),
    summary: "φ-quantile of the samples in the window",
    body: .overTime(.drops) { window, context throws(Complaint) in
      let quantile = context.scalar(0)
      Statistics.remarkQuantile(quantile, at: context.argumentSpan(0), &context.remarks)
      return Statistics.quantile(quantile, Array(window.samples))
    })

  private static func extremeTime(_ window: Window, _ replaces: (Double, Double) -> Bool) -> Double {
    var extreme = window.value(0)
    var time = window.time(0)
    for index in 0..<window.count where replaces(window.value(index), extreme) || extreme.isNaN {
      extreme = window.value(index)
      time = window.time(index)
    }
    return Double(time) / 1000
  }
}
