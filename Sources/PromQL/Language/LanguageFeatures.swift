/// The parts of PromQL that Prometheus itself ships switched off. What is off is refused by name.
public struct LanguageFeatures: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Functions and aggregations such as `limitk`, `sort_by_label`, `mad_over_time`, `info`.
  public static let experimentalFunctions = LanguageFeatures(rawValue: 1 << 0)
  /// Arithmetic in durations: `[2m * (10 + 5)]`, `offset step()`.
  public static let durationExpressions = LanguageFeatures(rawValue: 1 << 1)
  /// `anchored` and `smoothed` after a selector.
  public static let extendedRangeSelectors = LanguageFeatures(rawValue: 1 << 2)
  /// `fill`, `fill_left` and `fill_right` in vector matching.
  public static let fillModifiers = LanguageFeatures(rawValue: 1 << 3)

  /// What Prometheus 3 parses with its default settings.
  public static let stable: LanguageFeatures = []
  public static let all: LanguageFeatures = [
    .experimentalFunctions, .durationExpressions, .extendedRangeSelectors, .fillModifiers,
  ]
}
