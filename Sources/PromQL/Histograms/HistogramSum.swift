internal import Telemetry

/// A native histogram while it is calculated with: every count carries its rounding error along.
///
/// - Source: Prometheus, "Native histograms", arithmetic.
struct HistogramSum {
  private struct Cell {
    var index: Int
    var amount: CompensatedSum
  }

  private var schema: Int
  private var zeroThreshold: Double
  private var zero: CompensatedSum
  private var count: CompensatedSum
  private var sum: CompensatedSum
  private var positive: [Cell]
  private var negative: [Cell]
  private var bounds: [Double]
  private var hint: NativeHistogram.ResetHint

  /// What had to be given up so that two histograms fit together.
  struct Reconciliation {
    /// Custom buckets differed; those bounds remain that both have.
    var mismatchedBounds = false
    /// One is known to follow a counter reset, the other known not to.
    var conflictingResets = false
  }

  /// Exponential and custom buckets have nothing in common.
  struct Incompatible: Error {}

  init(_ histogram: NativeHistogram) {
    let known = NativeHistogram.exponentialSchemas
    schema =
      histogram.hasCustomBounds ? histogram.schema : min(max(histogram.schema, known.lowerBound), known.upperBound)
    zeroThreshold = histogram.zeroThreshold
    zero = CompensatedSum(histogram.zeroCount)
    count = CompensatedSum(histogram.count)
    sum = CompensatedSum(histogram.sum)
    positive = histogram.positive.map { Cell(index: $0.index, amount: CompensatedSum($0.count)) }
    negative = histogram.negative.map { Cell(index: $0.index, amount: CompensatedSum($0.count)) }
    bounds = histogram.customBounds
    hint = histogram.resetHint
  }

  /// Without empty buckets.
  var value: NativeHistogram {
    NativeHistogram(
      schema: schema, zeroThreshold: zeroThreshold, zeroCount: zero.value, count: count.value, sum: sum.value,
      positive: .init(cells: positive.lazy.map { ($0.index, $0.amount.value) }),
      negative: .init(cells: negative.lazy.map { ($0.index, $0.amount.value) }), customBounds: bounds,
      resetHint: hint)
  }

  // MARK: Operations

  mutating func add(_ other: NativeHistogram) throws(Incompatible) -> Reconciliation {
    try combine(HistogramSum(other), sign: 1)
  }

  mutating func subtract(_ other: NativeHistogram) throws(Incompatible) -> Reconciliation {
    try combine(HistogramSum(other), sign: -1)
  }

  /// The product with a negative number cannot be a counter.
  mutating func scale(by factor: Double) {
    if factor < 0 { hint = .gauge }
    change { CompensatedSum($0.sum * factor, compensation: $0.compensation * factor) }
  }

  mutating func divide(by divisor: Double) {
    if divisor < 0 { hint = .gauge }
    change { CompensatedSum($0.sum / divisor, compensation: divisor == 0 ? 0 : $0.compensation / divisor) }
    if divisor == 0 { (positive, negative) = ([], []) }
  }

  mutating func mark(_ hint: NativeHistogram.ResetHint) { self.hint = hint }

  var hasOverflow: Bool {
    zero.sum.isInfinite || count.sum.isInfinite || sum.sum.isInfinite
      || positive.contains { $0.amount.sum.isInfinite } || negative.contains { $0.amount.sum.isInfinite }
  }

  private mutating func change(_ body: (CompensatedSum) -> CompensatedSum) {
    zero = body(zero)
    count = body(count)
    sum = body(sum)
    for index in positive.indices { positive[index].amount = body(positive[index].amount) }
    for index in negative.indices { negative[index].amount = body(negative[index].amount) }
  }

  private mutating func combine(_ summand: HistogramSum, sign: Double) throws(Incompatible) -> Reconciliation {
    let isCustom = schema == NativeHistogram.customSchema
    guard isCustom == (summand.schema == NativeHistogram.customSchema) else { throw Incompatible() }
    var other = summand
    var reconciliation = Reconciliation(conflictingResets: adopt(other.hint))
    if isCustom {
      if bounds != other.bounds {
        reconciliation.mismatchedBounds = true
        let common = bounds.filter(Set(other.bounds).contains)
        coarsen(to: common)
        other.coarsen(to: common)
      }
    } else {
      let coarser = min(schema, other.schema)
      coarsen(toSchema: coarser)
      other.coarsen(toSchema: coarser)
      while zeroThreshold != other.zeroThreshold, !zeroThreshold.isNaN, !other.zeroThreshold.isNaN {
        if zeroThreshold < other.zeroThreshold {
          widenZeroBucket(to: other.zeroThreshold)
        } else {
          other.widenZeroBucket(to: zeroThreshold)
        }
      }
    }
    zero.add(sign * other.zero.sum)
    count.add(sign * other.count.sum)
    sum.add(sign * other.sum.sum)
    Self.merge(&positive, other.positive, sign)
    Self.merge(&negative, other.negative, sign)
    return reconciliation
  }

  /// - Returns: whether the hints contradict each other.
  private mutating func adopt(_ other: NativeHistogram.ResetHint) -> Bool {
    if hint == other || hint == .gauge { return false }
    if other == .gauge {
      hint = .gauge
      return false
    }
    let contradict = hint != .unknown && other != .unknown
    hint = .unknown
    return contradict
  }

