import ArgumentParser
import Records
import Testing

@testable import WatchkeeperApp

@Suite("Permissions of commands")
struct CommandPermissionTests {
  @Test("every command declares one, and those that change something one to write") func declared() throws {
    let permissions = try CommandPermissions.all(under: WatchkeeperCommand.self)
    #expect(permissions.count == 30)
    #expect(permissions["incident list"] == .incidentRead)
    for command in [
      "incident ack", "incident resolve", "plan start", "plan done", "token create", "token revoke", "run",
    ] {
      #expect(permissions[command]?.rawValue.hasSuffix(":write") == true, "\(command)")
    }
  }

  private struct Forgotten: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "forgotten")
  }

  private struct Group: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "group", subcommands: [Forgotten.self])
  }

  private struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "root", subcommands: [Group.self])
  }

  @Test(
    "a misspelt command is told the one that was meant",
    arguments: [
      (["incident", "lsit"], "there is no command 'watchkeeper incident lsit' – did you mean 'list'?"),
      (["chekc"], "there is no command 'watchkeeper chekc' – did you mean 'check'?"), (["incident", "list"], nil),
      (["query", "up"], nil), (["test", "promqll"], nil), (["--help"], nil),
    ] as [([String], String?)])
  func misspelt(_ example: (words: [String], message: String?)) {
    #expect(WatchkeeperCommand.misspelling(in: example.words)?.description == example.message)
  }

  @Test("a command without one keeps the program from starting") func missing() {
    let error = #expect(throws: CommandPermissionMissing.self) { try CommandPermissions.all(under: Root.self) }
    #expect(error?.command == "group forgotten")
    let ending = error.flatMap { WatchkeeperCommand.ending(after: $0) }
    #expect(ending?.status == .failure)
    #expect(ending?.message.contains("'group forgotten' declares no permission") == true)
  }
}
