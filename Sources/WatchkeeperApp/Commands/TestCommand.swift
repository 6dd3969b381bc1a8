internal import ArgumentParser
internal import Records

/// How `test` writes its results.
enum TestOutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, tap, junit }

struct TestCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "test",
      examples: [
        "watchkeeper test", "watchkeeper test rules/host.test.yaml",
        "watchkeeper test rules --output junit > results.xml",
      ], ending: "test")
  }

  @Argument(help: .words("test.paths"))
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption

  @Option(name: [.customShort("o"), .customLong("output")], help: .words("test.output"))
  var output = TestOutputFormat.table

  mutating func run() throws {
    let files = try RuleTestSuite.files(paths, configuration: configuration.path ?? configuration.resolved)
    let results = RuleTestResults(files: files.map(RuleTestSuite.run))
    switch output {
    case .table: Terminal.write(results.text)
    case .json: Terminal.write(try JSONOutput.text(results))
    case .tap: Terminal.write(results.testAnythingText)
    case .junit: Terminal.write(results.junitText)
    }
    guard results.failed == 0 else { throw ExitStatus.failure.code }
  }
}
