internal import Telemetry

/// Functions of native histograms; samples that are numbers go.
enum HistogramFunctions {
  /// Those that look only at count and sum.
  static let statisticsNames: Set<String> = ["histogram_count", "histogram_sum", "histogram_avg"]
  /// Those that look at buckets.
  static let bucketNames: Set<String> = [
    "histogram_quantile", "histogram_quantiles", "histogram_fraction", "histogram_stddev", "histogram_stdvar",
  ]

  private static func function(
    _ name: String, _ summary: String, _ value: @escaping @Sendable (NativeHistogram) -> Double
  ) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .whole { node, evaluator, grid throws(Complaint) in
        let block = try evaluator.vector(node.arguments[0], on: grid)
        var result = SeriesBlock(steps: grid.count)
        for row in 0..<block.rows { result.addRow(block.labels[row], nameFate: .goes) }
        for (position, histogram) in block.histograms { result.values[position] = value(histogram) }
        return .vector(result)
      })
  }

  static let functions: [Function] = [
    function("histogram_avg", "average of the observations of each native histogram") { $0.sum / $0.count },
    function("histogram_count", "number of observations of each native histogram") { $0.count },
    function("histogram_sum", "sum of the observations of each native histogram") { $0.sum },
    function("histogram_stddev", "estimated standard deviation of the observations of each native histogram") {
      $0.variance.squareRoot()
    },
    function("histogram_stdvar", "estimated variance of the observations of each native histogram") { $0.variance },
  ]
}
