internal import HashTreeCollections
internal import Inventory
internal import Records
internal import Telemetry

// What alerts do to incidents.

extension Deliberation {
  mutating func take(_ round: RuleRound) {
    for alert in round.firing { breach(alert) }
    for fingerprint in stopped(in: round) { end(fingerprint) }
    verify(round.rule)
  }

  /// Listed as firing under the rule, but not in the round; in a fixed order.
  private mutating func stopped(in round: RuleRound) -> [Fingerprint] {
    guard let listed = book.firing[round.rule] else { return [] }
    look(at: listed.count)
    return listed.filter { !round.contains($0) }.sorted()
  }

  mutating func breach(_ alert: AlertReport) {
    guard let incident = incident(alert.fingerprint) else { return begin(alert) }
    switch incident.status {
    case .open, .acknowledged: attach(alert, to: incident)
    case .resolvedUnverified: doubt(incident, because: alert)
    case .resolved, .closed: returnTo(incident, alert)
    }
  }

  // MARK: beginning

  /// No incident stands for this breach: it is withheld, or opens one.
  private mutating func begin(_ alert: AlertReport) {
    let known = withheld(alert.fingerprint)
    if let window = alert.withheldBy, window.mode == .suppressOpen {
      if known?.window.number != window.number { withhold(alert, window) }
      return
    }
    open(alert, after: known, count: max(1, tally.count(of: alert.fingerprint)))
  }

  private mutating func withhold(_ alert: AlertReport, _ window: WindowReference) {
    record(
      .withheld(
        AlertWithheld(
          alert: alert, window: window, reason: IncidentReasons.window("reason.withheld.window", window))),
      about: WithheldAlert.entity(of: alert.fingerprint), by: alert.origin.actor)
  }

  private mutating func open(_ alert: AlertReport, after withheld: WithheldAlert?, count: Int) {
    let number = RecordNumber(.incident, book.lastNumber + 1)
    let recurrence = book.closedByFingerprint[alert.fingerprint].flatMap { book.closed[$0] }
    var reasons = IncidentReasons.opened(alert)
    if let recurrence { reasons.append(IncidentReasons.recurrence(of: recurrence.number, at: recurrence.closedAt)) }
    if let withheld {
      release(withheld, Reason("reason.released.opened", ["number": "\(number)"]))
      reasons.append(IncidentReasons.outlived(withheld))
    }
    let assessment = PriorityAssessment(of: alert.severity, on: alert.subject.item)
    record(
      .opened(
        IncidentOpened(
          number: number, alert: alert, assessment: assessment, reasons: reasons,
          recurrenceOf: recurrence?.number, pageDueAt: now.advanced(by: settings.notification.groupWait),
          progress: BreachProgress(count: count, lastSeenAt: now, value: alert.value))),
      about: Incident.entity(of: number), by: alert.origin.actor)
    guard settings.notification.groupWait <= .zero, alert.withheldBy == nil else { return }
    page(number.number, .firing, firstPageReason(assessment.priority, withheld))
  }

  func firstPageReason(_ priority: Priority, _ withheld: WithheldAlert?) -> Reason {
    guard let withheld else { return Reason("reason.page.first", ["priority": "\(priority)"]) }
    return Reason(
      "reason.page.outlived-window", ["priority": "\(priority)", "window": "\(withheld.window.number)"])
  }

  // MARK: going on

  private mutating func attach(_ alert: AlertReport, to incident: Incident) {
    releaseIfWithheld(alert.fingerprint, into: incident.number)
    let entity = incident.entity
    let actor = alert.origin.actor
    if case .cleared = incident.breach {
      record(
        .firedAgain(BreachReturned(since: alert.activeAt, progress: progress(incident))), about: entity, by: actor)
    }
    if incident.window?.number != alert.withheldBy?.number { cover(incident, with: alert.withheldBy, by: actor) }
    reassess(incident, alert)
    tellProgress(incident, by: actor)
  }

