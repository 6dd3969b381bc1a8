internal import Dispatch
internal import PromQL
internal import Telemetry

/// Plans, fetches and evaluates queries over the store.
struct QueryService: Sendable {
  let reader: any SeriesReader
  private(set) var limits: ReadLimits
  private(set) var lookback: Duration
  /// The experimental parts of PromQL that queries may use; the default is none.
  var features = LanguageFeatures.stable
  let clock: any WallClock
  var evaluation = EvaluationLimits()
  /// Set for queries of visitors.
  private var gate: QueryGate?
  private var explains = false

  init(
    reader: any SeriesReader, limits: ReadLimits = .init(), lookback: Duration, clock: any WallClock,
    evaluation: EvaluationLimits = .init(), features: LanguageFeatures = .stable
  ) {
    self.features = features
    self.reader = reader
    self.limits = limits
    self.lookback = lookback
    self.clock = clock
    self.evaluation = evaluation
  }

  enum Failure: Error, Sendable, CustomStringConvertible {
    case query(PromQLError)
    case reading(SeriesReadError)
    case waiting(QueryGate.Refusal)

    var description: String {
      switch self {
      case .query(let error): error.description
      case .reading(let error): error.description
      case .waiting(let refusal): refusal.description
      }
    }

    /// Whether it says nothing about the answer: the query would have one with more time, room or a sound store.
    var isFromOutside: Bool {
      guard case .query(let error) = self else { return true }
      return switch error.cause {
      case .limit, .tookTooLong, .cancelled: true
      case .syntax, .type, .execution: false
      }
    }
  }

  /// The same for visitors, who ask anything: they wait for their turn, and run on threads of their own.
  func passing(_ gate: QueryGate) -> QueryService {
    var changed = self
    changed.gate = gate
    return changed
  }

  /// The same, whose answers tell what each part of the query was worth.
  func explaining() -> QueryService {
    var changed = self
    changed.explains = true
    return changed
  }

  /// The same with another look-back.
  func looking(back lookback: Duration) -> QueryService {
    var changed = self
    changed.lookback = lookback
    return changed
  }

  /// The same with less time; never with more.
  func answering(within timeout: Duration) -> QueryService {
    var changed = self
    changed.limits.timeMax = min(limits.timeMax, timeout)
    return changed
  }

  func evaluate(_ query: Query, over range: EvaluationRange) async throws(Failure) -> QueryResult {
    var cost = EvaluationCost()
    return try await evaluate(query, over: range, counting: &cost)
  }

  /// - Parameter cost: set to the series and samples that were read.
  func evaluate(
    _ query: Query, over range: EvaluationRange, counting cost: inout EvaluationCost
  ) async throws(Failure) -> QueryResult {
    let deadline = clock.uptime + limits.timeMax
    if let gate {
      do { try await gate.enter(within: limits.timeMax) } catch { throw .waiting(error) }
    }
    // One that failed may have held anything.
    var heldBytes = Int.max
    defer { gate?.leave(havingHeld: heldBytes) }
    let result = try await evaluate(query, over: range, until: deadline, counting: &cost)
    heldBytes = cost.samples * SeriesSlice.bytesEach + cost.series * Self.bytesForSeries
    return result
  }

  /// Measured: a series lives on as an element of the result, as a row of the answer and as its text.
  private static let bytesForSeries = 2048

  /// Waiting, reading and evaluating share the time.
  private func evaluate(
    _ query: Query, over range: EvaluationRange, until deadline: Duration, counting cost: inout EvaluationCost
  ) async throws(Failure) -> QueryResult {
    var rest = limits
    rest.timeMax = deadline - clock.uptime
    let plan = query.plan(over: range, lookback: lookback)
    let series: [[SeriesSlice]]
    do {
      series = try await reader.select(plan.selections, limits: rest)
    } catch {
      if case .tookTooLong = error { throw .reading(.tookTooLong(limit: limits.timeMax)) }
      throw .reading(error)
    }
    cost = EvaluationCost(
      series: series.reduce(0) { $0 + $1.count },
      samples: series.lazy.joined().reduce(0) { $0 + $1.count })
    do { return try await evaluate(plan, over: series, until: deadline).get() } catch { throw .query(error) }
  }

  private func evaluate(
    _ plan: QueryPlan, over series: [[SeriesSlice]], until deadline: Duration
  ) async -> Result<QueryResult, PromQLError> {
    let cancellation = CancellationFlag()
    let (clock, limit) = (clock, limits.timeMax)
    let uptime: @Sendable () -> Duration = { clock.uptime }
    let end: @Sendable () -> EvaluationEnd? = {
      cancellation.isRaised ? .cancelled : clock.uptime > deadline ? .tookTooLong(limit: limit) : nil
    }
    let watch = EvaluationWatch(end: end, uptime: explains ? uptime : nil)
    let evaluate: @Sendable () -> Result<QueryResult, PromQLError> = { [evaluation] in
      Result { () throws(PromQLError) in try plan.evaluate(over: series, limits: evaluation, watch: watch) }
    }
    return await withTaskCancellationHandler {
      guard gate != nil else { return evaluate() }
      // The few threads that run all tasks are not for work that takes seconds.
      return await withCheckedContinuation { continuation in
        Self.visitors.async { continuation.resume(returning: evaluate()) }
      }
    } onCancel: {
      cancellation.raise()
    }
  }

  private static let visitors = DispatchQueue(label: "watchkeeper.queries", attributes: .concurrent)

  func evaluate(_ text: String, over range: EvaluationRange) async throws(Failure) -> QueryResult {
    let query: Query
    do { query = try self.query(text) } catch { throw .query(error) }
    return try await evaluate(query, over: range)
  }

  func query(_ text: String) throws(PromQLError) -> Query { try Query(parsing: text, features: features) }

  /// The elements of an instant query; empty when it fails, for pages that show what there is.
  func vector(_ text: String, at time: Timestamp) async -> [VectorElement] {
    guard let result = try? await evaluate(text, over: .instant(time)), case .vector(let elements) = result.value else {
      return []
    }
    return elements
  }

  /// The series of a range query; empty when it fails.
  func matrix(_ text: String, from start: Timestamp, through end: Timestamp, step: Duration) async -> [SeriesSlice] {
    let range = EvaluationRange(from: start, through: end, step: step)
    guard let result = try? await evaluate(text, over: range), case .matrix(let series) = result.value else {
      return []
    }
    return series
  }
}
