internal import Interchange
internal import Records
internal import Telemetry
internal import Wording

/// Prometheus' HTTP API, so that existing dashboards and tools read Watchkeeper.
/// - Source: Prometheus documentation, "HTTP API".
struct PrometheusRoutes: Sendable {
  let source: any PrometheusSource
  let settings: WebSettings
  let clock: any WallClock

  /// Points of one series of a range query; more is refused, as Prometheus does.
  static let pointsMax = 11_000

  var routes: [Route] {
    let reads: [(String, Answer)] = [
      ("/api/v1/query", query), ("/api/v1/query_range", queryRange), ("/api/v1/series", series),
      ("/api/v1/labels", labelNames), ("/api/v1/format_query", formatted), ("/api/v1/query_exemplars", exemplars),
    ]
    let both = reads.flatMap { path, answer in
      [route(.get, path, .metricsRead, answer), route(.post, path, .metricsRead, answer)]
    }
    return both + [
      route(.get, "/api/v1/label/:name/values", .metricsRead, labelValues),
      route(.get, "/api/v1/metadata", .metricsRead, metadata),
      route(.get, "/api/v1/rules", .ruleRead, rules), route(.get, "/api/v1/alerts", .ruleRead, alerts),
      route(.get, "/api/v1/targets", .metricsRead, targets),
      route(.get, "/api/v1/status/buildinfo", .metricsRead, buildInformation),
      route(.get, "/api/v1/status/runtimeinfo", .metricsRead, runtimeInformation),
      route(.get, "/api/v1/status/flags", .metricsRead, flags), route(.get, "/api/v1/status/tsdb", .metricsRead, store),
      Route(.get, "/federate", .metricsRead) { call async throws(WebFailure) in await federation(Query(call)) },
      // Grafana asks here whether rules can be edited: this plain refusal means that they cannot.
      Route(.get, "/api/v1/rules/test/test", .ruleRead) { _ async throws(WebFailure) in
        WebResponse(status: 404, contentType: "text/plain; charset=utf-8", "404 page not found\n")
      },
    ]
  }

  /// What one call answers: the data as JSON, and remarks about them.
  struct Data: Sendable {
    let json: [UInt8]
    var warnings: [String] = []
    var infos: [String] = []
  }

  typealias Answer = @Sendable (Query) async throws(PrometheusFailure) -> Data

  /// Parameters from the address and from a posted form.
  struct Query: Sendable {
    let call: Call
    private let fields: [(name: String, value: String)]

    init(_ call: Call) {
      self.call = call
      fields = PercentCoding.fields(call.request.query) + call.request.form.map { ($0.key, $0.value) }
    }

    func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  }

  private func route(
    _ method: Route.Method, _ path: String, _ permission: Permission,
    _ answer: @escaping Answer
  ) -> Route {
    Route(method, path, permission) { call async throws(WebFailure) in
      do throws(PrometheusFailure) {
        let data = try await answer(Query(call))
        return WebResponse(
          contentType: "application/json",
          bytes: PrometheusJSON.success(data.json, warnings: data.warnings, infos: data.infos))
      } catch {
        return WebResponse(
          status: Self.status(of: error.kind), contentType: "application/json", PrometheusJSON.failure(error))
      }
    }
  }

  /// - Source: Prometheus documentation, "Federation".
  private func federation(_ query: Query) async -> WebResponse {
    let selectors = query.all("match[]")
    do throws(PrometheusFailure) {
      guard !selectors.isEmpty else { throw PrometheusFailure(.badData, "no match[] parameter provided") }
      return WebResponse(
        contentType: ExpositionFormat.text.contentType,
        ExpositionFormat.federation(try await source.latest(matching: selectors)))
    } catch {
      return WebResponse(
        status: Self.status(of: error.kind), contentType: "text/plain; charset=utf-8", error.message + "\n")
    }
  }

  private static func status(of kind: PrometheusFailure.Kind) -> Int {
    switch kind {
    case .badData: 400
    case .execution: 422
    case .canceled, .timeout, .unavailable: 503
    case .internal: 500
    case .notFound: 404
    }
  }

  // MARK: - Queries

  @Sendable private func query(_ query: Query) async throws(PrometheusFailure) -> Data {
    let time = try instant("time", of: query) ?? clock.now
    return Data(try await source.query(try text(of: query), at: time, try options(of: query)))
  }

