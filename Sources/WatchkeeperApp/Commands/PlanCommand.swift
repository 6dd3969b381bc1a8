internal import ArgumentParser
internal import Records
internal import Wording

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "List maintenance plans and tasks; start and finish tasks.",
    subcommands: [PlanListCommand.self, TaskShowCommand.self, TaskStartCommand.self, TaskDoneCommand.self])
}

struct PlanListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceRead
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the plans, and the tasks of a week.",
    discussion: """
      Examples:
        watchkeeper plan list
        watchkeeper plan list --week 2026-11-23

      Exit status: 0 listed, 1 no program answers, 2 wrong command line.
      """)

  @Option(help: "Any day of the wanted week, as YYYY-MM-DD. Default: this week, or the next task's if none is left.")
  var week: String?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard let week else { return }
    let parts = week.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      (1...12).contains(Int(parts[1]) ?? 0), (1...31).contains(Int(parts[2]) ?? 0)
    else { throw ValidationError("--week: '\(week)' is not a day – write e.g. 2026-11-23") }
  }

  mutating func run() async throws {
    let fields = week.map { [(name: "week", value: $0)] } ?? []
    try await control.ask { session in
      let answer = try await session.client.get("/maintenance", fields)
      try session.show(answer, as: MaintenanceAnswer.self) { PlanText(page: $0, reader: $1).text }
    }
  }
}

struct TaskShowCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceRead
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one task with its slot and the reasons for it.",
    discussion: """
      Example:
        watchkeeper plan show MT-1

      Exit status: 0 shown, 1 there is none or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example MT-1.") var number: TaskNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { session in
      let answer = try await session.client.get(record: number.value)
      try session.show(answer, as: MaintenanceAnswer.self) { page, reader in
        guard let task = page.tasks.first(where: { $0.number == number.value }) else {
          throw ControlError(.notFound, "there is no \(number.value)", remedy: "see watchkeeper plan list")
        }
        return TaskText(task: task, reader: reader).text
      }
    }
  }
}

struct TaskStartCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceWrite
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Begin a task: incidents of its item are withheld until it is done.",
    discussion: """
      Example:
        watchkeeper plan start MT-1

      Exit status: 0 done and durable, 1 refused or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example MT-1.") var number: TaskNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "start", note: nil) }
  }
}

struct TaskDoneCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceWrite
  static let configuration = CommandConfiguration(
    commandName: "done", abstract: "End a task: its window closes, pages go out again.",
    discussion: """
      Example:
        watchkeeper plan done MT-1 --note "both disks replaced"

      Exit status: 0 done and durable, 1 refused or no program answers, 2 wrong command line.
      """)

  @Argument(help: "For example MT-1.") var number: TaskNumber

  @Option(help: "What was done or found; no task ends without it.") var note: String

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "finish", note: note) }
  }
}

/// `MT-1`, or `1`.
struct TaskNumber: ExpressibleByArgument {
  let value: RecordNumber

  init?(argument: String) {
    guard let number = RecordNumber(argument: argument, of: .maintenanceTask) else { return nil }
    value = number
  }
}
