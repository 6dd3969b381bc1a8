public import Telemetry

/// A set of instants as ascending intervals that neither overlap nor touch.
public struct IntervalList: Hashable, Sendable {
  public let intervals: [Interval]

  public static let empty = IntervalList(sortedDisjoint: [])

  /// Any intervals in any order; those that overlap or touch become one.
  public init(_ intervals: some Sequence<Interval>) {
    var merged: [Interval] = []
    for interval in intervals.sorted() {
      if let last = merged.last, interval.from <= last.to {
        merged[merged.count - 1] = Interval(uncheckedFrom: last.from, to: max(last.to, interval.to))
      } else {
        merged.append(interval)
      }
    }
    self.intervals = merged
  }

  private init(sortedDisjoint intervals: [Interval]) { self.intervals = intervals }

  public var isEmpty: Bool { intervals.isEmpty }

  public func contains(_ instant: Timestamp) -> Bool { interval(at: instant) != nil }

  /// Whether one interval of the list covers all of `interval`.
  public func contains(_ interval: Interval) -> Bool { self.interval(at: interval.from)?.contains(interval) ?? false }

  /// The interval that covers `instant`.
  public func interval(at instant: Timestamp) -> Interval? {
    let index = firstIndex(endingAfter: instant)
    return index < intervals.count && intervals[index].contains(instant) ? intervals[index] : nil
  }

  public func union(_ other: IntervalList) -> IntervalList { IntervalList(intervals + other.intervals) }

  public func intersection(_ other: IntervalList) -> IntervalList {
    var found: [Interval] = []
    var left = 0
    var right = 0
    while left < intervals.count, right < other.intervals.count {
      if let common = intervals[left].intersection(other.intervals[right]) { found.append(common) }
      if intervals[left].to < other.intervals[right].to { left += 1 } else { right += 1 }
    }
    return IntervalList(sortedDisjoint: found)
  }

  public func subtracting(_ other: IntervalList) -> IntervalList {
    var found: [Interval] = []
    var right = 0
    for interval in intervals {
      var from = interval.from
      while right < other.intervals.count, other.intervals[right].to <= from { right += 1 }
      var index = right
      while index < other.intervals.count, other.intervals[index].from < interval.to {
        if let kept = Interval(from: from, to: other.intervals[index].from) { found.append(kept) }
        from = max(from, other.intervals[index].to)
        index += 1
      }
      if let kept = Interval(from: from, to: interval.to) { found.append(kept) }
    }
    return IntervalList(sortedDisjoint: found)
  }

  /// The earliest start at or after `from` at which `duration` fits into one interval.
  public func nextFit(_ duration: Duration, from: Timestamp) -> Timestamp? {
    for interval in intervals[firstIndex(endingAfter: from)...] {
      let start = max(from, interval.from)
      if start.advanced(by: duration) <= interval.to { return start }
    }
    return nil
  }

  private func firstIndex(endingAfter instant: Timestamp) -> Int {
    var low = 0
    var high = intervals.count
    while low < high {
      let middle = (low + high) / 2
      if intervals[middle].to <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