  @Sendable private func queryRange(_ query: Query) async throws(PrometheusFailure) -> Data {
    let text = try text(of: query)
    guard let start = try instant("start", of: query), let end = try instant("end", of: query) else {
      throw PrometheusFailure(.badData, #"invalid parameter "start": cannot parse "" to a valid timestamp"#)
    }
    guard end >= start else {
      throw PrometheusFailure(.badData, #"invalid parameter "end": end timestamp must not be before start time"#)
    }
    let stepText = query.first("step") ?? ""
    guard let step = PrometheusTime.step(stepText) else {
      throw PrometheusFailure(.badData, #"invalid parameter "step": cannot parse "\#(stepText)" to a valid duration"#)
    }
    // Divided, not multiplied: a huge range must not overflow.
    guard end.elapsed(since: start).inSeconds / step.inSeconds <= Double(Self.pointsMax) else {
      throw PrometheusFailure(
        .badData,
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
    }
    return Data(try await source.queryRange(text, from: start, through: end, step: step, try options(of: query)))
  }

  private func options(of query: Query) throws(PrometheusFailure) -> PrometheusQueryOptions {
    PrometheusQueryOptions(
      timeout: try duration("timeout", of: query), lookback: try duration("lookback_delta", of: query),
      limit: try limit(of: query))
  }

  private func duration(_ name: String, of query: Query) throws(PrometheusFailure) -> Duration? {
    guard let text = query.first(name), !text.isEmpty else { return nil }
    guard let duration = PrometheusTime.step(text) else {
      throw PrometheusFailure(.badData, #"invalid parameter "\#(name)": cannot parse "\#(text)" to a valid duration"#)
    }
    return duration
  }

  /// Zero and nothing mean no limit.
  private func limit(of query: Query) throws(PrometheusFailure) -> Int? {
    guard let text = query.first("limit"), !text.isEmpty else { return nil }
    guard let limit = Int(text), limit >= 0 else {
      throw PrometheusFailure(.badData, #"invalid parameter "limit": cannot parse "\#(text)" to a valid limit"#)
    }
    return limit == 0 ? nil : limit
  }

  @Sendable private func formatted(_ query: Query) async throws(PrometheusFailure) -> Data {
    Data(json: TextNotation.json.quoted(try source.formatted(try text(of: query))))
  }

  /// Exemplars are not kept; an empty answer is what a panel that asks for them can live with.
  @Sendable private func exemplars(_ query: Query) async throws(PrometheusFailure) -> Data { Data(json: "[]") }

  private func text(of query: Query) throws(PrometheusFailure) -> String {
    guard let text = query.first("query"), !text.isEmpty else {
      throw PrometheusFailure(
        .badData, #"invalid parameter "query": unknown position: parse error: no expression found in input"#)
    }
    return text
  }

  private func instant(_ name: String, of query: Query) throws(PrometheusFailure) -> Timestamp? {
    guard let text = query.first(name), !text.isEmpty else { return nil }
    guard let instant = PrometheusTime.instant(text) else {
      throw PrometheusFailure(.badData, #"invalid parameter "\#(name)": cannot parse "\#(text)" to a valid timestamp"#)
    }
    return instant
  }

  // MARK: - Names

  private func labelSets(_ query: Query) async throws(PrometheusFailure) -> [LabelSet] {
    let end = try instant("end", of: query) ?? clock.now
    let start = try instant("start", of: query) ?? end.advanced(by: .seconds(-Self.namesRangeSeconds))
    return try await source.labelSets(matching: query.all("match[]"), from: start, through: end)
  }

  /// Without a range of time the index answers; with one, what has samples there.
  private static func isAboutNow(_ query: Query) -> Bool { query.first("start") == nil && query.first("end") == nil }

  /// When a caller gives only the end.
  private static let namesRangeSeconds = 86_400

  private func list(_ items: [String], for query: Query) throws(PrometheusFailure) -> Data {
    guard let limit = try limit(of: query), items.count > limit else { return Data(json: PrometheusJSON.list(items)) }
    return Data(json: PrometheusJSON.list(Array(items.prefix(limit))), warnings: [Self.truncated])
  }

  /// As Prometheus words it.
  static let truncated = "results truncated due to limit"

  @Sendable private func series(_ query: Query) async throws(PrometheusFailure) -> Data {
    guard !query.all("match[]").isEmpty else { throw PrometheusFailure(.badData, "no match[] parameter provided") }
    return try list(try await labelSets(query).map(PrometheusJSON.labels), for: query)
  }

  @Sendable private func labelNames(_ query: Query) async throws(PrometheusFailure) -> Data {
    let names =
      Self.isAboutNow(query)
      ? try await source.labelNames(matching: query.all("match[]"))
      : Set(try await labelSets(query).joined().map(\.name)).sorted()
    return try list(names.map(TextNotation.json.quoted), for: query)
  }

  @Sendable private func labelValues(_ query: Query) async throws(PrometheusFailure) -> Data {
    let name = query.call.parameter("name")
    let values =
      Self.isAboutNow(query)
      ? try await source.labelValues(of: name, matching: query.all("match[]"))
      : Set(try await labelSets(query).compactMap { $0[name] }).sorted()
    return try list(values.map(TextNotation.json.quoted), for: query)
  }

  @Sendable private func metadata(_ query: Query) async throws(PrometheusFailure) -> Data {
    let name = query.first("metric")
    let limit = query.first("limit").flatMap { Int($0) } ?? -1
    let perMetric = query.first("limit_per_metric").flatMap { Int($0) } ?? -1
    let families = await source.metadata(of: name).families
    let chosen = families.filter { name == nil || $0.key == name }.sorted { $0.key < $1.key }
    let shown = chosen.prefix(limit >= 0 ? limit : chosen.count).map { family, entries in
      (family, PrometheusJSON.list(entries.prefix(perMetric > 0 ? perMetric : entries.count).map(Self.json)))
    }
    return Data(json: PrometheusJSON.object(shown))
  }

  private static func json(_ metadata: MetricMetadata) -> String {
    PrometheusJSON.object(
      [("type", metadata.type.rawValue), ("help", metadata.help), ("unit", metadata.unit)].map {
        ($0.0, TextNotation.json.quoted($0.1))
      })
  }
}

extension PrometheusRoutes.Data {
  init(json: String, warnings: [String] = []) { self.init(json: Array(json.utf8), warnings: warnings) }

  fileprivate init(_ result: PrometheusResult) {
    self.init(json: PrometheusJSON.data(of: result.answer), warnings: result.warnings, infos: result.infos)
  }
}
