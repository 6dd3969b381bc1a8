import Incidents
import Journal
import LoopbackServers
import Probes
import Records
import Synchronization
import Telemetry
import Testing

@testable import WatchkeeperApp

// The wall clock is set while an installation runs.
extension InstallationTests {
  @Test("a clock that is set back by two hours stops nothing, and is told") func clockSetBack() async throws {
    try await withInstallation { installation in
      try await pass(installation, success: 1)
      let before = installation.evaluator.view.rounds
      let recorded = try #require(try await installation.journal.head().recordedAt)
      clock.set(by: .seconds(-7200))
      try await wait { installation.evaluator.view.rounds > before }
      #expect(installation.evaluator.view.lastEvaluation.map { $0 <= clock.now } == true)
      try await pass(installation, success: 0)
      try await wait { installation.incidents.state.book.all.count == 1 }
      try await wait { installation.deliveries.view.delivered == 1 }
      let incident = try #require(installation.incidents.state.book.all.first)
      #expect(incident.openedAt <= clock.now, "what a record says is the clock's time")
      let after = try #require(try await installation.journal.head().recordedAt)
      #expect(after >= recorded, "the journal's time never runs backwards")
      try await wait { installation.status.withLock { $0.clock.shown(at: clock.uptime) } != .zero }
      let step = await installation.selfMetrics().first { $0.name == "watchkeeper_clock_step_seconds" }
      #expect(step?.values.map(\.value) == [-7200])
      try await pass(installation, success: 1)
      try await wait { installation.incidents.state.book.all.first?.status == .resolved }
    }
  }

  @Test("a clock that is set forward is noted in the gaps of every probe") func clockSetForward() async throws {
    try await withInstallation { installation in
      await installation.probes.restoreGaps(GapRows(probes: ["p": GapRecord(knownSince: clock.now)]))
      try await pass(installation, success: 1)
      clock.set(by: .seconds(7200))
      try await wait { installation.status.withLock { $0.clock.shown(at: clock.uptime) } != .zero }
      let gaps = await patiently(until: { $0.contains { $0.cause == .clockSet } }) {
        await installation.probes.gapHistory(of: "p")?.gaps ?? []
      }
      let jump = try #require(gaps.first { $0.cause == .clockSet })
      #expect(jump.to?.elapsed(since: jump.from) == .seconds(7200))
    }
  }
}
