internal import Alerting
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
    let processes = Set(findings.listeners.compactMap(\.processName)).sorted()
    say(
      "start.found",
      [
        "host": findings.hostName, "processors": String(findings.processors),
        "filesystems": String(findings.filesystems.count), "interfaces": String(findings.interfaces.count),
        "ports": String(Set(findings.listeners.map(\.port)).count),
        "processes": processes.isEmpty ? "–" : processes.prefix(6).joined(separator: ", "),
      ])
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

  /// - Parameter receiver: who is told; `nil` when notifications go to this terminal only.
  func ready(url: String, token: Secret, skippedPort: Int?, receiver: String?) {
    if let skippedPort { say("start.port", ["port": String(skippedPort)]) }
    Terminal.writeLine("→ \(url)/?t=\(token.reveal())")
    if let receiver { say("start.link.notifying", ["receiver": receiver]) } else { say("start.link.private") }
  }

  func stopping() { say("stop.begin") }
  func stopped() { say("stop.end") }

  private func say(_ id: String, _ arguments: [String: String] = [:]) {
    Terminal.writeLine(reader.text(id, arguments))
  }
}
