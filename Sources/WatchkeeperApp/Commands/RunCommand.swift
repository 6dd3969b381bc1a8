internal import ArgumentParser
internal import Foundation
internal import Wording

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Watch this machine and serve the console.",
    discussion: """
      Without a configuration the packaged probes, rules and plans watch this host.

      Example:
        watchkeeper run --config /etc/watchkeeper --listen 127.0.0.1:9464
      """)

  @Option(
    name: .customLong("config"),
    help: "A configuration folder, or a settings file. Default: /etc/watchkeeper or the user's folder, when it exists.")
  var configurationPath: String?

  @Option(name: .customLong("data"), help: "Where journal and samples are kept.")
  var dataFolder: String?

  @Option(help: "HOST:PORT of the console; loopback only. Default: the first free port from 9464.")
  var listen: String?

  @Option(name: .customLong("lang"), help: "en or zh-CN. Default: as LANG says.")
  var language: String?

  @Flag(help: "End with status 1 when the configuration is refused, instead of running the last good one.")
  var strict = false

  mutating func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var options = RunOptions()
    options.configuration = configurationPath ?? StandardFolders.configuration(environment: environment)
    options.dataFolder = dataFolder
    options.listen = listen
    options.isStrict = strict
    if let language {
      guard let known = Language(tag: language) else {
        throw ValidationError("--lang: '\(language)' is not a language – write en or zh-CN")
      }
      options.language = known
    } else {
      options.language = environment["LANG"].flatMap { Language(tag: $0.prefix { $0 != "." }) }
    }
    do {
      try await Program(options, environment: environment).run()
    } catch {
      Terminal.tell("watchkeeper: \(error)")
      throw ExitStatus.failure.code
    }
  }
}
