internal import HashTreeCollections
internal import Inventory
internal import Records
internal import Telemetry

extension IncidentBook {
  /// Folds one fact in. Facts about records that the book does not hold change nothing.
  public mutating func apply(_ fact: IncidentFact) {
    switch fact.change {
    case .opened(let content): open(content, at: fact.at)
    case .closed(let content): close(fact.entity, content, at: fact.at)
    case .withheld(let content):
      let since = withheld[content.alert.fingerprint]?.since ?? fact.at
      put(
        WithheldAlert(report: content.alert, window: content.window, since: since), at: content.alert.fingerprint)
    case .released(let content): put(nil as WithheldAlert?, at: content.fingerprint)
    case .delivered(let content): settle(content.key)
    case .refused(let content): settle(content.key)
    case .intended(let content): intend(content, about: fact.entity, at: fact.at)
    default:
      change(fact.entity) { incident in
        incident.apply(fact.change, at: fact.at, by: fact.actor)
      }
    }
  }

  private mutating func change(_ entity: EntityID, _ body: (inout Incident) -> Void) {
    guard let number = Incident.number(of: entity)?.number, var incident = incidents[number] else { return }
    body(&incident)
    put(incident, at: number)
  }

  private mutating func open(_ content: IncidentOpened, at now: Timestamp) {
    lastNumber = max(lastNumber, content.number.number)
    let alert = content.alert
    let incident = Incident(
      number: content.number, fingerprint: alert.fingerprint, origin: alert.origin, alertName: alert.alertName,
      title: alert.title, labels: alert.labels, annotations: alert.annotations, subject: alert.subject,
      openedAt: now, activeAt: alert.activeAt, reasons: content.reasons, recurrenceOf: content.recurrenceOf,
      assessment: content.assessment, status: .open, breach: .firing(since: alert.activeAt),
      progress: content.progress, progressToldAt: now, reopenCount: 0, window: alert.withheldBy,
      paging: PagingState(dueAt: content.pageDueAt, ordinal: 0, told: [:], outstanding: []))
    put(incident, at: content.number.number)
  }

  private mutating func close(_ entity: EntityID, _ content: IncidentClosed, at now: Timestamp) {
    guard let number = Incident.number(of: entity), let incident = incidents[number.number] else { return }
    put(nil as Incident?, at: number.number)
    if let forgotten = content.forgets { forget(forgotten) }
    remember(ClosedIncident(number: number, fingerprint: incident.fingerprint, closedAt: now))
  }

  private mutating func intend(_ content: NotificationIntended, about entity: EntityID, at now: Timestamp) {
    let intents = content.receivers.map { receiver in
      NotificationIntent(
        key: IntentKey(incident: content.incident.number, ordinal: content.ordinal, receiver: receiver),
        receiver: receiver, kind: content.kind, reason: content.reason, incident: content.incident, createdAt: now)
    }
    for intent in intents { pendingIntents[intent.key] = intent }
    change(entity) { incident in
      incident.paging.ordinal = max(incident.paging.ordinal, content.ordinal)
      incident.paging.outstanding = (incident.paging.outstanding + intents.map(\.key)).sorted()
      guard content.kind != .recovered else {
        incident.paging.told = [:]
        return
      }
      incident.paging.dueAt = nil
      incident.paging.lastToldAt = now
      incident.paging.toldPriority = min(incident.paging.toldPriority ?? .low, content.incident.priority)
      for intent in intents { incident.paging.told[intent.receiver] = intent.key }
    }
  }

  private mutating func settle(_ key: IntentKey) {
    guard let intent = pendingIntents[key] else { return }
    pendingIntents[key] = nil
    change(Incident.entity(of: intent.incident.number)) { $0.paging.outstanding.removeAll { $0 == key } }
  }
}

extension Incident {
  /// What a fact about this incident alone changes.
  fileprivate mutating func apply(_ change: IncidentChange, at now: Timestamp, by actor: Actor) {
    switch change {
    case .progressed(let content): note(content.progress, at: now)
    case .reassessed(let content):
      note(content.progress, at: now)
      assessment = content.assessment
    case .cleared(let content):
      note(content.progress, at: now)
      breach = .cleared(at: now)
    case .firedAgain(let content):
      note(content.progress, at: now)
      breach = .firing(since: content.since)
      heldOpenBy = nil
    case .windowChanged(let content):
      note(content.progress, at: now)
      window = content.window
    case .acknowledged(let content):
      note(content.progress, at: now)
      status = .acknowledged
      acknowledgedBy = actor
      acknowledgedAt = now
      paging.dueAt = nil
    case .noted(let content): note(content.progress, at: now)
    case .resolved(let content): resolve(content, at: now, by: actor)
    case .verified(let content):
      note(content.progress, at: now)
      endBreach(at: now)
    case .reopened(let content): reopen(content, at: now, by: actor)
    case .opened, .closed, .withheld, .released, .intended, .delivered, .refused: break
    }
  }

  private mutating func note(_ progress: BreachProgress, at now: Timestamp) {
    self.progress = progress
    progressToldAt = now
  }

  private mutating func resolve(_ content: IncidentResolved, at now: Timestamp, by actor: Actor) {
    note(content.progress, at: now)
    resolution = Resolution(code: content.code, text: content.text, by: actor, at: now)
    paging.dueAt = nil
    status = .resolvedUnverified
    if content.proof == .given { endBreach(at: now) }
  }

  private mutating func endBreach(at now: Timestamp) {
    status = .resolved
    resolvedAt = now
    heldOpenBy = nil
    if case .firing = breach { breach = .cleared(at: now) }
  }

  private mutating func reopen(_ content: IncidentReopened, at now: Timestamp, by actor: Actor) {
    note(content.progress, at: now)
    status = .open
    reopenCount += 1
    resolution = nil
    resolvedAt = nil
    acknowledgedBy = nil
    acknowledgedAt = nil
    window = content.window
    paging.dueAt = content.pageDueAt
    paging.toldPriority = nil
    if let since = content.firingSince {
      breach = .firing(since: since)
      heldOpenBy = nil
    } else {
      heldOpenBy = actor
    }
  }
}
