/// Finds the word that was meant.
public enum Spelling {
  /// Longer words are compared with nothing; the default is 64 characters.
  public static let lengthMax = 64

  /// The nearest of `candidates`: at most a third of its letters differ, at most three, and never all of them.
  ///
  /// Capitals are no difference, so `Interval` finds `interval`. Of two at the same distance the one with the longer
  /// common beginning is meant, because slips are rarer there.
  public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    guard word.count <= lengthMax else { return nil }
    var best: (edits: Int, strangers: Int, word: String)?
    for candidate in candidates where candidate.count <= lengthMax {
      let length = max(word.count, candidate.count)
      let editsMax = max(1, min(3, length / 3))
      guard abs(word.count - candidate.count) <= editsMax else { continue }
      let edits = distance(word.lowercased(), candidate.lowercased())
      guard edits <= editsMax, edits < length else { continue }
      let found = (edits: edits, strangers: -zip(word, candidate).prefix { $0 == $1 }.count, word: candidate)
      if best.map({ found < $0 }) ?? true { best = found }
    }
    return best?.word
  }

  /// What to say about a word that is none of `known`: `did you mean 'x'?`, else all of them.
  public static func advice(for word: String, among known: some Sequence<String>) -> String {
    if let near = nearest(to: word, among: known) { return "did you mean '\(near)'?" }
    let list = known.joined(separator: ", ")
    return list.isEmpty ? "there is none" : "write one of: \(list)"
  }

  /// The same advice as an argument of a message, for its format `spelling`: `?x` for one that was meant, else all.
  public static func argument(for word: String, among known: some Sequence<String>) -> String {
    nearest(to: word, among: known).map { "?" + $0 } ?? known.joined(separator: ", ")
  }

  /// Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, replacements and swaps of
  /// neighbours.
  static func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one), other = Array(other)
    var beforeLast: [Int] = []
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
