internal import ArgumentParser
internal import Records

/// A command that does something, with the permission that it takes.
///
/// The program that is asked holds every route to its own permission, whatever the command says; a command without a
/// program has the permissions of the files that it opens. The declaration is what keeps a new command from being
/// written without a thought about who may use it.
protocol PermittedCommand: ParsableCommand {
  static var permission: Permission { get }
}

/// A fault of the program, found when it starts.
struct CommandPermissionMissing: Error, Equatable, CustomStringConvertible {
  /// For example `incident ack`.
  let command: String

  var description: String { Terminal.words("usage.permission-missing", ["command": command]) }
}

enum CommandPermissions {
  /// The permission of every command under `root`, by its words on the command line.
  static func all(under root: any ParsableCommand.Type) throws(CommandPermissionMissing) -> [String: Permission] {
    var found: [String: Permission] = [:]
    try collect(root.configuration.subcommands, after: "", into: &found)
    return found
  }

  private static func collect(
    _ commands: [any ParsableCommand.Type], after words: String, into found: inout [String: Permission]
  ) throws(CommandPermissionMissing) {
    for command in commands {
      let name = words + (command.configuration.commandName ?? command._commandName)
      guard command.configuration.subcommands.isEmpty else {
        try collect(command.configuration.subcommands, after: name + " ", into: &found)
        continue
      }
      guard let permitted = command as? any PermittedCommand.Type else { throw CommandPermissionMissing(command: name) }
      found[name] = permitted.permission
    }
  }
}