  private mutating func reassess(_ incident: Incident, _ alert: AlertReport) {
    let assessment = PriorityAssessment(of: alert.severity, on: alert.subject.item)
    guard assessment != incident.assessment else { return }
    record(
      .reassessed(
        IncidentReassessed(
          assessment: assessment, reason: IncidentReasons.reassessed(from: incident.assessment, to: assessment),
          progress: progress(incident))),
      about: incident.entity, by: alert.origin.actor)
    guard let told = incident.paging.toldPriority, assessment.priority < told, alert.withheldBy == nil else { return }
    page(
      incident.number.number, .raised,
      Reason("reason.page.raised", ["priority": "\(assessment.priority)", "priorityBefore": "\(told)"]))
  }

  mutating func cover(_ incident: Incident, with window: WindowReference?, by actor: Actor) {
    let reason: Reason
    if let window {
      reason = IncidentReasons.window("reason.window.covers", window)
    } else if let left = incident.window {
      reason = Reason("reason.window.left", ["window": "\(left.number)"])
    } else {
      return
    }
    record(
      .windowChanged(IncidentWindowChanged(window: window, reason: reason, progress: progress(incident))),
      about: incident.entity, by: actor)
  }

  /// Counts are plain rows; the journal hears of them with the next fact, or once per interval.
  private mutating func tellProgress(_ before: Incident, by actor: Actor) {
    guard let incident = incident(before.number.number) else { return }
    let progress = progress(incident)
    guard progress.count > incident.progress.count,
      hasPassed(settings.progressInterval, since: incident.progressToldAt)
    else { return }
    record(.progressed(IncidentProgressed(progress: progress)), about: incident.entity, by: actor)
  }

  /// A person said it is done, and it fires: at once when it had cleared, else after the time that a cure may need.
  private mutating func doubt(_ incident: Incident, because alert: AlertReport) {
    releaseIfWithheld(alert.fingerprint, into: incident.number)
    let code = incident.resolution?.code ?? ""
    let resolvedAt = incident.resolution?.at ?? now
    if case .cleared = incident.breach {
      return reopen(incident, Reason("reason.reopened.returned-unverified", ["code": code]), alert)
    }
    guard incident.origin.rule == nil || hasPassed(settings.verification.duration, since: resolvedAt) else {
      return tellProgress(incident, by: alert.origin.actor)
    }
    let grace = settings.verification.duration.secondsText
    reopen(incident, Reason("reason.reopened.fires-on", ["code": code, "graceSeconds": grace]), alert)
  }

  /// It fires again after it was resolved.
  private mutating func returnTo(_ incident: Incident, _ alert: AlertReport) {
    if incident.isClosingDue(settings, at: now) {
      close(incident)
      // The tally still counts for the one just closed.
      if !alert.isWithheld { return open(alert, after: withheld(alert.fingerprint), count: 1) }
    }
    if alert.isWithheld { return begin(alert) }
    releaseIfWithheld(alert.fingerprint, into: incident.number)
    let window = settings.reopenWindow.secondsText
    reopen(incident, Reason("reason.reopened.returned", ["reopenSeconds": window]), alert)
  }

  mutating func reopen(_ incident: Incident, _ reason: Reason, _ alert: AlertReport) {
    record(
      .reopened(
        IncidentReopened(
          reason: reason, text: "", firingSince: alert.activeAt, window: alert.withheldBy,
          pageDueAt: now.advanced(by: settings.notification.groupWait), progress: progress(incident))),
      about: incident.entity, by: alert.origin.actor)
    reassess(incident, alert)
    guard settings.notification.groupWait <= .zero, alert.withheldBy == nil else { return }
    pageReopened(incident.number.number)
  }

  mutating func pageReopened(_ number: Int) {
    guard let incident = incident(number) else { return }
    page(
      number, .firing,
      Reason(
        "reason.page.reopened",
        ["priority": "\(incident.priority)", "reopenCount": String(incident.reopenCount)]))
  }

  // MARK: ending

  /// The breach is no longer seen. A recovery is never withheld.
  mutating func end(_ fingerprint: Fingerprint) {
    if let alert = withheld(fingerprint) {
      release(alert, Reason("reason.released.recovered", ["window": "\(alert.window.number)"]))
    }
    guard let incident = incident(fingerprint), case .firing = incident.breach else { return }
    record(
      .cleared(BreachCleared(progress: progress(incident))), about: incident.entity, by: incident.origin.actor)
  }

