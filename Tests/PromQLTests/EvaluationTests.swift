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

  @Test(
    "instants and ranges at the ends of time never trap",
    arguments: [
      "rate(a[5m])", "a offset -1y", "a @ 9e15", "max_over_time(rate(a[1m])[250y:1m])", "predict_linear(a[1h], 1e300)",
      "rate(a[5m] smoothed)", "changes(a[200y] anchored)", "year()", "time()", "deriv(a[1h] offset 290y)", "1",
      "day_of_week(vector(-1e14))", "avg_over_time(a[1h:1ms] @ start())", "a[290y]",
    ])
  func endsOfTime(_ text: String) {
    var store = MemorySeries()
    for time in [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max] {
      store.append(LabelSet([LabelSet.metricName: "a"]), at: Timestamp(milliseconds: time), 1)
    }
    for time in [Int64.min, .min + 1, 0, .max - 1, .max] {
      let instant = Timestamp(milliseconds: time)
      _ = try? evaluate(text, over: store, .instant(instant), features: .all)
      let ranges = [
        EvaluationRange(from: .init(milliseconds: .min), through: instant, step: .seconds(1)),
        EvaluationRange(from: instant, through: .init(milliseconds: .max), step: .milliseconds(1)),
        EvaluationRange(from: instant, through: .init(milliseconds: time &- 5), step: .seconds(-1)),
      ]
      for range in ranges {
        var limits = EvaluationLimits()
        limits.samplesMax = 100_000
        _ = try? evaluate(text, over: store, range, features: .all, limits: limits)
      }
    }
  }

  @Test("a warning names the place and is given once")
  func annotations() throws {
    var store = MemorySeries()
    for host in ["a", "b"] {
      for second in 0...10 {
        let labels = LabelSet([LabelSet.metricName: "temperature", "host": host])
        store.append(labels, at: Timestamp(milliseconds: Int64(second) * 1000), Double(second))
      }
    }
    let range = EvaluationRange(from: .epoch, through: Timestamp(milliseconds: 10_000), step: .seconds(1))
    let result = try evaluate("quantile_over_time(2, temperature[5s])\n  + rate(temperature[5s])", over: store, range)
    #expect(
      result.annotations.map(\.description) == [
        "PromQL warning: quantile value should be between 0 and 1, got 2 (1:20)",
        "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
          + "\"temperature\" (2:10)",
      ])
  }

  @Test(
    "what the data do not allow is said in Prometheus' words",
    arguments: [
      (
        "a + on (x) b",
        "1:3: found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation: "
          + "[b{x=\"1\", y=\"2\"}, b{x=\"1\", y=\"1\"}];many-to-many matching not allowed: "
          + "matching labels must be unique on one side"
      ),
      (
        "b + on (x) a",
        "1:3: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
      ),
      (
        "b * on (x) group_left (y) c",
        "1:3: multiple matches for labels: grouping labels must ensure unique matches"
      ),
      ("abs({__name__=~\"a|c\"})", "1:1: vector cannot contain metrics with the same labelset"),
      ("label_replace(a, \"\\xff\", \"\", \"x\", \".*\")", "1:18: invalid label name in label_replace(): \"\\xff\""),
      ("count_values(\"\", a)", "1:14: invalid label name \"\""),
      ("topk(NaN, a)", "1:6: Parameter value is NaN"),
    ])
  func executionErrors(_ text: String, _ expected: String) {
    var store = MemorySeries()
    for (name, y) in [("a", ""), ("b", "1"), ("b", "2"), ("c", "")] {
      store.append(LabelSet([LabelSet.metricName: name, "x": "1", "y": y]), at: .epoch, 1)
    }
    let error = #expect(throws: PromQLError.self) { try evaluate(text, over: store) }
    #expect(error?.description == expected)
  }

  @Test("a missing element is filled in on either side")
  func fill() throws {
    var store = MemorySeries()
    for (name, x) in [("a", "1"), ("a", "2"), ("b", "2"), ("b", "3")] {
      store.append(LabelSet([LabelSet.metricName: name, "x": x]), at: .epoch, 10)
    }
    func answer(_ text: String) throws -> [String: Double] {
      guard case .vector(let found) = try evaluate(text, over: store, features: .all).value else { return [:] }
      return Dictionary(uniqueKeysWithValues: found.map { ($0.labels.description, $0.value) })
    }
    #expect(try answer("a + b") == ["{x=\"2\"}": 20])
    #expect(try answer("a + fill(1) b") == ["{x=\"1\"}": 11, "{x=\"2\"}": 20, "{x=\"3\"}": 11])
    #expect(try answer("a - fill_left(1) b") == ["{x=\"2\"}": 0, "{x=\"3\"}": -9])
    #expect(try answer("a - on (x) group_right () fill_right(1) b") == ["{x=\"1\"}": 9, "{x=\"2\"}": 0])
  }

  @Test("ambiguity is no error while the other side is empty")
  func emptySide() throws {
    var store = MemorySeries()
    for y in ["1", "2"] { store.append(LabelSet([LabelSet.metricName: "b", "y": y]), at: .epoch, 1) }
    guard case .vector(let found) = try evaluate("a + on () b", over: store).value else { return }
    #expect(found.isEmpty)
  }

  @Test("the name goes at the end, so functions and groupings still see it")
  func names() throws {
    var store = MemorySeries()
    for (name, value) in [("a_total", 0.0), ("b_total", 60)] {
      for minute in 0...5 {
        store.append(
          LabelSet([LabelSet.metricName: name]), at: Timestamp(milliseconds: Int64(minute) * 60_000),
          value * Double(minute))
      }
    }
    func answer(_ text: String) throws -> [String] {
      let range = EvaluationRange.instant(Timestamp(milliseconds: 300_000))
      guard case .vector(let found) = try evaluate(text, over: store, range).value else { return [] }
      return found.map { "\($0.labels) \($0.value)" }.sorted()
    }
    let rate = "rate({__name__=~\".*_total\"}[5m])"
    #expect(throws: PromQLError.self) { try answer(rate) }
    #expect(try answer("sum(\(rate))") == ["{} 1.0"])
    #expect(
      try answer("label_replace(\(rate), \"__name__\", \"${1}:rate\", \"__name__\", \"(.*)_total\")")
        == ["a:rate 0.0", "b:rate 1.0"])
    #expect(try answer("topk(1, sum by (__name__) (\(rate)))") == ["{} 1.0"])
    #expect(try answer("b_total > 1") == ["b_total 300.0"])
    #expect(try answer("b_total > bool 1") == ["{} 1.0"])
    #expect(try answer("b_total + 1") == ["{} 301.0"])
    #expect(try answer("last_over_time(b_total[5m])") == ["b_total 300.0"])
    #expect(try answer("rate(b_total[5m]) > 0") == ["{} 1.0"])
  }
}
