internal import Records
internal import Telemetry
internal import Wording

struct BacktestStateAnswer: Decodable, Sendable {
  let stage: String
  let progress: Double
  let problem: PhraseAnswer?
  let result: BacktestResultAnswer?
}

struct BacktestResultAnswer: Decodable, Sendable {
  struct Rule: Decodable, Sendable {
    let group: String
    let name: String
    let intervalSeconds: Double
    let heldSeconds: Double
    let rounds: Int
    let failedRounds: Int
    let problem: String?
    let fires: Int
    let firingSeconds: Double
    let longestSeconds: Double
    let firstAt: Timestamp?
    let lastAt: Timestamp?
    let series: Int
    let firings: [Fire]
    let incidents: [Incident]
    let withheld: [Withheld]
    let pages: [String: Int]
    let missed: [RecordNumber]
    let ladder: Ladder?
    let ladderProblem: PhraseAnswer?

    /// Why the rule does not pass a gate of so many fires; `nil` when it does. What cannot be evaluated passes none.
    func refusal(at maxFires: Int, _ reader: Reader) -> String? {
      if rounds > 0, failedRounds == rounds { return reader.text("backtest.gate.failed", ["rule": name]) }
      guard fires > maxFires else { return nil }
      return reader.text("backtest.gate.fires", ["rule": name, "count": String(fires), "limit": String(maxFires)])
    }
  }

  struct Fire: Decodable, Sendable {
    let labels: LabelSet
    let from: Timestamp
    let to: Timestamp?
    let value: Double?
    let beginning: String
  }

  struct Incident: Decodable, Sendable {
    let title: PhraseAnswer
    let item: String?
    let priority: Int
    let from: Timestamp
    let to: Timestamp?
    let pages: Int
    let same: [RecordNumber]
    let beside: [RecordNumber]
  }

  struct Withheld: Decodable, Sendable {
    let window: RecordNumber
  }

  struct Ladder: Decodable, Sendable {
    struct Rung: Decodable, Sendable {
      let number: Double
      let fires: Int
      let firingSeconds: Double
    }

    let comparison: String
    let number: Double
    let rungs: [Rung]
  }

  let from: Timestamp
  let to: Timestamp
  let notes: [PhraseAnswer]
  let rules: [Rule]
}

/// A back-test for a terminal.
struct BacktestText {
  let file: String
  let result: BacktestResultAnswer
  let reader: Reader

  /// Rows of a table; the JSON has more.
  private static let rowsMax = 20

  var text: String {
    let head = reader.text(
      "backtest.head",
      ["file": file, "from": reader.dayAndTime(result.from), "to": reader.dayAndTime(result.to)])
    let notes = result.notes.map(\.text)
    return TextLayout.blocks([([head] + notes).joined(separator: "\n")] + result.rules.flatMap(blocks))
  }

  private func blocks(_ rule: BacktestResultAnswer.Rule) -> [String?] {
    let pace = reader.text(
      rule.heldSeconds > 0 ? "backtest.pace-held" : "backtest.pace",
      ["group": rule.group, "interval": String(rule.intervalSeconds), "held": String(rule.heldSeconds)])
    return [
      "\(rule.name)  \(pace)\n" + TextLayout.facts(facts(rule), indent: 2),
      TextLayout.section("  " + reader.text("backtest.fires"), fires(rule)).map(Self.indented),
      TextLayout.section("  " + reader.text("backtest.incidents"), incidents(rule)).map(Self.indented),
      rule.ladder.flatMap { TextLayout.section("  " + reader.text("backtest.ladder"), ladder($0)) }.map(Self.indented),
    ]
  }

