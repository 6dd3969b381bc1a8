internal import Records
internal import Telemetry
internal import Transfers

/// Calls a URL so that an outside watcher notices when Watchkeeper does not watch: it stops when the last evaluation or
/// an undelivered notification is too old, and goes on when neither is.
struct Heartbeat: Sendable {
  struct State: Sendable {
    var lastSent: Timestamp?
    var lastProblem: String?
    var isHeldBack = false
  }

  /// The ages that a beat carries and is judged by.
  struct Ages: Sendable {
    /// Since the last completed round of any rule group, on the clock that never steps; without rule groups, since the
    /// evaluator last answered. `nil` before the first.
    var evaluation: Duration?
    /// How long the oldest notification that is due has waited for its delivery; zero when none waits.
    var undelivered = Duration.zero
    /// Since the last delivery that succeeded; `nil` when there was none since the start.
    var delivered: Duration?
    /// The shortest interval of a rule group, `nil` without rule groups.
    var roundInterval: Duration?
  }

  enum Verdict: Sendable, Equatable {
    case send
    /// The first round is still to come: neither a beat nor a fault.
    case wait
    case holdBack(why: String)
  }

  let settings: HeartbeatSettings

  /// What is due now. Pure, and the same at every call, so beats come again by themselves once all is well.
  func verdict(_ ages: Ages, running: Duration) -> Verdict {
    // Rules that are evaluated every ten minutes are not late after three.
    let evaluationMax = max(settings.evaluationAgeMax.duration, (ages.roundInterval ?? .zero) * 2)
    if let evaluation = ages.evaluation {
      if evaluation > evaluationMax { return .holdBack(why: "the last evaluation was \(evaluation.notation) ago") }
    } else {
      return running <= evaluationMax ? .wait : .holdBack(why: "no rule was evaluated yet")
    }
    if ages.undelivered > settings.deliveryAgeMax.duration {
      return .holdBack(why: "a notification has waited for \(ages.undelivered.notation)")
    }
    return .send
  }

  func request(_ ages: Ages) -> TransferRequest {
    var url = settings.url.secret.reveal()
    url += url.contains("?") ? "&" : "?"
    url += "evaluation_age_seconds=\(Self.whole(ages.evaluation))"
    url += "&delivery_age_seconds=\(Self.whole(ages.undelivered))"
    url += "&last_delivery_age_seconds=\(Self.whole(ages.delivered))"
    var request = TransferRequest(url: Secret(url))
    request.timeout = .seconds(15)
    return request
  }

  /// Whole seconds, 0 when the clock was set back; −1 stands for never.
  private static func whole(_ age: Duration?) -> Int64 { age.map { max(0, $0.components.seconds) } ?? -1 }
}
