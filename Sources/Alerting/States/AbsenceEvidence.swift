internal import PromQL
internal import Telemetry

/// Why an alert goes on although its element is gone.
public enum AlertHold: String, Sendable, Codable, CaseIterable {
  /// The recovery expression does not hold.
  case recovery
  /// Its data are missing.
  case noData = "no-data"
}

/// What a rule's extra queries say about alerts whose elements are gone.
struct AbsenceEvidence {
  enum Outcome {
    case known(AbsenceEvidence)
    case needs(Set<String>)
    case failed(String)
  }

  /// The label sets that have data; `nil` when nobody asked.
  let present: Set<LabelSet>?
  /// The label sets at which the recovery expression holds; `nil` when the rule has none.
  private let recovered: [LabelSet]?

  /// - Parameter someGone: whether an alert's element is gone; without, only who watches for missing data asks.
  static func gather(_ policy: RecoveryPolicy, someGone: Bool, _ answers: [String: TemplateAnswer]) -> Outcome {
    let wanted = [
      someGone || policy.noData == .alert ? policy.presence?.text : nil, someGone ? policy.recovery?.text : nil,
    ]
    var found: [[LabelSet]?] = []
    var needs: Set<String> = []
    for text in wanted {
      switch text.map({ ($0, answers[$0]) }) {
      case nil: found.append(nil)
      case (_, .samples(let samples))?: found.append(samples.map { $0.labels.removingMetricName() })
      case (_, .failed(let problem))?: return .failed(problem)
      case (let text, nil)?: needs.insert(text)
      }
    }
    guard needs.isEmpty else { return .needs(needs) }
    return .known(AbsenceEvidence(present: found[0].map(Set.init), recovered: found[1]))
  }

  /// - Returns: `nil` when the alert may end.
  func hold(_ alert: Alert) -> AlertHold? {
    if alert.isNoData { return nil }
    if let present, !present.contains(alert.element) { return .noData }
    guard alert.state == .firing, let recovered else { return nil }
    let covers = recovered.contains { covering in
      covering.labels.allSatisfy { alert.element[$0.name] == $0.value }
    }
    return covers ? nil : .recovery
  }
}
