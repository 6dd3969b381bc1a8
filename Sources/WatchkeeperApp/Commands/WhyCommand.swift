internal import ArgumentParser
internal import Records
internal import Telemetry
internal import Wording

struct WhyCommand: ParsableCommand {
  static var configuration: CommandConfiguration { .worded("why", subcommands: [WhyGapCommand.self]) }
}

struct WhyGapCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.metricsRead
  static var configuration: CommandConfiguration {
    .worded(
      "why.gap",
      examples: [
        "watchkeeper why gap this-host", #"watchkeeper why gap 'probe_success{instance="https://shop"}'"#,
        "watchkeeper why gap shop --from 2026-11-20T02:00:00Z --to 2026-11-20T03:00:00Z",
      ], ending: "gap")
  }

  @Argument(help: .words("why.gap.subject")) var subject: String

  @Option(help: .words("why.gap.from")) var from: String?

  @Option(help: .words("why.gap.to")) var to: String?

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    var fields = [(name: "of", value: subject)]
    if let from { fields.append(("from", from)) }
    if let to { fields.append(("to", to)) }
    try await control.ask { session in
      let answer = try await session.client.get("/api/gaps", fields)
      try session.show(answer, as: GapsAnswer.self) { GapsText(answer: $0, reader: $1).text }
    }
  }
}

struct GapsAnswer: Decodable, Sendable {
  struct Probe: Decodable, Sendable {
    let probe: String
    let metric: String?
    let series: String?
    let remarks: [PhraseAnswer]
    let gaps: [Gap]
  }

  struct Gap: Decodable, Sendable {
    let from: Timestamp
    let to: Timestamp?
    let extent: String
    let reason: PhraseAnswer
    let runs: Int?
  }

  let from: Timestamp
  let to: Timestamp
  let probes: [Probe]
  let remark: PhraseAnswer?
}

/// The gaps in a terminal, newest first.
struct GapsText {
  let answer: GapsAnswer
  let reader: Reader

  var text: String { TextLayout.blocks(answer.probes.map(block) + [answer.remark?.text]) }

  private func block(_ probe: GapsAnswer.Probe) -> String {
    let span = ["from": reader.dayAndTime(answer.from), "to": reader.dayAndTime(answer.to)]
    let subject = [probe.probe, probe.series ?? probe.metric].compactMap { $0 }.joined(separator: "  ")
    let head = "\(subject)  \(reader.text("gaps.span", span))"
    let remarks = probe.remarks.map { "  \($0.text)" }
    guard !probe.gaps.isEmpty else {
      return ([head, "  " + reader.text("gaps.none")] + remarks).joined(separator: "\n")
    }
    var table = TextTable(
      reader.head("from"), reader.head("to"), reader.head("length"), reader.head("runs"), reader.head("missing"),
      reader.head("why"))
    for gap in probe.gaps {
      let length = reader.age(seconds: (gap.to ?? answer.to).elapsed(since: gap.from).inSeconds)
      table.add(
        reader.dayAndTime(gap.from), gap.to.map(reader.dayAndTime) ?? reader.text("gaps.lasts"), length,
        gap.runs.map(String.init) ?? "–", reader.text("gaps.extent.\(gap.extent)"), TextLayout.oneLine(gap.reason.text))
    }
    let section = TextLayout.section(head, table) ?? head
    return ([section] + remarks).joined(separator: "\n")
  }
}
