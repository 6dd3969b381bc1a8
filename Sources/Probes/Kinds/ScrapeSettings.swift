public import Interchange
internal import Records
internal import Telemetry

/// Settings of the kind `scrape`, under the names of Prometheus' `scrape_config`.
///
/// One definition may name many targets; each becomes a probe of its own, see `ProbeDefinition.perTarget`.
public struct ScrapeSettings: ProbeSettings {
  /// Targets that share labels, as in `static_configs`.
  public struct TargetGroup: Decodable, Hashable, Sendable {
    /// `host:port`.
    public let targets: [String]
    public let labels: [String: String]

    private enum CodingKeys: String, CodingKey, CaseIterable { case targets, labels }

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      targets = try ScrapeSettings.targets(fields, .targets)
      labels = try fields.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    }
  }

  public fileprivate(set) var groups: [TargetGroup]
  /// The default is `http`.
  public let scheme: String
  /// The default is `/metrics`.
  public let path: String
  public let parameters: [String: [String]]
  let headers: [SecretHeader]
  public let login: ScrapeLogin?
  /// The default is true: the chain and the name are checked.
  public let verifiesCertificate: Bool
  /// A PEM file of accepted authorities instead of the system's.
  public let authorityFile: String?
  /// The default is `.target`.
  public let precedence: SeriesLabelling.Precedence
  /// The default is `.exporter`.
  public let times: ScrapeTable.Times
  /// Rules for targets.
  public fileprivate(set) var targetRules: [RelabelRule]
  /// Rules for series.
  public let seriesRules: [RelabelRule]
  /// The default is true.
  public let isCompressed: Bool
  /// The default is 64 MiB, unpacked.
  public let bodyLimitBytes: Int
  public let limits: ScrapeLimits
  /// What is asked, once a definition was taken apart into its targets.
  var url = ""

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case targets, scheme, params, headers, authorization
    case staticConfigurations = "static_configs"
    case path = "metrics_path"
    case basicLogin = "basic_auth"
    case verifiesCertificate = "tls_verify"
    case authorityFile = "tls_ca_file"
    case honorLabels = "honor_labels"
    case honorTimestamps = "honor_timestamps"
    case targetRules = "relabel_configs"
    case seriesRules = "metric_relabel_configs"
    case isCompressed = "enable_compression"
    case bodyLimitBytes = "body_limit_bytes"
    case samplesMax = "sample_limit"
    case labelsMax = "label_limit"
    case labelNameBytesMax = "label_name_length_limit"
    case labelValueBytesMax = "label_value_length_limit"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let own = try Self.targets(fields, .targets)
    groups =
      (own.isEmpty ? [] : [TargetGroup(own)])
      + (try fields.decodeIfPresent([TargetGroup].self, forKey: .staticConfigurations) ?? [])
    guard !groups.isEmpty || decoder is AimedDecoder else {
      throw fields.problem(.targets, "fault.scrape.targets", beside: .staticConfigurations)
    }
    scheme = try fields.decodeIfPresent(String.self, forKey: .scheme) ?? "http"
    guard ["http", "https"].contains(scheme) else {
      throw fields.problem(.scheme, "fault.scrape.scheme", ["text": scheme])
    }
    path = try fields.decodeIfPresent(String.self, forKey: .path) ?? "/metrics"
    guard path.hasPrefix("/"), !path.utf8.contains(where: { $0 <= 0x20 }) else {
      throw fields.problem(.path, "fault.scrape.path", ["text": path])
    }
    parameters = try fields.decodeIfPresent([String: [String]].self, forKey: .params) ?? [:]
    headers = try (fields.decodeIfPresent([String: SecretSource].self, forKey: .headers) ?? [:])
      .sorted { $0.key < $1.key }.map { SecretHeader(name: $0.key, value: $0.value) }
    let basic = try fields.decodeIfPresent(ScrapeLogin.Basic.self, forKey: .basicLogin)
    let bearer = try fields.decodeIfPresent(ScrapeLogin.Authorization.self, forKey: .authorization)
    if basic != nil, bearer != nil { throw fields.problem(.authorization, "fault.scrape.login", beside: .basicLogin) }
    login = basic?.login ?? bearer?.login
    verifiesCertificate = try fields.decodeIfPresent(Bool.self, forKey: .verifiesCertificate) ?? true
    authorityFile = try fields.decodeIfPresent(String.self, forKey: .authorityFile)
    precedence = try fields.decodeIfPresent(Bool.self, forKey: .honorLabels) ?? false ? .exporter : .target
    times = try fields.decodeIfPresent(Bool.self, forKey: .honorTimestamps) ?? true ? .exporter : .scrape
    targetRules = try fields.decodeIfPresent([RelabelRule].self, forKey: .targetRules) ?? []
    seriesRules = try fields.decodeIfPresent([RelabelRule].self, forKey: .seriesRules) ?? []
    isCompressed = try fields.decodeIfPresent(Bool.self, forKey: .isCompressed) ?? true
    bodyLimitBytes = try fields.decodeIfPresent(Int.self, forKey: .bodyLimitBytes) ?? Self.bodyLimitBytesDefault
    guard (1...Self.bodyLimitBytesMax).contains(bodyLimitBytes) else {
      throw fields.problem(
        .bodyLimitBytes, "fault.scrape.limit",
        ["number": String(bodyLimitBytes), "most": String(Self.bodyLimitBytesMax)])
    }
    limits = try Self.limits(fields)
  }

  private static let bodyLimitBytesDefault = 64 << 20
  private static let bodyLimitBytesMax = 1 << 30
  private static let limitMax = 10_000_000

  private static func limits(_ fields: KeyedDecodingContainer<CodingKeys>) throws -> ScrapeLimits {
    var limits = ScrapeLimits()
    for (key, path) in [
      (CodingKeys.samplesMax, \ScrapeLimits.samplesMax), (.labelsMax, \.labelsMax),
      (.labelNameBytesMax, \.labelNameBytesMax), (.labelValueBytesMax, \.labelValueBytesMax),
    ] {
      guard let number = try fields.decodeIfPresent(Int.self, forKey: key) else { continue }
      guard (1...limitMax).contains(number) else {
        throw fields.problem(key, "fault.scrape.limit", ["number": String(number), "most": String(limitMax)])
      }
      limits[keyPath: path] = number
    }
    return limits
  }

  fileprivate static func targets<Key: CodingKey>(
    _ fields: KeyedDecodingContainer<Key>, _ key: Key
  ) throws -> [String] {
    let targets = try fields.decodeIfPresent([String].self, forKey: key) ?? []
    if let bad = targets.first(where: { !isTarget($0) }) {
      throw fields.problem(key, "fault.probe.target", ["text": bad])
    }
    return targets
  }

  private static func isTarget(_ text: String) -> Bool {
    !text.isEmpty && !text.contains { "/@?# \t\r\n".contains($0) }
  }

  /// These settings for one target that was found elsewhere.
  func asking(
    _ address: String, _ labels: [String: String], _ rules: [RelabelRule]
  ) throws(SettingsFault) -> ScrapeSettings {
    guard Self.isTarget(address) else {
      throw SettingsFault("fault.probe.target", ["text": String(address.prefix(40))])
    }
    var own = self
    own.groups = [TargetGroup([address], labels)]
    own.targetRules += rules
    return own
  }

  public var instance: String? { NetworkTarget(url: url).authority }

  public var network: NetworkTarget? { NetworkTarget(url: url) }

  public var verdictMetrics: VerdictMetrics { .scrape }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { ScrapeProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "scrape", summary: "Reads the metrics that an exporter shows, as Prometheus.",
    example: """
      name: node
      kind: scrape
      interval: 15s
      settings:
        targets: [web01.example.org:9100, web02.example.org:9100]
      """,
    // As many as the store takes: targets come by the hundred.
    job: "scrape", interval: .seconds(15), timeout: .seconds(10), seriesMax: .max, settings: ScrapeSettings.self)
}

