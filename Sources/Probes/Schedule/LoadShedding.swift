internal import Telemetry

/// Which runs are left out while the runner cannot keep up: those of the least important probes first, those of priority
/// 1 never. A value.
struct LoadShedding: Sendable, Equatable {
  /// 1 is the most important.
  static let priorities = 1...5
  static let priorityDefault = 3

  /// Runs that start later than this mean that the runner cannot keep up. The default is 2 s.
  static let lateMax = Duration.seconds(2)
  /// So do more runs at a time than this. The default is 2,000.
  static let runningMax = 2000
  /// How long it must last before one more priority is left out. The default is 5 s: a machine that slept is late once.
  static let patience = Duration.seconds(5)
  /// How long all must be well before one is taken back. The default is 30 s.
  static let calm = Duration.seconds(30)
  /// A probe that is left out still runs this often, so that rules with their look-back see something of it. The default
  /// is 4 minutes.
  static let pauseMax = Duration.seconds(240)

  /// So many priorities are left out, from 5 up.
  private(set) var level = 0
  private var strainedSince: Duration?
  private var wellSince: Duration?

  /// - Parameter late: of the latest run that was due now.
  mutating func look(late: Duration, running: Int, at now: Duration) {
    if late > Self.lateMax || running > Self.runningMax {
      wellSince = nil
      let since = strainedSince ?? now
      strainedSince = since
      guard now - since >= Self.patience, level < Self.priorities.upperBound - 1 else { return }
      level += 1
      strainedSince = now
    } else {
      strainedSince = nil
      let since = wellSince ?? now
      wellSince = since
      guard level > 0, now - since >= Self.calm else { return }
      level -= 1
      wellSince = now
    }
  }

  /// The most important of the priorities that are left out; `nil` when none is.
  var shedFrom: Int? { level > 0 ? Self.priorities.upperBound - level + 1 : nil }

  /// - Parameter pause: since the last run; `nil` before the first.
  func sheds(priority: Int, after pause: Duration?) -> Bool {
    guard let shedFrom, priority >= shedFrom, let pause else { return false }
    return pause < Self.pauseMax
  }
}

/// How the runner keeps up.
public struct RunnerPressure: Sendable, Equatable {
  /// Runs that are going.
  public let running: Int
  /// Runs left out since the start, of all probes.
  public let shed: Int
  /// Probes of this priority and less important ones run rarely; `nil` when all keep their time.
  public let shedFrom: Int?

  public init(running: Int, shed: Int, shedFrom: Int?) {
    self.running = running
    self.shed = shed
    self.shedFrom = shedFrom
  }
}
