public import Telemetry

/// When a group is due: at slots one interval apart, shifted by a phase that spreads the groups over the interval.
///
/// The phase is a hash of file and group, so neither a restart nor a reload moves a slot.
public struct GroupSchedule: Sendable, Equatable {
  public let interval: Duration
  /// From 0 up to, but without, `interval`.
  public let phase: Duration

  private let intervalMilliseconds: Int64
  private let phaseMilliseconds: Int64

  public init(_ group: RuleGroup) { self.init(group.key, interval: group.interval) }

  /// - Parameter interval: taken as 1 ms when it is shorter.
  public init(_ key: RuleGroupKey, interval: Duration) {
    let period = max(interval.wholeMilliseconds, 1)
    let offset = Int64(Self.hash(key.file, key.group) % UInt64(period))
    intervalMilliseconds = period
    phaseMilliseconds = offset
    self.interval = .milliseconds(period)
    phase = .milliseconds(offset)
  }

  /// The first slot later than `time`.
  public func nextSlot(after time: Timestamp) -> Timestamp {
    let shifted = time.milliseconds.subtractingReportingOverflow(phaseMilliseconds).partialValue
    let remainder = shifted % intervalMilliseconds
    let sinceSlot = remainder < 0 ? remainder + intervalMilliseconds : remainder
    return time.advanced(by: .milliseconds(intervalMilliseconds - sinceSlot))
  }

  /// The last slot not later than `time`.
  public func slot(atOrBefore time: Timestamp) -> Timestamp {
    nextSlot(after: time).advanced(by: .milliseconds(-intervalMilliseconds))
  }

  /// The slots strictly between the last evaluated one and the one that is evaluated now: missed, counted, not made up.
  public func missedSlots(between last: Timestamp, and current: Timestamp) -> Int {
    let gap = current.elapsed(since: last).wholeMilliseconds
    return Int(max(0, (gap + intervalMilliseconds - 1) / intervalMilliseconds - 1))
  }

  /// FNV-1a, 64 bits: the same on every machine and in every version of this program.
  private static func hash(_ texts: String...) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in texts {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    return hash
  }
}
