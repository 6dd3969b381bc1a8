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
    + NativeHistogram.functions
    + QueryTime.functions
    + InfoJoin.functions

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static func function(named name: String) -> Function? { byName[name] }

  /// The known name closest to a mistyped one; `nil` when none is close.
  static func suggestion(for name: String) -> String? {
    let candidates = all.map(\.name) + AggregationOperator.allCases.map(\.rawValue)
    let ranked = candidates.map { ($0, distance(name.lowercased(), $0)) }.min { $0.1 < $1.1 }
    guard let (best, edits) = ranked, edits <= max(1, min(3, name.count / 3)) else { return nil }
    return best
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one name into the other.
  private static func distance(_ left: String, _ right: String) -> Int {
    let one = Array(left.utf8.prefix(64))
    let other = Array(right.utf8.prefix(64))
    guard !one.isEmpty, !other.isEmpty else { return max(one.count, other.count) }
    var rows = [Array(0...other.count)]
    for i in 1...one.count {
      var row = [i]
      for j in 1...other.count {
        var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1))
        if i > 1, j > 1, one[i - 1] == other[j - 2], one[i - 2] == other[j - 1] {
          best = min(best, rows[i - 2][j - 2] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
