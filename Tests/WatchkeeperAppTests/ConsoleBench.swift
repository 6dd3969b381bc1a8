import Foundation
import Incidents
import Interchange
import Inventory
import Planner
import Probes
import PromQL
import Records
import ServiceTime
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Alerting
@testable import WatchkeeperApp

/// Sources of the console with states made by hand, all in memory.
final class ConsoleBench: @unchecked Sendable {
  struct Clock: WallClock {
    var now: Timestamp { ConsoleBench.now }
    var uptime: Duration { .seconds(1000) }
    func sleep(untilUptime deadline: Duration) async throws {}
  }

  struct Identifiers: IdentifierSource {
    func next() -> String { String(repeating: "0", count: 32) }
    func nextSecret() -> Secret { Secret("") }
  }

  /// 2026-11-20T06:18:00Z, a Friday.
  static let now = Timestamp(milliseconds: 1_795_155_480_000)
  static let hostName = "web01"
  static let host = ItemID("host/web01")
  static let var_ = ItemID("host/web01/filesystem//var")
  static let rule = RuleReference(file: "rules/disk.yaml", group: "disk", alertName: "DiskFull")

  let journal = MemoryJournal(clock: Clock())
  var series = MemorySeries()
  /// Instead of `series`.
  var reader: (any SeriesReader)?
  var incidents: IncidentState
  var inventory: InventoryState
  var maintenance: MaintenanceState
  var rules = RuleEvaluator.View()
  var probes: [ProbeStatus] = []
  var gaps: [String: GapHistory] = [:]
  var retired: [RetiredProbe] = []
  var storedSince: Timestamp?
  var clock: any WallClock = Clock()
  var metadata = MetadataTable()
  var ownMetadata = MetadataTable()
  var limits = EvaluationLimits()
  var configuration: Configuration
  var features = LanguageFeatures.stable
  private var versions: [Records.Stream: StreamVersion] = [:]

  init(receivers: [NotificationPolicy.Receiver] = [.init("on-call")]) async throws {
    let world = World(clock: Clock(), identifiers: Identifiers(), journal: journal, rows: journal)
    incidents = try await IncidentState(
      from: world, settings: IncidentSettings(notification: NotificationPolicy(receivers: receivers)))
    inventory = try await InventoryState(from: world)
    maintenance = try await MaintenanceState(from: world)
    configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: [], ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
  }

  var sources: ConsoleSources {
    let (incidents, inventory, maintenance) = (incidents, inventory, maintenance)
    let (rules, configuration, probes, metadata, clock) = (rules, configuration, probes, metadata, clock)
    let (gaps, retired, storedSince, ownMetadata) = (gaps, retired, storedSince, ownMetadata)
    return ConsoleSources(
      clock: clock, journal: journal,
      queries: QueryService(
        reader: reader ?? series, lookback: .seconds(300), clock: clock, evaluation: limits, features: features),
      gate: QueryGate(runningMax: 4, clock: clock),
      incidents: { incidents }, inventory: { inventory }, maintenance: { maintenance }, rules: { rules },
      deliveries: { DeliveryService.View() }, configuration: { configuration },
      metadata: { KnownMetadata(told: metadata, own: ownMetadata) },
      probes: { probes }, gapHistory: { gaps[$0] },
      knownProbes: { KnownProbes(defined: configuration.probes, retired: retired) },
      storedSince: { storedSince }, hostName: Self.hostName, zone: .utc)
  }

  static func ago(_ seconds: Int64) -> Timestamp { now.advanced(by: .seconds(-seconds)) }

  // MARK: Facts

  func take(_ input: IncidentInput, at time: Timestamp) async throws {
    try await append(try incidents.process(input, at: time).map { $0.draft() })
  }

  func take(_ input: InventoryInput, at time: Timestamp = ago(7200)) async throws {
    try await append(inventory.process(input, at: time).map { $0.draft() })
  }

  func take(_ input: MaintenanceInput, _ scene: PlanningScene, at time: Timestamp) async throws {
    try await append(try maintenance.process(PlanningInput(input: input, scene: scene), at: time).map { $0.draft() })
  }

  private func append(_ drafts: [FactDraft]) async throws {
    for fact in try await journal.append(drafts, expecting: versions, term: .alone) {
      versions[fact.stream] = fact.version
    }
  }

  // MARK: A small world

