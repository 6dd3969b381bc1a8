import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

/// A runner on a clock that is moved by hand, with probes that play scripts at once.
final class RunnerBench: Sendable {
  let clock = ManualClock()
  let store = MemoryStore()
  let runner: ProbeRunner

  /// - Parameter store: where samples go when not into `store`, which looks through all that it has at each.
  init(into store: (any SampleAppender)? = nil) {
    let environment = ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "host-1")
    runner = ProbeRunner(environment: environment, store: store ?? self.store)
  }

  func definition(
    _ name: String, interval: Duration = .seconds(10), _ script: @escaping @Sendable (Duration) async -> ProbeReport
  ) throws -> ProbeDefinition {
    try #require(
      ProbeDefinition(
        name: name, kind: "tcp", interval: interval, labels: LabelSet(["instance": name]),
        settings: ScriptedSettings(name, script)))
  }

  func run(
    _ definitions: [ProbeDefinition], parents: [String: [String]] = [:], _ body: (RunnerBench) async throws -> Void
  ) async throws {
    await runner.load(definitions, parents: parents)
    let task = Task { await runner.run() }
    try await body(self)
    task.cancel()
    await task.value
  }

  /// Moves time on in small steps, each when nothing runs any more.
  ///
  /// - Parameter slow: probes that are not waited for, by the begin of their names.
  func untilIdle(after duration: Duration, step: Duration = .milliseconds(100), but slow: String? = nil) async throws {
    let end = clock.uptime + duration
    while clock.uptime < end {
      await clock.waitForSleeper()
      clock.advance(by: min(step, end - clock.uptime))
      repeat { await Task.yield() } while await !runner.isIdle(but: slow)
    }
  }

  func status(of name: String) async -> ProbeStatus? { await runner.status().first { $0.name == name } }

  func gaps(of name: String) async -> [SampleGap] { await runner.gapHistory(of: name)?.gaps ?? [] }
}

extension ProbeRunner {
  /// Whether nothing is due and no report is on its way.
  fileprivate func isIdle(but slow: String?) -> Bool {
    entries.allSatisfy { entry in
      guard let entry else { return true }
      if let slow, entry.definition.name.hasPrefix(slow) { return entry.nextEvent > clock.uptime }
      return entry.running == nil && entry.nextEvent > clock.uptime
    }
  }
}
