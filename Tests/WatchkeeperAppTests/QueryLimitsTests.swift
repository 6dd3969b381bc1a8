import PromQL
import Synchronization
import Telemetry
import Testing
import WebInterface

@testable import WatchkeeperApp

@Suite("Limits of visitors' queries")
struct QueryLimitsTests {
  private let clock = TestClock()

  /// Reads at once but lets time pass.
  private struct SlowReader: SeriesReader {
    let stored: MemorySeries
    let clock: TestClock
    let takes: Duration
    /// Seconds that each read is given.
    let given = Order()
    var isInterrupted = false

    func select(
      _ selections: [SeriesSelection], limits: ReadLimits
    ) async throws(SeriesReadError) -> [[SeriesSlice]] {
      given.numbers.withLock { $0.append(Int(limits.timeMax.inSeconds)) }
      clock.advance(by: takes)
      if isInterrupted { throw .tookTooLong(limit: limits.timeMax) }
      return try await stored.select(selections, limits: limits)
    }

    func labelSets(
      matching selectors: [[LabelMatcher]], after: Timestamp, through: Timestamp, limits: ReadLimits
    ) async throws(SeriesReadError) -> [LabelSet] { [] }
  }

  private func stored() -> MemorySeries {
    var series = MemorySeries()
    for number in 0..<100 {
      let labels = LabelSet([LabelSet.metricName: "a", "n": "\(number)"])
      for second in 0..<1000 {
        series.append(labels, at: clock.now.advanced(by: .seconds(second - 1000)), Double(second))
      }
    }
    return series
  }

  private static let heavy = "sum_over_time(a[15m])"

  @Test("reading and evaluating share one time") func deadline() async throws {
    let (stored, clock) = (stored(), clock)
    for (seconds, isInTime) in [(119, true), (121, false)] {
      let reader = SlowReader(stored: stored, clock: clock, takes: .seconds(seconds))
      let queries = QueryService(reader: reader, lookback: .seconds(300), clock: clock)
      do {
        _ = try await queries.evaluate(Self.heavy, over: .instant(clock.now.advanced(by: .seconds(-1))))
        #expect(isInTime)
      } catch {
        #expect(!isInTime)
        guard case .query(let error) = error else { Issue.record("\(error)"); return }
        #expect(error.cause == .tookTooLong(limit: .seconds(120)))
        #expect(PrometheusFailure(.query(error)).kind == .timeout)
      }
      clock.advance(by: .seconds(-seconds))
    }
  }

