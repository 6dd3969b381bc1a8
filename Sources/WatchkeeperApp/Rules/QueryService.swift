internal import PromQL
internal import Telemetry

/// Plans, fetches and evaluates queries over the store.
struct QueryService: Sendable {
  let reader: any SeriesReader
  private(set) var limits: ReadLimits
  private(set) var lookback: Duration
  /// The experimental parts of PromQL that queries may use; the default is none.
  var features = LanguageFeatures.stable
  var evaluation = EvaluationLimits()

  enum Failure: Error, Sendable, CustomStringConvertible {
    case query(PromQLError)
    case reading(SeriesReadError)

    var description: String {
      switch self {
      case .query(let error): error.description
      case .reading(let error): error.description
      }
    }
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
    let plan = query.plan(over: range, lookback: lookback)
    let series: [[SeriesSlice]]
    do {
      series = try await reader.select(plan.selections, limits: limits)
    } catch {
      throw .reading(error)
    }
    cost = EvaluationCost(
      series: series.reduce(0) { $0 + $1.count },
      samples: series.lazy.joined().reduce(0) { $0 + $1.count })
    do {
      return try plan.evaluate(over: series, limits: evaluation)
    } catch {
      throw .query(error)
    }
  }

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
