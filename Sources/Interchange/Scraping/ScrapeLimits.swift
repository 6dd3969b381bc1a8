/// What one scrape may bring. Passing a bound refuses the whole scrape, as Prometheus does.
public struct ScrapeLimits: Sendable, Hashable {
  /// Samples that relabelling leaves. The default is 1,000,000.
  public var samplesMax = 1_000_000
  /// Labels of a series, the target's among them; the default is 64.
  public var labelsMax = 64
  /// Bytes of a label's name; the default is 512.
  public var labelNameBytesMax = 512
  /// Bytes of a label's value; the default is 4096.
  public var labelValueBytesMax = 4096
  /// Bytes of the series part of a line; the default is 64 KiB.
  public var seriesBytesMax = 64 << 10

  public init() {}
}
