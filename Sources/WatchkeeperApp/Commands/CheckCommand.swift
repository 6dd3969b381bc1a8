internal import ArgumentParser
internal import Records
internal import Wording

struct CheckCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static var configuration: CommandConfiguration {
    .worded(
      "check",
      examples: [
        "watchkeeper check", "watchkeeper check /etc/watchkeeper",
        "watchkeeper check rules/host.yaml rules/web.yaml --output json",
      ], ending: "check")
  }

  @Argument(help: .words("check.paths"))
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var output: OutputOption
  @OptionGroup var language: LanguageOption

  mutating func run() throws {
    let language = try language.chosen() ?? Terminal.language
    if paths.isEmpty, let standard = configuration.resolved { paths = [standard] }
    if paths.isEmpty { Terminal.tell(Terminal.words("check.packaged-only")) }
    let report = ConfigurationCheck(hostName: CommandWorld.hostName, language: language).run(paths)
    switch output.format {
    case .table: Terminal.write(report.text)
    case .json: Terminal.write(try JSONOutput.text(report))
    }
    guard report.isClean else { throw ExitStatus.failure.code }
  }
}
