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
        "watchkeeper probe try shops --target example.org",
      ], ending: "try")
  }

  @Argument(help: .words("probe.try.probe"))
  var probe: String

  @Option(help: .words("probe.try.name"))
  var name: String?

  @Option(help: .words("probe.try.target"))
  var target: String?

  @Option(help: .words("probe.try.targets-max"))
  var targetsMax = ListedTrials.targetsMaxDefault

  @OptionGroup var configuration: ConfigurationOption

  @Option(
    name: [.customLong("format"), .customLong("output"), .customShort("o")], help: .words("probe.try.format"))
  var format = ProbeOutputFormat.table

  @OptionGroup var language: LanguageOption

  mutating func run() async throws {
    let hostName = CommandWorld.hostName
    let reader = Reader(language: try language.chosen() ?? Terminal.language)
    let subject: ProbeSubject
    do {
      subject = try ProbeSearch(hostName: hostName).subject(probe, name: name, configuration: configuration.resolved)
    } catch let errors as SettingsErrors {
      for line in errors.lines(in: reader.language) { Terminal.tell(line) }
      throw ExitStatus.usage.code
    }
    var environment = ProbeEnvironment(transfers: TransferEngine(), clock: LiveClock(), hostName: hostName)
    environment.isTrial = true
    let told = ToldMetadata()
    environment.tellMetadata = { told.note($0) }
    guard subject.definition.targetSources == nil else {
      return try await tryListed(subject, environment, told, reader)
    }
    if target != nil { throw UsageError("usage.try-target", ["name": subject.definition.name]) }
    let trial = await ProbeTrial.run(subject.definition, in: environment)
    switch format {
    case .table: Terminal.write(trial.text)
    case .prometheus: Terminal.write(Exposition.text(trial.samples, told: told.table))
    case .json: Terminal.write(try JSONOutput.text(trial))
    }
    if format == .prometheus, !trial.explanation.isEmpty { Terminal.tell(trial.explanation) }
    guard trial.status == .success else { throw trial.status.code }
  }

  private func tryListed(
    _ subject: ProbeSubject, _ environment: ProbeEnvironment, _ told: ToldMetadata, _ reader: Reader
  ) async throws {
    guard targetsMax > 0 else { throw UsageError("usage.targets-max", ["number": String(targetsMax)]) }
    let trials = await ListedTrials.run(subject, containing: target, atMost: targetsMax, in: environment)
    switch format {
    case .table: if !trials.trials.isEmpty { Terminal.write(trials.text) }
    case .prometheus: Terminal.write(Exposition.text(trials.trials.flatMap(\.samples), told: told.table))
    case .json: Terminal.write(try JSONOutput.text(trials))
    }
    for line in trials.remarks(reader) { Terminal.tell(line) }
    guard trials.status == .success else { throw trials.status.code }
  }
}
