internal import ArgumentParser
internal import Foundation
internal import Records
internal import Wording

struct RunCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Watch this machine and serve the console.",
    discussion: """
      Without a configuration the packaged probes, rules and plans watch this host.

      Example:
        watchkeeper run --config /etc/watchkeeper --listen 127.0.0.1:9464

      Exit status: 0 stopped as asked, 1 cannot start or go on, 2 wrong command line.
      """)

  @Option(
    name: .customLong("config"),
    help: "A configuration folder, or a settings file. Default: /etc/watchkeeper or the user's folder, when it exists.")
  var configurationPath: String?

  @Option(name: .customLong("data"), help: "Where journal and samples are kept.")
  var dataFolder: String?

  @Option(help: "HOST:PORT of the console; loopback only. Default: the first free port from 9464.")
  var listen: String?

  @OptionGroup var language: LanguageOption

  @Flag(help: "End with status 1 when the configuration is refused, instead of running the last good one.")
  var strict = false

  mutating func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var options = RunOptions()
    options.configuration = configurationPath ?? StandardFolders.configuration(environment: environment)
    options.dataFolder = dataFolder
    options.listen = listen
    options.isStrict = strict
    options.language = try language.chosen(environment: environment)
    do {
      try await Program(options, environment: environment).run()
    } catch let faults as SettingsErrors {
      for line in faults.lines(in: options.language ?? .english) { Terminal.tell(line) }
      let what = faults.errors.count == 1 ? "the fault" : "the \(faults.errors.count) faults"
      Terminal.tell("watchkeeper: the configuration is refused – mend \(what), then watchkeeper check")
      throw ExitStatus.failure.code
    } catch {
      Terminal.tell("watchkeeper: \(error)")
      throw ExitStatus.failure.code
    }
  }
}
