internal import PromQL
internal import Telemetry
internal import WebInterface

extension HistogramPicture {
  init(_ histogram: NativeHistogram) {
    self.init(
      of: histogram.buckets.map { Bucket(lower: $0.lower, upper: $0.upper, count: $0.count) }, count: histogram.count,
      average: histogram.sum / histogram.count)
  }

  init(_ histogram: ClassicHistogram) {
    self.init(of: histogram.buckets, count: histogram.buckets.reduce(0) { $0 + $1.count }, average: nil)
  }

  fileprivate struct Bucket {
    var lower: Double
    var upper: Double
    var count: Double
  }

  /// Neighbouring buckets share a bar when there are more than bars.
  ///
  /// - Parameter average: `nil` when nothing tells the sum.
  private init(of all: [Bucket], count: Double, average: Double?) {
    let buckets = all.filter { $0.count != 0 }
    let together = max(1, (buckets.count + Self.barsMax - 1) / Self.barsMax)
    let groups = stride(from: 0, to: buckets.count, by: together).map { start in
      let part = buckets[start..<min(buckets.count, start + together)]
      return Bucket(
        lower: part.first?.lower ?? 0, upper: part.last?.upper ?? 0, count: part.reduce(0) { $0 + $1.count })
    }
    let tallest = groups.map(\.count).max() ?? 1
    var seen = 0.0
    let median = groups.first { group in
      seen += group.count
      return seen >= count / 2
    }
    func text(_ number: Double?) -> String { number.map(ExploreRow.readable) ?? "–" }
    self.init(
      summary: Phrase(
        average == nil ? "explore.histogram-classic" : "explore.histogram",
        [
          "count": text(count), "least": text(groups.first?.lower), "greatest": text(groups.last?.upper),
          "median": text(median?.upper),
        ].merging(average.map { ["average": text($0)] } ?? [:]) { $1 }),
      bars: groups.map { group in
        Bar(text: "\(text(group.lower)) – \(text(group.upper)): \(text(group.count))", height: group.count / tallest)
      })
  }
}

/// The elements of an answer that differ by `le` alone.
struct ClassicHistogram {
  /// Without `le`.
  let labels: LabelSet
  fileprivate let buckets: [HistogramPicture.Bucket]

  private static func bound(of element: VectorElement) -> Double? {
    element.histogram == nil ? element.labels["le"].flatMap(Double.init) : nil
  }

  /// Whole ones alone: without the bucket that counts everything nobody knows what is missing.
  static func all(in elements: [VectorElement]) -> [ClassicHistogram] {
    let groups = Dictionary(grouping: elements.filter { bound(of: $0) != nil }) { $0.labels.removing(["le"]) }
    return groups.compactMap { labels, members in
      let sorted = ordered(members)
      guard sorted.count > 1, sorted.last.flatMap(bound) == .infinity else { return nil }
      var lower = -Double.infinity
      var below = 0.0
      let buckets = sorted.map { element in
        let upper = bound(of: element) ?? .infinity
        let bucket = HistogramPicture.Bucket(
          lower: lower == -.infinity && upper > 0 ? 0 : lower, upper: upper, count: max(0, element.value - below))
        (lower, below) = (upper, element.value)
        return bucket
      }
      return ClassicHistogram(labels: labels, buckets: buckets)
    }.sorted { $0.labels < $1.labels }
  }

  /// By bound rather than by its text, where every element has one.
  static func ordered(_ elements: [VectorElement]) -> [VectorElement] {
    let bounds = elements.compactMap(bound)
    guard bounds.count == elements.count else { return elements }
    let keys = elements.map { $0.labels.removing(["le"]) }
    return elements.indices.sorted { (keys[$0], bounds[$0]) < (keys[$1], bounds[$1]) }.map { elements[$0] }
  }
}
