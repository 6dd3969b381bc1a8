internal import Records
internal import Telemetry

/// Trying rules on the stored past, for programs: post the same order until it is done or failed.
struct BacktestRoutes: Sendable {
  let console: any Console

  /// How long an answer waits for the end, so that a short back-test needs one question.
  private static let waiting = Duration.seconds(1)

  var routes: [Route] {
    [
      Route(.post, "/api/backtest", .ruleRead) { call async throws(WebFailure) in
        guard let body = JSONText.decode(Body.self, from: call.request.body) else {
          throw .badRequest(Phrase("backtest.order-unreadable"))
        }
        return .json(await console.backtest(try body.order(), waiting: Self.waiting), reader: call.reader)
      }
    ]
  }

  private struct Body: Decodable {
    let file: String
    let text: String?
    let group: String?
    let rule: String?
    let since: String
    let until: String?
    let step: String?
    let thresholds: [Double]?
    let key: String?

    func order() throws(WebFailure) -> BacktestOrder {
      guard let beginning = BacktestOrder.Beginning(since) else {
        throw .badRequest(Phrase("backtest.since", ["text": since]))
      }
      guard (thresholds ?? []).count <= BacktestOrder.thresholdsMax else {
        throw .badRequest(Phrase("backtest.thresholds", ["limit": String(BacktestOrder.thresholdsMax)]))
      }
      var order = BacktestOrder(
        file: file, text: text, group: group, rule: rule, since: beginning, thresholds: thresholds ?? [], key: key)
      if let until {
        guard let instant = PrometheusTime.instant(until) else {
          throw .badRequest(Phrase("backtest.until", ["text": until]))
        }
        order.until = instant
      }
      if let step {
        guard let duration = PrometheusTime.step(step) else {
          throw .badRequest(Phrase("backtest.step", ["text": step]))
        }
        order.step = duration
      }
      return order
    }
  }
}

extension BacktestOrder.Beginning {
  /// A length of time such as `7d`, or an instant.
  init?(_ text: String) {
    if let length = Duration(notation: text), length > .zero {
      self = .ago(length)
    } else if let instant = PrometheusTime.instant(text) {
      self = .at(instant)
    } else {
      return nil
    }
  }
}
