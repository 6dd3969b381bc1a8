internal import ArgumentParser
internal import Records
internal import Wording

struct CheckCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read configuration files and name every fault with its place.",
    discussion: """
      Runs nothing and writes nothing. A path is a configuration folder, its
      watchkeeper.yaml, or a single file with rules, rule tests, probes, items or plans.

      Examples:
        watchkeeper check
        watchkeeper check /etc/watchkeeper
        watchkeeper check rules/host.yaml rules/web.yaml --output json

      Exit status: 0 nothing to find fault with, 1 faults, 2 wrong command line.
      """)

  @Argument(help: "Folders or files. Default: what --config says.")
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var output: OutputOption
  @OptionGroup var language: LanguageOption

  mutating func run() throws {
    let language = try language.chosen() ?? .english
    if paths.isEmpty, let standard = configuration.resolved { paths = [standard] }
    if paths.isEmpty { Terminal.tell("no configuration folder, so the packaged definitions alone are checked") }
    let report = ConfigurationCheck(hostName: CommandWorld.hostName, language: language).run(paths)
    switch output.format {
    case .table: Terminal.write(report.text)
    case .json: Terminal.write(try JSONOutput.text(report))
    }
    guard report.isClean else { throw ExitStatus.failure.code }
  }
}
