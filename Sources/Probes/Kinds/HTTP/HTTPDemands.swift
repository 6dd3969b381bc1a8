internal import Telemetry
internal import Transfers

/// What an answer has to be like, under the names of blackbox_exporter.
struct HTTPDemands: Hashable {
  /// `fail_if_header_matches` and its opposite.
  struct HeaderRule: Decodable, Hashable {
    let header: String
    let pattern: Pattern
    /// The default is false: an answer without this header fails.
    let mayMiss: Bool

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case header, regexp
      case mayMiss = "allow_missing"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      header = try fields.decode(String.self, forKey: .header)
      let text = try fields.decode(String.self, forKey: .regexp)
      do throws(PatternError) {
        pattern = try Pattern(text)
      } catch {
        throw fields.problem(.regexp, error.fault)
      }
      mayMiss = try fields.decodeIfPresent(Bool.self, forKey: .mayMiss) ?? false
    }
  }

  /// Why an answer is not in order.
  struct Shortfall {
    let reasonID: String
    let text: String
    /// What found it, for the series that say so.
    var finder = Finder.other
  }

  enum Finder {
    case pattern, expression, other
  }

  /// Empty: 200 to 299.
  let statusCodes: [Int]
  /// As `HTTP/1.1`; empty: any.
  let versions: [String]
  let bodyMatches: [Pattern]
  let bodyMisses: [Pattern]
  let headerMatches: [HeaderRule]
  let headerMisses: [HeaderRule]
  let failsIfTLS: Bool
  let failsIfNotTLS: Bool
  /// Each has a series of its own.
  let conditions: [Condition]
  let bodyExpressionMatches: Condition?
  let bodyExpressionMisses: Condition?

  /// Conditions of one probe: 50.
  static let conditionsMax = 50

  private enum CodingKeys: String, CodingKey {
    case statusCodes = "valid_status_codes"
    case versions = "valid_http_versions"
    case bodyMatches = "fail_if_body_matches_regexp"
    case bodyMisses = "fail_if_body_not_matches_regexp"
    case bodyMatchesShort = "fail_if_body_matches"
    case bodyMissesShort = "fail_if_body_not_matches"
    case headerMatches = "fail_if_header_matches"
    case headerMisses = "fail_if_header_not_matches"
    case failsIfTLS = "fail_if_ssl"
    case failsIfNotTLS = "fail_if_not_ssl"
    case conditions
    case bodyExpressionMatches = "fail_if_body_json_matches_cel"
    case bodyExpressionMisses = "fail_if_body_json_not_matches_cel"
  }

  static let knownVersions = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/3.0"]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    statusCodes = try fields.decodeIfPresent([Int].self, forKey: .statusCodes) ?? []
    if let bad = statusCodes.first(where: { !(100...599).contains($0) }) {
      throw fields.problem(.statusCodes, "fault.probe.status", ["number": String(bad)])
    }
    versions = try (fields.decodeIfPresent([String].self, forKey: .versions) ?? []).map {
      $0 == "HTTP/2" || $0 == "HTTP/3" ? $0 + ".0" : $0
    }
    if let bad = versions.first(where: { !Self.knownVersions.contains($0) }) {
      throw fields.problem(
        .versions, "fault.http.choice",
        ["word": bad, "known": Spelling.argument(for: bad, among: Self.knownVersions)])
    }
    bodyMatches = try fields.patterns(.bodyMatches) + fields.patterns(.bodyMatchesShort)
    bodyMisses = try fields.patterns(.bodyMisses) + fields.patterns(.bodyMissesShort)
    headerMatches = try fields.decodeIfPresent([HeaderRule].self, forKey: .headerMatches) ?? []
    headerMisses = try fields.decodeIfPresent([HeaderRule].self, forKey: .headerMisses) ?? []
    failsIfTLS = try fields.decodeIfPresent(Bool.self, forKey: .failsIfTLS) ?? false
    failsIfNotTLS = try fields.decodeIfPresent(Bool.self, forKey: .failsIfNotTLS) ?? false
    conditions = try (fields.decodeIfPresent([ConditionText].self, forKey: .conditions) ?? []).map(\.condition)
    guard conditions.count <= Self.conditionsMax else {
      throw fields.problem(
        .conditions, "fault.condition.many",
        ["number": String(conditions.count), "most": String(Self.conditionsMax)])
    }
    bodyExpressionMatches = try fields.decodeIfPresent(ConditionText.self, forKey: .bodyExpressionMatches)?.condition
    bodyExpressionMisses = try fields.decodeIfPresent(ConditionText.self, forKey: .bodyExpressionMisses)?.condition
  }

  var readsBody: Bool {
    !bodyMatches.isEmpty || !bodyMisses.isEmpty || hasExpressions || conditions.contains(where: \.readsBody)
  }

  var hasExpressions: Bool { bodyExpressionMatches != nil || bodyExpressionMisses != nil }

  /// Whether a condition says which status is a good one.
  private var statusIsJudged: Bool { statusCodes.isEmpty && conditions.contains { $0.asks(for: .status) } }

  /// Pure: the first demand that this answer does not meet, in the order of blackbox_exporter.
  ///
  /// - Parameter answer: the same answer, for conditions.
  func shortfall(of transfer: TransferReport, _ answer: HTTPAnswer) -> Shortfall? {
    let status = transfer.status ?? 0
    guard statusIsJudged || (statusCodes.isEmpty ? (200...299).contains(status) : statusCodes.contains(status)) else {
      return Shortfall(reasonID: "reason.probe.status", text: "the server answered with status \(status)")
    }
    if let problem = headerProblem(transfer) {
      return Shortfall(reasonID: "reason.probe.header", text: problem, finder: .pattern)
    }
    if let problem = bodyProblem(transfer.body) {
      return Shortfall(reasonID: "reason.probe.body", text: problem, finder: .pattern)
    }
    if let problem = expressionProblem(answer) {
      return Shortfall(reasonID: "reason.probe.body", text: problem, finder: .expression)
    }
    let version = transfer.versionName
    if !versions.isEmpty, !versions.contains(version) {
      return Shortfall(reasonID: "reason.probe.version", text: "the server answered with \(version)")
    }
    let isTLS = transfer.finalScheme == "https"
    if isTLS, failsIfTLS {
      return Shortfall(reasonID: "reason.probe.encrypted", text: "the answer came over TLS")
    }
    if !isTLS, failsIfNotTLS {
      return Shortfall(reasonID: "reason.probe.plain", text: "the answer came without TLS")
    }
    return nil
  }

  private func expressionProblem(_ answer: HTTPAnswer) -> String? {
    guard hasExpressions else { return nil }
    if case .missing(let why) = answer.body() { return "the body is \(why)" }
    if let hit = bodyExpressionMatches, hit.shortfall(of: answer) == nil { return "the body makes '\(hit.text)' true" }
    return bodyExpressionMisses.flatMap { miss in miss.shortfall(of: answer).map { "\(miss.text): \($0)" } }
  }

  private func headerProblem(_ transfer: TransferReport) -> String? {
    for (rules, isForbidden) in [(headerMatches, true), (headerMisses, false)] {
      for rule in rules {
        let name = rule.header.lowercased()
        let values = transfer.headers.filter { $0.name.lowercased() == name }
        if values.isEmpty {
          guard rule.mayMiss else { return "the header \(rule.header) is missing" }
          continue
        }
        let matches = values.contains { rule.pattern.firstMatch(in: Array($0.value.utf8)) != nil }
        guard matches != isForbidden else {
          return "the header \(rule.header) \(isForbidden ? "matches" : "does not match") '\(rule.pattern.text)'"
        }
      }
    }
    return nil
  }

  private func bodyProblem(_ body: [UInt8]) -> String? {
    if let hit = bodyMatches.first(where: { $0.firstMatch(in: body) != nil }) {
      return "the body matches '\(hit.text)'"
    }
    if let miss = bodyMisses.first(where: { $0.firstMatch(in: body) == nil }) {
      return "the body does not match '\(miss.text)'"
    }
    return nil
  }
}

extension KeyedDecodingContainer {
  /// A list of regular expressions; absent: none.
  func patterns(_ key: Key) throws -> [Pattern] {
    try (decodeIfPresent([String].self, forKey: key) ?? []).map { text in
      do throws(PatternError) {
        return try Pattern(text)
      } catch {
        throw problem(key, error.fault)
      }
    }
  }
}

extension TransferReport {
  /// As Go writes it: `HTTP/2.0`.
  var versionName: String {
    guard case .completed(_, let version) = outcome else { return "" }
    switch version {
    case .http10: return "HTTP/1.0"
    case .http11: return "HTTP/1.1"
    case .http2: return "HTTP/2.0"
    case .http3: return "HTTP/3.0"
    case .none: return ""
    }
  }
}
