import Synchronization
import Telemetry
import Transfers

@testable import Probes

/// A clock that stands still until it is moved.
final class ManualClock: WallClock {
  typealias Sleeper = CheckedContinuation<Void, any Error>
  typealias Watcher = CheckedContinuation<Void, Never>

  private struct State {
    var uptime = Duration.seconds(1000)
    var sleepers: [Int: (deadline: Duration, wake: Sleeper)] = [:]
    var cancelled: Set<Int> = []
    var next = 0
    var watchers: [Watcher] = []
  }
  private let state = Mutex(State())

  var uptime: Duration { state.withLock { $0.uptime } }
  var now: Timestamp { Timestamp(milliseconds: 1_700_000_000_000).advanced(by: uptime) }

  func sleep(untilUptime deadline: Duration) async throws {
    let number = state.withLock { (state: inout State) -> Int in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (wake: Sleeper) in admit(wake, number, deadline) }
    } onCancel: {
      cancel(number)
    }
  }

  private func admit(_ wake: Sleeper, _ number: Int, _ deadline: Duration) {
    enum Answer { case due, cancelled, asleep([Watcher]) }
    let answer = state.withLock { (state: inout State) -> Answer in
      if state.cancelled.contains(number) { return .cancelled }
      if state.uptime >= deadline { return .due }
      state.sleepers[number] = (deadline, wake)
      defer { state.watchers = [] }
      return .asleep(state.watchers)
    }
    switch answer {
    case .due: wake.resume()
    case .cancelled: wake.resume(throwing: CancellationError())
    case .asleep(let watchers): for watcher in watchers { watcher.resume() }
    }
  }

  private func cancel(_ number: Int) {
    let sleeper = state.withLock { (state: inout State) -> Sleeper? in
      state.cancelled.insert(number)
      return state.sleepers.removeValue(forKey: number)?.wake
    }
    sleeper?.resume(throwing: CancellationError())
  }

  /// Returns when somebody sleeps.
  func waitForSleeper() async {
    await withCheckedContinuation { watcher in
      let isThere = state.withLock { state in
        if !state.sleepers.isEmpty { return true }
        state.watchers.append(watcher)
        return false
      }
      if isThere { watcher.resume() }
    }
  }

  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.uptime += duration
      let due = state.sleepers.filter { $0.value.deadline <= state.uptime }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.map(\.wake)
    }
    for wake in due { wake.resume() }
  }
}

/// Keeps all samples.
final class MemoryStore: SampleAppender {
  private struct State {
    var known: [LabelSet: SeriesReference] = [:]
    var labels: [LabelSet] = []
    var samples: [(LabelSet, Sample)] = []
    var lookUps = 0
    var gone: Set<SeriesReference> = []
  }
  private let state = Mutex(State())
  let seriesMax: Int

  init(seriesMax: Int = .max) { self.seriesMax = seriesMax }

  func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
    let result: Result<SeriesReference, AppendError> = state.withLock { state in
      state.lookUps += 1
      if let known = state.known[labels] { return .success(known) }
      guard state.labels.count < seriesMax else { return .failure(.tooManySeries(limit: seriesMax)) }
      let reference = SeriesReference(slot: UInt32(state.labels.count), generation: 1)
      state.labels.append(labels)
      state.known[labels] = reference
      return .success(reference)
    }
    return try result.get()
  }

  /// What the store does with series that were silent for long.
  func forget(_ metric: String) {
    state.withLock { state in
      for (labels, reference) in state.known where labels.metric == metric {
        state.known[labels] = nil
        state.gone.insert(reference)
      }
    }
  }

  @discardableResult
  func append(_ batch: SampleBatch) -> AppendOutcome {
    state.withLock { state in
      var outcome = AppendOutcome()
      for index in 0..<batch.count {
        guard !state.gone.contains(batch.references[index]) else {
          outcome.gone.append(batch.references[index])
          continue
        }
        let labels = state.labels[Int(batch.references[index].slot)]
        let time = Timestamp(milliseconds: batch.milliseconds[index])
        let sample = Sample(at: time, batch.values[index])
        let known = state.samples.filter { $0.0 == labels && $0.1.timestamp == time }.map(\.1.value.bitPattern)
        if known.contains(sample.value.bitPattern) { continue }
        if !known.isEmpty { outcome.duplicate += 1 }
        state.samples.append((labels, sample))
      }
      return outcome
    }
  }

  var lookUps: Int { state.withLock { $0.lookUps } }

  func samples(_ metric: String) -> [Sample] {
    state.withLock { $0.samples.filter { $0.0.metric == metric }.map(\.1) }
  }

  func samples(_ metric: String, of instance: String) -> [Sample] {
    state.withLock { state in
      state.samples.filter { $0.0.metric == metric && $0.0["instance"] == instance }.map(\.1)
    }
  }

  func labels(of reference: SeriesReference) -> LabelSet { state.withLock { $0.labels[Int(reference.slot)] } }

  func labels(_ metric: String) -> LabelSet? {
    state.withLock { $0.labels.first { $0.metric == metric } }
  }
}

/// Settings whose probe plays a given script; the script's name is its identity.
struct ScriptedSettings: ProbeSettings {
  let name: String
  let script: @Sendable (Duration) async -> ProbeReport
  var instance: String? { "target" }
  var network: NetworkTarget? { nil }

  init(_ name: String, _ script: @escaping @Sendable (Duration) async -> ProbeReport) {
    self.name = name
    self.script = script
  }

  init(from decoder: any Decoder) throws { self.init("decoded") { _ in ProbeReport(.up) } }

  static func == (left: ScriptedSettings, right: ScriptedSettings) -> Bool { left.name == right.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  func makeProbe(in environment: ProbeEnvironment) -> any Probe { ScriptedProbe(script: script) }
}

struct ScriptedProbe: Probe {
  let script: @Sendable (Duration) async -> ProbeReport
  func run(within limit: Duration) async -> ProbeReport { await script(limit) }
}
