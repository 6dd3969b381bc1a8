import PromQL
import Telemetry
import Testing

/// Evaluates over series held in memory, as rules' tests and the back-test do.
func evaluate(
  _ text: String, over store: MemorySeries, _ range: EvaluationRange = .instant(.epoch),
  features: LanguageFeatures = .stable, limits: EvaluationLimits = .init()
) throws -> QueryResult {
  let plan = try Query(parsing: text, features: features).plan(over: range)
  return try plan.evaluate(over: plan.selections.map(store.slices(for:)), limits: limits)
}

@Suite("Evaluation")
struct EvaluationTests {
  private func counter() -> MemorySeries {
    var store = MemorySeries()
    for minute in 0...10 {
      let time = Timestamp(milliseconds: Int64(minute) * 60_000)
      store.append(LabelSet([LabelSet.metricName: "hits_total", "path": "/"]), at: time, Double(minute) * 60)
    }
    return store
  }

  @Test("the rate of a counter that grows by one a second is one")
  func rate() throws {
    let range = EvaluationRange.instant(Timestamp(milliseconds: 600_000))
    let result = try evaluate("sum by (path) (rate(hits_total[5m]))", over: counter(), range)
    guard case .vector(let elements) = result.value else { Issue.record("no vector"); return }
    #expect(elements.map(\.value) == [1])
    #expect(elements.map(\.labels) == [LabelSet(["path": "/"])])
  }

  @Test("equal selections are asked for once, in the order of the text")
  func selections() throws {
    let plan = try Query(parsing: "b / a + b").plan(over: .instant(.epoch))
    #expect(plan.selections.map { $0.matchers.last?.description } == ["__name__=\"b\"", "__name__=\"a\""])
  }

  @Test(
    "a range query answers what instant queries answer at each step",
    arguments: [
      "hits_total", "rate(hits_total[2m]) > 0.5", "max_over_time(hits_total[3m:30s])", "hits_total and on() vector(1)",
      "topk(1, hits_total)", "-hits_total + time()", "absent(hits_total)", "hits_total offset 90s", "hits_total @ 120",
    ])
  func rangeEqualsInstants(_ text: String) throws {
    let store = counter()
    let end = Timestamp(milliseconds: 900_000)
    let range = EvaluationRange(from: .epoch, through: end, step: .seconds(45))
    guard case .matrix(let slices) = try evaluate(text, over: store, range).value else {
      Issue.record("no matrix")
      return
    }
    for step in 0..<range.count {
      let time = Timestamp(milliseconds: Int64(step) * 45_000)
      guard case .vector(let elements) = try evaluate(text, over: store, .instant(time)).value else {
        Issue.record("no vector")
        return
      }
      var expected: [LabelSet: Double] = [:]
      for slice in slices {
        if let index = slice.milliseconds.firstIndex(of: time.milliseconds) {
          expected[slice.labels] = slice.values[index]
        }
      }
      #expect(Dictionary(uniqueKeysWithValues: elements.map { ($0.labels, $0.value) }) == expected)
    }
  }

  @Test("a passed bound is an error with a name")
  func limits() throws {
    var limits = EvaluationLimits()
    limits.samplesMax = 10
    let range = EvaluationRange(from: .epoch, through: Timestamp(milliseconds: 600_000), step: .seconds(1))
    #expect(throws: PromQLError.self) { try evaluate("hits_total", over: counter(), range, limits: limits) }
  }
}
