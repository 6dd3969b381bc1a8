internal import Telemetry
internal import WebInterface
internal import Wording

/// Why a back-test ended without a result.
enum BacktestProblem: Error, Sendable {
  case tooManyRounds(count: Int, limit: Int)
  case tookTooLong(limit: Duration)
  case tooManyWritten(limit: Int)
  case reading(String)
  /// Nobody asked about it any more.
  case cancelled
  case emptySpan(from: Timestamp, to: Timestamp)
  /// Nothing that the rules ask for is stored in the span; it begins at the instant, if there is any.
  case noData(from: Timestamp?)
  case fileUnknown(String)
  case ruleUnknown(String, known: [String])
  case noAlerts(file: String)
  case faults(SettingsErrors)

  var phrase: Phrase {
    switch self {
    case .tooManyRounds(let count, let limit):
      Phrase("backtest.problem.rounds", ["count": String(count), "limit": String(limit)])
    case .tookTooLong(let limit): Phrase("backtest.problem.time", ["limit": String(limit.inSeconds)])
    case .tooManyWritten(let limit): Phrase("backtest.problem.written", ["limit": String(limit)])
    case .reading(let problem): Phrase("backtest.problem.reading", ["problem": problem])
    case .cancelled: Phrase("backtest.problem.cancelled")
    case .emptySpan(let from, let to):
      Phrase("backtest.problem.empty-span", ["from": String(from.milliseconds), "to": String(to.milliseconds)])
    case .noData(let from?): Phrase("backtest.problem.later-data", ["from": String(from.milliseconds)])
    case .noData(nil): Phrase("backtest.problem.no-data")
    case .fileUnknown(let file): Phrase("backtest.problem.file", ["file": file])
    case .ruleUnknown(let name, let known):
      Phrase("backtest.problem.rule", ["rule": name, "known": known.joined(separator: ", ")])
    case .noAlerts(let file): Phrase("backtest.problem.no-alerts", ["file": file])
    case .faults(let errors):
      .both(
        english: errors.lines(in: .english).joined(separator: "\n"),
        chinese: errors.lines(in: .simplifiedChinese).joined(separator: "\n"))
    }
  }
}
