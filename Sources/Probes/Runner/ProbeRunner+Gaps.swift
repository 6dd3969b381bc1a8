internal import Telemetry
internal import Records

extension ProbeRunner {
  /// Takes up what an earlier run of the program left; before the first `load`.
  public func restoreGaps(_ rows: GapRows) { gaps.restore(rows, at: clock.now) }

  /// Why a probe, defined now or earlier, has gaps; `nil` when none of this name was ever known.
  public func gapHistory(of name: String) -> GapHistory? { gaps.history(of: name) }

  /// The probes that can be asked about.
  public func knownProbes() -> KnownProbes {
    let defined = entries.compactMap { $0?.definition }.sorted { $0.name < $1.name }
    return KnownProbes(defined: defined, retired: gaps.retired)
  }

  /// The wall clock was set, negative: back. Schedules go by the clock that never steps, so no run is missing.
  public func noteClock(setBy step: Duration) { gaps.jump(by: step, to: clock.now) }

  /// What is to be made durable, from time to time.
  public func unsavedGaps() -> GapChanges { gaps.takeChanges(at: clock.now) }

  public func keepUnsaved(_ changes: GapChanges) { gaps.keepUnsaved(changes) }

  /// The last word of an orderly stop.
  public func stopGaps() -> GapChanges {
    gaps.stop(at: clock.now)
    return gaps.takeChanges(at: clock.now)
  }

  func miss(_ entry: Entry, _ seen: GapObservation, at time: Timestamp) {
    entry.hasGap = true
    gaps.miss(entry.definition.name, seen, time)
  }

  /// The calendar has no run for a while, from `time` on.
  func notePause(of entry: Entry, from time: Timestamp, at now: Duration) {
    guard let due = entry.timing.pause(at: now) else { return }
    let next = clock.now.advanced(by: due - clock.uptime)
    var reason = Reason("reason.gap.not-due", ["until": String(next.milliseconds)])
    if case .cron(let cron, _) = entry.timing.rhythm {
      reason = Reason("reason.gap.no-cron-run", ["cron": cron.text, "until": String(next.milliseconds)])
    }
    miss(entry, GapObservation(cause: .notDue, extent: .everything, reason: reason), at: time)
  }

  /// A run that starts late leaves its due time without a sample.
  func noteLateness(of entry: Entry, at now: Duration) {
    let late = entry.timing.lateness(at: now)
    guard late > Timing.latenessMax(entry.definition.interval) else { return }
    let start = clock.now
    gaps.add(
      entry.definition.name,
      SampleGap(
        from: start.advanced(by: .zero - late), to: start, .late, .everything,
        Reason("reason.gap.late", ["late": String(late.inSeconds)])))
  }

  /// A run that was going, or waited for its parents, when its definition was changed: nobody takes what it found.
  func noteReplacement(of entry: Entry) {
    let going = entry.running.flatMap { $0.limit == nil ? nil : $0 }
    guard let start = (going ?? entry.held?.run)?.startedAt else { return }
    gaps.add(
      entry.definition.name,
      SampleGap(
        from: start, to: max(clock.now, start.advanced(by: .milliseconds(1))), .notChecked, .everything,
        Reason("reason.gap.replaced")))
  }
}
