internal import ArgumentParser

/// The command line: `watchkeeper NOUN VERB`, with short verbs for the daily few.
struct WatchkeeperCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watchkeeper",
    abstract: "Samples hosts and endpoints, turns breaches into incidents, places maintenance around them.",
    version: programVersion,
    subcommands: [
      RunCommand.self, CheckCommand.self, TestCommand.self, VerifyCommand.self, ProbeCommand.self,
      StatusCommand.self, QueryCommand.self, IncidentCommand.self, ItemCommand.self, PlanCommand.self,
      LoginCommand.self, TokenCommand.self,
    ])

  /// What to say and how to end after an error; `nil`: as ArgumentParser does, which serves help and versions so.
  static func ending(after error: any Error) -> (message: String, status: ExitStatus)? {
    if let error = error as? UsageError { return ("watchkeeper: \(error)", .usage) }
    // ArgumentParser's own status for a wrong command line is 64.
    guard exitCode(for: error) == .validationFailure else { return nil }
    return (fullMessage(for: error), .usage)
  }
}

/// Runs the command that the process's arguments name, and exits with its status.
public func runCommandLine() async {
  do {
    var command = try WatchkeeperCommand.parseAsRoot()
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      try command.run()
    }
  } catch {
    guard let ending = WatchkeeperCommand.ending(after: error) else { WatchkeeperCommand.exit(withError: error) }
    Terminal.tell(ending.message)
    WatchkeeperCommand.exit(withError: ending.status.code)
  }
}
