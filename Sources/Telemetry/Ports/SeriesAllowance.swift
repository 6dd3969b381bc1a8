internal import Synchronization

/// How many series one probe may have at a time, over all of its targets.
///
/// Whoever binds series takes one for each that begins to be shown and gives it back when it is no longer shown.
public final class SeriesAllowance: Sendable {
  public let limit: Int
  private let held = Atomic(0)

  public init(limit: Int = .max) { self.limit = limit }

  /// Series that are shown now.
  public var count: Int { held.load(ordering: .relaxed) }

  /// Room for one more.
  ///
  /// - Throws: `AppendError.tooManySeriesOfProbe`.
  public func take() throws(AppendError) {
    // Two targets that come at once must not both get the last place.
    var known = held.load(ordering: .relaxed)
    while known < limit {
      let (isTaken, found) = held.weakCompareExchange(expected: known, desired: known + 1, ordering: .relaxed)
      if isTaken { return }
      known = found
    }
    throw .tooManySeriesOfProbe(limit: limit)
  }

  /// For a series that is owed, such as a probe's verdict: never refused, and counted.
  public func takeOwed() { held.add(1, ordering: .relaxed) }

  public func giveBack(_ count: Int) { held.subtract(count, ordering: .relaxed) }
}
