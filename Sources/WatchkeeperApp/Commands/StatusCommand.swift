internal import ArgumentParser
internal import Records
internal import Telemetry
internal import Wording

struct StatusCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.metricsRead
  static var configuration: CommandConfiguration {
    .worded(
      "status", examples: ["watchkeeper status", "watchkeeper status --output json | jq .shell.health"],
      ending: "status")
  }

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    // Nobody watches: that is no mere warning.
    try await control.ask(whenSilent: .critical) { session in
      let answer = try await session.client.get("/api/status")
      let status = try answer.decoded(as: StatusAnswer.self)
      try session.show(answer, as: StatusAnswer.self) { StatusText(status: $0, reader: $1).text }
      guard status.exitStatus == .success else { throw status.exitStatus.code }
    }
  }
}

extension ExitStatus {
  /// What `status` says of the worst that it found.
  static let warning = ExitStatus.failure
  static let critical = ExitStatus.usage
}

extension StatusAnswer {
  /// The worse of the watch itself and of what it sees.
  var exitStatus: ExitStatus {
    let states = [shell.health, overview.verdict.state] + shell.notices.map(\.state)
    if states.contains(where: { $0 == "critical" || $0 == "unreachable" }) { return .critical }
    return notReady == nil && states.allSatisfy({ $0 == "ok" || $0 == "maintenance" }) ? .success : .warning
  }
}

struct StatusText {
  let status: StatusAnswer
  let reader: Reader

  /// Rows of each list on the one screen.
  static let rowsMax = 8

  var text: String {
    TextLayout.blocks([
      "Watchkeeper \(status.version)  \(status.overview.verdict.line(reader))", TextLayout.facts(facts),
      incidents, endpoints, next,
    ])
  }

  private var facts: [(label: String, value: String)] {
    let shell = status.shell
    var facts: [(label: String, value: String)] = []
    if let notReady = status.notReady { facts.append((label("starting"), notReady)) }
    let watch = StatedAnswer(
      state: shell.health, phrase: shell.problem ?? PhraseAnswer(text: label("watch-sound")), detail: nil)
    facts.append((label("watch"), watch.line(reader)))
    facts += shell.notices.map { (label("notice"), $0.line(reader)) }
    facts.append(
      (
        label("probes"),
        reader.text(
          "command.status.probes-deliver",
          [
            "delivering": String(shell.probesDelivering), "expected": String(shell.probesExpected),
            "newest": reader.ago(shell.newestSample),
          ])
      ))
    facts.append(
      (
        label("incidents"),
        reader.text("command.status.incidents-wait", ["count": String(shell.incidentsWaiting)])
      ))
    facts.append(
      (label("tasks"), reader.text("command.status.tasks-wait", ["count": String(shell.tasksWaiting)])))
    facts.append((label("delivery"), reader.ago(shell.lastDelivery)))
    return facts
  }

  private func label(_ name: String) -> String { reader.text("command.status.\(name)") }

  private var incidents: String? {
    let shown = status.overview.needs.prefix(Self.rowsMax)
    guard !shown.isEmpty else { return nil }
    var lines = IncidentListText.table(Array(shown), reader).text.split(separator: "\n").map(String.init)
    let rest = status.overview.needs.count - shown.count
    if rest > 0 { lines.append(reader.text("overview.needs.more", ["count": String(rest)])) }
    return TextLayout.section(
      reader.text("overview.needs.title", ["count": String(status.overview.needs.count)]), lines)
  }

  private var endpoints: String? {
    let shown = status.overview.endpoints.prefix(Self.rowsMax)
    var table = TextTable(reader.head("name"), reader.head("state"), reader.head("answer"))
    for row in shown { table.add(row.name, reader.state(row.state), row.answer.text) }
    return TextLayout.section(reader.text("overview.endpoints.title"), table)
  }

  private var next: String? {
    TextLayout.section(
      reader.text("overview.next.title"),
      status.overview.next.prefix(Self.rowsMax).map { entry in
        "\(reader.moment(entry.at))  \(entry.what.text)" + (entry.detail.map { " – \($0.text)" } ?? "")
      })
  }
}
