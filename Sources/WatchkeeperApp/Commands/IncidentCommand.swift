internal import ArgumentParser
internal import Records

struct IncidentCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "incident",
      subcommands: [
        IncidentListCommand.self, IncidentShowCommand.self, IncidentAcknowledgeCommand.self,
        IncidentResolveCommand.self,
      ])
  }
}

/// Which incidents `incident list` shows.
enum IncidentChoice: String, ExpressibleByArgument, CaseIterable { case open, waiting, withheld, resolved, all }

struct IncidentListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentRead
  static var configuration: CommandConfiguration {
    .worded(
      "incident.list",
      examples: ["watchkeeper incident list", "watchkeeper incident list --which withheld --output json"],
      ending: "listed")
  }

  @Option(help: .words("incident.list.which"))
  var which = IncidentChoice.open

  @Option(help: .words("incident.list.priority"))
  var priority: Int?

  @Option(help: .words("incident.list.words"))
  var words: String?

  @OptionGroup var list: ListOptions

  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard let priority, !(1...4).contains(priority) else { return }
    throw ValidationError(Terminal.words("usage.priority", ["value": String(priority)]))
  }

  mutating func run() async throws {
    var fields = [(name: "which", value: which.rawValue)]
    if let priority { fields.append(("priority", String(priority))) }
    if let words { fields.append(("q", words)) }
    fields += list.fields
    try await control.ask { session in
      let answer = try await session.client.get("/incidents", fields)
      try session.show(answer, as: IncidentListAnswer.self) { IncidentListText(page: $0, reader: $1).text }
    }
  }
}

struct IncidentShowCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentRead
  static var configuration: CommandConfiguration {
    .worded("incident.show", examples: ["watchkeeper incident show INC-1"], ending: "shown")
  }

  @Argument(help: .words("incident.number")) var number: IncidentNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { session in
      let answer = try await session.client.get(record: number.value)
      try session.show(answer, as: IncidentAnswer.self) { IncidentText(page: $0, reader: $1).text }
    }
  }
}

struct IncidentAcknowledgeCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentWrite
  static var configuration: CommandConfiguration {
    .worded("incident.ack", examples: ["watchkeeper incident ack INC-1"], ending: "done")
  }

  @Argument(help: .words("incident.number")) var number: IncidentNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "acknowledge", note: nil) }
  }
}

struct IncidentResolveCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentWrite
  static var configuration: CommandConfiguration {
    .worded(
      "incident.resolve", examples: [#"watchkeeper incident resolve INC-1 --note "replaced the power supply""#],
      ending: "done")
  }

  @Argument(help: .words("incident.number")) var number: IncidentNumber

  @Option(help: .words("incident.resolve.note")) var note: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "resolve", note: note) }
  }
}

/// `INC-1`, or `1`.
struct IncidentNumber: ExpressibleByArgument {
  let value: RecordNumber

  init?(argument: String) {
    guard let number = RecordNumber(argument: argument, of: .incident) else { return nil }
    value = number
  }
}

extension RecordNumber {
  /// `INC-1`, `inc-1`, `INC1`, `INC 1`, `#1` and `1` are one; another kind's prefix is refused.
  init?(argument: String, of kind: RecordKind) {
    let prefix = argument.prefix { $0.isLetter }
    let rest = argument.dropFirst(prefix.count)
    let digits = rest.first.map("- #".contains) == true ? rest.dropFirst() : rest
    let text = "\(prefix.isEmpty ? kind.rawValue : String(prefix))-\(digits)"
    guard let number = RecordNumber(text), number.kind == kind else { return nil }
    self = number
  }

  /// Where the console shows the record; `nil` for kinds without a page.
  fileprivate var path: String? {
    switch kind {
    case .incident: "/incidents/\(self)"
    case .maintenanceTask: "/maintenance/tasks/\(self)"
    case .maintenanceWindow: nil
    }
  }
}

extension ControlClient {
  /// The page of a record. A number that does not exist is named.
  func get(record number: RecordNumber) async throws(ControlError) -> Answer {
    do { return try await get(number.path ?? "") } catch { throw error.naming(number) }
  }
}

extension ControlSession {
  /// Posts a record's action and tells what became of it.
  func act(on number: RecordNumber, _ verb: String, note: String?) async throws {
    let answer: ControlClient.Answer
    do throws(ControlError) {
      answer = try await client.post("\(number.path ?? "")/\(verb)", json: ["note": note])
    } catch {
      throw error.naming(number)
    }
    try show(answer, as: ActionAnswer.self) { done, _ in done.result.text }
  }
}

extension ControlError {
  fileprivate func naming(_ number: RecordNumber) -> ControlError {
    guard cause == .notFound else { return self }
    return .none(of: number)
  }

  static func none(of number: RecordNumber) -> ControlError {
    let list = number.kind == .incident ? "watchkeeper incident list --which all" : "watchkeeper plan list"
    return ControlError(
      .notFound, "record", ["number": "\(number)"], remedy: Terminal.words("control.see.remedy", ["command": list]))
  }
}
