/// The module table of docs/architecture.md as data: what each module is for and what it may import.
struct ModuleRule {
  let purpose: String
  let ours: Set<String>
  let others: Set<String>
  let isPure: Bool

  static func pure(_ purpose: String, imports ours: Set<String> = [], others: Set<String> = []) -> ModuleRule {
    ModuleRule(
      purpose: purpose, ours: ours,
      others: others.union([
        "FoundationEssentials", "HashTreeCollections", "OrderedCollections", "DequeModule", "Synchronization",
      ]), isPure: true)
  }

  static func edge(_ purpose: String, imports ours: Set<String>, others: Set<String>) -> ModuleRule {
    ModuleRule(
      purpose: purpose, ours: ours,
      others: others.union([
        "Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "HashTreeCollections", "Logging",
      ]),
      isPure: false)
  }
}

let moduleTable: [String: ModuleRule] = [
  "Telemetry": .pure("labels, samples, matchers and the ports of the sample store", others: ["CRE2"]),
  "Records": .pure("facts, the journal's port, permissions, reasons", imports: ["Telemetry"], others: ["COpenSSL"]),
  "Wording": .pure("the message catalogue in English and 简体中文"),
  "ServiceTime": .pure("civil time, zones, recurrence, windows", imports: ["Telemetry"]),
  "PromQL": .pure("the query language", imports: ["Telemetry"], others: ["Glibc"]),
  "Interchange": .pure("the formats in which samples travel", imports: ["Telemetry"], others: ["CSnappy", "Glibc"]),
  "Alerting": .pure("rule groups and alert states", imports: ["PromQL", "Telemetry", "Records"], others: ["Glibc"]),
  "Inventory": .pure("the CMDB", imports: ["Records", "ServiceTime", "Telemetry"]),
  "Incidents": .pure(
    "deduplication, priority, notification intents",
    imports: ["Alerting", "Inventory", "People", "Records", "ServiceTime", "Telemetry"]),
  "Planner": .pure(
    "maintenance plans, tasks, slots and their reasons",
    imports: ["Inventory", "People", "Records", "ServiceTime", "Telemetry"]),
  "Transfers": .edge("the one libcurl engine", imports: ["Records", "Telemetry"], others: ["CCurl"]),
  "Probes": .edge(
    "probe kinds and their schedule",
    imports: ["Interchange", "SNMP", "Telemetry", "ServiceTime", "Records", "Transfers"],
    others: ["CLinux", "CTLS", "HeapModule"]),
  "SNMP": .pure("the messages, security and walks of SNMP", others: ["COpenSSL"]),
  "TimeSeriesStore": .edge("the embedded sample store", imports: ["Telemetry"], others: ["GRDB", "CSnappy"]),
  "Journal": .edge("the journal in SQLite", imports: ["Records", "Telemetry"], others: ["GRDB"]),
  "Notifiers": .edge(
    "delivers notification intents", imports: ["Incidents", "Records", "Wording", "Transfers", "Telemetry"],
    others: ["COpenSSL"]),
  "WebInterface": .edge(
    "pages, HTTP APIs, live events",
    imports: [
      "Interchange", "Records", "Wording", "Telemetry", "ServiceTime", "PromQL", "Alerting", "Inventory", "Incidents",
      "Planner",
    ],
    others: [
      "Hummingbird", "HummingbirdCore", "Mustache", "CResources", "NIOCore", "NIOPosix", "HTTPTypes",
      "ServiceLifecycle",
      "COpenSSL",
    ]),
  "WatchkeeperApp": .edge(
    "configuration, wiring, lifecycle, commands",
    imports: [
      "Records", "Wording", "Telemetry", "ServiceTime", "PromQL", "Alerting", "Inventory", "Incidents", "Planner",
      "Interchange", "Transfers", "Probes", "TimeSeriesStore", "Journal", "Notifiers", "WebInterface",
    ],
    others: [
      "ArgumentParser", "ServiceLifecycle", "UnixSignals", "Yams", "CLinux", "COpenSSL", "CPackagedFiles",
    ]),
  "watchkeeper": .edge("the executable", imports: ["WatchkeeperApp"], others: []),
]
