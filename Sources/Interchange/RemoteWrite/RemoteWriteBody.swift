/// The two messages in which a sender hands samples over.
///
/// - Source: Prometheus remote write specifications 1.0 and 2.0.
public enum RemoteWriteVersion: Sendable, Hashable {
  /// `prometheus.WriteRequest`.
  case one
  /// `io.prometheus.write.v2.Request`.
  case two

  /// - Returns: `nil` for a content type that names neither message: the answer is 415.
  public init?(contentType: String) {
    let parts = contentType.lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
    guard parts.first == "application/x-protobuf" else { return nil }
    switch parts.dropFirst().first(where: { $0.hasPrefix("proto=") })?.dropFirst(6) {
    case nil, "prometheus.writerequest": self = .one
    case "io.prometheus.write.v2.request": self = .two
    default: return nil
    }
  }
}

/// Bounds of one body.
public struct RemoteWriteLimits: Sendable, Hashable {
  /// Unpacked; the default is 32 MiB.
  public var bytesMax = 32 << 20
  /// Series in one body; the default is 100,000.
  public var seriesMax = 100_000
  /// Labels of one series; the default is 64.
  public var labelsMax = 64
  /// Bytes of the labels of one series; the default is 64 KiB.
  public var labelBytesMax = 64 << 10
  /// Buckets of one histogram, on both sides; the default is 10,000.
  public var bucketsMax = 10_000
  /// Symbols of one body of version 2; the default is 1,000,000.
  public var symbolsMax = 1_000_000
  /// What the samples and labels of one body take once they are read; the default is 128 MiB. A body of a few kilobytes
  /// can unpack to millions of empty samples, or name one long symbol again and again.
  public var expandedBytesMax = 128 << 20

  public init() {}
}

/// Why nothing of a body is taken.
public struct RemoteWriteError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  static let malformed = RemoteWriteError(description: "the message is not well-formed protobuf")
}
