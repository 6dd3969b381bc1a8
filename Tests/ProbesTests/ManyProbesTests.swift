import Telemetry
import Testing

@testable import Probes

@Suite("A thousand devices", .timeLimit(.minutes(1)))
struct ManyProbesTests {
  @Test("of which one in twenty is dead: none of the others is late by more than a second")
  func dead() async throws {
    let bench = RunnerBench(into: SeriesListing())
    let probes = try (0..<1000).map { number in
      let isDead = number % 20 == 0
      var probe = try bench.definition("\(isDead ? "dead" : "well")-\(number)", interval: .seconds(60)) {
        [bench] limit in
        guard isDead else { return ProbeReport(.up) }
        try? await bench.clock.sleep(for: limit)
        return .down("reason.probe.timed_out", "no answer")
      }
      probe.pace = .check
      return probe
    }
    try await bench.run(probes) { bench in
      try await bench.untilIdle(after: .seconds(181), but: "dead")
      let status = await bench.runner.status()
      let well = status.filter { $0.name.hasPrefix("well") }
      #expect(well.count == 950)
      #expect(well.allSatisfy { (3...4).contains($0.runs) })
      #expect(well.allSatisfy { $0.late <= .seconds(1) })
      for probe in well { #expect(await bench.gaps(of: probe.name).isEmpty) }
      let dead = status.filter { $0.name.hasPrefix("dead") }
      #expect(dead.allSatisfy { $0.isConfirmed && $0.runs >= 5 })
    }
  }
}
