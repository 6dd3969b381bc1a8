import Synchronization
import Telemetry
import Testing

@testable import Probes

@Suite("Overload", .timeLimit(.minutes(1)))
struct LoadSheddingTests {
  /// Looks once a second.
  private func look(
    _ shedding: inout LoadShedding, from start: Int64, for seconds: Int64, late: Int64, running: Int = 0
  ) {
    for second in start..<start + seconds {
      shedding.look(late: .seconds(late), running: running, at: .seconds(second))
    }
  }

  @Test("the least important go first, one priority after another, the most important never")
  func order() {
    var shedding = LoadShedding()
    look(&shedding, from: 0, for: 5, late: 10)
    #expect(shedding.shedFrom == nil)
    look(&shedding, from: 5, for: 1, late: 10)
    #expect(shedding.shedFrom == 5)
    look(&shedding, from: 6, for: 100, late: 10)
    #expect(shedding.shedFrom == 2)
    #expect(!shedding.sheds(priority: 1, after: .seconds(10)))
    #expect(shedding.sheds(priority: 2, after: .seconds(10)))
  }

  @Test("a machine that slept is late once, and nothing is left out")
  func sleep() {
    var shedding = LoadShedding()
    for start in stride(from: Int64(0), to: 100, by: 10) {
      look(&shedding, from: start, for: 1, late: 3600)
      look(&shedding, from: start + 1, for: 9, late: 0)
    }
    #expect(shedding.shedFrom == nil)
  }

  @Test("too many runs at a time count as well; when all is well, one after another is taken back")
  func back() {
    var shedding = LoadShedding()
    look(&shedding, from: 0, for: 11, late: 0, running: LoadShedding.runningMax + 1)
    #expect(shedding.shedFrom == 4)
    look(&shedding, from: 11, for: 31, late: 0)
    #expect(shedding.shedFrom == 5)
    look(&shedding, from: 42, for: 30, late: 0)
    #expect(shedding.shedFrom == nil)
  }

  @Test("what is left out still runs now and then, and first of all once")
  func rarely() {
    var shedding = LoadShedding()
    look(&shedding, from: 0, for: 6, late: 10)
    #expect(!shedding.sheds(priority: 5, after: nil))
    #expect(!shedding.sheds(priority: 5, after: LoadShedding.pauseMax))
    #expect(shedding.sheds(priority: 5, after: .seconds(60)) && !shedding.sheds(priority: 4, after: .seconds(60)))
  }

  @Test("a runner that comes late to everything leaves out the less important, with a reason, and comes back")
  func runner() async throws {
    let bench = RunnerBench()
    var probes: [ProbeDefinition] = []
    for priority in LoadShedding.priorities {
      var probe = try bench.definition("p\(priority)", interval: .seconds(10)) { _ in ProbeReport(.up) }
      probe.priority = priority
      probes.append(probe)
    }
    try await bench.run(probes) { bench in
      // A runner that wakes only every 15 s is late for all.
      for _ in 0..<6 { try await bench.untilIdle(after: .seconds(15), step: .seconds(15)) }
      #expect(await bench.runner.pressure.shedFrom != nil)
      #expect(await bench.runner.pressure.shed > 0)
      #expect(await bench.gaps(of: "p5").contains { $0.cause == .shed })
      #expect(await !bench.gaps(of: "p1").contains { $0.cause == .shed })
      for _ in 0..<18 { try await bench.untilIdle(after: .seconds(10)) }
      #expect(await bench.runner.pressure.shedFrom == nil)
      #expect(await bench.gaps(of: "p5").allSatisfy { $0.to != nil })
      #expect(await bench.runner.pressure.running == 0)
    }
  }
}
