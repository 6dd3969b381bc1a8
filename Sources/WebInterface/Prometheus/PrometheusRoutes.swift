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
    let reads: [(String, Permission, @Sendable (Query) async throws(PrometheusFailure) -> String)] = [
      ("/api/v1/query", .metricsRead, query), ("/api/v1/query_range", .metricsRead, queryRange),
      ("/api/v1/series", .metricsRead, series), ("/api/v1/labels", .metricsRead, labelNames),
    ]
    let both = reads.flatMap { path, permission, answer in
      [route(.get, path, permission, answer), route(.post, path, permission, answer)]
    }
    return both + [
      route(.get, "/api/v1/label/:name/values", .metricsRead, labelValues),
      route(.get, "/api/v1/rules", .ruleRead, rules), route(.get, "/api/v1/alerts", .ruleRead, alerts),
      route(.get, "/api/v1/status/buildinfo", .metricsRead, buildInformation),
    ]
  }

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
    _ answer: @escaping @Sendable (Query) async throws(PrometheusFailure) -> String
  ) -> Route {
    Route(method, path, permission) { call async throws(WebFailure) in
      do throws(PrometheusFailure) {
        return WebResponse(contentType: "application/json", PrometheusJSON.success(try await answer(Query(call))))
      } catch {
        return WebResponse(
          status: Self.status(of: error.kind), contentType: "application/json", PrometheusJSON.failure(error))
      }
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

  @Sendable private func query(_ query: Query) async throws(PrometheusFailure) -> String {
    let time = try instant("time", of: query) ?? clock.now
    return PrometheusJSON.data(of: try await source.query(try text(of: query), at: time))
  }

  @Sendable private func queryRange(_ query: Query) async throws(PrometheusFailure) -> String {
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
    return PrometheusJSON.data(of: try await source.queryRange(text, from: start, through: end, step: step))
  }

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

  /// Names and values come from the last day unless the caller says otherwise.
  private static let namesRangeSeconds = 86_400

  @Sendable private func series(_ query: Query) async throws(PrometheusFailure) -> String {
    guard !query.all("match[]").isEmpty else { throw PrometheusFailure(.badData, "no match[] parameter provided") }
    return PrometheusJSON.list(try await labelSets(query).map(PrometheusJSON.labels))
  }

  @Sendable private func labelNames(_ query: Query) async throws(PrometheusFailure) -> String {
    let names = Set(try await labelSets(query).flatMap { $0.map(\.name) })
    return PrometheusJSON.list(names.sorted().map(TextNotation.json.quoted))
  }

  @Sendable private func labelValues(_ query: Query) async throws(PrometheusFailure) -> String {
    let name = query.call.parameter("name")
    let values = Set(try await labelSets(query).compactMap { $0[name] })
    return PrometheusJSON.list(values.sorted().map(TextNotation.json.quoted))
  }

  // MARK: - Rules

  @Sendable private func rules(_ query: Query) async throws(PrometheusFailure) -> String {
    let kind = query.first("type")
    let groups = try await source.alertingRules().map { group in
      PrometheusRuleJSON.group(group) { rule in
        kind == nil || (kind == "alert") == (rule.kind == .alerting)
      }
    }
    return PrometheusJSON.object([("groups", PrometheusJSON.list(groups))])
  }

  @Sendable private func alerts(_ query: Query) async throws(PrometheusFailure) -> String {
    let alerts = try await source.alertingRules().flatMap(\.rules).flatMap(\.alerts)
    return PrometheusJSON.object([("alerts", PrometheusJSON.list(alerts.map(PrometheusRuleJSON.alert)))])
  }

  @Sendable private func buildInformation(_ query: Query) async throws(PrometheusFailure) -> String {
    // Grafana decides by the version which calls it may use: this is the Prometheus whose API we speak.
    PrometheusJSON.object(
      [
        ("version", "2.55.0"), ("revision", "watchkeeper \(settings.version)"), ("branch", "HEAD"), ("buildUser", ""),
        ("buildDate", ""), ("goVersion", ""),
      ].map { ($0.0, TextNotation.json.quoted($0.1)) })
  }
}
