internal import ArgumentParser
internal import Records

/// How `test` writes its results.
enum TestOutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, tap, junit }

struct TestCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run rule unit tests, written as for promtool.",
    discussion: """
      A test file names its rule files, the samples that they see, and the alerts and
      values that must come of them. Paths of rule files are relative to the test file.

      Examples:
        watchkeeper test
        watchkeeper test rules/host.test.yaml
        watchkeeper test rules --output junit > results.xml

      Exit status: 0 all passed, 1 some failed, 2 no tests found or wrong command line.
      """)

  @Argument(help: "Test files, or folders with *.test.yaml. Default: ./rules, or the configuration folder's rules.")
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption

  @Option(name: [.customShort("o"), .customLong("output")], help: "table, json, tap or junit.")
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
