internal import PromQL
public import Records
internal import Telemetry

/// What came of one expectation.
public struct UnitTestVerdict: Sendable {
  public enum Outcome: Sendable, Equatable {
    case passed
    /// What was expected, what was found, line by line.
    case failed([Reason])
  }

  /// For example "test 'disk fills' alert 'DiskFull' at 10m".
  public let title: Reason
  public let outcome: Outcome
}

/// Runs a test file over series in memory: no clock, no store.
public struct UnitTestRun: Sendable {
  /// How many rounds one test may take: 1 million.
  public static let roundsMax = 1_000_000

  private let file: UnitTestFile
  private let groups: [RuleGroup]

  /// - Parameter groups: of the rule files that the test file names, in their order.
  public init(_ file: UnitTestFile, groups: [RuleGroup]) {
    self.file = file
    let order = file.groupOrder
    let ranked = groups.enumerated().map {
      (order.firstIndex(of: $0.element.name) ?? order.count, $0.offset, $0.element)
    }
    self.groups = ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  /// All verdicts, in the order of the file. A test without expectations still runs its rules.
  public func verdicts() -> [UnitTestVerdict] {
    file.tests.enumerated().flatMap { index, test in
      let name = test.name.isEmpty ? String(index + 1) : "'\(test.name)'"
      var bench = TestBench(file: file, groups: groups, test: test, name: name)
      return bench.run()
    }
  }
}

/// One test being run.
private struct TestBench {
  let file: UnitTestFile
  let test: UnitTest
  let name: String
  private let groups: [RuleGroup]
  private var series = MemorySeries()
  private var states: [GroupState]
  private var verdicts: [UnitTestVerdict] = []
  private var ruleFailures: [Reason] = []
  /// Firing alerts by the index of the alert case that wants them.
  private var found: [Int: [Alert]] = [:]

  init(file: UnitTestFile, groups: [RuleGroup], test: UnitTest, name: String) {
    self.file = file
    self.groups = groups
    self.test = test
    self.name = name
    states = groups.map(GroupState.init(for:))
  }

  mutating func run() -> [UnitTestVerdict] {
    let problems = load()
    guard problems.isEmpty else { return [UnitTestVerdict(title: title("input"), outcome: .failed(problems))] }
    runRounds()
    for (index, example) in test.alertCases.enumerated() { judge(example, found[index] ?? []) }
    for example in test.queryCases { judge(example) }
    if !ruleFailures.isEmpty {
      verdicts.append(UnitTestVerdict(title: title("rules"), outcome: .failed(ruleFailures)))
    }
    if verdicts.isEmpty { verdicts.append(UnitTestVerdict(title: title("rules"), outcome: .passed)) }
    return verdicts
  }

  private func title(_ subject: String, _ arguments: [String: String] = [:]) -> Reason {
    Reason("rule-test.title.\(subject)", arguments.merging(["test": name]) { $1 })
  }

  private static func labels(_ text: String) -> LabelSet? { text.isEmpty ? nil : try? SeriesNotation.labels(text) }

  private static func notASeries(_ text: String) -> Reason {
    Reason("rule-test.series", ["text": text, "example": "up{job=\"node\"}"])
  }

  private mutating func load() -> [Reason] {
    let step = test.interval ?? file.evaluationInterval
    var problems: [Reason] = []
    for input in test.inputSeries {
      guard let labels = Self.labels(input.series) else {
        problems.append(Self.notASeries(input.series))
        continue
      }
      do throws(TestScriptError) {
        // YAML lets values go on in the next line.
        for (index, value) in try SampleNotation.samples(input.values.replacing("\n", with: " ")).enumerated() {
          let time = test.start.advanced(by: step * index)
          switch value {
          case .missing: break
          case .value(let number): series.append(labels, at: time, number)
          case .histogram(let histogram, _): series.append(labels, at: time, histogram)
          }
        }
      } catch {
        problems.append(Reason("rule-test.values", ["series": input.series, "problem": error.message]))
      }
    }
    return problems
  }

  // MARK: Rounds

  private mutating func runRounds() {
    let times = test.alertCases.map(\.evalTime) + test.queryCases.map(\.evalTime)
    let last = times.max() ?? .zero
    let interval = file.evaluationInterval
    guard interval > .zero else {
      ruleFailures.append(Reason("rule-test.interval"))
      return
    }
    var elapsed = Duration.zero
    var rounds = 0
    while elapsed <= last {
      rounds += 1
      guard rounds <= UnitTestRun.roundsMax else {
        ruleFailures.append(Reason("rule-test.rounds", ["limit": String(UnitTestRun.roundsMax)]))
        return
      }
      for index in groups.indices { evaluate(index, at: test.start.advanced(by: elapsed)) }
      for (index, example) in test.alertCases.enumerated()
      where example.evalTime >= elapsed && example.evalTime < elapsed + interval {
        found[index] = states.flatMap { $0.rules.flatMap(\.activeAlerts) }
          .filter { $0.state == .firing && $0.name == example.alertName }
      }
      elapsed += interval
    }
  }

