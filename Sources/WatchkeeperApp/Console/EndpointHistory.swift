internal import Synchronization
internal import WebInterface

/// The days of endpoints that are over: they never change, so they are worked out once.
final class EndpointHistory: Sendable {
  struct Key: Hashable {
    let endpoint: String
    /// Days since 1970-01-01 in the installation's zone.
    let day: Int
  }

  private let days = Mutex<[Key: EndpointDay]>([:])

  /// Days of all endpoints remembered; more begin anew.
  static let daysMax = 100_000

  subscript(endpoint: String, day: Int) -> EndpointDay? {
    days.withLock { $0[Key(endpoint: endpoint, day: day)] }
  }

  func remember(_ cells: [Int: EndpointDay], of endpoint: String) {
    days.withLock { days in
      if days.count > Self.daysMax { days = [:] }
      for (day, cell) in cells { days[Key(endpoint: endpoint, day: day)] = cell }
    }
  }
}
