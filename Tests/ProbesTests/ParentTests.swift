import Foundation
import Records
import Synchronization
import Telemetry
import Testing

@testable import Probes

private final class Targets: Sendable {
  let dead = Mutex<Set<String>>([])
}

/// A network that a script takes down and up again.
@Suite("Probes behind others", .timeLimit(.minutes(1)))
struct ParentTests {
  private let bench = RunnerBench()
  private let targets = Targets()

  private func definition(_ name: String, interval: Int64 = 10) throws -> ProbeDefinition {
    try bench.definition(name, interval: .seconds(interval)) { [targets] _ in
      targets.dead.withLock { $0.contains(name) }
        ? .down("reason.probe.timed_out", "no answer", [ProbeSample("value", [Label("of", name)], 0)])
        : ProbeReport(.up, [ProbeSample("value", [Label("of", name)], 1)])
    }
  }

  private func kill(_ names: String...) { targets.dead.withLock { $0.formUnion(names) } }

  private func success(of name: String) -> [Double] {
    bench.store.samples("probe_success", of: name).map(\.value)
  }

  @Test("what fails behind a dead parent is unreachable: no success of 0, no values, its own series, a reason")
  func unreachable() async throws {
    let probes = [try definition("router"), try definition("server")]
    try await bench.run(probes, parents: ["server": ["router"]]) { bench in
      try await bench.untilIdle(after: .seconds(1))
      kill("router", "server")
      try await bench.untilIdle(after: .seconds(10))
      let state = try #require(await bench.status(of: "server"))
      #expect(
        state.verdict == .unreachable(Reason("reason.probe.behind", ["parent": "router", "text": "no answer"])))
      #expect(state.step == .seconds(60))
      let child = success(of: "server")
      #expect(child.count == 2 && child[0] == 1 && child[1].isStaleMarker)
      #expect(success(of: "router").contains(0))
      #expect(bench.store.samples("value", of: "server").map(\.value).prefix(1) == [1])
      #expect(bench.store.samples("value", of: "server").last?.value.isStaleMarker == true)
      #expect(bench.store.samples("watchkeeper_probe_unreachable", of: "server").map(\.value) == [0, 1])
      #expect(await bench.gaps(of: "server").last?.cause == .unreachable)
    }
  }

  @Test("what was known last is told while nothing is; one failure just before the parent's says nothing of the child")
  func lastKnown() async throws {
    let probes = try ["router", "server", "printer", "scanner"].map { try definition($0) }
    let parents = ["server": ["router"], "printer": ["router"], "scanner": ["router"]]
    try await bench.run(probes, parents: parents) { bench in
      func last(_ name: String) -> [Double] {
        bench.store.samples("watchkeeper_probe_last_success", of: name).map(\.value)
      }
      try await bench.untilIdle(after: .seconds(1))
      kill("server")
      try await bench.untilIdle(after: .seconds(10))
      kill("scanner")
      try await bench.untilIdle(after: .seconds(10))
      #expect(success(of: "server") == [1, 0, 0] && last("server").isEmpty)
      #expect(success(of: "scanner") == [1, 1, 0])
      kill("router", "printer")
      try await bench.untilIdle(after: .seconds(10))
      #expect(success(of: "server").last?.isStaleMarker == true)
      #expect(last("server") == [0] && last("printer") == [1] && last("scanner") == [1])
      targets.dead.withLock { $0 = [] }
      try await bench.untilIdle(after: .seconds(10))
      try await bench.untilIdle(after: .seconds(60))
      #expect(success(of: "server").last == 1)
      #expect(last("server").last?.isStaleMarker == true && last("server").first == 0)
    }
  }

  @Test("a child that fails while its parent is well is down, after the parent was asked")
  func ownFault() async throws {
    let probes = [try definition("router", interval: 600), try definition("server")]
    try await bench.run(probes, parents: ["server": ["router"]]) { bench in
      try await bench.untilIdle(after: .seconds(1))
      kill("server")
      try await bench.untilIdle(after: .seconds(10))
      #expect(success(of: "server") == [1, 0])
      // Its own due time was far: it was asked because of the child.
      #expect(success(of: "router") == [1, 1])
    }
  }

  @Test("it is looked at rarely while the parent is dead, and at once when that is back")
  func recovery() async throws {
    let probes = [try definition("router"), try definition("server")]
    try await bench.run(probes, parents: ["server": ["router"]]) { bench in
      try await bench.untilIdle(after: .seconds(1))
      kill("router", "server")
      for _ in 0..<12 { try await bench.untilIdle(after: .seconds(10)) }
      let runs = try #require(await bench.status(of: "server")).runs
      #expect((3...5).contains(runs), "\(runs) runs in two minutes")
      targets.dead.withLock { $0 = [] }
      try await bench.untilIdle(after: .seconds(10))
      try await bench.untilIdle(after: .seconds(1))
      let state = try #require(await bench.status(of: "server"))
      #expect(state.verdict == .up && state.pace == .steady)
      #expect((runs + 1...runs + 2).contains(state.runs))
    }
  }

  @Test("one open way is enough; the name is of the one that began it")
  func redundancy() async throws {
    let probes = try ["core", "left", "right", "server"].map { try definition($0) }
    let parents = ["left": ["core"], "right": ["core"], "server": ["left", "right"]]
    try await bench.run(probes, parents: parents) { bench in
      try await bench.untilIdle(after: .seconds(1))
      kill("left", "server")
      try await bench.untilIdle(after: .seconds(10))
      #expect(await bench.status(of: "server")?.verdict?.reason?.id == "reason.probe.timed_out")
      targets.dead.withLock { $0 = [] }
      try await bench.untilIdle(after: .seconds(10))
      kill("core", "left", "right", "server")
      for _ in 0..<3 { try await bench.untilIdle(after: .seconds(10)) }
      #expect(await bench.status(of: "server")?.verdict?.reason?.arguments["parent"] == "core")
      #expect(await bench.status(of: "core")?.verdict?.reason?.id == "reason.probe.timed_out")
    }
  }

  @Test("two that are behind each other excuse nobody")
  func circle() async throws {
    let probes = [try definition("a"), try definition("b")]
    try await bench.run(probes, parents: ["a": ["b"], "b": ["a"]]) { bench in
      try await bench.untilIdle(after: .seconds(1))
      kill("a", "b")
      for _ in 0..<3 { try await bench.untilIdle(after: .seconds(10)) }
      let verdicts = await [bench.status(of: "a")?.verdict, bench.status(of: "b")?.verdict]
      #expect(verdicts.contains(.down(Reason("reason.probe.timed_out", ["text": "no answer"]))))
    }
  }

  @Test("a circle of definitions is a fault that names it")
  func fault() throws {
    let json = #"""
      {"probes":[{"name":"a","kind":"tcp","behind":"b","settings":{"target":"h:1"}},
      {"name":"b","kind":"tcp","behind":"a","settings":{"target":"h:2"}},
      {"name":"c","kind":"tcp","behind":"a","settings":{"target":"h:3"}}]}
      """#
    let file = try JSONDecoder().decode(ProbeFile.self, from: Data(json.utf8))
    let conflicts = file.probes.conflicts(hostName: "h")
    #expect(conflicts.map(\.name) == ["a", "b"])
    #expect(conflicts.first?.fault.arguments == ["path": "a → b → a"])
  }
}
