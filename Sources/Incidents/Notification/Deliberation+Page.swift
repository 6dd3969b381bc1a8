internal import HashTreeCollections
public import Records
public import Telemetry

extension Deliberation {
  /// The will to tell about a firing incident, in the same decision as its cause.
  mutating func page(_ number: Int, _ kind: NotificationKind, _ reason: Reason) {
    guard let incident = incident(number) else { return }
    let receivers =
      kind == .repeated ? incident.repeatReceivers(settings) : settings.notification.receivers.map(\.name)
    intend(kind, reason, to: receivers, about: incident)
  }

  /// Those who heard of the breach hear of its end, window or not.
  mutating func tellRecovery(_ number: Int, code: String) {
    guard let incident = incident(number) else { return }
    let receivers = settings.notification.receivers
      .filter { $0.recoveries == .sent && incident.paging.told[$0.name] != nil }.map(\.name)
    intend(.recovered, Reason("reason.page.recovered", ["code": code]), to: receivers, about: incident)
  }

  private mutating func intend(
    _ kind: NotificationKind, _ reason: Reason, to receivers: [String], about incident: Incident
  ) {
    guard !receivers.isEmpty else { return }
    record(
      .intended(
        NotificationIntended(
          ordinal: incident.paging.ordinal + 1, kind: kind, reason: reason, receivers: receivers,
          incident: IncidentSummary(incident))),
      about: incident.entity, by: .incidents)
  }
}

extension IncidentBook {
  /// Why nobody is told about this incident at this moment; `nil` when a page is due.
  public func reasonNotToPage(_ incident: Incident, at now: Timestamp) -> Reason? {
    switch incident.status {
    case .acknowledged:
      return Reason("reason.no-page.acknowledged", ["by": incident.acknowledgedBy?.name ?? ""])
    case .resolvedUnverified, .resolved, .closed:
      return Reason("reason.no-page.over", ["status": incident.status.rawValue])
    case .open: break
    }
    if case .cleared(let at) = incident.breach { return Reason("reason.no-page.verifying", ["clearedAt": at.text]) }
    if let window = incident.window { return IncidentReasons.window("reason.no-page.window", window) }
    if settings.notification.receivers.isEmpty { return Reason("reason.no-page.no-receiver") }
    if let due = incident.paging.dueAt {
      return incident.isPageDue(settings, at: now) ? nil : Reason("reason.no-page.group-wait", ["dueAt": due.text])
    }
    guard let last = incident.paging.lastToldAt else { return nil }
    guard let next = incident.repeatDueAt(settings) else {
      let waiting = incident.paging.told.keys.sorted().joined(separator: ", ")
      return Reason("reason.no-page.delivery-pending", ["receivers": waiting])
    }
    guard !incident.isRepeatDue(settings, at: now) else { return nil }
    return Reason("reason.no-page.told", ["lastAt": last.text, "nextAt": next.text])
  }
}
