internal import Telemetry

/// When one probe runs. A value on the monotonic clock; nothing here reads a clock.
///
/// Due times lie on a grid: phase + n × interval, the phase a hash of the probe's name, so that many probes with one
/// interval spread over it, and the same way after each start.
struct Timing: Sendable, Equatable {
  let rhythm: Rhythm
  let interval: Duration
  let phase: Duration
  private let hash: UInt64
  /// On `WallClock.uptime`.
  private(set) var due: Duration
  /// Due times that passed while a run was still going.
  private(set) var skipped = 0

  /// The first run comes within this time after the start, whatever the phase: nobody waits a long interval for a
  /// first look. The default is 1 s.
  static let firstRunSpread = Duration.seconds(1)

  init(name: String, interval: Duration, from now: Duration) {
    self.init(name: name, .interval(interval), from: now, .epoch)
  }

  /// - Parameters:
  ///   - now: on the clock that never steps; due times are told on it.
  ///   - wall: what the calendar's clock shows then. Rhythms of an interval alone do not look at it.
  init(name: String, _ rhythm: Rhythm, from now: Duration, _ wall: Timestamp) {
    self.rhythm = rhythm
    interval = rhythm.interval
    hash = StableHash.of(name)
    phase = Self.phase(hash, in: interval)
    due = now + Self.phase(hash, in: min(interval, Self.firstRunSpread))
    switch rhythm {
    case .interval: break
    case .cron: due = next(after: now, now, wall)
    case .calendar(let hours, _, let outside):
      if outside == nil, !hours.stretch(at: wall).isInside { due = next(after: now, now, wall) }
    }
  }

  /// How late a run that starts now is.
  func lateness(at now: Duration) -> Duration { max(.zero, now - due) }

  /// Moves to the first grid point after `now`. The due times in between are skipped, not made up for.
  /// - Returns: how many were skipped.
  @discardableResult
  mutating func advance(past now: Duration, _ wall: Timestamp = .epoch) -> Int {
    guard !rhythm.isCivil else {
      due = next(after: max(now, due), now, wall)
      return 0
    }
    let following = gridPoint(after: due)
    due = gridPoint(after: max(now, due))
    let passed = Int(clamping: (due - following).wholeMilliseconds / max(1, interval.wholeMilliseconds))
    skipped += passed
    return passed
  }

  /// A due time came while the last run was still going.
  ///
  /// - Parameter step: instead of the interval, while the probe leaves it.
  mutating func skip(at now: Duration, _ wall: Timestamp = .epoch, step: Duration? = nil) {
    skipped += 1
    due = step.map { max(now, due) + $0 } ?? next(after: max(now, due), now, wall)
  }

  /// A run has ended: the next is due as the pace says.
  mutating func follow(_ pacing: Pacing, startedAt start: Duration, now: Duration, _ wall: Timestamp = .epoch) {
    guard let step = pacing.step else {
      // Back on the grid, at its next point.
      due = min(due, next(after: now, now, wall))
      return
    }
    switch pacing.pace {
    case .steady: break
    case .confirming, .zoomed: due = max(now, start + step)
    // Long pauses keep to the grid, so that many dead targets stay spread.
    case .backedOff, .unreachable:
      due = max(next(after: start + step - .milliseconds(1), now, wall), next(after: now, now, wall))
    }
  }

  /// Somebody needs to know at once.
  mutating func hasten(to time: Duration) { due = min(due, time) }

  /// The clock may have been set: a due time that has come nearer is taken; one that has moved away comes once too often
  /// rather than never.
  mutating func realign(at now: Duration, _ wall: Timestamp) {
    if rhythm.isCivil { due = min(due, next(after: now, now, wall)) }
  }

  /// How late a run may begin before that counts as a gap: a quarter of the interval, at least 1 s, at most 5 minutes,
  /// the look-back of rules.
  static func latenessMax(_ interval: Duration) -> Duration { max(.seconds(1), min(interval / 4, .seconds(300))) }

  /// When the next run comes, if nothing is due for longer than between two runs because the calendar says so.
  func pause(at now: Duration) -> Duration? {
    let step: Duration
    switch rhythm {
    case .calendar(_, let inside, outside: nil): step = inside
    case .cron: step = interval
    case .interval, .calendar: return nil
    }
    return due - now > step * 2 ? due : nil
  }

  /// When the run that a cron expression names for a minute is due.
  static func due(named minute: Timestamp, for name: String) -> Timestamp {
    minute.advanced(by: phase(StableHash.of(name), in: Rhythm.spread))
  }

  /// The same probe with another rhythm keeps its count.
  func changed(_ rhythm: Rhythm, name: String, from now: Duration, _ wall: Timestamp = .epoch) -> Timing {
    guard rhythm != self.rhythm else { return self }
    var timing = Timing(name: name, rhythm, from: now, wall)
    timing.skipped = skipped
    return timing
  }

  private func next(after time: Duration, _ now: Duration, _ wall: Timestamp) -> Duration {
    switch rhythm {
    case .interval: return gridPoint(after: time)
    case .cron(let cron, let zone):
      let spread = Self.phase(hash, in: Rhythm.spread)
      // What was named up to the spread ago is still to come.
      let from = wall.advanced(by: time - now - spread)
      guard let named = cron.next(after: from, in: zone) else { return time + Self.never }
      return now + named.elapsed(since: wall) + spread
    case .calendar(let hours, let inside, let outside):
      var time = time
      for _ in 0..<Self.stretchesMax {
        let stretch = hours.stretch(at: wall.advanced(by: time - now))
        let end = stretch.end.map { now + $0.elapsed(since: wall) }
        if let step = stretch.isInside ? inside : outside {
          let point = gridPoint(after: time, step: step, phase: Self.phase(hash, in: step))
          guard let end, point >= end else { return point }
        }
        guard let end else { break }
        time = end
      }
      return time + Self.never
    }
  }

  /// Stretches of a calendar looked at for the next run: one may be shorter than the interval.
  private static let stretchesMax = 16
  /// A rhythm that names nothing any more is asked again after this.
  private static let never = Duration.seconds(86_400)

  private func gridPoint(after time: Duration) -> Duration { gridPoint(after: time, step: interval, phase: phase) }

  private func gridPoint(after time: Duration, step interval: Duration, phase: Duration) -> Duration {
    let step = max(1, interval.wholeMilliseconds)
    let offset = max(0, (time - phase).wholeMilliseconds)
    return phase + .milliseconds((offset / step + 1) * step)
  }

  /// Phases of intervals from one second on are multiples of this: probes that are due almost together cost one wake, and
  /// a wake costs as much as twenty runs. 50 ms.
  static let phaseStep: Int64 = 50

  /// In [0, interval), in whole milliseconds. Stable over releases and machines.
  static func phase(of name: String, in interval: Duration) -> Duration { phase(StableHash.of(name), in: interval) }

  private static func phase(_ hash: UInt64, in interval: Duration) -> Duration {
    let milliseconds = interval.wholeMilliseconds
    guard milliseconds > 1 else { return .zero }
    let step = milliseconds >= 1000 ? phaseStep : 1
    return .milliseconds(Int64(hash % UInt64(milliseconds / step)) * step)
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
