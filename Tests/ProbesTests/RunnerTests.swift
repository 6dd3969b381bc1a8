import Foundation
import LoopbackServers
import Records
import Synchronization
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("Probe runner", .timeLimit(.minutes(1)))
struct RunnerTests {
  let clock = ManualClock()
  let store = MemoryStore()

  private func runner() -> (ProbeRunner, AsyncStream<ProbeStatus>) {
    let environment = ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "host-1")
    return (ProbeRunner(environment: environment, store: store), AsyncStream { $0.finish() })
  }

  private func definition(
    _ name: String, seriesMax: Int? = nil, _ script: @escaping @Sendable (Duration) async -> ProbeReport,
    version: String = "1", pace: PaceSettings? = nil
  ) throws -> ProbeDefinition {
    var definition = try #require(
      ProbeDefinition(
        name: name, kind: "tcp", interval: .seconds(10), seriesMax: seriesMax,
        settings: ScriptedSettings(name + version, script)))
    if let pace { definition.pace = pace }
    return definition
  }

  /// Runs the body beside a running runner; states of finished runs arrive in the stream.
  private func withRunner(
    _ definitions: [ProbeDefinition],
    _ body: (ProbeRunner, inout AsyncStream<ProbeStatus>.Iterator) async throws -> Void
  ) async throws {
    let (runner, _) = runner()
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    await runner.load(definitions)
    let task = Task { await runner.run() }
    var iterator = states.makeAsyncIterator()
    try await body(runner, &iterator)
    task.cancel()
    await task.value
  }

  /// Moves time on as soon as the runner sleeps.
  private func pass(_ duration: Duration) async {
    await clock.waitForSleeper()
    clock.advance(by: duration)
  }

  @Test("a run's samples are written with the target's labels and the verdict's series")
  func writing() async throws {
    let probe = try definition("one") { _ in ProbeReport(.up, [ProbeSample("m", [Label("job", "x")], 7)]) }
    try await withRunner([probe]) { _, states in
      await pass(.seconds(1))
      let state = try #require(await states.next())
      #expect(state.verdict == .up)
      #expect(state.runs == 1)
      #expect(store.samples("m").map(\.value) == [7])
      #expect(
        store.labels("m")
          == LabelSet(["__name__": "m", "job": "blackbox", "instance": "target", "exported_job": "x"]))
      #expect(store.samples("up").map(\.value) == [1])
      #expect(store.samples("probe_success").map(\.value) == [1])
      #expect(store.samples("watchkeeper_probe_late_seconds").count == 1)
    }
  }

  @Test("a failed check is down, a fault of ours is unknown and says nothing about success")
  func verdicts() async throws {
    let rounds = Mutex(0)
    let probe = try definition("one") { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      return round == 1 ? .down("r", "refused") : .unknown("r", "no descriptors")
    }
    try await withRunner([probe]) { _, states in
      await pass(.seconds(1))
      let first = await states.next()
      #expect(first?.verdict == .down(Reason("r", ["text": "refused"])))
      #expect(store.samples("probe_success").map(\.value) == [0])
      await pass(.seconds(10))
      _ = await states.next()
      #expect(store.samples("up").map(\.value) == [1, 0])
      let success = store.samples("probe_success")
      #expect(success.count == 2)
      #expect(success.last?.value.isStaleMarker == true)
    }
  }

  @Test("a series that vanishes ends with a staleness marker, one that stays is looked up once")
  func staleness() async throws {
    let rounds = Mutex(0)
    let probe = try definition("one") { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      let stays = ProbeSample(LabelSet(["__name__": "stays"]), 1, slot: 0)
      let goes = ProbeSample(LabelSet(["__name__": "goes"]), 1, slot: 1)
      return ProbeReport(.up, round == 1 ? [stays, goes] : [stays])
    }
    try await withRunner([probe]) { _, states in
      await pass(.seconds(1))
      _ = await states.next()
      let lookUps = store.lookUps
      for _ in 0..<2 {
        await pass(.seconds(10))
        _ = await states.next()
      }
      #expect(store.lookUps == lookUps)
      #expect(store.samples("stays").map(\.value) == [1, 1, 1])
      let goes = store.samples("goes")
      #expect(goes.count == 2)
      #expect(goes.last?.value.isStaleMarker == true)
    }
  }

  @Test("a hung check is abandoned and counted, skipped while it hangs, and the others go on")
  func hanging() async throws {
    let (release, door) = AsyncStream<Void>.makeStream()
    let hung = try definition("hung") { _ in
      for await _ in release { break }
      return ProbeReport(.up)
    }
    let steady = try definition("steady") { _ in ProbeReport(.up) }
    try await withRunner([hung, steady]) { runner, states in
      await pass(.seconds(1))
      #expect(await states.next()?.name == "steady")
      var seen: [ProbeStatus] = []
      for _ in 0..<5 where !seen.contains(where: { $0.name == "hung" }) {
        await pass(.seconds(10))
        if let state = await states.next() { seen.append(state) }
      }
      let state = try #require(seen.first { $0.name == "hung" })
      #expect(state.abandoned == 1)
      guard case .unknown = state.verdict else { return #expect(Bool(false), "a hung check is not down") }
      #expect(store.samples("watchkeeper_probe_abandoned_total").contains { $0.value == 1 })
      #expect(await runner.status().first { $0.name == "steady" }?.abandoned == 0)
      door.finish()
    }
  }

  @Test("each run without samples, or with fewer, has its reason: late, failed, refused, hung")
  func gaps() async throws {
    let rounds = Mutex(0)
    let (release, door) = AsyncStream<Void>.makeStream()
    let probe = try definition("one", seriesMax: 8) { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      let samples = (0..<(round == 3 ? 9 : 1)).map { ProbeSample("m_\($0)", [], Double(round)) }
      switch round {
      case 2: return .down("reason.probe.refused", "no")
      case 4: for await _ in release { break }
      default: break
      }
      return ProbeReport(.up, samples)
    }
    try await withRunner([probe]) { runner, states in
      for step in 0..<4 {
        await clock.waitForSleeper()
        let next = try #require(await runner.status().first).nextIn
        // The second run comes later than a quarter of the interval.
        clock.advance(by: next + .seconds(step == 1 ? 3 : 0))
        if step < 3 { _ = await states.next() }
      }
      await pass(.seconds(10))
      while await states.next()?.abandoned != 1 { await pass(.seconds(10)) }
      let gaps = try #require(await runner.gapHistory(of: "one")).gaps
      #expect(gaps.map(\.cause) == [.late, .failed, .seriesRefused, .hung])
      #expect(gaps.map(\.extent) == [.everything, .measurements, .part, .measurements])
      #expect(gaps[1].to == gaps[2].from)
      #expect(gaps[1].reason == Reason("reason.probe.refused", ["text": "no"]))
      door.finish()
    }
  }

  @Test("a failure is confirmed within seconds: each run's verdict is stored, the confirmation beside it")
  func confirmation() async throws {
    let probe = try definition("one", { _ in .down("reason.probe.refused", "no") }, pace: .check)
    try await withRunner([probe]) { runner, states in
      await pass(.seconds(1))
      for run in 1...4 {
        let state = try #require(await states.next())
        #expect(state.failures == run && state.isConfirmed == (run == 4))
        if run < 4 { await pass(.milliseconds(2500)) }
      }
      #expect(store.samples("probe_success").map(\.value) == [0, 0, 0, 0])
      #expect(store.samples("watchkeeper_probe_down_confirmed").map(\.value) == [0, 0, 0, 1])
      #expect(store.samples("watchkeeper_probe_interval_seconds").map(\.value) == [2.5, 2.5, 2.5, 10])
      #expect(await runner.gapHistory(of: "one")?.gaps.map(\.runs) == [4])
    }
  }

  @Test("a reload leaves unchanged probes alone, replaces changed ones and ends removed ones")
  func reload() async throws {
    let kept = try definition("kept") { _ in ProbeReport(.up, [ProbeSample("kept", [], 1)]) }
    let removed = try definition("removed") { _ in ProbeReport(.up, [ProbeSample("removed", [], 1)]) }
    let changed = try definition("changed") { _ in
      ProbeReport(.up, [ProbeSample("same", [], 1), ProbeSample("old", [], 1)])
    }
    try await withRunner([kept, removed, changed]) { runner, states in
      await pass(.seconds(1))
      for _ in 0..<3 { _ = await states.next() }
      let before = await runner.status().first { $0.name == "kept" }
      let renewed = try definition("changed", { _ in ProbeReport(.up, [ProbeSample("same", [], 2)]) }, version: "2")
      await runner.load([kept, renewed])
      let after = await runner.status().first { $0.name == "kept" }
      #expect(after?.nextIn == before?.nextIn)
      #expect(after?.runs == 1)
      #expect(store.samples("removed").last?.value.isStaleMarker == true)
      for _ in 0..<3 where store.samples("same").count < 2 {
        await pass(.seconds(10))
        _ = await states.next()
        _ = await states.next()
      }
      #expect(store.samples("same").map(\.value).prefix(2) == [1, 2])
      #expect(store.samples("old").last?.value.isStaleMarker == true)
      #expect(!store.samples("kept").contains { $0.value.isStaleMarker })
    }
  }

  @Test("a definition that is changed while its run is going says so, one that is not is left alone")
  func replacedRun() async throws {
    let rounds = Mutex(0)
    let (release, door) = AsyncStream<Void>.makeStream()
    let probe = try definition("one") { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      if round == 2 { for await _ in release { break } }
      return ProbeReport(.up)
    }
    let renewed = try definition("one", { _ in ProbeReport(.up) }, version: "2")
    try await withRunner([probe]) { runner, states in
      await pass(.seconds(1))
      _ = await states.next()
      await clock.waitForSleeper()
      clock.advance(by: try #require(await runner.status().first).nextIn)
      let start = clock.now
      while await runner.status().first?.isRunning != true { await Task.yield() }
      await pass(.seconds(3))
      await runner.load([probe])
      #expect(await runner.gapHistory(of: "one")?.gaps == [])
      await runner.load([renewed])
      let gap = SampleGap(
        from: start, to: clock.now, .notChecked, .everything, Reason("reason.gap.replaced"))
      #expect(await runner.gapHistory(of: "one")?.gaps == [gap])
      await runner.load([probe])
      #expect(await runner.gapHistory(of: "one")?.gaps == [gap], "none was going")
      door.finish()
    }
  }

  @Test("series the store refuses are counted and explained")
  func refusal() async throws {
    let environment = ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "host-1")
    let runner = ProbeRunner(environment: environment, store: MemoryStore(seriesMax: 2))
    let (states, sink) = AsyncStream<ProbeStatus>.makeStream()
    await runner.observe { sink.yield($0) }
    await runner.load([try definition("one") { _ in ProbeReport(.up, [ProbeSample("m", [], 1)]) }])
    let task = Task { await runner.run() }
    await pass(.seconds(1))
    var iterator = states.makeAsyncIterator()
    let state = await iterator.next()
    #expect(state?.refused == 5)
    #expect(state?.explanation.contains("storage.series_max") == true)
    task.cancel()
    await task.value
  }

  @Test("samples that the store refuses are explained by reason")
  func refusedSamples() async throws {
    let twice = try definition("one") { _ in
      ProbeReport(.up, [ProbeSample("m", [], 1), ProbeSample("m", [], 2), ProbeSample("m", [], 1)])
    }
    try await withRunner([twice]) { _, states in
      await pass(.seconds(1))
      let state = await states.next()
      #expect(state?.explanation == "samples were not taken: 1 with another value for a known time")
      #expect(state?.verdict == .up)
    }
  }

  @Test("a probe's own limit costs the series over it, by name and count; those it had stay")
  func ownLimit() async throws {
    let rounds = Mutex(0)
    let probe = try definition("one", seriesMax: 8) { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      let new = (0..<4).map { ProbeSample("new_\($0)", [], 1) }
      return ProbeReport(.up, (round == 1 ? [] : new) + [ProbeSample("kept", [], Double(round))])
    }
    try await withRunner([probe]) { _, states in
      await pass(.seconds(1))
      #expect(await states.next()?.refused == 0)
      await pass(.seconds(10))
      let state = await states.next()
      #expect(store.samples("kept").map(\.value) == [1, 2])
      #expect(store.samples("up").count == 2)
      #expect(store.samples("new_0").count == 1 && store.samples("new_3").isEmpty)
      #expect(state?.refused == 3 && state?.refusedInAll == 3)
      #expect(state?.explanation.contains("series_max") == true)
    }
  }

  @Test("series that left the store are resolved anew at once, the probe's own and those it bound itself")
  func departed() async throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\na 1\nb 2\n")
    defer { server.stop() }
    let json = #"{"name":"web","kind":"scrape","interval":"10s","settings":{"targets":["127.0.0.1:\#(server.port)"]}}"#
    let definition = try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    try await withRunner(definition.perTarget) { _, states in
      await pass(.seconds(10))
      _ = await states.next()
      for metric in ["a", "up"] { store.forget(metric) }
      await pass(.seconds(10))
      _ = await states.next()
      for metric in ["a", "b", "up"] { #expect(store.samples(metric).count == 2, "\(metric)") }
      #expect(store.samples("a").allSatisfy { $0.value == 1 })
    }
  }
}
