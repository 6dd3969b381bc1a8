internal import Alerting
internal import Notifiers
internal import Probes
internal import Records
internal import ServiceTime
internal import Wording

/// What a person reads on the terminal while the program starts and stops.
struct StartTranscript {
  private let reader: Reader
  private let zoneName: String

  init(language: Language, zone: TimeZoneRules) {
    reader = Reader(language: language, zone: ClockZone(zone))
    zoneName = zone.name
  }

  /// What a run finds of the runs before it.
  struct Resumption {
    let series: Int
    let openIncidents: Int
  }

  /// - Parameter resumption: `nil` for the first run on this folder.
  func begin(folder: String, resumption: Resumption?, findings: HostFindings, configuration: Configuration) {
    Terminal.writeLine("Watchkeeper \(programVersion)")
    if let resumption {
      say(
        "start.data.resumed",
        [
          "folder": folder, "series": String(resumption.series), "incidents": String(resumption.openIncidents),
        ])
    } else {
      say("start.data.new", ["folder": folder])
    }
    Terminal.writeLine(found(findings))
    say("start.zone", ["zone": zoneName])
    say("start.probes", ["count": String(configuration.probes.count)])
    let rules = configuration.ruleGroups.map(\.rules.count).reduce(0, +)
    say("start.rules", ["count": String(rules), "groups": String(configuration.ruleGroups.count)])
    say("start.plans", ["count": String(configuration.plans.count)])
    if let route = configuration.settings.route {
      say("start.notify.receiver", ["receiver": route.receiver])
    } else {
      say("start.notify.console")
    }
  }

  func ready(url: String, token: Secret, skippedPort: Int?, settings: WatchkeeperSettings) {
    if let skippedPort { say("start.port", ["port": String(skippedPort)]) }
    Terminal.writeLine("→ \(url)/?t=\(token.reveal())")
    Terminal.writeLine(promise(settings))
  }

  /// The processes are left out when none may be named, as under an ordinary user.
  func found(_ findings: HostFindings) -> String {
    let processes = Set(findings.listeners.compactMap(\.processName)).sorted().prefix(6).joined(separator: ", ")
    return reader.text(
      "start.found",
      [
        "host": findings.hostName, "processors": String(findings.processors),
        "filesystems": String(findings.filesystems.count), "interfaces": String(findings.interfaces.count),
        "ports": String(Set(findings.listeners.map(\.port)).count),
        "processes": processes.isEmpty ? "" : reader.text("start.found-processes", ["processes": processes]),
      ])
  }

  /// How to stop, and what of the collected data leaves the machine. A terminal is no way out of it, a heartbeat is one.
  func promise(_ settings: WatchkeeperSettings) -> String {
    let told = settings.receivers.first { $0.name == settings.route?.receiver }
    let isToldOutside = told?.channels.contains { !($0.notifier is ConsoleNotifier) } == true
    guard let receiver = isToldOutside ? told?.name : nil else {
      return reader.text(settings.heartbeat == nil ? "start.link.private" : "start.link.heartbeat")
    }
    let id = settings.heartbeat == nil ? "start.link.notifying" : "start.link.notifying-heartbeat"
    return reader.text(id, ["receiver": receiver])
  }

  func stopping() { say("stop.begin") }
  func stopped() { say("stop.end") }

  private func say(_ id: String, _ arguments: [String: String] = [:]) {
    Terminal.writeLine(reader.text(id, arguments))
  }
}
