/// Bounds of the incremental evaluation. Passing one sends a rule to the plain evaluator, with the reason.
public struct IncrementalLimits: Sendable, Equatable {
  /// Samples kept of one series; the default is 512, which is two hours at 15 seconds.
  public var windowSamplesMax = 512
  /// Memory of all kept samples; the default is 512 MiB.
  public var sampleBytesMax = 512 << 20
  /// Series in one selector; the default is 500,000, as in a plain query.
  public var seriesMax = 500_000
  /// The longest `offset`; the default is 1 hour, because all samples since are kept.
  public var offsetMaxMilliseconds: Int64 = 3_600_000
  /// How much longer than its window a sample is kept, for rounds that begin late; the default is 15 seconds.
  public var slackMilliseconds: Int64 = 15_000

  public init() {}
}

/// Why a rule, or one round of it, is evaluated plainly.
public enum PlainReason: Error, Hashable, Sendable, CustomStringConvertible {
  /// Parts of the language that look at other times than the round's.
  case offset
  case anchor
  case subquery
  case experimental
  /// A range vector or a string: no rule has such a value.
  case valueType
  case function(String)
  /// Nobody follows the store.
  case notFollowed
  /// The windows are not read from the store yet.
  case filling
  case windowTooLong
  case tooManySeries
  case histograms
  /// A window reaches further back than the samples kept, as after late rounds or over too many samples.
  case notCovered
  /// The two ways gave different answers.
  case differed

  /// One word for machines.
  public var code: String {
    switch self {
    case .offset: "offset"
    case .anchor: "anchor"
    case .subquery: "subquery"
    case .experimental: "experimental"
    case .valueType: "value_type"
    case .function: "function"
    case .notFollowed: "not_followed"
    case .filling: "filling"
    case .windowTooLong: "window_too_long"
    case .tooManySeries: "too_many_series"
    case .histograms: "native_histograms"
    case .notCovered: "not_covered"
    case .differed: "differed"
    }
  }

  public var description: String {
    if case .function(let name) = self { "\(code) \(name)" } else { code }
  }
}
