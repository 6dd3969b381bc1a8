internal import Records
internal import Telemetry
internal import Transfers

/// Calls a URL so that an outside watcher notices when Watchkeeper does not watch: it stops when the last evaluation or
/// an undelivered notification is too old.
struct Heartbeat: Sendable {
  struct State: Sendable {
    var lastSent: Timestamp?
    var lastProblem: String?
    var isHeldBack = false
  }

  /// The ages that a beat carries and is judged by.
  struct Ages: Sendable {
    /// Since the last evaluation of any rule group; `nil` before the first.
    let evaluation: Duration?
    /// Since the last proven delivery; `nil` when there was none.
    let delivery: Duration?
    /// How long the oldest undelivered notification has waited.
    let undelivered: Duration?
  }

  let settings: HeartbeatSettings

  /// Why no beat is sent, `nil` when all is well.
  func reasonToStop(_ ages: Ages) -> String? {
    guard let evaluation = ages.evaluation else { return "no rule was evaluated yet" }
    if evaluation > settings.evaluationAgeMax.duration {
      return "the last evaluation was \(evaluation.notation) ago"
    }
    if let undelivered = ages.undelivered, undelivered > settings.deliveryAgeMax.duration {
      return "a notification has waited for \(undelivered.notation)"
    }
    return nil
  }

  func request(_ ages: Ages) -> TransferRequest {
    var url = settings.url.secret.reveal()
    url += url.contains("?") ? "&" : "?"
    url += "evaluation_age_seconds=\(Self.whole(ages.evaluation))"
    url += "&delivery_age_seconds=\(Self.whole(ages.delivery))"
    var request = TransferRequest(url: Secret(url))
    request.timeout = .seconds(15)
    return request
  }

  /// Whole seconds, 0 when the clock was set back; −1 stands for never.
  private static func whole(_ age: Duration?) -> Int64 { age.map { max(0, $0.components.seconds) } ?? -1 }
}
