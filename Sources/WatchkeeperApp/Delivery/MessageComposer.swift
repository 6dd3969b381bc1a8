internal import Incidents
internal import Inventory
internal import Notifiers
internal import Records
internal import Telemetry
internal import WebInterface
internal import Wording

/// Words a notification intent. The same intent gives the same message, so that a retry sends the same bytes.
struct MessageComposer: Sendable {
  /// Comes first in messages that carry both languages.
  let language: Language
  let zone: ClockZone
  /// Where readers reach the console, without a slash at the end.
  let consoleURL: String

  func message(for intent: NotificationIntent) -> NotificationMessage {
    let incident = intent.incident
    let languages = [language] + Language.allCases.filter { $0 != language }
    var texts = languages.map { text(for: intent, in: $0) }
    let first = texts.removeFirst()
    var message = NotificationMessage(
      idempotencyKey: intent.key.text, kind: kind(of: intent), receiver: receiverName(of: intent), text: first,
      priority: Self.priority(of: incident), startedAt: incident.activeAt,
      decidedAt: intent.createdAt)
    message.texts += texts
    message.incident = incident.number
    message.severity = incident.severity.rawValue
    message.item = incident.item?.name
    message.endedAt = intent.kind == .recovered ? incident.clearedAt ?? intent.createdAt : nil
    message.labels = incident.labels
    message.annotations = incident.annotations
    message.groupKey = "{}:{incident=\"\(incident.number)\"}"
    message.groupLabels = LabelSet(["alertname": incident.alertName])
    message.fingerprint = String(incident.fingerprint.text.split(separator: "-").last?.prefix(16) ?? "")
    message.externalURL = consoleURL
    message.generatorURL = incidentURL(incident)
    message.links = links(for: incident)
    return message
  }

  private func incidentURL(_ incident: IncidentSummary) -> String { "\(consoleURL)/incidents/\(incident.number)" }

  private func links(for incident: IncidentSummary) -> [NotificationLink] {
    let reader = Reader(language: language, zone: zone)
    var links = [NotificationLink(reader.text("notification.link.incident"), incidentURL(incident))]
    if let runbook = incident.annotations["runbook_url"].flatMap({ RunbookLink.address(of: $0) }) {
      // Ours are pages of the console.
      let address = runbook.hasPrefix("/") ? consoleURL + runbook : runbook
      links.append(NotificationLink(reader.text("notification.link.runbook"), address))
    }
    return links
  }

  private func text(for intent: NotificationIntent, in language: Language) -> NotificationText {
    let incident = intent.incident
    let reader = Reader(language: language, zone: zone, now: intent.createdAt.milliseconds)
    let what = annotation("summary", of: incident, in: language) ?? incident.title
    let ended = incident.clearedAt ?? intent.createdAt
    let length = ended.elapsed(since: incident.activeAt)
    let title = reader.text(
      "notification.title.\(intent.kind.rawValue)",
      ["priority": Self.priority(of: incident).text, "what": what, "seconds": String(length.inSeconds)])
    var lines: [String] = []
    if let description = annotation("description", of: incident, in: language) { lines.append(description) }
    lines.append(
      reader.text(
        "notification.line.number",
        [
          "number": incident.number.description, "since": String(incident.activeAt.milliseconds),
          // A mail is read on another day and in another place: the day and the zone stand with the time.
          "zone": zone.offsetName(incident.activeAt.milliseconds),
        ]))
    if let item = incident.item { lines.append(reader.text("notification.line.item", ["item": item.name])) }
    if intent.kind == .recovered {
      lines.append(
        reader.text(
          "notification.line.over",
          [
            "ended": String(ended.milliseconds),
            "seconds": String(length.inSeconds), "count": String(incident.count),
          ]))
    } else {
      lines.append(reader.text("notification.line.value", ["value": Self.number(incident.value)]))
    }
    lines.append(
      reader.text("notification.line.why", ["why": reader.text(intent.reason.id, intent.reason.arguments)]))
    return NotificationText(
      language: language.rawValue, title: Self.withPlainSpaces(title), lines: lines.map(Self.withPlainSpaces))
  }

  /// The console keeps a number beside its unit with spaces that do not break; in a subject they would force an
  /// encoding on what is otherwise ASCII, and not every far end shows them.
  private static func withPlainSpaces(_ text: String) -> String {
    text.replacing("\u{a0}", with: " ").replacing("\u{202f}", with: " ")
  }

  /// Rules may carry `summary` and `summary_zh_cn`.
  private func annotation(_ name: String, of incident: IncidentSummary, in language: Language) -> String? {
    let own = language == .simplifiedChinese ? incident.annotations[name + "_zh_cn"] : nil
    let text = own ?? incident.annotations[name]
    return text?.isEmpty == false ? text : nil
  }

  private func kind(of intent: NotificationIntent) -> NotificationMessage.Kind {
    switch intent.kind {
    case .firing: .firing
    case .repeated: .stillFiring
    case .raised: .raised
    case .recovered: .recovered
    }
  }

  /// Channels are named `receiver/kind`; the far end knows the receiver.
  private func receiverName(of intent: NotificationIntent) -> String {
    String(intent.receiver.split(separator: "/").first ?? "")
  }

  /// The book counts priorities from 0, people from P1.
  private static func priority(of incident: IncidentSummary) -> NotificationMessage.Priority {
    NotificationMessage.Priority(rawValue: incident.priority.rawValue + 1) ?? .p4
  }

  private static func number(_ value: Double) -> String { Quantity.short(value) }
}
