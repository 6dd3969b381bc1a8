internal import Records
internal import Telemetry

// What people, delivery workers and time do to incidents.

extension Deliberation {
  mutating func acknowledge(_ number: RecordNumber, by actor: Actor, _ note: String) throws(IncidentRefusal) {
    let incident = try commanded(number)
    try checkLength(note)
    switch incident.status {
    case .open:
      record(
        .acknowledged(IncidentAcknowledged(note: note, progress: progress(incident))), about: incident.entity,
        by: actor)
    case .acknowledged:
      // A second person's acknowledgement changes nothing; their words are kept.
      if !note.isEmpty { addNote(note, to: incident, by: actor) }
    case .resolvedUnverified, .resolved, .closed:
      throw .notPossible(command: "acknowledge", number, status: incident.status)
    }
  }

  mutating func resolve(
    _ number: RecordNumber, by actor: Actor, text: String, code: String
  ) throws(IncidentRefusal) {
    let incident = try commanded(number)
    try checkText(text, of: "resolve")
    guard incident.status == .open || incident.status == .acknowledged else {
      throw .notPossible(command: "resolve", number, status: incident.status)
    }
    let code = code.isEmpty ? "fixed" : code
    record(
      .resolved(
        IncidentResolved(
          code: code, text: text, proof: .pending, reason: Reason("reason.resolved.operator", ["code": code]),
          progress: progress(incident))),
      about: incident.entity, by: actor)
  }

  mutating func reopen(_ number: RecordNumber, by actor: Actor, _ text: String) throws(IncidentRefusal) {
    let incident = try commanded(number)
    try checkText(text, of: "reopen")
    guard incident.status == .resolved || incident.status == .resolvedUnverified else {
      throw .notPossible(command: "reopen", number, status: incident.status)
    }
    // A breach that a window withholds belongs to the incident from now on.
    let alert = withheld(incident.fingerprint)
    releaseIfWithheld(incident.fingerprint, into: number)
    var firingSince = alert?.report.activeAt
    if case .firing(let since) = incident.breach { firingSince = since }
    record(
      .reopened(
        IncidentReopened(
          reason: Reason("reason.reopened.operator", ["by": actor.name]), text: text, firingSince: firingSince,
          window: alert?.window ?? incident.window, pageDueAt: nil, progress: progress(incident))),
      about: incident.entity, by: actor)
  }

  mutating func note(_ number: RecordNumber, by actor: Actor, _ text: String) throws(IncidentRefusal) {
    let incident = try commanded(number)
    try checkText(text, of: "note")
    addNote(text, to: incident, by: actor)
  }

  private mutating func addNote(_ text: String, to incident: Incident, by actor: Actor) {
    record(.noted(IncidentNoted(text: text, progress: progress(incident))), about: incident.entity, by: actor)
  }

  private mutating func commanded(_ number: RecordNumber) throws(IncidentRefusal) -> Incident {
    guard number.kind == .incident, let incident = incident(number.number) else { throw .unknown(number) }
    return incident
  }

  private func checkText(_ text: String, of command: String) throws(IncidentRefusal) {
    guard text.contains(where: { !$0.isWhitespace }) else { throw .textMissing(command: command) }
    try checkLength(text)
  }

  private func checkLength(_ text: String) throws(IncidentRefusal) {
    let limit = IncidentSettings.textBytesMax
    guard text.utf8.count <= limit else { throw .textTooLong(bytes: text.utf8.count, limit: limit) }
  }

  /// An outcome of an intent that is not pending was told before.
  mutating func settle(_ key: IntentKey, _ outcome: DeliveryOutcome) {
    guard let intent = pending(key) else { return }
    let entity = Incident.entity(of: intent.incident.number)
    let actor = Actor.program("delivery/\(intent.receiver)")
    switch outcome {
    case .delivered: record(.delivered(NotificationDelivered(key: key)), about: entity, by: actor)
    case .refused(let problem):
      record(.refused(NotificationRefused(key: key, problem: problem)), about: entity, by: actor)
    }
  }

  mutating func tick() {
    for entry in book.due.entries(through: now, limit: IncidentSettings.duePerTickMax) {
      guard let incident = incident(entry.number) else { continue }
      act(on: incident)
    }
  }

  /// What a clock dated that was set back since waits behind all that is due, where no tick comes to for as long as the
  /// step.
  mutating func lookBehindClock() {
    look(at: book.count)
    // Closing last: nobody is told of it.
    let late = book.all.filter { $0.isTickDue(settings, at: now) }
      .sorted { ($0.status == .resolved ? 1 : 0, $0.number) < ($1.status == .resolved ? 1 : 0, $1.number) }
    for incident in late.prefix(IncidentSettings.duePerTickMax) { act(on: incident) }
  }

  private mutating func act(on incident: Incident) {
    let number = incident.number.number
    if incident.status == .resolved {
      close(incident)
    } else if incident.isPostVerified(settings, at: now) {
      provePost(incident)
    } else if incident.isPageDue(settings, at: now) {
      if incident.reopenCount > 0 { return pageReopened(number) }
      page(number, .firing, firstPageReason(incident.priority, nil))
    } else if incident.isRepeatDue(settings, at: now) {
      let interval = settings.notification.repeatInterval.secondsText
      page(number, .repeated, Reason("reason.page.repeat", ["intervalSeconds": interval]))
    }
  }

  private mutating func provePost(_ incident: Incident) {
    guard case .external(let source) = incident.origin else { return }
    let arguments = ["source": source, "durationSeconds": settings.verification.duration.secondsText]
    if case .cleared = incident.breach {
      prove(incident, Reason("reason.resolved.post-ended", arguments), code: "post-ended")
    } else {
      prove(incident, Reason("reason.resolved.no-further-post", arguments), code: "no-further-post")
    }
  }
}
