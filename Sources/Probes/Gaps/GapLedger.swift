internal import Records
internal import Telemetry

/// What survives a restart: rows by key, for a plain table.
public struct GapRows: Sendable {
  public var probes: [String: GapRecord]
  public var runner: RunnerTimes?

  public init(probes: [String: GapRecord] = [:], runner: RunnerTimes? = nil) {
    self.probes = probes
    self.runner = runner
  }
}

/// What is to be written: a record that is `nil` is forgotten.
public struct GapChanges: Sendable {
  public let probes: [String: GapRecord?]
  public let runner: RunnerTimes
}

/// The gaps of all probes, defined or not. A value; it reads no clock.
struct GapLedger {
  /// Probes that are no longer defined and still told about. The default is 1,000; the longest gone leave first.
  static let retiredMax = 1_000

  private(set) var records: [String: GapRecord] = [:]
  private var times: RunnerTimes
  private var changed: Set<String> = []

  init(startingAt now: Timestamp) { times = RunnerTimes(startingAt: now) }

  /// Takes up what an earlier run left, before any probe is defined. What lasted then ended with that run.
  mutating func restore(_ rows: GapRows, at now: Timestamp) {
    records = rows.probes
    guard let runner = rows.runner else { return }
    times = runner
    let end = times.begin(at: now)
    for (name, record) in records where record.isOpen && record.gaps.last?.cause != .notDefined {
      records[name]?.close(at: end)
      changed.insert(name)
    }
  }

  /// These are defined from now on, and no others.
  ///
  /// - Parameters:
  ///   - target: the labels of all series of one.
  ///   - schedule: what its schedule is kept as.
  mutating func define(
    _ names: Set<String>, at now: Timestamp, target: (String) -> LabelSet? = { _ in nil },
    schedule: (String) -> String? = { _ in nil }
  ) {
    for name in names {
      if records[name] == nil {
        records[name] = GapRecord(knownSince: now)
        changed.insert(name)
      } else if records[name]?.gaps.last?.cause == .notDefined {
        complete(name, at: now)
      }
      if let target = target(name), records[name]?.target != target {
        records[name]?.target = target
        changed.insert(name)
      }
      let schedule = schedule(name)
      if records[name]?.schedule?.text != schedule {
        records[name]?.schedule = schedule.map { KeptSchedule(text: $0, since: now) }
        changed.insert(name)
      }
    }
    let gone = records.keys.filter { !names.contains($0) }
    for name in gone where records[name]?.gaps.last.map({ $0.cause != .notDefined || $0.to != nil }) ?? true {
      miss(name, GapObservation(cause: .notDefined, extent: .everything, reason: Reason("reason.gap.not-defined")), now)
    }
    forget(gone)
  }

  private mutating func forget(_ gone: [String]) {
    guard gone.count > Self.retiredMax else { return }
    let longest = gone.sorted { (records[$0]?.gaps.last?.from ?? .epoch) < (records[$1]?.gaps.last?.from ?? .epoch) }
    for name in longest.prefix(gone.count - Self.retiredMax) {
      records[name] = nil
      changed.insert(name)
    }
  }

  mutating func miss(_ name: String, _ seen: GapObservation, _ time: Timestamp) {
    if records[name]?.miss(seen, at: time) == true { changed.insert(name) }
  }

  mutating func complete(_ name: String, at time: Timestamp) {
    if records[name]?.close(at: time) == true { changed.insert(name) }
  }

  /// A gap without runs that is over already; nothing when one lasts that says as much.
  mutating func add(_ name: String, _ gap: SampleGap) {
    guard let record = records[name], !(record.isOpen && record.gaps.last?.explainsMissingRuns == true) else { return }
    records[name]?.add(gap)
    changed.insert(name)
  }

  func history(of name: String) -> GapHistory? {
    records[name].map { GapHistory(probe: name, $0, times) }
  }

  /// Those that are no longer defined, by name.
  var retired: [RetiredProbe] {
    records.compactMap { name, record in
      record.removedAt.map { RetiredProbe(name: name, target: record.target, removedAt: $0) }
    }
    .sorted { $0.name < $1.name }
  }

  /// What is not on disk yet; taken once.
  mutating func takeChanges(at now: Timestamp) -> GapChanges {
    defer { changed = [] }
    times.aliveAt = now
    return GapChanges(probes: Dictionary(uniqueKeysWithValues: changed.map { ($0, records[$0]) }), runner: times)
  }

  /// They could not be written: they are offered again.
  mutating func keepUnsaved(_ changes: GapChanges) { changed.formUnion(changes.probes.keys) }

  /// A time that never was is nobody's fault; without this its runs would seem to be lost.
  mutating func jump(by step: Duration, to now: Timestamp) {
    // What lasted before the jump lasts on: its runs failed on both sides.
    if step > .zero { times.jump(by: step, to: now) } else { times.comeBack(to: now) }
  }

  mutating func stop(at now: Timestamp) {
    times.aliveAt = now
    times.stoppedAt = now
    for (name, record) in records where record.isOpen { changed.insert(name) }
  }
}
