internal import ArgumentParser
internal import Probes
internal import Records
internal import Transfers
internal import Wording

struct ProbeCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded("probe", subcommands: [ProbeTryCommand.self])
  }
}

/// How `probe try` writes what a run gave.
enum ProbeOutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, prometheus, json }

struct ProbeTryCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.configurationRead
  static var configuration: CommandConfiguration {
    .worded(
      "probe.try",
      examples: [
        "watchkeeper probe try this-host --format prometheus", "watchkeeper probe try probes/site.yaml --name shop",
      ], ending: "try")
  }

  @Argument(help: .words("probe.try.probe"))
  var probe: String

  @Option(help: .words("probe.try.name"))
  var name: String?

  @OptionGroup var configuration: ConfigurationOption

  @Option(
    name: [.customLong("format"), .customLong("output"), .customShort("o")], help: .words("probe.try.format"))
  var format = ProbeOutputFormat.table

  @OptionGroup var language: LanguageOption

  mutating func run() async throws {
    let hostName = CommandWorld.hostName
    let definition: ProbeDefinition
    do {
      definition = try ProbeSearch(hostName: hostName).definition(
        probe, name: name, configuration: configuration.resolved)
    } catch let errors as SettingsErrors {
      for line in errors.lines(in: try language.chosen() ?? Terminal.language) { Terminal.tell(line) }
      throw ExitStatus.usage.code
    }
    let environment = ProbeEnvironment(transfers: TransferEngine(), clock: LiveClock(), hostName: hostName)
    let trial = await ProbeTrial.run(definition, in: environment)
    switch format {
    case .table: Terminal.write(trial.text)
    case .prometheus: Terminal.write(Exposition.text(trial.samples))
    case .json: Terminal.write(try JSONOutput.text(trial))
    }
    if format == .prometheus, !trial.explanation.isEmpty { Terminal.tell(trial.explanation) }
    guard trial.status == .success else { throw trial.status.code }
  }
}
