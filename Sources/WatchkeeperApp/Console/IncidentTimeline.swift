internal import Inventory
internal import Incidents
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

/// The history of an incident in words.
enum IncidentTimeline {
  /// Newest first. Of the facts that only carry a count the newest is shown.
  static func entries(_ history: [Incidents.TimelineEntry]) -> [WebInterface.TimelineEntry] {
    let lastProgress = history.last { if case .progressed = $0.change { true } else { false } }?.position
    return history.reversed().compactMap { entry in
      if case .progressed = entry.change, entry.position != lastProgress { return nil }
      return WebInterface.TimelineEntry(
        at: entry.at, icon(of: entry.change), Phrase(title(of: entry), arguments(of: entry)),
        detail: detail(of: entry))
    }
  }

  /// A resolution that the checks gave names nobody.
  private static func title(of entry: Incidents.TimelineEntry) -> String {
    if case .resolved(let content) = entry.change, content.proof == .given { return "timeline.recovered" }
    return "timeline.\(entry.kind)"
  }

  private static func detail(of entry: Incidents.TimelineEntry) -> Phrase? {
    entry.words.text.isEmpty ? entry.reasons.first.map(Phrase.message) : Phrase(entry.words)
  }

  static func icon(of change: IncidentChange) -> PageIcon {
    switch change {
    case .opened(let content): content.assessment.severity == .critical ? .critical : .warning
    case .reassessed(let content): content.assessment.severity == .critical ? .critical : .warning
    case .firedAgain, .reopened: .critical
    case .progressed: .change
    case .cleared, .resolved, .verified, .closed: .ok
    case .windowChanged, .withheld, .released: .maintenance
    case .acknowledged: .acknowledged
    case .noted: .note
    case .intended, .delivered: .sent
    case .refused: .warning
    }
  }

  /// Times in milliseconds, lengths in seconds, enumerations by their raw names.
  static func arguments(of entry: Incidents.TimelineEntry) -> [String: String] {
    var arguments = ["actor": entry.actor.description, "by": entry.actor.name, "at": entry.at.argument]
    if let progress = entry.progress {
      arguments["count"] = String(progress.count)
      arguments["value"] = Quantity.short(progress.value)
      arguments["lastSeenAt"] = progress.lastSeenAt.argument
    }
    return arguments.merging(ownArguments(of: entry.change)) { $1 }
  }

  private static func ownArguments(of change: IncidentChange) -> [String: String] {
    switch change {
    case .opened(let content):
      [
        "number": content.number.description, "alert": content.alert.alertName,
        "activeAt": content.alert.activeAt.argument,
        "severity": content.assessment.severity.rawValue, "priority": "P\(content.assessment.priority.rawValue + 1)",
      ]
    case .reassessed(let content):
      [
        "severity": content.assessment.severity.rawValue, "priority": "P\(content.assessment.priority.rawValue + 1)",
      ]
    case .firedAgain(let content): ["since": content.since.argument]
    case .windowChanged(let content):
      [
        "window": content.window?.number.description ?? content.reason.arguments["window"] ?? ""
      ].merging((content.window?.title ?? "").arguments("title")) { $1 }
    case .resolved(let content): ["code": content.code, "proof": content.proof.rawValue]
    case .withheld(let content):
      ["window": content.window.number.description].merging(content.window.title.arguments("title")) { $1 }
    case .released(let content):
      ["window": content.window.number.description].merging(content.window.title.arguments("title")) { $1 }
    case .intended(let content):
      [
        "number": content.incident.number.description, "kind": content.kind.rawValue,
        "receivers": content.receivers.joined(separator: ", "), "ordinal": String(content.ordinal),
      ]
    case .delivered(let content): ["key": content.key.text, "receiver": content.key.receiver]
    case .refused(let content):
      ["key": content.key.text, "receiver": content.key.receiver].merging(content.problem.arguments("problem")) { $1 }
    case .progressed, .cleared, .acknowledged, .noted, .verified, .reopened, .closed: [:]
    }
  }
}

extension IntentKey {
  /// `INC-214.1.on-call/mail`: what stands behind the second point.
  var receiver: String {
    let parts = text.split(separator: ".", maxSplits: 2)
    return parts.count == 3 ? String(parts[2]) : text
  }
}

/// Who was told and why, who was not and why not.
enum IncidentTelling {
  /// Notifications that a page explains; the timeline has the older ones.
  static let shownMax = 8

  private enum Outcome {
    case delivered(Timestamp)
    case refused(BilingualText)
  }

  /// In the order of the decisions, the present one last.
  static func told(_ history: [Incidents.TimelineEntry], notNow reason: Reason?) -> [StatedPhrase] {
    var outcomes: [IntentKey: Outcome] = [:]
    for entry in history {
      switch entry.change {
      case .delivered(let content): outcomes[content.key] = .delivered(entry.at)
      case .refused(let content): outcomes[content.key] = .refused(content.problem)
      default: break
      }
    }
    let told = history.flatMap { entry -> [StatedPhrase] in
      guard case .intended(let content) = entry.change else { return [] }
      return content.receivers.map { receiver in
        let key = IntentKey(incident: content.incident.number, ordinal: content.ordinal, receiver: receiver)
        return line(receiver, content.reason, decidedAt: entry.at, outcomes[key])
      }
    }
    let now = reason.map { reason in
      StatedPhrase(reason.arguments["window"] == nil ? .ok : .maintenance, .message(reason))
    }
    return told.suffix(shownMax) + (now.map { [$0] } ?? [])
  }

  private static func line(_ receiver: String, _ reason: Reason, decidedAt: Timestamp, _ outcome: Outcome?)
    -> StatedPhrase
  {
    switch outcome {
    case .delivered(let at):
      StatedPhrase(
        .ok,
        Phrase(
          "console.told.delivered",
          ["receiver": receiver, "at": decidedAt.argument, "took": String(at.elapsed(since: decidedAt).inSeconds)]),
        detail: .message(reason))
    case .refused(let problem):
      StatedPhrase(
        .critical,
        Phrase("console.told.refused", ["receiver": receiver].merging(problem.arguments("problem")) { $1 }),
        detail: .message(reason))
    case nil:
      StatedPhrase(
        .warning, Phrase("console.told.pending", ["receiver": receiver, "at": decidedAt.argument]),
        detail: .message(reason))
    }
  }
}
