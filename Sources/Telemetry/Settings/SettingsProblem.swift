// What settings of every module say when a value is refused. The reader of the files adds file, line and column, refuses
// keys that nobody asked for, and goes on to the next fault; see `SettingsDecoder`.

/// Carried by an error about a value that is wrong only beside another one.
///
/// When the other value is at fault itself, a default stands in for it, and the comparison would accuse the innocent.
public struct ComparedSettings: Error {
  /// Of the same mapping.
  public let keys: [String]
}

extension KeyedDecodingContainer {
  /// An error about the value of `key`.
  ///
  /// - Parameters:
  ///   - text: `what is wrong – how to write it`.
  ///   - others: keys whose values made this one wrong.
  public func problem(_ key: Key, _ text: String, beside others: Key...) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: codingPath + [key], debugDescription: text,
        underlyingError: others.isEmpty ? nil : ComparedSettings(keys: others.map(\.stringValue))))
  }

  /// One of a few words, `nil` when absent.
  ///
  /// - Parameter what: what the words are, with its article: `a language`.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ what: String, forKey key: Key
  ) throws -> Choice? {
    guard let word = try decodeIfPresent(String.self, forKey: key) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      let advice = Spelling.advice(for: word, among: Choice.allCases.map(\.rawValue))
      throw problem(key, "'\(word)' is not \(what) – \(advice)")
    }
    return choice
  }
}
