/// The types of metric families in both text formats; the text format's `untyped` is `unknown`.
public enum MetricType: String, Sendable, Hashable, CaseIterable {
  case counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown
}

/// What an exporter says of a family of metrics.
public struct MetricMetadata: Sendable, Hashable {
  public var family: String
  public var type: MetricType
  public var help: String
  public var unit: String

  public init(family: String, type: MetricType = .unknown, help: String = "", unit: String = "") {
    self.family = family
    self.type = type
    self.help = help
    self.unit = unit
  }
}

/// What is known of metric families, for `/api/v1/metadata`. Exporters may disagree, so a family has several entries.
public struct MetadataTable: Sendable {
  public private(set) var families: [String: [MetricMetadata]] = [:]
  /// Entries that found no room.
  public private(set) var refused = 0

  /// Families that are remembered; the default is 20,000.
  public static let familiesMax = 20_000
  /// Different entries of one family; the default is 10.
  public static let entriesMax = 10
  /// Bytes of a help text; a longer one is cut. The default is 1024.
  public static let helpBytesMax = 1024

  public init() {}

  public mutating func note(_ metadata: MetricMetadata) {
    var entry = metadata
    if entry.help.utf8.count > Self.helpBytesMax {
      entry.help = String(decoding: entry.help.utf8.prefix(Self.helpBytesMax), as: UTF8.self)
    }
    let known = families[entry.family] ?? []
    guard !known.contains(entry) else { return }
    guard known.count < Self.entriesMax, !known.isEmpty || families.count < Self.familiesMax else {
      refused += 1
      return
    }
    families[entry.family] = known + [entry]
  }

  /// What is known of the family that a series with this name belongs to.
  public func entry(ofSeries name: String) -> MetricMetadata? {
    if let own = families[name]?.first { return own }
    for suffix in ["_total", "_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      if let family = families[String(name.dropLast(suffix.count))]?.first { return family }
    }
    return nil
  }
}