extension ScrapeSettings.TargetGroup {
  fileprivate init(_ targets: [String], _ labels: [String: String] = [:]) {
    self.targets = targets
    self.labels = labels
  }
}

extension ProbeDefinition {
  /// One probe for each target that relabelling leaves; a definition of another kind stays as it is.
  ///
  /// With several targets each probe's name is the definition's with the target's `instance` behind it. Targets that
  /// come from elsewhere are not among them.
  public var perTarget: [ProbeDefinition] { perTarget(suffixed: targetSources != nil) }

  /// - Parameter suffixed: whether the `instance` is in the name even of a single one.
  func perTarget(suffixed: Bool) -> [ProbeDefinition] {
    guard let settings = settings as? ScrapeSettings else { return targetSources == nil ? [self] : [] }
    let targets = settings.groups.flatMap { group in
      group.targets.compactMap { target(at: $0, group.labels, settings) }
    }
    return targets.map { labels, own in
      let suffix =
        !suffixed && targets.count == 1 && settings.groups.map(\.targets.count) == [1]
        ? "" : "/" + (labels["instance"] ?? "")
      return derived(name: name + suffix, labels: labels, settings: own)
    }
  }

  /// - Source: Prometheus, how a target is made of its labels.
  private func target(
    at address: String, _ groupLabels: [String: String], _ settings: ScrapeSettings
  ) -> (labels: LabelSet, settings: ScrapeSettings)? {
    var written = [
      "__address__": address, "__scheme__": settings.scheme, "__metrics_path__": settings.path, "job": name,
      "__scrape_interval__": interval.notation, "__scrape_timeout__": timeout.notation,
    ]
    for (name, values) in settings.parameters { written["__param_" + name] = values.first ?? "" }
    for label in labels { written[label.name] = label.value }
    written.merge(groupLabels) { _, own in own }
    guard let labels = RelabelRule.apply(settings.targetRules, to: LabelSet(written)),
      let address = labels["__address__"]
    else { return nil }
    var own = settings
    // What made the target is in its labels and its address: it stays the same when others come and go.
    (own.groups, own.targetRules) = ([], [])
    own.url = "\(labels["__scheme__"] ?? "http")://\(address)\(labels["__metrics_path__"] ?? "/metrics")"
    var query: [(String, String)] = []
    for label in labels where label.name.hasPrefix("__param_") {
      let name = String(label.name.dropFirst("__param_".count))
      query.append((name, label.value))
      query += (settings.parameters[name] ?? []).dropFirst().map { (name, $0) }
    }
    if !query.isEmpty {
      let notation = TextNotation.percent
      own.url += "?" + query.map { "\(notation.escaped($0))=\(notation.escaped($1))" }.joined(separator: "&")
    }
    let shown = LabelSet(labels.filter { !$0.name.hasPrefix("__") })
    return (shown["instance"] == nil ? shown.setting("instance", to: address) : shown, own)
  }
}
