internal import Alerting
internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import PromQL
internal import Records
internal import Wording

struct BacktestCommand: AsyncParsableCommand, PermittedCommand {
  static let permission = Permission.ruleRead
  static var configuration: CommandConfiguration {
    .worded(
      "backtest",
      examples: [
        "watchkeeper backtest rules/disk.yaml", "watchkeeper backtest rules/disk.yaml --since 30d --rule DiskFull",
        "watchkeeper backtest rules/disk.yaml --threshold 5 --threshold 10 --max-fires 3",
      ], ending: "backtest")
  }

  @Argument(help: .words("backtest.file"))
  var file: String

  @Option(help: .words("backtest.since"))
  var since = "7d"

  @Option(help: .words("backtest.until"))
  var until: String?

  @Option(help: .words("backtest.step"))
  var step: String?

  @Option(help: .words("backtest.rule"))
  var rule: String?

  @Option(help: .words("backtest.threshold"))
  var threshold: [Double] = []

  @Option(name: .customLong("max-fires"), help: .words("backtest.max-fires"))
  var maxFires: Int?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if let maxFires, maxFires < 0 {
      throw ValidationError(Terminal.words("usage.max-fires", ["value": String(maxFires)]))
    }
  }

  mutating func run() async throws {
    let language = try control.language.chosen() ?? Terminal.language
    let text: String
    do throws(SettingsErrors) {
      text = try Self.checked(file)
    } catch {
      for line in error.lines(in: language) { Terminal.tell(line) }
      throw ExitStatus.failure.code
    }
    var rules: [BacktestResultAnswer.Rule] = []
    try await control.ask { session in
      let (answer, result) = try await backtest(text, session)
      switch session.format {
      case .json: Terminal.writeLine(answer.text)
      case .table:
        Terminal.writeLine(TextLayout.plain(BacktestText(file: file, result: result, reader: session.reader).text))
      }
      rules = result.rules
    }
    guard let maxFires else { return }
    let refusals = rules.compactMap { $0.refusal(at: maxFires, Reader(language: language)) }
    for line in refusals { Terminal.tell(line) }
    guard refusals.isEmpty else { throw ExitStatus.failure.code }
  }

  /// The file's text, when `check` would find no fault in it.
  private static func checked(_ path: String) throws(SettingsErrors) -> String {
    let document = try SettingsDocument.reading(path)
    var errors: [SettingsError] = []
    var warnings: [SettingsError] = []
    // What is experimental, the program that carries it out allows or not.
    var defaults = RuleDefaults()
    defaults.features = .all
    if let root = document.root {
      _ = ConfigurationReader.ruleFile(root, of: document, defaults: defaults, &errors, &warnings)
    }
    guard errors.isEmpty else { throw SettingsErrors(errors: errors) }
    do throws(SettingsError) { return try SourceFile.text(of: path) } catch { throw SettingsErrors(error) }
  }

  private struct Order: Encodable {
    let file: String
    let text: String
    let rule: String?
    let since: String
    let until: String?
    let step: String?
    let thresholds: [Double]
    let key: String
  }

  /// Asks until the program has come to an end with it.
  private func backtest(
    _ text: String, _ session: ControlSession
  ) async throws -> (ControlClient.Answer, BacktestResultAnswer) {
    let order = Order(
      file: URL(filePath: file).standardizedFileURL.path, text: text, rule: rule, since: since, until: until,
      step: step, thresholds: threshold, key: LiveIdentifiers().next())
    let isWatched = isatty(STDERR_FILENO) == 1
    while true {
      let answer = try await session.client.post("/api/backtest", json: order)
      let state = try answer.decoded(as: BacktestStateAnswer.self)
      if isWatched { Terminal.tellProgress(state.stage == "running" ? Self.progress(state, session.reader) : "") }
      if state.stage == "running" { continue }
      guard let result = state.result else {
        throw ControlError(.refused(422), said: state.problem?.text ?? state.stage)
      }
      return (answer, result)
    }
  }

  private static func progress(_ state: BacktestStateAnswer, _ reader: Reader) -> String {
    reader.text("backtest.running", ["share": String((state.progress * 100).rounded())])
  }
}