  private static func merge(_ cells: inout [Cell], _ others: [Cell], _ sign: Double) {
    if cells.count == others.count, zip(cells, others).allSatisfy({ $0.index == $1.index }) {
      for position in cells.indices { cells[position].amount.add(sign * others[position].amount.sum) }
      return
    }
    var merged: [Cell] = []
    merged.reserveCapacity(max(cells.count, others.count))
    var next = 0
    for cell in cells {
      while next < others.count, others[next].index < cell.index {
        merged.append(Cell(index: others[next].index, amount: CompensatedSum(sign * others[next].amount.sum)))
        next += 1
      }
      var cell = cell
      if next < others.count, others[next].index == cell.index {
        cell.amount.add(sign * others[next].amount.sum)
        next += 1
      }
      merged.append(cell)
    }
    for other in others[next...] {
      merged.append(Cell(index: other.index, amount: CompensatedSum(sign * other.amount.sum)))
    }
    cells = merged
  }
}

extension NativeHistogram {
  func scaled(by factor: Double) -> NativeHistogram {
    var sum = HistogramSum(self)
    sum.scale(by: factor)
    return sum.value
  }

  func divided(by divisor: Double) -> NativeHistogram {
    var sum = HistogramSum(self)
    sum.divide(by: divisor)
    return sum.value
  }
}

// MARK: Making two layouts one

extension HistogramSum {
  mutating func coarsen(toSchema target: Int) {
    guard schema > target else { return }
    let shift = min(schema - target, 32)
    Self.renumber(&positive) { (($0 - 1) >> shift) + 1 }
    Self.renumber(&negative) { (($0 - 1) >> shift) + 1 }
    schema = target
  }

  /// - Parameter common: bounds that this histogram has all.
  mutating func coarsen(to common: [Double]) {
    let old = bounds
    Self.renumber(&positive) { index in
      guard old.indices.contains(index) else { return index < 0 ? index : common.count }
      return common.partitionIndex { $0 >= old[index] }
    }
    bounds = common
  }

  private static func renumber(_ cells: inout [Cell], _ number: (Int) -> Int) {
    var result: [Cell] = []
    for cell in cells {
      let index = number(cell.index)
      if let last = result.indices.last, result[last].index >= index {
        result[last].amount.add(cell.amount.sum)
      } else {
        result.append(Cell(index: index, amount: cell.amount))
      }
    }
    cells = result
  }

  /// Takes the buckets near zero into the zero bucket. It grows beyond `wanted` to the end of a populated bucket that
  /// `wanted` would cut.
  mutating func widenZeroBucket(to wanted: Double) {
    var threshold = wanted
    var isStable = false
    while !isStable {
      isStable = true
      for cell in positive + negative where cell.amount.sum != 0 {
        let upper = NativeHistogram.exponentialBound(cell.index, schema: schema)
        if NativeHistogram.exponentialBound(cell.index - 1, schema: schema) < threshold, upper > threshold {
          threshold = upper
          isStable = false
        }
      }
    }
    for side in [\HistogramSum.positive, \HistogramSum.negative] {
      for cell in self[keyPath: side] where isBelow(threshold, cell) { zero.add(cell.amount.sum) }
      let rest = self[keyPath: side].filter { !isBelow(threshold, $0) }
      self[keyPath: side] = rest
    }
    zeroThreshold = threshold
  }

  private func isBelow(_ threshold: Double, _ cell: Cell) -> Bool {
    NativeHistogram.exponentialBound(cell.index - 1, schema: schema) < threshold
  }
}

// MARK: Counter resets

extension NativeHistogram {
  /// Whether a counter was reset between `previous` and this sample: something was counted that is gone now.
  ///
  /// - Source: Prometheus, "Native histograms", counter resets.
  func isReset(since previous: NativeHistogram) -> Bool {
    if resetHint == .reset { return true }
    if resetHint == .notReset { return false }
    if count < previous.count || hasCustomBounds != previous.hasCustomBounds { return true }
    if schema == previous.schema, zeroThreshold == previous.zeroThreshold, customBounds == previous.customBounds {
      return zeroCount < previous.zeroCount || Self.falls(positive, previous.positive)
        || Self.falls(negative, previous.negative)
    }
    return HistogramSum(self).isReset(since: HistogramSum(previous))
  }

  private static func falls(_ current: Buckets, _ previous: Buckets) -> Bool {
    var rest = current.makeIterator()
    var cell = rest.next()
    for (index, count) in previous {
      while let found = cell, found.index < index { cell = rest.next() }
      if let found = cell, found.index == index {
        if found.count < count { return true }
      } else if count != 0 {
        return true
      }
    }
    return false
  }
}

extension HistogramSum {
  /// For different layouts; a finer one never follows without a reset.
  fileprivate func isReset(since previous: HistogramSum) -> Bool {
    var current = self
    var before = previous
    if schema == NativeHistogram.customSchema {
      let common = bounds.filter(Set(previous.bounds).contains)
      current.coarsen(to: common)
      before.coarsen(to: common)
    } else {
      if schema > previous.schema || zeroThreshold < previous.zeroThreshold { return true }
      before.coarsen(toSchema: schema)
      if zeroThreshold > previous.zeroThreshold { before.widenZeroBucket(to: zeroThreshold) }
      // The wider zero bucket would cut a populated one.
      if before.zeroThreshold != zeroThreshold { return true }
      if zero.sum < before.zero.sum { return true }
    }
    return Self.falls(current.positive, before.positive) || Self.falls(current.negative, before.negative)
  }

  private static func falls(_ current: [Cell], _ previous: [Cell]) -> Bool {
    let counts = Dictionary(current.map { ($0.index, $0.amount.sum) }) { $0 + $1 }
    return previous.contains { $0.amount.sum > counts[$0.index] ?? 0 }
  }
}
