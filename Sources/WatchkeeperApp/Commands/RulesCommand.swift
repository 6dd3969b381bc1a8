internal import ArgumentParser
internal import Foundation
internal import Records
internal import Telemetry
internal import Wording

struct RulesCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded("rules", subcommands: [RulesCostCommand.self])
  }
}

struct RulesCostCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "rules.cost",
      examples: ["watchkeeper rules cost", "watchkeeper rules cost --output json | jq '.rules[] | select(.reason)'"],
      ending: "listed")
  }

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { session in
      let answer = try await session.client.get("/api/rules/cost")
      try session.show(answer, as: RuleCostsAnswer.self) { RuleCostsText(costs: $0, reader: $1).text }
    }
  }
}

struct RuleCostsAnswer: Decodable, Sendable {
  struct Row: Decodable, Sendable {
    let group: String
    let rule: String
    let mode: String
    let reason: String?
    let series: Int
    let samples: Int
    let seconds: Double
  }

  let rules: [Row]
}

/// The rules in a terminal, dearest first.
struct RuleCostsText {
  let costs: RuleCostsAnswer
  let reader: Reader

  var text: String {
    guard !costs.rules.isEmpty else { return reader.text("command.rules.none") }
    var table = TextTable(
      reader.head("rule"), reader.head("group"), reader.head("mode"), reader.head("series"), reader.head("samples"),
      reader.head("took"))
    for row in costs.rules {
      table.add(
        TextLayout.oneLine(row.rule), TextLayout.oneLine(row.group), mode(row), String(row.series),
        String(row.samples), String(format: "%.3f ms", row.seconds * 1000))
    }
    return TextLayout.blocks([table.text, total])
  }

  private func mode(_ row: RuleCostsAnswer.Row) -> String {
    let mode = reader.text("command.rules.mode.\(row.mode)")
    guard let reason = row.reason else { return mode }
    let words = reason.split(separator: " ", maxSplits: 1).map(String.init)
    let why = reader.text("command.rules.why.\(words[0])", ["name": words.count > 1 ? words[1] : ""])
    return reader.text("command.rules.mode-why", ["mode": mode, "why": why])
  }

  private var total: String {
    let incremental = costs.rules.count { $0.mode == "incremental" }
    let milliseconds = costs.rules.reduce(0) { $0 + $1.seconds } * 1000
    return reader.text(
      "command.rules.total",
      [
        "count": String(costs.rules.count), "incremental": String(incremental),
        "time": String(format: "%.1f ms", milliseconds),
      ])
  }
}
