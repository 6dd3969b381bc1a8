internal import ArgumentParser
internal import Foundation
internal import Wording

/// The command line: `watchkeeper NOUN VERB`, with short verbs for the daily few.
struct WatchkeeperCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "watchkeeper", version: programVersion,
      subcommands: [
        RunCommand.self, CheckCommand.self, TestCommand.self, VerifyCommand.self, ProbeCommand.self,
        DiscoverCommand.self,
        StatusCommand.self, QueryCommand.self, BacktestCommand.self, IncidentCommand.self, ItemCommand.self,
        PlanCommand.self,
        RulesCommand.self, WhyCommand.self, LoginCommand.self, TokenCommand.self, SNMPCommand.self,
      ])
  }

  /// What to say and how to end after an error; `nil`: as ArgumentParser does, which serves help and versions so.
  static func ending(
    after error: any Error, arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) -> (message: String, status: ExitStatus)? {
    if let error = error as? UsageError { return ("watchkeeper: \(error)", .usage) }
    if let error = error as? CommandPermissionMissing { return ("watchkeeper: \(error)", .failure) }
    // ArgumentParser's own status for a wrong command line is 64.
    guard exitCode(for: error) == .validationFailure else { return nil }
    let misspelt = misspelling(in: arguments).map { "watchkeeper: \($0)" }
    return (misspelt ?? ParserWords.text(fullMessage(for: error)), .usage)
  }

  /// What to say of words that name no command; `nil` when they do.
  static func misspelling(in arguments: [String]) -> UsageError? {
    var command: any ParsableCommand.Type = WatchkeeperCommand.self
    var words = "watchkeeper"
    for argument in arguments {
      let choices = command.configuration.subcommands
      guard !choices.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
      guard let next = choices.first(where: { $0.configuration.commandName == argument }) else {
        // The word is an argument of the command that stands for none.
        if command.configuration.defaultSubcommand != nil { return nil }
        let advice = Terminal.advice(for: argument, among: choices.compactMap { $0.configuration.commandName })
        return UsageError("usage.command", ["command": "\(words) \(argument)", "advice": advice])
      }
      command = next
      words += " \(argument)"
    }
    return nil
  }

  /// The help that an error asks for, where ArgumentParser's own will not do; `nil` for anything else.
  static func help(after error: any Error) -> String? {
    guard Terminal.language != .english, exitCode(for: error).isSuccess else { return nil }
    // Unbroken lines: ArgumentParser counts characters where Chinese takes two columns.
    let text = fullMessage(for: error, columns: .max)
    return ParserWords.isHelp(text) ? ParserWords.text(text) : nil
  }
}

/// Runs the command that the process's arguments name, and exits with its status.
public func runCommandLine() async {
  // Else libdispatch writes a line to the system's log for each thread that it may not make less nice, which takes a
  // right that a service has not. It reads this with its first line; no other thread runs yet.
  setenv("LIBDISPATCH_LOG", "NO", 0)
  let language = LanguageOption.spoken(
    Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
  await Terminal.$language.withValue(language) { await runCommand() }
}

private func runCommand() async {
  do {
    _ = try CommandPermissions.all(under: WatchkeeperCommand.self)
    var command = try WatchkeeperCommand.parseAsRoot()
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      try command.run()
    }
  } catch {
    if let help = WatchkeeperCommand.help(after: error) {
      Terminal.writeLine(help)
      WatchkeeperCommand.exit()
    }
    guard let ending = WatchkeeperCommand.ending(after: error) else { WatchkeeperCommand.exit(withError: error) }
    Terminal.tell(ending.message)
    WatchkeeperCommand.exit(withError: ending.status.code)
  }
}
