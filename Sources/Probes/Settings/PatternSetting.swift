internal import Telemetry

extension KeyedDecodingContainer {
  /// A regular expression, or `nil` when none is written.
  func pattern(forKey key: Key) throws -> Pattern? {
    guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw problem(key, error.fault)
    }
  }
}
