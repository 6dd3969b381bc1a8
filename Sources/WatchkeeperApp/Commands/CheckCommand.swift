internal import ArgumentParser
internal import Records
internal import Wording

struct CheckCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "check", examples: ["watchkeeper check", "watchkeeper check rules rules/host.yaml"], ending: "check",
      subcommands: [CheckConfigurationCommand.self, CheckRulesCommand.self],
      defaultSubcommand: CheckConfigurationCommand.self)
  }
}

struct CheckConfigurationCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static var configuration: CommandConfiguration {
    .worded(
      "check.configuration",
      examples: [
        "watchkeeper check", "watchkeeper check /etc/watchkeeper",
        "watchkeeper check rules/host.yaml plans/updates.yaml --output json",
      ], ending: "check")
  }

  @Argument(help: .words("check.configuration.paths"))
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var output: CheckOutput

  mutating func run() throws {
    if paths.isEmpty, let standard = configuration.resolved { paths = [standard] }
    if paths.isEmpty { Terminal.tell(Terminal.words("check.packaged-only")) }
    try output.write(configuration) { $0.run(paths) }
  }
}

struct CheckRulesCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "check.rules",
      examples: [
        "watchkeeper check rules rules/host.yaml", "jsonnet alerts.jsonnet | watchkeeper check rules -",
      ], ending: "check")
  }

  @Argument(help: .words("check.rules.files"))
  var files: [String] = []

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var output: CheckOutput

  mutating func run() throws {
    if files.isEmpty {
      guard let standard = configuration.resolved else { throw UsageError("usage.rule-files") }
      files = [SourcePath.join(standard, "rules")]
    }
    try output.write(configuration) { $0.run(ruleFiles: files) }
  }
}

/// How a check speaks, and what it ends with.
struct CheckOutput: ParsableArguments {
  @OptionGroup var output: OutputOption
  @OptionGroup var language: LanguageOption

  /// - Parameter configuration: says what rule files that are checked alone may use.
  func write(_ configuration: ConfigurationOption, _ run: (ConfigurationCheck) -> CheckReport) throws {
    let report = run(
      ConfigurationCheck(
        hostName: CommandWorld.hostName, language: try language.chosen() ?? Terminal.language,
        ruleFeatures: ConfigurationCheck.ruleFeatures(of: configuration.resolved)))
    switch output.format {
    case .table: Terminal.write(report.text)
    case .json: Terminal.write(try JSONOutput.text(report))
    }
    guard report.isClean else { throw ExitStatus.failure.code }
  }
}