  @Test("who goes away ends the evaluation") func cancelled() async throws {
    let queries = QueryService(reader: stored(), lookback: .seconds(300), clock: clock)
    let gate = QueryGate(runningMax: 1, clock: clock)
    for service in [queries, queries.passing(gate)] {
      let now = clock.now
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        return try await service.evaluate(Self.heavy, over: .instant(now))
      }
      task.cancel()
      do {
        _ = try await task.value
        Issue.record("the evaluation went on")
      } catch let error as QueryService.Failure {
        #expect(PrometheusFailure(error).kind == .canceled)
      }
    }
    #expect(gate.counts.running == 0, "the turn is given back")
  }

  @Test(
    "every limit has the name that Prometheus' API gives it",
    arguments: [
      (
        QueryService.Failure.reading(.tooManyBytes(limit: 1 << 20)), PrometheusFailure.Kind.execution,
        "query.memory_max"
      ),
      (.reading(.tookTooLong(limit: .seconds(1))), .timeout, "query.timeout"),
      (.reading(.cancelled), .canceled, "cancelled"),
      (.query(PromQLError(.limit(.bytes, max: 1 << 20), line: 1, column: 1)), .execution, "1 MiB"),
      (.waiting(.tooManyWait(limit: 3)), .unavailable, "query.concurrency_max"),
      (.waiting(.waitedTooLong(limit: .seconds(3))), .timeout, "query.concurrency_max"),
    ])
  func names(_ failure: QueryService.Failure, _ kind: PrometheusFailure.Kind, _ word: String) {
    #expect(PrometheusFailure(failure).kind == kind)
    #expect(PrometheusFailure(failure).message.contains(word))
  }

  // MARK: The gate

  private func settle(_ gate: QueryGate, waiting: Int) async {
    while gate.counts.waiting != waiting { await Task.yield() }
  }

  private final class Order: Sendable {
    let numbers = Mutex<[Int]>([])
  }

  @Test("as many run as may, the others follow in their order") func turns() async throws {
    let gate = QueryGate(runningMax: 2, clock: clock)
    try await gate.enter(within: .seconds(10))
    try await gate.enter(within: .seconds(10))
    let order = Order()
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<3 {
      tasks.append(
        Task {
          try await gate.enter(within: .seconds(10))
          order.numbers.withLock { $0.append(number) }
        })
      await settle(gate, waiting: number + 1)
    }
    #expect(gate.counts.running == 2)
    for number in 0..<3 {
      gate.leave(havingHeld: 0)
      try await tasks[number].value
      #expect(order.numbers.withLock { $0 } == Array(0...number))
    }
    gate.leave(havingHeld: 0)
    gate.leave(havingHeld: 0)
    #expect(gate.counts.running == 0)
  }

  @Test("waiting for a turn takes from the time to read, and the limit that is named is the setting's")
  func waitingCounts() async throws {
    let gate = QueryGate(runningMax: 1, clock: clock)
    try await gate.enter(within: .seconds(10))
    let reader = SlowReader(stored: stored(), clock: clock, takes: .zero, isInterrupted: true)
    let queries = QueryService(reader: reader, lookback: .seconds(300), clock: clock).passing(gate)
    let now = clock.now
    let asking = Task { try await queries.evaluate(Self.heavy, over: .instant(now)) }
    await settle(gate, waiting: 1)
    clock.advance(by: .seconds(100))
    gate.leave(havingHeld: 0)
    let error = await #expect(throws: QueryService.Failure.self) { try await asking.value }
    #expect(reader.given.numbers.withLock { $0 } == [20])
    let isNamed = if case .reading(.tookTooLong(limit: .seconds(120))) = error { true } else { false }
    #expect(isNamed, "\(String(describing: error))")
  }

  @Test("a query may ask for less time, not for more") func askedTime() {
    let queries = QueryService(reader: stored(), lookback: .seconds(300), clock: clock)
    #expect(queries.answering(within: .seconds(7)).limits.timeMax == .seconds(7))
    #expect(queries.answering(within: .seconds(7000)).limits.timeMax == .seconds(120))
  }

  @Test("who waits too long, leaves, or comes when too many wait is told so") func refusals() async throws {
    let gate = QueryGate(runningMax: 1, clock: clock)
    try await gate.enter(within: .seconds(10))
    let late = Task { try await gate.enter(within: .seconds(10)) }
    let leaver = Task { try await gate.enter(within: .seconds(10_000)) }
    await settle(gate, waiting: 2)
    leaver.cancel()
    await #expect(throws: QueryGate.Refusal.cancelled) { try await leaver.value }
    clock.advance(by: .seconds(10))
    await #expect(throws: QueryGate.Refusal.waitedTooLong(limit: .seconds(10))) { try await late.value }
    let crowd = (0..<QueryGate.waitingMax).map { _ in Task { try await gate.enter(within: .seconds(10_000)) } }
    await settle(gate, waiting: QueryGate.waitingMax)
    await #expect(throws: QueryGate.Refusal.tooManyWait(limit: QueryGate.waitingMax)) {
      try await gate.enter(within: .seconds(10))
    }
    for task in crowd { task.cancel() }
    await settle(gate, waiting: 0)
    #expect(gate.counts.running == 1)
  }

  @Test("memory goes back once, some time after large queries, never after small ones") func memory() async throws {
    let released = Mutex(0)
    let gate = QueryGate(runningMax: 2, clock: clock) { released.withLock { $0 += 1 } }
    try await gate.enter(within: .seconds(1))
    gate.leave(havingHeld: QueryGate.releaseBytesMin - 1)
    clock.advance(by: QueryGate.releaseDelay)
    for _ in 0..<1000 { await Task.yield() }
    #expect(released.withLock { $0 } == 0)
    for bytes in [QueryGate.releaseBytesMin, 1000, QueryGate.releaseBytesMin] {
      try await gate.enter(within: .seconds(1))
      gate.leave(havingHeld: bytes)
    }
    #expect(released.withLock { $0 } == 0)
    clock.advance(by: QueryGate.releaseDelay)
    while released.withLock({ $0 }) == 0 { await Task.yield() }
    #expect(released.withLock { $0 } == 1)
  }
}