  /// One step more, below a heading that has it already.
  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset == 0 ? String($0.element) : "  " + $0.element }.joined(separator: "\n")
  }

  private func facts(_ rule: BacktestResultAnswer.Rule) -> [(label: String, value: String)] {
    var facts: [(label: String, value: String)] = []
    func add(_ name: String, _ value: String) { facts.append((reader.text("backtest.\(name)"), value)) }
    add("fires", fired(rule))
    if let first = rule.firstAt, let last = rule.lastAt {
      add("first-last", first == last ? reader.moment(first) : "\(reader.moment(first)) · \(reader.moment(last))")
    }
    let known = rule.incidents.count { !$0.same.isEmpty }
    add(
      "incidents",
      reader.text(
        known > 0 ? "backtest.opened-known" : "backtest.opened",
        ["count": String(rule.incidents.count), "known": String(known)]))
    let pages = rule.pages.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    add("pages", pages.isEmpty ? "0" : pages.joined(separator: " · "))
    if !rule.withheld.isEmpty {
      let windows = Set(rule.withheld.map(\.window)).sorted().map(\.description).joined(separator: " ")
      add("withheld", "\(rule.withheld.count) (\(windows))")
    }
    if !rule.missed.isEmpty { add("missed", rule.missed.map(\.description).joined(separator: " ")) }
    if rule.failedRounds > 0 {
      add(
        "failed",
        reader.text(
          "backtest.failed-rounds",
          ["failed": String(rule.failedRounds), "rounds": String(rule.rounds), "problem": rule.problem ?? ""]))
    }
    if let problem = rule.ladderProblem { add("ladder", problem.text) }
    return facts
  }

  private func fired(_ rule: BacktestResultAnswer.Rule) -> String {
    guard rule.fires > 0 else { return reader.text("backtest.never", ["rounds": String(rule.rounds)]) }
    return reader.text(
      "backtest.fired",
      [
        "count": String(rule.fires), "series": String(rule.series), "length": String(rule.firingSeconds),
        "longest": String(rule.longestSeconds),
      ])
  }

  private func fires(_ rule: BacktestResultAnswer.Rule) -> TextTable {
    var table = TextTable(reader.head("from"), reader.head("length"), reader.head("value"), reader.head("series"))
    for fire in rule.firings.prefix(Self.rowsMax) {
      let length = reader.age(seconds: (fire.to ?? result.to).elapsed(since: fire.from).inSeconds)
      table.add(
        reader.dayAndTime(fire.from) + (fire.beginning == "before" ? " ←" : ""),
        length + (fire.to == nil ? " →" : ""), fire.value.map(Quantity.short) ?? Reader.none,
        fire.labels.removing(["alertname", "severity"]).description)
    }
    addRest(rule.fires, to: &table)
    return table
  }

  private func incidents(_ rule: BacktestResultAnswer.Rule) -> TextTable {
    var table = TextTable(
      reader.head("from"), reader.head("length"), reader.head("priority"), reader.head("pages"), reader.head("real"),
      reader.head("what"))
    for incident in rule.incidents.prefix(Self.rowsMax) {
      let length = reader.age(seconds: (incident.to ?? result.to).elapsed(since: incident.from).inSeconds)
      let real =
        incident.same.map(\.description) + incident.beside.map { "(\($0))" }
      table.add(
        reader.dayAndTime(incident.from), length + (incident.to == nil ? " →" : ""), "P\(incident.priority)",
        String(incident.pages), real.isEmpty ? Reader.none : real.joined(separator: " "),
        TextLayout.oneLine(incident.title.text))
    }
    addRest(rule.incidents.count, to: &table)
    return table
  }

  private func addRest(_ count: Int, to table: inout TextTable) {
    guard count > Self.rowsMax else { return }
    let rest = reader.text("backtest.more", ["count": String(count - Self.rowsMax)])
    table.add([rest] + Array(repeating: "", count: table.heads.count - 1))
  }

  private func ladder(_ ladder: BacktestResultAnswer.Ladder) -> TextTable {
    var table = TextTable(reader.head("threshold"), reader.head("fires"), reader.head("firing"), "")
    for rung in ladder.rungs {
      table.add(
        "\(ladder.comparison) \(Quantity.exact(rung.number))", String(rung.fires),
        rung.firingSeconds > 0 ? reader.age(seconds: rung.firingSeconds) : Reader.none,
        rung.number == ladder.number ? reader.text("backtest.own") : "")
    }
    return table
  }
}
