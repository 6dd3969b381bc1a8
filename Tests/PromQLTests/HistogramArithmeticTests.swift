import Telemetry
import Testing

@testable import PromQL

/// Histograms made of observations, so that every result can be counted anew.
@Suite("Arithmetic of native histograms")
struct HistogramArithmeticTests {
  private struct Draw {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 11
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Of both signs, over many orders of magnitude, zero among them.
    mutating func observation() -> Double {
      let size = Double(below(1000)) / 64 * [0.001, 1, 50][below(3)]
      return below(3) == 0 ? -size : size
    }
  }

  private static func histogram(_ observations: [Double], schema: Int, zeroThreshold: Double = 0) -> NativeHistogram {
    var sides: [Bool: [Int: Double]] = [:]
    var result = NativeHistogram(schema: schema, zeroThreshold: zeroThreshold)
    for value in observations {
      result.count += 1
      result.sum += value
      guard value.magnitude > zeroThreshold else {
        result.zeroCount += 1
        continue
      }
      var index = -3000
      while NativeHistogram.exponentialBound(index, schema: schema) < value.magnitude { index += 1 }
      sides[value > 0, default: [:]][index, default: 0] += 1
    }
    func buckets(_ isPositive: Bool) -> NativeHistogram.Buckets {
      .init(cells: (sides[isPositive] ?? [:]).sorted { $0.key < $1.key }.map { (index: $0.key, count: $0.value) })
    }
    result.positive = buckets(true)
    result.negative = buckets(false)
    return result
  }

  private static func agree(_ one: NativeHistogram, _ other: NativeHistogram) -> Bool {
    TestCheck.areEqual(one, other)
  }

  @Test("merging counts every observation once, at the coarser schema", arguments: 0..<24)
  func merges(_ seed: Int) throws {
    var draw = Draw(state: UInt64(seed))
    let one = (0..<40).map { _ in draw.observation() }
    let other = (0..<25).map { _ in draw.observation() }
    let schemas = (draw.below(8) - 3, draw.below(8) - 3)
    let coarser = min(schemas.0, schemas.1)
    var sum = HistogramSum(Self.histogram(one, schema: schemas.0))
    _ = try sum.add(Self.histogram(other, schema: schemas.1))
    #expect(Self.agree(sum.value, Self.histogram(one + other, schema: coarser)))
    _ = try sum.subtract(Self.histogram(other, schema: schemas.1))
    #expect(Self.agree(sum.value, Self.histogram(one, schema: coarser)))
  }

  @Test("the wider zero bucket takes in what lies below, and grows to the end of a bucket it would cut")
  func zeroBuckets() throws {
    let one = [0.3, 0.6, 1.5, -0.3, 5]
    var sum = HistogramSum(Self.histogram(one, schema: 0, zeroThreshold: 0.001))
    _ = try sum.add(Self.histogram([0.1, 8], schema: 0, zeroThreshold: 0.4))
    #expect(Self.agree(sum.value, Self.histogram(one + [0.1, 8], schema: 0, zeroThreshold: 0.5)))
  }

  @Test("quantiles rise with φ, and the share below a quantile is φ", arguments: 0..<16)
  func quantiles(_ seed: Int) {
    var draw = Draw(state: UInt64(seed) &+ 77)
    let histogram = Self.histogram(
      (0..<60).map { _ in draw.observation() }, schema: draw.below(6), zeroThreshold: 1 / 128)
    var previous = -Double.infinity
    for step in 1..<50 {
      let quantile = Double(step) / 50
      let value = histogram.quantile(quantile).value
      #expect(value >= previous - 1e-12)
      #expect((histogram.fraction(from: -.infinity, to: value) - quantile).magnitude < 1e-9)
      previous = value
    }
  }

  @Test("what is trimmed above and what is trimmed below make the whole", arguments: 0..<16)
  func trims(_ seed: Int) throws {
    var draw = Draw(state: UInt64(seed) &+ 99)
    let histogram = Self.histogram((0..<60).map { _ in draw.observation() }, schema: draw.below(6), zeroThreshold: 0.01)
    let limit = draw.observation()
    var sum = HistogramSum(histogram.trimmed(.above, limit))
    _ = try sum.add(histogram.trimmed(.below, limit))
    var whole = histogram
    whole.sum = sum.value.sum
    #expect(Self.agree(sum.value, whole))
  }

