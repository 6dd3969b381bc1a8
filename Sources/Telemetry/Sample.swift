/// One measured value of a series.
public struct Sample: Sendable {
  public let timestamp: Timestamp
  public let value: Double

  public init(at timestamp: Timestamp, _ value: Double) {
    self.timestamp = timestamp
    self.value = value
  }
}

extension Double {
  /// The bit pattern that ends a series: a vanished series stops at once instead of after the look-back.
  ///
  /// It must travel bit for bit; any other NaN is an ordinary value.
  /// - Source: Prometheus staleness markers.
  public static let staleMarker = Double(bitPattern: 0x7ff0_0000_0000_0002)

  public var isStaleMarker: Bool { bitPattern == Double.staleMarker.bitPattern }
}
