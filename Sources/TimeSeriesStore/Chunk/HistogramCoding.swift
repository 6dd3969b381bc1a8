internal import Telemetry

/// One native histogram as bytes: what changed against the one before it.
///
/// `control · layout? · (sum · map of changed numbers · changes)?`. The numbers are count, zero count, positive and
/// negative buckets. Each number costs at least a bit, so that no declared size makes a reader allocate much.
enum HistogramCoding {
  /// Buckets, stated bounds and spans of one histogram, each.
  static let bucketsMax = 10_000

  private enum Control {
    /// Resolution, spans and bounds follow; otherwise they are those of the histogram before.
    static let layout: UInt8 = 1
    /// Changes are differences of whole numbers; otherwise XOR of bits.
    static let whole: UInt8 = 2
    static let hintShift: UInt8 = 2
    /// All numbers are those of the histogram before.
    static let unchanged: UInt8 = 16
    static let all: UInt8 = 31
  }

  // MARK: Writing

  static func write(_ histogram: NativeHistogram, after previous: NativeHistogram?, to writer: inout ByteWriter) {
    let before = previous.flatMap { $0.hasLayout(of: histogram) ? $0 : nil }
    let numbers = histogram.numbers
    let base = before?.numbers ?? [Double](repeating: 0, count: numbers.count)
    let isWhole = numbers.allSatisfy { $0.wholeNumber != nil } && base.allSatisfy { $0.wholeNumber != nil }
    let changed = numbers.indices.filter { numbers[$0].bitPattern != base[$0].bitPattern }
    let sumBase = before?.sum.bitPattern ?? 0
    let isUnchanged = before != nil && changed.isEmpty && histogram.sum.bitPattern == sumBase
    var control = histogram.resetHint.rawValue << Control.hintShift
    if before == nil { control |= Control.layout }
    if isWhole { control |= Control.whole }
    if isUnchanged { control |= Control.unchanged }
    writer.append(control)
    if before == nil { writeLayout(histogram, to: &writer) }
    if isUnchanged { return }
    writer.appendVarint((histogram.sum.bitPattern ^ sumBase).byteSwapped)
    var map = [UInt8](repeating: 0, count: (numbers.count + 7) / 8)
    for index in changed { map[index / 8] |= 1 << UInt8(index % 8) }
    writer.append(contentsOf: map)
    for index in changed {
      if isWhole, let new = numbers[index].wholeNumber, let old = base[index].wholeNumber {
        writer.appendSigned(new - old)
      } else {
        writer.appendVarint((numbers[index].bitPattern ^ base[index].bitPattern).byteSwapped)
      }
    }
  }

  private static func writeLayout(_ histogram: NativeHistogram, to writer: inout ByteWriter) {
    writer.appendSigned(Int64(histogram.schema))
    writer.appendVarint(histogram.zeroThreshold.bitPattern.byteSwapped)
    for spans in [histogram.positive.spans, histogram.negative.spans] {
      writer.appendVarint(UInt64(spans.count))
      for span in spans {
        writer.appendSigned(Int64(span.offset))
        writer.appendVarint(UInt64(span.length))
      }
    }
    writer.appendVarint(UInt64(histogram.customBounds.count))
    for bound in histogram.customBounds { writer.appendVarint(bound.bitPattern.byteSwapped) }
  }

  // MARK: Reading

  /// - Returns: `nil` when the bytes are no histogram.
  static func read(_ cursor: inout ByteCursor, after previous: NativeHistogram?) -> NativeHistogram? {
    guard let control = cursor.byte(), control & ~Control.all == 0 else { return nil }
    let hasLayout = control & Control.layout != 0
    guard var histogram = hasLayout ? readLayout(&cursor) : previous else { return nil }
    guard let hint = NativeHistogram.ResetHint(rawValue: control >> Control.hintShift & 3) else { return nil }
    histogram.resetHint = hint
    if control & Control.unchanged != 0 { return hasLayout ? nil : histogram }
    guard let sum = cursor.varint() else { return nil }
    histogram.sum = Double(bitPattern: sum.byteSwapped ^ (hasLayout ? 0 : histogram.sum.bitPattern))
    let count = 2 + histogram.positive.length + histogram.negative.length
    guard let map = cursor.slice((count + 7) / 8) else { return nil }
    var numbers = hasLayout ? [Double](repeating: 0, count: count) : histogram.numbers
    for index in 0..<count where map[index / 8] >> UInt8(index % 8) & 1 == 1 {
      let base = numbers[index]
      if control & Control.whole != 0 {
        guard let change = cursor.signed(), let old = base.wholeNumber else { return nil }
        numbers[index] = Double(old &+ change)
      } else {
        guard let change = cursor.varint() else { return nil }
        numbers[index] = Double(bitPattern: change.byteSwapped ^ base.bitPattern)
      }
    }
    histogram.numbers = numbers
    return histogram
  }

