extension Decoder {
  /// Refuses a mapping with a key outside `Keys`: a typo must not become a silent default.
  ///
  /// The unknown key is the last element of the error's coding path, so that its place in the file can be found.
  public func rejectUnknownKeys<Keys: CodingKey & CaseIterable>(_ keys: Keys.Type) throws {
    let known = Keys.allCases.map(\.stringValue)
    let present = try container(keyedBy: TextKey.self).allKeys
    guard let stranger = present.first(where: { !known.contains($0.stringValue) }) else { return }
    let advice =
      NearestWord.of(stranger.stringValue, among: known).map { "did you mean '\($0)'?" }
      ?? "known are: \(known.joined(separator: ", "))"
    throw DecodingError.dataCorrupted(
      DecodingError.Context(
        codingPath: codingPath + [stranger], debugDescription: "unknown key '\(stranger.stringValue)' – \(advice)"))
  }
}

/// Any key of a mapping.
public struct TextKey: CodingKey, Hashable {
  public let stringValue: String
  public var intValue: Int? { nil }

  public init(stringValue: String) { self.stringValue = stringValue }
  public init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer {
  /// An error about the value of `key`, which becomes the last element of the coding path.
  public func problem(_ key: Key, _ text: String) -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: codingPath + [key], debugDescription: text))
  }
}

/// Finds the word that was probably meant.
public enum NearestWord {
  /// - Returns: the closest of `words` when at most a third of its letters (at least one) differ.
  public static func of(_ text: String, among words: [String]) -> String? {
    guard text.utf8.count <= 64 else { return nil }
    let ranked = words.map { (word: $0, distance: distance(Array(text.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.word.utf8.count / 3) ? best.word : nil
  }

  /// Insertions, deletions, replacements and swaps of neighbours.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    guard !one.isEmpty, !other.isEmpty else { return max(one.count, other.count) }
    var rows = [Array(0...other.count)]
    for i in 1...one.count {
      var row = [i]
      for j in 1...other.count {
        var cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1))
        if i > 1, j > 1, one[i - 1] == other[j - 2], one[i - 2] == other[j - 1] {
          cost = min(cost, rows[i - 2][j - 2] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
