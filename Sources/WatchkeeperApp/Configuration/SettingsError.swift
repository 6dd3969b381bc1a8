/// A place in a configuration file, counted from 1.
struct SourcePlace: Hashable, Sendable, Comparable, CustomStringConvertible {
  let file: String
  let line: Int
  let column: Int

  var description: String { "\(file):\(line):\(column)" }

  static func < (left: SourcePlace, right: SourcePlace) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

/// Why a configuration file was refused: `file:line:column: key: what is wrong – how to write it`.
struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  let place: SourcePlace
  /// The path of keys to the fault, for example `probes[2].every`; empty for a fault of the whole file.
  let key: String
  let problem: String
  let hint: String?

  init(at place: SourcePlace, key: String = "", _ problem: String, hint: String? = nil) {
    self.place = place
    self.key = key
    self.problem = problem
    self.hint = hint
  }

  var description: String {
    let subject = key.isEmpty ? "" : "\(key): "
    let advice = hint.map { " – \($0)" } ?? ""
    return "\(place): \(subject)\(problem)\(advice)"
  }
}

/// Several faults, so that one run of `check` names them all.
struct SettingsErrors: Error, Sendable, CustomStringConvertible {
  let errors: [SettingsError]

  var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Finds the word that was meant.
enum Spelling {
  /// The candidate nearest to `word`, when it is at most two edits away and shares more than it differs.
  static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    candidates.map { ($0, distance(word, $0)) }
      .filter { $0.1 <= 2 && $0.1 < max(word.count, 2) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// Damerau–Levenshtein distance (optimal string alignment).
  static func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one), other = Array(other)
    var beforeLast = [Int]()
    var last = Array(0...other.count)
    for row in 0..<one.count {
      var current = [row + 1] + [Int](repeating: 0, count: other.count)
      for column in 0..<other.count {
        let substitution = last[column] + (one[row] == other[column] ? 0 : 1)
        current[column + 1] = min(substitution, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          current[column + 1] = min(current[column + 1], beforeLast[column - 1] + 1)
        }
      }
      beforeLast = last
      last = current
    }
    return last[other.count]
  }
}
