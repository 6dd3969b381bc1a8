internal import ArgumentParser
internal import Foundation
internal import Records
internal import Wording

struct RunCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationWrite
  static var configuration: CommandConfiguration {
    .worded("run", examples: ["watchkeeper run --config /etc/watchkeeper --listen 127.0.0.1:9464"], ending: "run")
  }

  @Option(
    name: .customLong("config"),
    help: .words("run.config"))
  var configurationPath: String?

  @Option(name: .customLong("data"), help: .words("run.data"))
  var dataFolder: String?

  @Option(help: .words("run.listen"))
  var listen: String?

  @OptionGroup var language: LanguageOption

  @Flag(help: .words("run.strict"))
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
      for line in faults.lines(in: Terminal.language) { Terminal.tell(line) }
      let count = String(faults.errors.count)
      Terminal.tell("watchkeeper: \(Terminal.words("refusal.configuration", ["count": count]))")
      throw ExitStatus.failure.code
    } catch {
      Terminal.tell("watchkeeper: \(StartError.words(for: error))")
      throw ExitStatus.failure.code
    }
  }
}
