import PromQL
import Synchronization
import Telemetry
import Testing

@Suite("Limits of an evaluation")
struct EvaluationLimitsTests {
  /// Series with a sample a second.
  private func store(series: Int, samples: Int) -> MemorySeries {
    var store = MemorySeries()
    for number in 0..<series {
      let labels = LabelSet([LabelSet.metricName: "hits_total", "shard": "\(number)"])
      for second in 0..<samples {
        store.append(labels, at: Timestamp(milliseconds: Int64(second) * 1000), Double(second))
      }
    }
    return store
  }

  private func range(seconds: Int, step: Int = 1) -> EvaluationRange {
    EvaluationRange(
      from: .epoch, through: Timestamp(milliseconds: Int64(seconds - 1) * 1000), step: .seconds(step))
  }

  @Test(
    "work that takes long asks whether to go on, and ends when told to",
    arguments: [
      "quantile_over_time(0.5, hits_total[10m])", "sum(hits_total)", "topk(1, hits_total)", "hits_total + hits_total",
      #"count_values("v", hits_total)"#, "max_over_time(hits_total[5m:1s])",
    ])
  func ends(_ text: String) throws {
    let plan = try Query(parsing: text).plan(over: range(seconds: 600))
    let store = store(series: 30, samples: 600)
    let asked = Mutex(0)
    let series = plan.selections.map(store.slices(for:))
    _ = try plan.evaluate(
      over: series,
      watch: EvaluationWatch {
        asked.withLock { $0 += 1 }
        return nil
      })
    let times = asked.withLock { $0 }
    #expect(times > 0, "a million cells or samples, never asked")
    #expect(times < 2000, "asking costs more than the work")
    for (end, cause) in [
      (EvaluationEnd.cancelled, PromQLError.Cause.cancelled),
      (.tookTooLong(limit: .seconds(2)), .tookTooLong(limit: .seconds(2))),
    ] {
      let error = #expect(throws: PromQLError.self) {
        try plan.evaluate(over: series, watch: EvaluationWatch { end })
      }
      #expect(error?.cause == cause)
    }
  }

  @Test("a window's samples count: a long window at many steps asks far more often than its cells")
  func windows() throws {
    let plan = try Query(parsing: "quantile_over_time(0.5, hits_total[10m])").plan(over: range(seconds: 600))
    let asked = Mutex(0)
    _ = try plan.evaluate(
      over: plan.selections.map(store(series: 1, samples: 600).slices(for:)),
      watch: EvaluationWatch {
        asked.withLock { $0 += 1 }
        return nil
      })
    #expect(asked.withLock { $0 } >= 2, "600 windows of 300 samples on average")
  }

  @Test("memory is what is held at once, the samples that were read among it")
  func memory() throws {
    let store = store(series: 10, samples: 1000)
    var limits = EvaluationLimits()
    let range = range(seconds: 1000)
    // Read: 162 kB. Every block: 82 kB, of which three are needed at once.
    limits.bytesMax = 450_000
    let chain = Array(repeating: "hits_total", count: 40).joined(separator: " + ")
    _ = try evaluate(chain, over: store, range, limits: limits)
    let deep = "hits_total + (hits_total + (hits_total + (hits_total + (hits_total + hits_total))))"
    do {
      _ = try evaluate(deep, over: store, range, limits: limits)
      Issue.record("six operands at once are more")
    } catch let error as PromQLError {
      #expect(error.cause == .limit(.bytes, max: 450_000))
      #expect(error.hint?.contains("query.memory_max") == true)
    }
    limits.bytesMax = 40_000
    let end = EvaluationRange.instant(Timestamp(milliseconds: 999_000))
    #expect(throws: PromQLError.self) { try evaluate("count(hits_total)", over: store, end, limits: limits) }
  }

  @Test("series of one result and values of all have a limit each, by name")
  func counts() throws {
    let store = store(series: 10, samples: 1000)
    let range = range(seconds: 1000)
    let thrice = "hits_total + hits_total + hits_total"
    var limits = EvaluationLimits()
    limits.seriesMax = 10
    _ = try evaluate("hits_total", over: store, range, limits: limits)
    limits.seriesMax = 9
    let many = #expect(throws: PromQLError.self) { try evaluate("hits_total", over: store, range, limits: limits) }
    #expect(many?.cause == .limit(.series, max: 9))
    limits = EvaluationLimits()
    // 10,000 values each.
    limits.samplesMax = 25_000
    _ = try evaluate("hits_total", over: store, range, limits: limits)
    let error = #expect(throws: PromQLError.self) { try evaluate(thrice, over: store, range, limits: limits) }
    #expect(error?.cause == .limit(.samples, max: 25_000))
  }
}
