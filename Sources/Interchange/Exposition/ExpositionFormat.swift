/// The text formats in which exporters show their samples.
public enum ExpositionFormat: Sendable, Hashable {
  /// Prometheus' text format 0.0.4, also with the quoted names of 1.0.0.
  case text
  /// OpenMetrics 1.0.
  case openMetrics

  /// What an answer says it is; everything that is not OpenMetrics is read as the text format, as exporters that state
  /// no type mean it.
  public init(contentType: String?) {
    self = contentType?.lowercased().hasPrefix("application/openmetrics-text") == true ? .openMetrics : .text
  }

  public var contentType: String {
    switch self {
    case .text: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// What a scraper asks for, in the order of preference.
  public static let accepted =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    + "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
}

/// Why a body is refused: a place and what was expected there.
public struct ExpositionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1.
  public let line: Int
  public let problem: String

  public var description: String { "line \(line): \(problem)" }
}