  private mutating func evaluate(_ index: Int, at slot: Timestamp) {
    let group = groups[index]
    let queryTime = slot.advanced(by: .zero - group.queryOffset)
    for position in group.rules.indices {
      let rule = group.rules[position]
      let result = result(of: rule.query, at: queryTime)
      var context = RoundContext(external: test.external)
      var step = states[index].evaluate(ruleAt: position, of: group, given: result, at: slot, in: context)
      var asked = 0
      while case .needs(let queries) = step, asked < RuleRoundLimits.askingMax {
        for text in queries { context.answers[text] = answer(text, at: queryTime) }
        step = states[index].evaluate(ruleAt: position, of: group, given: result, at: slot, in: context)
        asked += 1
      }
      guard case .done(let outcome) = step else { continue }
      for sample in outcome.samples {
        if let histogram = sample.histogram {
          series.append(sample.labels, at: sample.timestamp, histogram)
        } else {
          series.append(sample.labels, at: sample.timestamp, sample.value)
        }
      }
      if let failure = outcome.failure, ruleFailures.count < 20 {
        ruleFailures.append(
          Reason(
            "rule-test.rule-failed",
            ["rule": rule.name, "time": elapsedText(slot), "problem": failure.description]))
      }
    }
    _ = states[index].close(round: slot, of: group)
  }

  private func result(of query: Query, at time: Timestamp) -> RuleResult {
    do throws(PromQLError) {
      return RuleResult(try value(of: query, at: time), at: time)
    } catch {
      return .failed(error.description)
    }
  }

  private func value(of query: Query, at time: Timestamp) throws(PromQLError) -> QueryValue {
    let plan = query.plan(over: .instant(time))
    return try plan.evaluate(over: plan.selections.map(series.slices(for:))).value
  }

  private func answer(_ text: String, at time: Timestamp) -> TemplateAnswer {
    do throws(PromQLError) {
      switch RuleResult(try value(of: Query(parsing: text, features: .all), at: time), at: time) {
      case .elements(let elements): return .samples(elements.map { TemplateSample($0.labels, $0.value) })
      case .failed(let problem): return .failed(problem)
      }
    } catch {
      return .failed(error.description)
    }
  }

  private func elapsedText(_ time: Timestamp) -> String { time.elapsed(since: test.start).notation }

  // MARK: Verdicts

  private mutating func judge(_ example: AlertCase, _ alerts: [Alert]) {
    let title = title("alert", ["alert": example.alertName, "time": example.evalTime.notation])
    let expected = example.expected.map { alert in
      Self.line(LabelSet(alert.labels).setting("alertname", to: example.alertName), alert.annotations)
    }
    let present = alerts.map { Self.line($0.labels, $0.annotations) }
    note(title, expected: expected.sorted(), found: present.sorted())
  }

  private static func line(_ labels: LabelSet, _ annotations: [String: String]) -> String {
    let texts = annotations.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(LabelSet.quoted($0.value))" }.joined(separator: ", ")
    return "\(labels) annotations {\(texts)}"
  }

  private mutating func judge(_ example: QueryCase) {
    let title = title("expression", ["expression": example.expression, "time": example.evalTime.notation])
    do throws(PromQLError) {
      let query = try Query(parsing: example.expression, features: .all)
      let time = test.start.advanced(by: example.evalTime)
      guard case .elements(let elements) = RuleResult(try value(of: query, at: time), at: time) else {
        fail(title, Reason("rule-test.value-type"))
        return
      }
      compare(title, example, elements)
    } catch {
      fail(title, Reason("rule-test.query-failed", ["problem": error.description]))
    }
  }

  private mutating func compare(_ title: Reason, _ example: QueryCase, _ elements: [VectorElement]) {
    var expected: [(labels: LabelSet, sample: TestSample)] = []
    for sample in example.expected {
      guard let labels = sample.labels.isEmpty ? LabelSet.empty : Self.labels(sample.labels) else {
        fail(title, Self.notASeries(sample.labels))
        return
      }
      guard let text = sample.histogram else {
        expected.append((labels, .value(sample.value)))
        continue
      }
      guard let samples = try? SampleNotation.samples(text), samples.count == 1, case .histogram = samples[0] else {
        fail(title, Reason("rule-test.histogram", ["text": text]))
        return
      }
      expected.append((labels, samples[0]))
    }
    expected.sort { $0.labels < $1.labels }
    let found = elements.sorted { $0.labels < $1.labels }
    let isEqual =
      expected.count == found.count
      && zip(expected, found).allSatisfy { $0.labels == $1.labels && accepts($1, $0.sample) }
    if isEqual {
      verdicts.append(UnitTestVerdict(title: title, outcome: .passed))
    } else {
      note(
        title, expected: expected.map { "\($0.labels) \(Self.text($0.sample))" },
        found: found.map { "\($0.labels) \($0.histogram?.promQLText ?? Self.text($0.value))" })
    }
  }

  private func accepts(_ found: VectorElement, _ wanted: TestSample) -> Bool {
    switch (found.histogram, wanted) {
    case (nil, .value(let number)): file.comparison.accepts(found.value, number)
    case (let histogram?, .histogram): wanted.accepts(histogram)
    default: false
    }
  }

  private static func text(_ sample: TestSample) -> String {
    switch sample {
    case .missing: "_"
    case .value(let number): text(number)
    case .histogram(let histogram, _): histogram.promQLText
    }
  }

  private static func text(_ number: Double) -> String { GoFloatText.text(number, .general) }

  private mutating func fail(_ title: Reason, _ problem: Reason) {
    verdicts.append(UnitTestVerdict(title: title, outcome: .failed([problem])))
  }

  /// Lines that both have are left out, so that the difference is what one reads.
  private mutating func note(_ title: Reason, expected: [String], found: [String]) {
    guard expected != found else {
      verdicts.append(UnitTestVerdict(title: title, outcome: .passed))
      return
    }
    var missing = expected
    var surplus: [String] = []
    for line in found {
      if let index = missing.firstIndex(of: line) { missing.remove(at: index) } else { surplus.append(line) }
    }
    let lines =
      missing.map { Reason("rule-test.expected", ["what": $0]) }
      + surplus.map { Reason("rule-test.found", ["what": $0]) }
    verdicts.append(UnitTestVerdict(title: title, outcome: .failed(lines)))
  }
}
