import PromQL
import Telemetry

/// `~` and a regular expression, or a query.
@Sendable func fuzzParser(_ bytes: UnsafeRawBufferPointer) {
  if bytes.first == UInt8(ascii: "~") {
    return fuzzPattern(String(decoding: bytes.dropFirst(), as: UTF8.self))
  }
  let text = String(decoding: bytes, as: UTF8.self)
  for features in [LanguageFeatures.stable, .all] {
    do throws(PromQLError) {
      let query = try Query(parsing: text, features: features)
      checkPrinting(query)
      _ = query.parts
      _ = query.metricNames
      if let presence = query.presence { checkPrinting(presence) }
    } catch {
      demand(error.line > 0 && error.column > 0, "\(error) has a place")
    }
  }
}

private func checkPrinting(_ query: Query) {
  let printed = query.description
  do throws(PromQLError) {
    let again = try Query(parsing: printed, features: query.features)
    demand(again.expression == query.expression, "'\(printed)' means what '\(query.text)' does")
    demand(again.description == printed, "'\(printed)' is printed as it was")
  } catch {
    fatalError("'\(printed)', printed of '\(query.text)', is refused: \(error)")
  }
}

private func fuzzPattern(_ text: String) {
  guard let pattern = try? Pattern(text) else { return }
  let template = GroupTemplate(text + "-$1-${2}$name", for: pattern)
  for subject in ["", "node", "a\u{0}é\n1", text] {
    let bytes = Array(subject.utf8)
    let match = pattern.firstMatch(in: bytes, from: 0, .whole)
    demand(pattern.matchesWhole(subject) == (match != nil), "both ways to match agree")
    if let match {
      demand(match.whole == 0..<bytes.count, "a whole match is whole")
      demand(match.groups.allSatisfy { $0.map { 0...bytes.count ~= $0.upperBound } ?? true }, "groups are inside")
      var expanded: [UInt8] = []
      template.append(match, in: bytes, to: &expanded)
      demand(template.byteCount(of: match) == expanded.count, "the size is told beforehand")
    }
  }
}

/// A query over a few series of every kind, at one instant and at several.
@Sendable func fuzzEvaluation(_ bytes: UnsafeRawBufferPointer) {
  let text = String(decoding: bytes, as: UTF8.self)
  guard let query = try? Query(parsing: text, features: .all) else { return }
  var limits = EvaluationLimits()
  limits.samplesMax = 20_000
  limits.seriesMax = 1000
  let now = Timestamp(milliseconds: SmallStore.end)
  let ranges = [
    EvaluationRange.instant(now),
    EvaluationRange(from: now.advanced(by: .seconds(-300)), through: now, step: .seconds(60)),
  ]
  for range in ranges {
    let plan = query.plan(over: range)
    // Whatever is asked for is found: what the matchers say is the store's affair.
    let series = plan.selections.map { selection in
      SmallStore.slices.map {
        $0.within(after: selection.after.milliseconds, through: selection.through.milliseconds)
      }.filter { $0.count > 0 }
    }
    do throws(PromQLError) {
      let result = try plan.evaluate(over: series, limits: limits)
      if !range.isInstant, case .matrix(let rows) = result.value {
        demand(rows.allSatisfy { $0.count <= range.count }, "no more values than instants")
      }
    } catch {
      demand(error.line > 0 && error.column > 0, "\(error) has a place")
    }
  }
}

/// Numbers that go up, down, nowhere and beyond; buckets as labels; native histograms of both kinds and at the ends.
private enum SmallStore {
  static let end: Int64 = 1_800_000_000_000
  private static let times = (0..<40).map { end - 585_000 + Int64($0) * 15_000 }

  static let slices: [SeriesSlice] = {
    let columns: [@Sendable (Int) -> Double] = [
      { Double($0) * 3 }, { Double($0 % 7) }, { $0 % 5 == 4 ? .staleMarker : 1.5 }, { $0 % 3 == 0 ? .nan : -.infinity },
      { $0 % 2 == 0 ? 1e300 : -1e300 }, { _ in .greatestFiniteMagnitude },
    ]
    let plain = columns.enumerated().map { number, value in
      SeriesSlice(
        labels: LabelSet(["__name__": "n\(number)_total", "job": "a", "instance": "\(number)"]), milliseconds: times,
        values: times.indices.map(value))
    }
    let buckets = ["0.1", "1", "+Inf", "x"].enumerated().map { number, bound in
      SeriesSlice(
        labels: LabelSet(["__name__": "b_bucket", "job": "a", "le": bound]), milliseconds: times,
        values: times.indices.map { Double($0 * (number + 1)) })
    }
    let native = histograms.enumerated().map { number, histogram in
      var found = HistogramColumns()
      for (index, time) in times.enumerated() {
        var next = histogram
        next.count += Double(index)
        next.positive.counts = next.positive.counts.map { $0 + Double(index % 9) }
        found.append(time, next)
      }
      return SeriesSlice(
        labels: LabelSet(["__name__": "h", "job": "a", "instance": "h\(number)"]), histograms: found)
    }
    return plain + buckets + native
  }()

  private static let histograms: [NativeHistogram] = {
    typealias Buckets = NativeHistogram.Buckets
    let some = Buckets(spans: [.init(offset: -2, length: 2), .init(offset: 3, length: 1)], counts: [1, 2, 3])
    let far = Buckets(spans: [.init(offset: .max - 2, length: 2)], counts: [1, 2])
    let near = Buckets(spans: [.init(offset: .min, length: 2)], counts: [1, .infinity])
    return [
      NativeHistogram(schema: 3, zeroThreshold: 0.01, zeroCount: 2, count: 20, sum: 9, positive: some, negative: some),
      NativeHistogram(schema: -4, zeroThreshold: 1e300, count: 3, sum: .nan, positive: far, negative: near),
      NativeHistogram(schema: 8, count: 9, sum: -1, positive: near, negative: far, resetHint: .gauge),
      NativeHistogram(
        schema: NativeHistogram.customSchema, count: 6, sum: 6,
        positive: Buckets(spans: [.init(offset: 0, length: 3)], counts: [1, 2, 3]), customBounds: [-1, 5]),
      NativeHistogram(
        schema: NativeHistogram.customSchema, count: 6, sum: .infinity,
        positive: Buckets(spans: [.init(offset: 1, length: 1)], counts: [6]), customBounds: [-.infinity, 0, 1e300]),
    ]
  }()
}
