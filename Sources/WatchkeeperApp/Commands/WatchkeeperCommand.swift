internal import ArgumentParser

/// The command line: `watchkeeper NOUN VERB`, with short verbs for the daily few.
struct WatchkeeperCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watchkeeper",
    abstract: "Samples hosts and endpoints, turns breaches into incidents, places maintenance around them.",
    version: programVersion, subcommands: [RunCommand.self])

}

/// Runs the command that the process's arguments name, and exits with its status.
public func runCommandLine() async {
  await WatchkeeperCommand.main()
}
