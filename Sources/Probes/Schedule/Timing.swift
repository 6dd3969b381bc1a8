internal import Telemetry

/// When one probe runs. A value on the monotonic clock; nothing here reads a clock.
///
/// Due times lie on a grid: phase + n × interval, the phase a hash of the probe's name, so that many probes with one
/// interval spread over it, and the same way after each start.
public struct Timing: Sendable, Equatable {
  public let interval: Duration
  public let phase: Duration
  /// On `WallClock.uptime`.
  public private(set) var due: Duration
  /// Due times that passed while a run was still going.
  public private(set) var skipped = 0

  /// The first run comes within this time after the start, whatever the phase: nobody waits a long interval for a
  /// first look. The default is 1 s.
  public static let firstRunSpread = Duration.seconds(1)

  public init(name: String, interval: Duration, from now: Duration) {
    self.interval = interval
    phase = Self.phase(of: name, in: interval)
    due = now + Self.phase(of: name, in: min(interval, Self.firstRunSpread))
  }

  /// How late a run that starts now is.
  public func lateness(at now: Duration) -> Duration { max(.zero, now - due) }

  /// Moves to the first grid point after `now`. The due times in between are skipped, not made up for.
  /// - Returns: how many were skipped.
  @discardableResult
  public mutating func advance(past now: Duration) -> Int {
    let following = gridPoint(after: due)
    due = gridPoint(after: max(now, due))
    let passed = Int(clamping: (due - following).wholeMilliseconds / max(1, interval.wholeMilliseconds))
    skipped += passed
    return passed
  }

  /// A due time came while the last run was still going.
  public mutating func skip(at now: Duration) {
    skipped += 1
    due = gridPoint(after: max(now, due))
  }

  /// The same probe with another interval keeps its count.
  public func changed(interval: Duration, name: String, from now: Duration) -> Timing {
    guard interval != self.interval else { return self }
    var timing = Timing(name: name, interval: interval, from: now)
    timing.skipped = skipped
    return timing
  }

  private func gridPoint(after time: Duration) -> Duration {
    let step = max(1, interval.wholeMilliseconds)
    let offset = max(0, (time - phase).wholeMilliseconds)
    return phase + .milliseconds((offset / step + 1) * step)
  }

  /// In [0, interval), in whole milliseconds. Stable over releases and machines.
  static func phase(of name: String, in interval: Duration) -> Duration {
    let milliseconds = interval.wholeMilliseconds
    guard milliseconds > 1 else { return .zero }
    return .milliseconds(Int64(StableHash.of(name) % UInt64(milliseconds)))
  }
}

/// A hash that is the same in every process, unlike Swift's.
enum StableHash {
  /// FNV-1a, then SplitMix64's finisher: FNV alone leaves names that differ in the last letter close together.
  static func of(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}
