import Telemetry
import Testing

@Suite("Validation of native histograms")
struct HistogramValidationTests {
  private static let sound = NativeHistogram(
    schema: 3, zeroThreshold: 0.001, zeroCount: 1, count: 6, sum: 4,
    positive: .init(spans: [.init(offset: -2, length: 2), .init(offset: 3, length: 1)], counts: [1, 2, 2]))

  private static func changed(_ change: (inout NativeHistogram) -> Void) -> NativeHistogram {
    var histogram = sound
    change(&histogram)
    return histogram
  }

  private static func custom(_ change: (inout NativeHistogram) -> Void) -> NativeHistogram {
    var histogram = NativeHistogram(
      schema: NativeHistogram.customSchema, count: 3, sum: 4,
      positive: .init(spans: [.init(offset: 0, length: 3)], counts: [1, 1, 1]), customBounds: [1, 2])
    change(&histogram)
    return histogram
  }

  @Test("sound histograms pass unchanged", arguments: [sound, NativeHistogram(), custom { _ in }])
  func passes(_ histogram: NativeHistogram) throws {
    #expect(try histogram.validated() == histogram)
  }

  @Test(
    "each contradiction has its name",
    arguments: [
      (changed { $0.schema = 9 }, HistogramFault.unknownSchema(9)),
      (changed { $0.positive.counts.removeLast() }, .spansContradictCounts(spanned: 3, counts: 2)),
      (
        changed { $0.negative.spans = [.init(offset: 0, length: .max)] },
        .spansContradictCounts(spanned: 4_294_967_295, counts: 0)
      ),
      (changed { $0.positive.spans[1].offset = -1 }, .spanGoesBack(offset: -1)),
      (changed { $0.positive.counts[0] = -1 }, .negativeCount(-1)),
      (changed { $0.zeroCount = -2 }, .negativeCount(-2)),
      (changed { $0.count = -3 }, .negativeCount(-3)),
      (changed { $0.zeroThreshold = .infinity }, .badZeroThreshold(.infinity)),
      (changed { $0.customBounds = [1] }, .customBoundsBesideExponential),
      (custom { $0.customBounds = [2, 2] }, .badCustomBounds),
      (custom { $0.customBounds = [1, .infinity] }, .badCustomBounds),
      (custom { $0.customBounds = [1] }, .boundsMissing(buckets: 3, bounds: 1)),
      (custom { $0.positive.spans[0].offset = -1 }, .spanGoesBack(offset: -1)),
      (custom { $0.zeroCount = 1 }, .exponentialPartsBesideCustom),
      (custom { $0.negative.spans = [.init(offset: 0, length: 0)] }, .exponentialPartsBesideCustom),
    ])
  func contradictions(_ histogram: NativeHistogram, _ fault: HistogramFault) {
    #expect(throws: fault) { try histogram.validated() }
    #expect(fault.description.contains(" – "))
  }
}
