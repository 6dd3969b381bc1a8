import PromQL
import Telemetry
import Testing

@Suite("Function reference")
struct FunctionReferenceTests {
  /// Every function that Prometheus 3 documents as stable.
  static let stable = """
    abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min cos
    cosh count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv exp floor histogram_avg
    histogram_count histogram_fraction histogram_quantile histogram_stddev histogram_stdvar histogram_sum hour idelta
    increase irate label_join label_replace last_over_time ln log10 log2 max_over_time min_over_time minute month pi
    predict_linear present_over_time quantile_over_time rad rate resets round scalar sgn sin sinh sort sort_desc sqrt
    stddev_over_time stdvar_over_time sum_over_time tan tanh time timestamp vector year
    """.split { $0 == " " || $0 == "\n" }.map(String.init)

  @Test("all stable functions are there, the others are experimental")
  func complete() {
    let known = FunctionReference.entries.filter { !$0.isExperimental }.map(\.name)
    #expect(Set(known) == Set(Self.stable))
  }

  @Test("every function evaluates over an empty store", arguments: FunctionReference.entries)
  func evaluates(_ entry: FunctionReference.Entry) throws {
    let values = ["scalar": "0.5", "string": "\"x\"", "instant vector": "up", "range vector": "up[5m]"]
    let arguments = entry.arguments.split(separator: ",").compactMap { argument -> String? in
      values[argument.filter { !"[] …".contains($0) }.replacing("vector", with: " vector").trimmed()]
    }
    let text = "\(entry.name)(\(arguments.joined(separator: ", ")))"
    _ = try evaluate(text, over: MemorySeries(), features: .all)
    let range = EvaluationRange(from: .epoch, through: Timestamp(milliseconds: 60_000), step: .seconds(30))
    _ = try evaluate(text, over: MemorySeries(), range, features: .all)
    #expect(!entry.summary.isEmpty)
  }
}

extension String {
  fileprivate func trimmed() -> String { String(drop { $0 == " " }) }
}