  mutating func release(_ alert: WithheldAlert, _ reason: Reason) {
    var arguments = reason.arguments
    arguments["window"] = "\(alert.window.number)"
    record(
      .released(
        AlertReleased(
          fingerprint: alert.report.fingerprint, window: alert.window, reason: Reason(reason.id, arguments))),
      about: alert.entity, by: alert.report.origin.actor)
  }

  mutating func releaseIfWithheld(_ fingerprint: Fingerprint, into number: RecordNumber) {
    guard let alert = withheld(fingerprint) else { return }
    release(alert, Reason("reason.released.attached", ["number": "\(number)"]))
  }

  /// Resolves what has stayed good long enough, oldest recovery first, and stops at the first that has not. What a
  /// clock dated that was set back since lies last.
  private mutating func verify(_ rule: RuleReference) {
    verify(rule, from: \.first)
    verify(rule, from: \.last)
  }

  private mutating func verify(_ rule: RuleReference, from end: KeyPath<DueOrder, DueOrder.Entry?>) {
    while let entry = book.verifying[rule]?[keyPath: end] {
      guard hasPassed(settings.verification.duration, since: entry.at),
        let incident = incident(entry.number),
        tally.goodRounds(of: incident.fingerprint, under: rule) >= settings.verification.rounds
      else { return }
      prove(
        incident,
        Reason(
          "reason.resolved.self-recovered",
          [
            "rounds": String(settings.verification.rounds),
            "durationSeconds": settings.verification.duration.secondsText,
          ]), code: "self-recovered")
    }
  }

  /// The end of the breach is proved.
  mutating func prove(_ incident: Incident, _ reason: Reason, code: String) {
    let actor = incident.origin.actor
    let progress = progress(incident)
    if incident.status == .resolvedUnverified {
      record(.verified(IncidentVerified(reason: reason, progress: progress)), about: incident.entity, by: actor)
    } else {
      record(
        .resolved(
          IncidentResolved(code: code, text: "", proof: .given, reason: reason, progress: progress)),
        about: incident.entity, by: actor)
    }
    tellRecovery(incident.number.number, code: incident.resolution?.code ?? code)
  }

  mutating func close(_ incident: Incident) {
    let forgets = book.closed.count >= settings.closedRemembered ? book.closedOrder.first : nil
    record(
      .closed(
        IncidentClosed(
          reason: Reason("reason.closed.window-passed", ["reopenSeconds": settings.reopenWindow.secondsText]),
          forgets: forgets.map { RecordNumber(.incident, $0.number) })),
      about: incident.entity, by: .incidents)
  }

  // MARK: rules and windows that go

  mutating func retire(_ rule: RuleReference) {
    let reason = Reason("reason.resolved.rule-retired", ["rule": rule.description])
    for fingerprint in (book.firing[rule] ?? []).sorted() {
      if let alert = withheld(fingerprint) {
        release(alert, Reason("reason.released.rule-retired", ["rule": rule.description]))
      }
      if let incident = incident(fingerprint), incident.status.isActive {
        prove(incident, reason, code: "rule-retired")
      }
    }
    while let entry = book.verifying[rule]?.first, let incident = incident(entry.number) {
      prove(incident, reason, code: "rule-retired")
    }
  }

  mutating func endWindow(_ window: RecordNumber, _ successors: [ItemID: WindowReference]) {
    for number in (book.coveredByWindow[window] ?? []).sorted() {
      guard let incident = incident(number) else { continue }
      cover(incident, with: incident.subject.item.flatMap { successors[$0.id] }, by: .incidents)
    }
    for fingerprint in (book.withheldByWindow[window] ?? []).sorted() {
      guard let alert = withheld(fingerprint) else { continue }
      if let successor = alert.report.subject.item.flatMap({ successors[$0.id] }) {
        if successor.number != window { withhold(alert.report, successor) }
      } else {
        // What still fires when its window ends opens then.
        breach(alert.report.uncovered)
      }
    }
  }
}
