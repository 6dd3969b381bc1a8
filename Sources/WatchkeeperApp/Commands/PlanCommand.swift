internal import ArgumentParser
internal import Records
internal import Wording

struct PlanCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "plan", subcommands: [PlanListCommand.self, TaskShowCommand.self, TaskStartCommand.self, TaskDoneCommand.self])
  }
}

struct PlanListCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceRead
  static var configuration: CommandConfiguration {
    .worded(
      "plan.list", examples: ["watchkeeper plan list", "watchkeeper plan list --week 2026-11-23"], ending: "listed")
  }

  @Option(help: .words("plan.list.week"))
  var week: String?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard let week else { return }
    let parts = week.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      (1...12).contains(Int(parts[1]) ?? 0), (1...31).contains(Int(parts[2]) ?? 0)
    else { throw ValidationError(Terminal.words("usage.week", ["text": week])) }
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
  static var configuration: CommandConfiguration {
    .worded("plan.show", examples: ["watchkeeper plan show MT-1"], ending: "shown")
  }

  @Argument(help: .words("plan.number")) var number: TaskNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { session in
      let answer = try await session.client.get(record: number.value)
      try session.show(answer, as: MaintenanceAnswer.self) { page, reader in
        guard let task = page.tasks.first(where: { $0.number == number.value }) else {
          throw ControlError.none(of: number.value)
        }
        return TaskText(task: task, reader: reader).text
      }
    }
  }
}

struct TaskStartCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceWrite
  static var configuration: CommandConfiguration {
    .worded("plan.start", examples: ["watchkeeper plan start MT-1"], ending: "done")
  }

  @Argument(help: .words("plan.number")) var number: TaskNumber

  @OptionGroup var control: ControlOptions

  mutating func run() async throws {
    try await control.ask { try await $0.act(on: number.value, "start", note: nil) }
  }
}

struct TaskDoneCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.maintenanceWrite
  static var configuration: CommandConfiguration {
    .worded("plan.done", examples: [#"watchkeeper plan done MT-1 --note "both disks replaced""#], ending: "done")
  }

  @Argument(help: .words("plan.number")) var number: TaskNumber

  @Option(help: .words("plan.done.note")) var note: String

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
