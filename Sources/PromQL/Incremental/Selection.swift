internal import Telemetry

/// The series that satisfy a list of matchers, shared by all rules that ask for them.
final class Selection {
  let matchers: [LabelMatcher]
  /// In the order of their labels, as the plain evaluator meets them.
  private(set) var members: [UInt32] = []
  /// Grows when numbers may have gone to other series.
  private(set) var departures = 0
  /// How far back the longest window over these series looks, with the rules' offsets.
  private(set) var retention: Int64 = 0
  var isFilled = false

  init(_ matchers: [LabelMatcher]) { self.matchers = matchers }

  /// The metric's name, when the matchers name it by equality.
  var metric: String? {
    for matcher in matchers where matcher.name == LabelSet.metricName {
      if case .equals(let name) = matcher.test, !name.isEmpty { return name }
    }
    return nil
  }

  func accepts(_ labels: LabelSet) -> Bool { matchers.allSatisfy { $0.accepts(labels) } }

  func lookBack(_ milliseconds: Int64) {
    guard milliseconds > retention else { return }
    retention = milliseconds
    isFilled = false
  }

  func replace(_ members: [UInt32]) {
    self.members = members
    departures += 1
  }

  /// Puts a new series in its place.
  func insert(_ series: UInt32, _ labels: LabelSet, _ table: LabelTable) {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if table[members[middle]] < labels { low = middle + 1 } else { high = middle }
    }
    if low < members.count, members[low] == series { return }
    members.insert(series, at: low)
  }

  func remove(_ departed: Set<UInt32>) {
    guard members.contains(where: departed.contains) else { return }
    members.removeAll(where: departed.contains)
    departures += 1
  }
}
