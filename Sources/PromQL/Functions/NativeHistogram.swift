/// Functions of native histograms. Samples are floating-point numbers today, and of those these functions take none:
/// the answer is an empty vector, as Prometheus answers for series without histograms.
enum NativeHistogram {
  private static func function(_ name: String, _ summary: String) -> Function {
    Function(
      name: name, signature: FunctionSignature([.instantVector]), summary: summary,
      body: .eachSample { _, _ in nil })
  }

  static let functions: [Function] = [
    function("histogram_avg", "average of the observations of each native histogram"),
    function("histogram_count", "number of observations of each native histogram"),
    function("histogram_sum", "sum of the observations of each native histogram"),
    function("histogram_stddev", "estimated standard deviation of the observations of each native histogram"),
    function("histogram_stdvar", "estimated variance of the observations of each native histogram"),
  ]
}