  private static func readLayout(_ cursor: inout ByteCursor) -> NativeHistogram? {
    guard let schema = cursor.signed(), let exact = Int(exactly: schema), let threshold = cursor.varint() else {
      return nil
    }
    guard let positive = readSpans(&cursor), let negative = readSpans(&cursor) else { return nil }
    guard let count = cursor.varint(), count <= UInt64(bucketsMax) else { return nil }
    var bounds: [Double] = []
    for _ in 0..<count {
      guard let bits = cursor.varint() else { return nil }
      bounds.append(Double(bitPattern: bits.byteSwapped))
    }
    let histogram = NativeHistogram(
      schema: exact, zeroThreshold: Double(bitPattern: threshold.byteSwapped),
      positive: NativeHistogram.Buckets(spans: positive), negative: NativeHistogram.Buckets(spans: negative),
      customBounds: bounds)
    return histogram.positive.length + histogram.negative.length <= bucketsMax ? histogram : nil
  }

  private static func readSpans(_ cursor: inout ByteCursor) -> [NativeHistogram.Buckets.Span]? {
    guard let count = cursor.varint(), count <= UInt64(bucketsMax) else { return nil }
    var spans: [NativeHistogram.Buckets.Span] = []
    for _ in 0..<count {
      guard let offset = cursor.signed(), let exact = Int32(exactly: offset) else { return nil }
      guard let length = cursor.varint(), length <= UInt64(bucketsMax) else { return nil }
      spans.append(NativeHistogram.Buckets.Span(offset: exact, length: UInt32(length)))
    }
    return spans
  }
}

/// Why a histogram is refused.
enum HistogramFlaw { case tooManyBuckets, malformed }

extension NativeHistogram {
  /// What it costs beside a number: values of 8 bytes.
  var load: Int { 12 + positive.counts.count + negative.counts.count + customBounds.count }

  /// `nil` when the store takes it and every reader can.
  var flaw: HistogramFlaw? {
    let most = HistogramCoding.bucketsMax
    let sizes = [
      positive.counts.count + negative.counts.count, positive.spans.count, negative.spans.count, customBounds.count,
    ]
    if sizes.contains(where: { $0 > most }) { return .tooManyBuckets }
    let isInReach = positive.end <= Int64(Int32.max) && negative.end <= Int64(Int32.max)
    return isInReach && (try? validated()) != nil ? nil : .malformed
  }

  fileprivate func hasLayout(of other: NativeHistogram) -> Bool {
    schema == other.schema && zeroThreshold.bitPattern == other.zeroThreshold.bitPattern
      && positive.spans == other.positive.spans && negative.spans == other.negative.spans
      && customBounds.elementsEqual(other.customBounds) { $0.bitPattern == $1.bitPattern }
  }

  /// All that changes from sample to sample, but the sum. As many as the spans say.
  fileprivate var numbers: [Double] {
    get { [count, zeroCount] + positive.counts + negative.counts }
    set {
      let middle = 2 + positive.length
      (count, zeroCount) = (newValue[0], newValue[1])
      positive.counts = Array(newValue[2..<middle])
      negative.counts = Array(newValue[middle...])
    }
  }
}

extension NativeHistogram.Buckets {
  /// Buckets that the spans state.
  fileprivate var length: Int { spans.reduce(0) { $0 + Int($1.length) } }

  /// The index behind the last bucket.
  fileprivate var end: Int64 { spans.reduce(0) { $0 + Int64($1.offset) + Int64($1.length) } }
}

extension Double {
  /// The same number as an integer, when it is one that a difference cannot overflow and that comes back bit for bit.
  fileprivate var wholeNumber: Int64? {
    guard abs(self) <= 9_007_199_254_740_992, sign == .plus || self != 0 else { return nil }
    return Int64(exactly: self)
  }
}
