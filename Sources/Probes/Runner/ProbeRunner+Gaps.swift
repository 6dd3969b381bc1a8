internal import Telemetry
internal import Records

extension ProbeRunner {
  /// Takes up what an earlier run of the program left; before the first `load`.
  public func restoreGaps(_ rows: GapRows) { gaps.restore(rows, at: clock.now) }

  /// Why a probe, defined now or earlier, has gaps; `nil` when none of this name was ever known.
  public func gapHistory(of name: String) -> GapHistory? { gaps.history(of: name) }

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

  /// A run that starts late leaves its due time without a sample. The default bound is a quarter of the interval, at
  /// least 1 s.
  func noteLateness(of entry: Entry, at now: Duration) {
    let late = entry.timing.lateness(at: now)
    guard late > max(.seconds(1), entry.definition.interval / 4) else { return }
    let start = clock.now
    gaps.add(
      entry.definition.name,
      SampleGap(
        from: start.advanced(by: .zero - late), to: start, .late, .everything,
        Reason("reason.gap.late", ["late": String(late.inSeconds)])))
  }
}