  /// A host with a file system, an application on it, and a rule that watches the file system.
  func furnish() async throws {
    let declared = InventoryDeclaration(
      items: [
        ItemDeclaration(
          id: Self.host, className: "host", name: "web01", attributes: ["owner": "Ann Park", "os": "Debian"],
          labels: ["instance": "web01"]),
        ItemDeclaration(id: ItemID("application/shop"), className: "application", name: "Shop"),
      ], relations: [Relation(ItemID("application/shop"), .runsOn, Self.host)])
    try await take(.declare(declared, digest: "abc"))
    let found = Discovery.Found("filesystem", identity: "/var", attributes: ["fstype": "ext4"])
    try await take(.discover(Discovery(below: Self.host, classes: ["filesystem"], found: [found], source: "host")))
    var definition = RuleDefinition(
      alert: "DiskFull",
      expression: "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1 and node_filesystem_readonly == 0")
    definition.holdDuration = "5m"
    definition.labels = ["severity": "critical"]
    definition.annotations = ["summary": "{{ $labels.mountpoint }} is full"]
    let file = RuleFile(
      RuleFileDefinition(groups: [RuleGroupDefinition(name: "disk", rules: [definition])]), file: "rules/disk.yaml")
    try #require(file.problems.isEmpty, "\(file.problems)")
    rules.groups = file.groups
  }

  func alert(window: WindowReference? = nil, severity: Severity = .critical) -> AlertReport {
    AlertReport(
      rule: Self.rule,
      labels: LabelSet([
        "alertname": "DiskFull", "instance": "web01", "mountpoint": "/var", "fstype": "ext4",
        "severity": severity.rawValue,
      ]),
      annotations: ["summary": "/var is full", "summary_zh_cn": "/var 已满"], severity: severity, activeAt: Self.ago(900),
      value: 0.05, subject: subject, withheldBy: window)
  }

  private var subject: AlertSubject {
    let id = inventory.book.all.first { $0.className == "filesystem" }?.id ?? Self.host
    guard let item = inventory.book.reference(to: id) else { return .unbound(why: Reason("reason.binding.no-labels")) }
    return .bound(item, why: Reason("reason.binding.child"))
  }

  func fire(_ alerts: AlertReport..., at time: Timestamp) async throws {
    try await take(.round(Incidents.RuleRound(Self.rule, firing: alerts)), at: time)
  }

  static func window() -> WindowReference {
    WindowReference(
      number: RecordNumber(.maintenanceWindow, 3), title: "patching", until: now.advanced(by: .seconds(1800)),
      why: Reason("reason.window.named", ["item": "web01"]))
  }

  /// Samples every 15 s from `start` seconds ago until `end` seconds ago.
  func sample(
    _ metric: String, _ labels: [String: String] = [:], from start: Int64, to end: Int64 = 0,
    _ value: (Double) -> Double
  ) {
    var all = labels
    all[LabelSet.metricName] = metric
    all["instance"] = all["instance"] ?? Self.hostName
    let set = LabelSet(all)
    for back in stride(from: start, through: end, by: -15) {
      series.append(set, at: Self.ago(back), value(Double(start - back)))
    }
  }

  /// What a host's probe writes.
  func sampleHost(from start: Int64, to end: Int64 = 0) {
    for cpu in ["0", "1"] {
      sample("node_cpu_seconds_total", ["cpu": cpu, "mode": "idle"], from: start, to: end) { $0 * 0.75 }
      sample("node_cpu_seconds_total", ["cpu": cpu, "mode": "user"], from: start, to: end) { $0 * 0.25 }
    }
    sample("node_memory_MemTotal_bytes", from: start, to: end) { _ in 1000 }
    sample("node_memory_MemAvailable_bytes", from: start, to: end) { _ in 400 }
    sample("node_load1", from: start, to: end) { _ in 0.5 }
    sample("node_time_seconds", from: start, to: end) { $0 }
    for disk in ["sda", "sdb"] {
      sample("node_disk_read_bytes_total", ["device": disk], from: start, to: end) { $0 * (disk == "sda" ? 10 : 200) }
      sample("node_disk_written_bytes_total", ["device": disk], from: start, to: end) { $0 }
    }
    sample("node_filesystem_size_bytes", ["mountpoint": "/var", "fstype": "ext4"], from: start, to: end) { _ in 1000 }
    sample("node_filesystem_avail_bytes", ["mountpoint": "/var", "fstype": "ext4"], from: start, to: end) { _ in 50 }
    sample("node_filesystem_readonly", ["mountpoint": "/var", "fstype": "ext4"], from: start, to: end) { _ in 0 }
  }
}

/// The message ids in a page, as its JSON carries them.
func messageIDs(in page: some Encodable) throws -> Set<String> {
  func ids(_ value: Any) -> Set<String> {
    if let fields = value as? [String: Any] {
      let own = (fields["id"] as? String).map { Set([$0]) } ?? []
      return fields.values.reduce(own) { $0.union(ids($1)) }
    }
    return (value as? [Any])?.reduce(into: Set<String>()) { $0.formUnion(ids($1)) } ?? []
  }
  let encoder = JSONEncoder()
  encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "+", negativeInfinity: "-", nan: "n")
  let object = try JSONSerialization.jsonObject(with: try encoder.encode(page))
  return ids(object).filter { id in ["console.", "explore.", "timeline.", "reason."].contains { id.hasPrefix($0) } }
}
