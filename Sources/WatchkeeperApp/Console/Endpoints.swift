internal import Inventory
internal import Probes
internal import PromQL
internal import ServiceTime
internal import Telemetry
internal import WebInterface

/// An endpoint that a probe checks.
struct WatchedEndpoint: Equatable {
  let name: String
  /// What its series carry.
  let labels: LabelSet
  let metrics: VerdictMetrics
  let item: ItemID?

  /// Probes that look at something else than this host. Ascending by name.
  static func all(_ probes: [ProbeDefinition], hostName: String, in inventory: InventoryBook) -> [WatchedEndpoint] {
    probes.filter { $0.settings.instance != nil }.map { probe in
      WatchedEndpoint(
        name: probe.name, labels: probe.targetLabels(hostName: hostName), metrics: probe.settings.verdictMetrics,
        item: inventory[probe.subject(hostName: hostName, in: inventory)].flatMap { $0.isRetired ? nil : $0.id })
    }.sorted { $0.name < $1.name }
  }

  var selector: String {
    labels.map { "\($0.name)=\(LabelSet.quoted($0.value))" }.joined(separator: ",")
  }

  /// Its own series among those of one metric. Another probe of the same target has a label more: its series are longer.
  func own<Series>(_ all: [Series], labels name: KeyPath<Series, LabelSet>) -> Series? {
    all.filter { series in labels.allSatisfy { series[keyPath: name][$0.name] == $0.value } }
      .min { $0[keyPath: name].count < $1[keyPath: name].count }
  }

  func value(in elements: [VectorElement]) -> Double? {
    own(elements, labels: \.labels).flatMap { $0.value.isFinite ? $0.value : nil }
  }
}

/// What endpoints answer now.
struct EndpointAnswers {
  /// By metric: those of `verdictMetrics` and `probe_http_status_code`.
  private(set) var elements: [String: [VectorElement]] = [:]

  static let status = "probe_http_status_code"

  static func metrics(of endpoints: [WatchedEndpoint]) -> Set<String> {
    Set(endpoints.flatMap { [$0.metrics.success, $0.metrics.duration] } + [status])
  }

  mutating func take(_ metric: String, _ vector: [VectorElement]) { elements[metric] = vector }

  private func value(_ metric: String, of endpoint: WatchedEndpoint) -> Double? {
    endpoint.value(in: elements[metric] ?? [])
  }

  /// - Parameters:
  ///   - standing: of its item, when it has one.
  ///   - days: oldest first.
  func row(_ endpoint: WatchedEndpoint, standing: PageState, days: [EndpointDay]) -> EndpointRow {
    let success = value(endpoint.metrics.success, of: endpoint)
    let own: PageState = success.map { $0 > 0 ? .ok : .critical } ?? .unknown
    let state = own == .critical && standing == .maintenance ? .maintenance : PageState.worst([own, standing])
    return EndpointRow(
      name: endpoint.name, state: state, target: endpoint.item.map { .item($0.text) } ?? .incidents,
      answer: answer(of: endpoint, success), days: days)
  }

  private func answer(of endpoint: WatchedEndpoint, _ success: Double?) -> Phrase {
    guard let success else { return Phrase("console.endpoint.unknown") }
    let status = value(Self.status, of: endpoint).flatMap { $0 > 0 ? String(Int($0)) : nil }
    let took = value(endpoint.metrics.duration, of: endpoint).map { ThresholdWords.text($0 * 1000, .milliseconds) }
    if let status, let took { return Phrase("console.endpoint.status", ["status": status, "took": took]) }
    guard success > 0 else { return Phrase("console.endpoint.fails") }
    return took.map { Phrase("console.endpoint.answers", ["took": $0]) } ?? Phrase("console.endpoint.up")
  }
}

/// The days of an endpoint as cells.
enum EndpointDays {
  /// Cells of one bar.
  static let count = 90
  /// A day that was in order for less than this share of its checks had an outage.
  static let outageBelow = 0.99

  /// - Parameter share: of the checks that passed, 0 to 1; `nil` when there were none.
  static func cell(_ share: Double?) -> EndpointDay {
    guard let share, share.isFinite else { return .notWatched }
    if share >= 1 { return .inOrder }
    return share >= outageBelow ? .degraded : .down
  }

  /// The instant at which a day ends.
  static func end(of day: Int, in zone: TimeZoneRules) -> Timestamp {
    zone.instant(of: CivilDateTime(CivilDate(daysSinceEpoch: day + 1), .midnight))
  }

  static func day(at instant: Timestamp, in zone: TimeZoneRules) -> Int { zone.local(at: instant).date.daysSinceEpoch }
}
