// What settings of every module say when a value is refused. The reader of the files adds file, line and column, refuses
// keys that nobody asked for, and goes on to the next fault; see `SettingsDecoder`.

extension KeyedDecodingContainer {
  /// An error about the value of `key`.
  ///
  /// - Parameters:
  ///   - id: the message that says what is wrong and how to write it.
  ///   - others: keys whose values made this one wrong.
  public func problem(
    _ key: Key, _ id: String, _ arguments: [String: String] = [:], beside others: Key...
  ) -> DecodingError {
    .refused(id, arguments, at: codingPath + [key], beside: others.map(\.stringValue))
  }

  public func problem(_ key: Key, _ fault: SettingsFault) -> DecodingError { .refused(fault, at: codingPath + [key]) }

  /// One of a few words, `nil` when absent.
  ///
  /// - Parameter id: the message for another word, with the arguments `word` and `known`.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    forKey key: Key, else id: String
  ) throws -> Choice? {
    guard let word = try decodeIfPresent(String.self, forKey: key) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      throw problem(
        key, id, ["word": word, "known": Spelling.argument(for: word, among: Choice.allCases.map(\.rawValue))])
    }
    return choice
  }
}
