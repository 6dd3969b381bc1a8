internal import Telemetry

/// How one `eval` statement ended.
public struct TestOutcome: Sendable {
  public let line: Int
  public let query: String
  public let testClass: TestClass
  /// What differs from the expectation; `nil` when nothing does.
  public let difference: String?

  public var passed: Bool { difference == nil }
}

extension TestScript {
  /// Runs every statement in order; series add up until `clear`.
  ///
  /// An instant query is also run as the middle step of a range query and, pinned with `@`, at other instants; all
  /// must answer the same.
  public func run() -> [TestOutcome] {
    var store = ScriptStore()
    var outcomes: [TestOutcome] = []
    for statement in statements {
      switch statement {
      case .clear: store = ScriptStore()
      case .load(let load): store.add(load)
      case .evaluate(let evaluation):
        outcomes.append(
          TestOutcome(
            line: evaluation.line, query: evaluation.text, testClass: Self.classify(evaluation, store),
            difference: Self.difference(evaluation, store)))
      }
    }
    return outcomes
  }

  private static func difference(_ evaluation: TestEvaluation, _ store: ScriptStore) -> String? {
    let check = TestCheck(expectation: evaluation.expectation, range: evaluation.range)
    let query: Query
    switch evaluation.query {
    case .success(let parsed): query = parsed
    case .failure(let error): return check.difference(from: .failure(error))
    }
    if let difference = check.difference(from: store.answer(query, evaluation.range)) { return difference }
    return rangeDifference(evaluation, query, check, store) ?? pinnedDifference(evaluation, query, check, store)
  }

  /// An instant query's answer is the middle step of a range query around it.
  private static func rangeDifference(
    _ evaluation: TestEvaluation, _ query: Query, _ check: TestCheck, _ store: ScriptStore
  ) -> String? {
    guard evaluation.range.isInstant, evaluation.expectation.string == nil,
      evaluation.expectation.rangeVector == nil, !evaluation.expectation.isOrdered,
      query.valueType != .rangeVector,
      !["start()", "end()", "range()", "step()"].contains(where: evaluation.text.lowercased().contains)
    else { return nil }
    let time = evaluation.range.start
    let around = EvaluationRange(
      from: time.advanced(by: .seconds(-60)), through: time.advanced(by: .seconds(60)), step: .seconds(60))
    return check.rangeDifference(from: store.answer(query, around), middle: time)
      .map { "as a range query: \($0)" }
  }

  /// A query pinned to its instant with `@` answers the same whenever it is evaluated.
  private static func pinnedDifference(
    _ evaluation: TestEvaluation, _ query: Query, _ check: TestCheck, _ store: ScriptStore
  ) -> String? {
    let time = evaluation.range.start
    guard evaluation.range.isInstant, evaluation.expectation.string == nil,
      evaluation.expectation.rangeVector == nil, query.valueType != .rangeVector,
      let pinned = Pinning.pinned(query, at: time)
    else { return nil }
    let moment = time.milliseconds
    let instants = moment == 0 ? [-1000, 0, 1000] : [-10 * moment, 0, moment / 5, moment, 10 * moment]
    for instant in instants {
      let answer = store.answer(pinned, .instant(Timestamp(milliseconds: instant)))
      if let difference = check.difference(from: answer, annotations: .ignored) {
        return "pinned and evaluated at \(instant) ms: \(difference)"
      }
    }
    return nil
  }

  private static func classify(_ evaluation: TestEvaluation, _ store: ScriptStore) -> TestClass {
    if store.hasStartTimestamps { return .startTimestamps }
    if evaluation.expectation.hasHistograms { return .histogramExpected }
    guard case .success(let query) = evaluation.query else { return .experimentalFunction }
    let features = query.expression.features
    if features.contains(.extendedRangeSelectors) { return .extendedRange }
    if features.contains(.fillModifiers) { return .fill }
    if features.contains(.durationExpressions) { return .durationExpression }
    if features.contains(.experimentalFunctions) { return .experimentalFunction }
    if store.hasTypeAndUnit { return .typeAndUnit }
    if store.hasHistograms {
      return query.expression.callsHistogramFunction ? .histogramFunction : .besideHistograms
    }
    return .plain
  }
}
