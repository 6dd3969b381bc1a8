internal import ArgumentParser
internal import Records
internal import Telemetry

/// How `test` writes its results.
enum TestOutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, tap, junit }

/// `--output`, for commands that run tests.
struct TestOutputOption: ParsableArguments {
  @Option(name: [.customShort("o"), .customLong("output")], help: .words("test.output"))
  var format = TestOutputFormat.table

  @OptionGroup var language: LanguageOption

  /// - Parameter table: what people read.
  func write(_ results: TestResults, table: String) throws {
    switch format {
    case .table: Terminal.write(table)
    case .json: Terminal.write(try JSONOutput.text(results))
    case .tap: Terminal.write(results.testAnythingText)
    case .junit: Terminal.write(results.junitText)
    }
  }
}

struct TestCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    .worded(
      "test", examples: ["watchkeeper test", "watchkeeper test rules/host.test.yaml"], ending: "test",
      subcommands: [TestRulesCommand.self, TestPromQLCommand.self], defaultSubcommand: TestRulesCommand.self)
  }
}

struct TestRulesCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "test.rules",
      examples: [
        "watchkeeper test rules", "watchkeeper test rules rules/host.test.yaml --run 'disk.*'",
        "watchkeeper test rules rules --output junit > results.xml",
      ], ending: "test")
  }

  @Argument(help: .words("test.rules.paths"))
  var paths: [String] = []

  @OptionGroup var configuration: ConfigurationOption

  @Option(name: .customLong("run"), help: .words("test.rules.run"))
  var selection: [String] = []

  @OptionGroup var output: TestOutputOption

  mutating func run() throws {
    _ = try output.language.chosen()
    let pattern = try selected()
    let files = try RuleTestSuite.files(paths, configuration: configuration.path ?? configuration.resolved)
    let results = TestResults(files: files.map { RuleTestSuite.run($0, only: pattern) })
    if results.files.allSatisfy(\.cases.isEmpty) {
      guard pattern != nil else { throw UsageError("usage.tests-none", ["files": files.joined(separator: ", ")]) }
      throw UsageError("usage.tests-unselected", ["pattern": selection.joined(separator: "|")])
    }
    try output.write(results, table: results.text)
    guard results.failed == 0 else { throw ExitStatus.failure.code }
  }
}

extension TestRulesCommand {
  /// - Returns: `nil` when all tests are wanted.
  private func selected() throws(UsageError) -> Pattern? {
    guard !selection.isEmpty else { return nil }
    do {
      return try Pattern(selection.joined(separator: "|"))
    } catch {
      throw UsageError("usage.pattern", ["pattern": error.pattern, "problem": error.problem])
    }
  }
}

struct TestPromQLCommand: ParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "test.promql",
      examples: [
        "watchkeeper test promql functions.test", "watchkeeper test promql promqltest/*.test --failures 20",
      ], ending: "test-promql")
  }

  @Argument(help: .words("test.promql.files"))
  var files: [String]

  @Option(help: .words("test.promql.failures"))
  var failures: Int?

  @OptionGroup var output: TestOutputOption

  mutating func run() throws {
    _ = try output.language.chosen()
    var scores: [PromQLTestScore] = []
    var unread = 0
    for path in files {
      do throws(PromQLTestScore.Unread) {
        scores.append(try PromQLTestScore(path))
      } catch {
        unread += 1
        Terminal.tell("\(error)")
      }
    }
    let results = TestResults(files: scores.map(\.file))
    try output.write(results, table: PromQLTestScore.text(of: scores, failuresMax: failures ?? .max))
    guard unread == 0 else { throw ExitStatus.usage.code }
    guard results.failed == 0 else { throw ExitStatus.failure.code }
  }

  func validate() throws {
    if let failures, failures < 0 {
      throw ValidationError(Terminal.words("usage.failures", ["value": String(failures)]))
    }
  }
}
