internal import ArgumentParser
internal import Records

struct IncidentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident", abstract: "List, show, acknowledge and resolve incidents.",
    subcommands: [
      IncidentListCommand.self, IncidentShowCommand.self, IncidentAcknowledgeCommand.self, IncidentResolveCommand.self,
    ])
}

/// Which incidents `incident list` shows.
enum IncidentChoice: String, ExpressibleByArgument, CaseIterable { case open, waiting, withheld, resolved, all }

struct IncidentListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentRead
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List incidents, worst first.",
    discussion: """
      Examples:
        watchkeeper incident list
        watchkeeper incident list --which withheld --output json

      Exit status: 0 listed, 1 no program answers, 2 wrong command line.
      """)

  @Option(help: "open, waiting (nobody has them), withheld, resolved or all.")
  var which = IncidentChoice.open

  @Option(help: "Only this priority, 1 to 4.")
  var priority: Int?

  @Option(help: "Only with these words in title, number or item.")
  var words: String?

  @Option(help: "Which page of the list.")
  var page = 1

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if let priority, !(1...4).contains(priority) { throw ValidationError("--priority: \(priority) – write 1 to 4") }
    if page < 1 { throw ValidationError("--page: \(page) – pages count from 1") }
  }

  mutating func run() async throws {
    var fields = [(name: "which", value: which.rawValue)]
    if let priority { fields.append(("priority", String(priority))) }
    if let words { fields.append(("q", words)) }
    if page > 1 { fields.append(("page", String(page))) }
    try await control.ask { session in
      let answer = try await session.client.get("/incidents", fields)
      try session.show(answer, as: IncidentListAnswer.self) { IncidentListText(page: $0, reader: $1).text }
    }
  }
}

struct IncidentShowCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentRead
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one incident with its evidence and its timeline.",
    discussion: """
      Example:
        watchkeeper incident show INC-1

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example INC-1.") var number: IncidentNumber

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
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Take an incident: nobody else is paged for it.",
    discussion: """
      Example:
        watchkeeper incident ack INC-1

      Exit status: 0 done and durable, 1 refused or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example INC-1.") var number: IncidentNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "acknowledge", note: nil) }
  }
}

struct IncidentResolveCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.incidentWrite
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say that an incident is mended; the checks then have to show it.",
    discussion: """
      Example:
        watchkeeper incident resolve INC-1 --note "replaced the power supply"

      Exit status: 0 done and durable, 1 refused or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example INC-1.") var number: IncidentNumber

  @Option(help: "What was done or found.") var note: String

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
  /// With or without the prefix of its kind; another kind's prefix is refused.
  init?(argument: String, of kind: RecordKind) {
    let text = argument.contains("-") ? argument : "\(kind.rawValue)-\(argument)"
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
    let list = number.kind == .incident ? "watchkeeper incident list --which all" : "watchkeeper plan list"
    return ControlError(.notFound, "there is no \(number)", remedy: "see \(list)")
  }
}
