import Telemetry
import TimeSeriesStore

/// What a real exporter said, scrape after scrape: `# TIME milliseconds`, then its lines of text.
struct Recording {
  private(set) var series: [(labels: LabelSet, values: [Double?])] = []
  private(set) var times: [Int64] = []

  init(_ file: String) {
    var known: [Substring: Int] = [:]
    for line in text(file).split(separator: "\n") {
      if line.hasPrefix("# TIME ") {
        times.append(Int64(line.dropFirst(7)) ?? 0)
        continue
      }
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else { continue }
      let name = line[..<space]
      let index = known[name] ?? series.count
      if index == series.count {
        known[name] = index
        series.append((Self.labels(name), []))
      }
      while series[index].values.count < times.count - 1 { series[index].values.append(nil) }
      series[index].values.append(value)
    }
  }

  /// Enough of the text format for an exporter's own lines, which have no escapes.
  private static func labels(_ text: Substring) -> LabelSet {
    let parts = text.split(separator: "{", maxSplits: 1)
    var labels = ["__name__": String(parts[0]), "instance": "host.example.net:9100", "job": "node"]
    if parts.count > 1 {
      for pair in parts[1].dropLast().split(separator: "\",") {
        let sides = pair.split(separator: "=\"", maxSplits: 1)
        if sides.count == 2 { labels[String(sides[0])] = String(sides[1]).replacing("\"", with: "") }
      }
    }
    return LabelSet(labels)
  }

  /// The value of one sample when the recording is repeated: a counter goes on from where it stood.
  func value(_ index: Int, _ round: Int) -> Double? {
    let values = series[index].values
    let (lap, place) = (round / times.count, round % times.count)
    guard place < values.count, let value = values[place] else { return nil }
    guard lap > 0, series[index].labels["__name__"]?.hasSuffix("_total") == true, let first = values.first ?? nil,
      let last = values.last ?? nil, last >= first
    else { return value }
    return value + (last - first) * Double(lap)
  }
}
