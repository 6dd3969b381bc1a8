internal import Records
internal import Telemetry

// What is behind a dead parent is neither up nor down: it is looked at rarely, never not at all, and at once when the
// parent is back.

extension ProbeRunner {
  /// The longest that a failed run waits for its parents' own runs. The default is 30 s.
  static let holdMax = Duration.seconds(30)

  /// Children of a parent that is back are asked within this time, spread by their names. The default is 1 s.
  private static let returnSpread = Duration.seconds(1)

  /// What a failure means, by what is known of the parents.
  enum Standing: Equatable {
    /// It has none, or a way to it is there.
    case reachable
    /// All of them are down; by the name of the one that began it.
    case behind(String)
    /// The parents at these places have not looked since the child's run began.
    case unasked([Int])
  }

  /// A run has ended: its report is recorded now, or when the parents have looked too.
  func finish(_ entry: Entry, _ place: Int, _ report: ProbeReport, of run: Run) {
    let now = clock.uptime
    let took = now - run.startedUptime
    guard case .down = report.verdict, case .unasked(let parents) = standing(of: entry, since: run.startedUptime) else {
      return settle(entry, place, report, of: run, took: took)
    }
    let patience = parents.compactMap { entries[$0]?.definition.timeout }.max() ?? .zero
    let limit = now + min(Self.holdMax, patience + Self.grace(after: patience))
    entry.held = HeldRun(report: report, run: run, took: took, limit: limit)
    ask(parents, at: now)
  }

  /// Records a run by what is known now, and tells those behind it.
  func settle(_ entry: Entry, _ place: Int, _ report: ProbeReport, of run: Run, took: Duration) {
    var report = report
    if case .down = report.verdict, case .behind(let parent) = standing(of: entry, since: run.startedUptime) {
      report = report.unreachable(behind: parent)
    }
    record(entry, report, of: run, took: took)
    appointAnew(place)
    for child in entry.children { hear(child, at: clock.uptime) }
  }

  /// The wait is over: the run is recorded by what is known.
  func release(_ entry: Entry, _ place: Int, _ held: HeldRun) {
    entry.held = nil
    settle(entry, place, held.report, of: held.run, took: held.took)
  }

  private func standing(of entry: Entry, since start: Duration) -> Standing {
    var unasked: [Int] = []
    var root: String?
    var isDead = !entry.parents.isEmpty
    for place in entry.parents {
      guard let parent = entries[place] else { continue }
      switch parent.status.verdict {
      case .down: root = root ?? parent.definition.name
      case .unreachable(let reason): root = root ?? reason.arguments["parent"] ?? parent.definition.name
      case .up, .unknown, nil:
        isDead = false
        if parent.lastStart ?? .zero < start { unasked.append(place) }
        // One way that is known to be open is enough.
        if parent.status.verdict == .up, parent.lastStart ?? .zero >= start { return .reachable }
      }
    }
    if isDead, let root { return .behind(root) }
    return unasked.isEmpty ? .reachable : .unasked(unasked)
  }

  private func ask(_ parents: [Int], at now: Duration) {
    for place in parents {
      guard let parent = entries[place], parent.running == nil, parent.held == nil else { continue }
      parent.timing.hasten(to: now)
      appointAnew(place)
    }
  }

  /// A parent has looked.
  private func hear(_ place: Int, at now: Duration) {
    guard let entry = entries[place] else { return }
    if let held = entry.held {
      if case .unasked(let parents) = standing(of: entry, since: held.run.startedUptime) {
        return ask(parents, at: now)
      }
      release(entry, place, held)
    } else if case .unreachable = entry.pacing.pace, entry.running == nil {
      if case .behind = standing(of: entry, since: .zero) { return }
      entry.timing.hasten(to: now + Timing.phase(of: entry.definition.name, in: Self.returnSpread))
      appointAnew(place)
    }
  }

  // MARK: Relations

  /// Who is behind whom, by names. A relation that would close a circle is left out: two that are behind each other
  /// would excuse each other.
  public func arrange(parents: [String: [String]]) {
    for case let entry? in entries { (entry.parents, entry.children) = ([], []) }
    for name in parents.keys.sorted() {
      guard let place = place(of: name), let entry = entries[place] else { continue }
      for parent in parents[name] ?? [] {
        guard let above = self.place(of: parent), !entry.parents.contains(above), !isBehind(above, place) else {
          continue
        }
        entry.parents.append(above)
        entries[above]?.children.append(place)
      }
    }
  }

  /// Whether `place` is `other` or somewhere behind it.
  private func isBehind(_ place: Int, _ other: Int) -> Bool {
    place == other || (entries[place]?.parents.contains { isBehind($0, other) } ?? false)
  }
}

extension ProbeReport {
  /// The same failure, which says nothing about its own target: no values that a rule could take for the target's.
  fileprivate func unreachable(behind parent: String) -> ProbeReport {
    var report = self
    report.verdict = .unreachable(Reason("reason.probe.behind", ["parent": parent, "text": explanation]))
    report.samples = []
    report.ownVerdictSamples = ownVerdictSamples?.filter { $0.series.metric != VerdictMetrics.scrape.success }
    return report
  }
}