  @Test("custom buckets that differ keep the bounds they share")
  func customBounds() throws {
    let one = NativeHistogram(
      schema: NativeHistogram.customSchema, count: 10, sum: 1,
      positive: .init(spans: [.init(offset: 0, length: 4)], counts: [1, 2, 3, 4]), customBounds: [1, 2, 4])
    let other = NativeHistogram(
      schema: NativeHistogram.customSchema, count: 6, sum: 1,
      positive: .init(spans: [.init(offset: 0, length: 3)], counts: [1, 2, 3]), customBounds: [2, 3])
    var sum = HistogramSum(one)
    #expect(try sum.add(other).mismatchedBounds)
    #expect(sum.value.customBounds == [2])
    #expect(sum.value.positive.counts == [4, 12])
    #expect(throws: HistogramSum.Incompatible.self) { try sum.add(NativeHistogram()) }
  }

  @Test("a counter reset is noticed in every part, and a coarser layout alone is none")
  func resets() {
    let before = Self.histogram([0.001, 1, 3, -2], schema: 2, zeroThreshold: 0.01)
    let later = Self.histogram([0.001, 1, 3, -2, 7], schema: 2, zeroThreshold: 0.01)
    #expect(!later.isReset(since: before))
    #expect(before.isReset(since: later))
    #expect(!Self.histogram([0.001, 1, 3, -2, 7], schema: 1, zeroThreshold: 0.01).isReset(since: before))
    #expect(later.isReset(since: Self.histogram([0.001, 1, 3, -2], schema: 1, zeroThreshold: 0.01)))
    #expect(Self.histogram([0.001, 1, 3, 3, 9], schema: 2, zeroThreshold: 0.01).isReset(since: before))
    #expect(Self.histogram([1, 1, 3, -2, 7], schema: 2, zeroThreshold: 0.01).isReset(since: before))
  }

  /// Spans, counts and numbers of any kind.
  private static func nonsense(_ draw: inout Draw) -> NativeHistogram {
    let numbers: [Double] = [0, 1, -1, .nan, .infinity, -.infinity, 1e308, .leastNonzeroMagnitude, -0.0, .staleMarker]
    func number(_ draw: inout Draw) -> Double { numbers[draw.below(numbers.count)] }
    func buckets(_ draw: inout Draw) -> NativeHistogram.Buckets {
      let offsets: [Int32] = [0, 1, -1, .max, .min, 40]
      let lengths: [UInt32] = [0, 1, 3, .max]
      return .init(
        spans: (0..<draw.below(4)).map { _ in
          .init(offset: offsets[draw.below(offsets.count)], length: lengths[draw.below(lengths.count)])
        }, counts: (0..<draw.below(6)).map { _ in number(&draw) })
    }
    return NativeHistogram(
      schema: [-53, 0, 8, -4, 100, -100, .max, .min + 1][draw.below(8)], zeroThreshold: number(&draw),
      zeroCount: number(&draw), count: number(&draw), sum: number(&draw), positive: buckets(&draw),
      negative: buckets(&draw), customBounds: (0..<draw.below(4)).map { _ in number(&draw) },
      resetHint: NativeHistogram.ResetHint(rawValue: UInt8(draw.below(4))) ?? .unknown)
  }

  @Test("nonsense traps nowhere", arguments: 0..<40)
  func nonsense(_ seed: Int) {
    var draw = Draw(state: UInt64(seed) &* 31)
    for _ in 0..<100 {
      let (one, other) = (Self.nonsense(&draw), Self.nonsense(&draw))
      var sum = HistogramSum(one)
      _ = try? sum.add(other)
      _ = try? sum.subtract(other)
      sum.scale(by: one.sum)
      sum.divide(by: other.sum)
      _ = sum.value.promQLText
      _ = one.isReset(since: other)
      _ = one.tellsTheSame(as: other)
      _ = one.variance
      _ = one.quantile(other.sum)
      _ = one.quantile(0.3)
      _ = one.fraction(from: other.sum, to: other.count)
      _ = one.trimmed(.above, other.sum)
      _ = one.trimmed(.below, other.count)
      _ = try? one.validated()
    }
  }

  @Test(
    "the hash of labels is the published one",
    arguments: [
      ("", 0xef46_db37_51d8_e999 as UInt64), ("a", 0xd24e_c4f1_a98c_6e5b), ("asdf", 0x4158_72f5_99ce_a71e),
      ("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02a2_e854_70d6_fd96),
    ])
  func hash(_ text: String, _ expected: UInt64) {
    #expect(XXHash64.hash(Array(text.utf8)) == expected)
  }
}
