internal import Telemetry

/// All functions of the language. A new one is a file in this folder and a line in this list.
enum FunctionCatalog {
  static let all: [Function] =
    Rate.functions
    + OverTime.functions
    + Trend.functions
    + Elementary.functions
    + Trigonometry.functions
    + Bounds.functions
    + Calendar.functions
    + Conversion.functions
    + Absence.functions
    + LabelRewriting.functions
    + Sorting.functions
    + ClassicHistogram.functions
    + HistogramFunctions.functions
    + QueryTime.functions
    + InfoJoin.functions

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static func function(named name: String) -> Function? { byName[name] }

  /// The known name closest to a mistyped one; `nil` when none is close.
  static func suggestion(for name: String) -> String? {
    Spelling.nearest(to: name, among: all.map(\.name) + AggregationOperator.allCases.map(\.rawValue))
  }
}
