internal import Records
internal import Telemetry

/// What Prometheus' API tells about rules, targets and the program itself.
extension PrometheusRoutes {
  // MARK: - Rules

  /// Which rules a caller wants; nothing said means all.
  private struct RuleFilter {
    let kind: PrometheusRule.Kind?
    let names: Set<String>
    let groups: Set<String>
    let files: Set<String>
    let showsAlerts: Bool

    init(_ query: Query) throws(PrometheusFailure) {
      switch query.first("type") ?? "" {
      case "": kind = nil
      case "alert": kind = .alerting
      case "record": kind = .recording
      case let other:
        throw PrometheusFailure(.badData, #"invalid parameter "type": not supported value "\#(other)""#)
      }
      names = Set(query.all("rule_name[]"))
      groups = Set(query.all("rule_group[]"))
      files = Set(query.all("file[]"))
      showsAlerts = !["1", "t", "T", "true", "TRUE", "True"].contains(query.first("exclude_alerts") ?? "")
    }

    func filtered(_ group: PrometheusRuleGroup) -> PrometheusRuleGroup? {
      guard groups.isEmpty || groups.contains(group.name), files.isEmpty || files.contains(group.file) else {
        return nil
      }
      var shown = group
      shown.rules = group.rules.filter { rule in
        (kind == nil || kind == rule.kind) && (names.isEmpty || names.contains(rule.name))
      }
      if !showsAlerts { for index in shown.rules.indices { shown.rules[index].alerts = [] } }
      // A group of which nothing is wanted is left out, as Prometheus does when rules are asked for by name.
      return shown.rules.isEmpty && !(names.isEmpty && kind == nil) ? nil : shown
    }
  }

  @Sendable func rules(_ query: Query) async throws(PrometheusFailure) -> Data {
    let filter = try RuleFilter(query)
    let groups = try await source.alertingRules().compactMap(filter.filtered)
    var fields: [(String, String)] = []
    let (page, next) = try page(of: groups, query)
    fields.append(("groups", PrometheusJSON.list(page.map(PrometheusRuleJSON.group))))
    if let next { fields.append(("groupNextToken", TextNotation.json.quoted(next))) }
    return Data(json: PrometheusJSON.object(fields))
  }

  /// `group_limit` groups after the one that `group_next_token` names.
  private func page(
    of groups: [PrometheusRuleGroup], _ query: Query
  ) throws(PrometheusFailure) -> ([PrometheusRuleGroup], next: String?) {
    let text = query.first("group_limit") ?? ""
    guard !text.isEmpty else {
      if query.first("group_next_token") != nil {
        throw PrometheusFailure(
          .badData,
          #"invalid parameter "group_limit": group_limit needs to be set in order to paginate over the groups"#)
      }
      return (groups, nil)
    }
    guard let limit = Int(text), limit > 0 else {
      throw PrometheusFailure(.badData, #"invalid parameter "group_limit": cannot parse "\#(text)" to a valid limit"#)
    }
    var rest = groups[...]
    if let token = query.first("group_next_token"), !token.isEmpty {
      guard let start = groups.firstIndex(where: { Self.token(of: $0) == token }) else {
        throw PrometheusFailure(
          .badData, #"invalid parameter "group_next_token": the rules have changed since the last page"#)
      }
      rest = groups[start...]
    }
    return (Array(rest.prefix(limit)), rest.dropFirst(limit).first.map(Self.token))
  }

  /// Names the first group of the next page.
  private static func token(of group: PrometheusRuleGroup) -> String {
    String(Digest(of: Array("\(group.file);\(group.name)".utf8)).hexadecimal.prefix(16))
  }

  @Sendable func alerts(_ query: Query) async throws(PrometheusFailure) -> Data {
    let alerts = try await source.alertingRules().flatMap(\.rules).flatMap(\.alerts)
    return Data(json: PrometheusJSON.object([("alerts", PrometheusJSON.list(alerts.map(PrometheusRuleJSON.alert)))]))
  }

  // MARK: - The program

  @Sendable func buildInformation(_ query: Query) async throws(PrometheusFailure) -> Data {
    // Grafana decides by the version which calls it may use: this is the Prometheus whose API we speak.
    Data(
      json: Self.texts([
        ("version", "3.5.0"), ("revision", "watchkeeper \(settings.version)"), ("branch", "HEAD"), ("buildUser", ""),
        ("buildDate", ""), ("goVersion", ""),
      ]))
  }

  @Sendable func runtimeInformation(_ query: Query) async throws(PrometheusFailure) -> Data {
    let runtime = await source.runtime()
    return Data(
      json: PrometheusJSON.object([
        ("startTime", TextNotation.json.quoted(PrometheusRuleJSON.instant(runtime.startedAt))),
        ("CWD", TextNotation.json.quoted(runtime.workingFolder)),
        ("reloadConfigSuccess", runtime.isConfigurationCurrent ? "true" : "false"), ("corruptionCount", "0"),
        ("storageRetention", TextNotation.json.quoted(runtime.retention.notation)),
      ]))
  }

  /// Settings that have a flag of Prometheus' for a name.
  @Sendable func flags(_ query: Query) async throws(PrometheusFailure) -> Data {
    let runtime = await source.runtime()
    return Data(
      json: Self.texts([
        ("query.lookback-delta", runtime.lookback.notation), ("query.timeout", runtime.queryTimeout.notation),
        ("storage.tsdb.retention.time", runtime.retention.notation),
      ]))
  }

  @Sendable func store(_ query: Query) async throws(PrometheusFailure) -> Data {
    let series = String(await source.runtime().activeSeries)
    return Data(json: PrometheusJSON.object([("headStats", PrometheusJSON.object([("numSeries", series)]))]))
  }

  private static func texts(_ fields: [(String, String)]) -> String {
    PrometheusJSON.object(fields.map { ($0.0, TextNotation.json.quoted($0.1)) })
  }

  // MARK: - Targets

  @Sendable func targets(_ query: Query) async throws(PrometheusFailure) -> Data {
    let pool = query.first("scrapePool") ?? ""
    let isActive = query.first("state") != "dropped"
    let targets = isActive ? await source.targets().filter { pool.isEmpty || $0.pool == pool } : []
    return Data(
      json: PrometheusJSON.object([
        ("activeTargets", PrometheusJSON.list(targets.map(Self.json))), ("droppedTargets", "[]"),
      ]))
  }

  private static func json(_ target: PrometheusTarget) -> String {
    let text = TextNotation.json.quoted
    return PrometheusJSON.object([
      ("discoveredLabels", PrometheusJSON.labels(target.labels)), ("labels", PrometheusJSON.labels(target.labels)),
      ("scrapePool", text(target.pool)), ("scrapeUrl", text(target.labels["instance"] ?? "")),
      ("globalUrl", text(target.labels["instance"] ?? "")), ("lastError", text(target.lastError)),
      ("lastScrape", text(PrometheusRuleJSON.instant(target.lastScrape))),
      ("lastScrapeDuration", PrometheusJSON.number(target.lastScrapeSeconds)),
      ("health", text(target.health.rawValue)), ("scrapeInterval", text(target.interval.notation)),
      ("scrapeTimeout", text(target.interval.notation)),
    ])
  }
}
