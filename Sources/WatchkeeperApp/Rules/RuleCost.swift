internal import Alerting
internal import PromQL
internal import Telemetry

/// What the last round of one rule took.
struct RuleCost: Sendable {
  /// Why it was evaluated plainly; `nil` when it was not.
  let plain: PlainReason?
  /// Series looked at and samples read, over all selectors.
  let cost: EvaluationCost
  let took: Duration
}

/// Evaluates one rule in the way that is cheaper, and now and then in both.
struct RuleEvaluation: Sendable {
  let result: RuleResult
  let cost: RuleCost
  /// Of a shadow check: what differed, twice.
  private(set) var difference: String?
  private(set) var isShadowed = false
  /// The plain evaluation came to no answer: a stop, a limit or the store stood in its way.
  private var wasCutShort = false

  enum Shadow { case none, wanted }

  private init(_ result: RuleResult, _ cost: RuleCost) {
    self.result = result
    self.cost = cost
  }

  /// - Parameter shadow: whether to compare with the plain evaluator, whose answer stands when they differ.
  static func run(
    _ query: Query, offset: Duration, at time: Timestamp, _ queries: QueryService, _ incremental: IncrementalRules?,
    clock: any WallClock, shadow: Shadow
  ) async -> RuleEvaluation {
    let began = clock.uptime
    let rule = IncrementalRule(query, offset: offset)
    guard let incremental else {
      return await plain(query, at: time, queries, clock, since: began, because: .notFollowed)
    }
    let answer = await incremental.evaluate(rule, at: time)
    guard let result = RuleResult(answer, at: time) else {
      guard case .plain(let reason) = answer else { preconditionFailure("an answer without a result is a refusal") }
      return await plain(query, at: time, queries, clock, since: began, because: reason)
    }
    var evaluation = RuleEvaluation(
      result, RuleCost(plain: nil, cost: answer.cost, took: clock.uptime - began))
    guard shadow == .wanted else { return evaluation }
    evaluation.isShadowed = true
    // Once more on a difference: samples may have come between the two looks.
    for attempt in 0..<2 {
      let expected = await plain(query, at: time, queries, clock, since: clock.uptime, because: .differed)
      // Nothing to compare with: rules that read more than a query may are kept by the incremental way alone.
      if expected.wasCutShort { break }
      guard let found = RuleResult(await incremental.evaluate(rule, at: time), at: time),
        let difference = ShadowCheck.difference(found, expected.result)
      else { break }
      guard attempt == 1 else { continue }
      await incremental.demote(rule)
      var different = expected
      different.difference = difference
      different.isShadowed = true
      return different
    }
    return evaluation
  }

  private static func plain(
    _ query: Query, at time: Timestamp, _ queries: QueryService, _ clock: any WallClock, since began: Duration,
    because reason: PlainReason
  ) async -> RuleEvaluation {
    var cost = EvaluationCost()
    let result: RuleResult
    var wasCutShort = false
    do {
      let answer = try await queries.evaluate(query, over: .instant(time), counting: &cost)
      result = RuleResult(answer.value, at: time)
    } catch {
      result = .failed(error.description)
      wasCutShort = error.isFromOutside
    }
    var evaluation = RuleEvaluation(
      result, RuleCost(plain: reason, cost: cost, took: clock.uptime - began))
    evaluation.wasCutShort = wasCutShort
    return evaluation
  }
}

extension RuleResult {
  /// `nil` for an answer that refers to the plain evaluator.
  init?(_ answer: IncrementalEngine.Answer, at time: Timestamp) {
    switch answer {
    case .value(let value, _): self.init(value, at: time)
    case .failed(let error, _): self = .failed(error.description)
    case .plain: return nil
    }
  }
}
