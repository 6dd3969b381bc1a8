internal import Interchange
internal import Synchronization
internal import Incidents
internal import Planner
internal import Records
internal import WebInterface

extension LiveConsole: ConsoleActions {
  func perform(_ action: ConsoleAction, by identity: Identity) async -> ActionOutcome {
    let actor = identity.actor
    switch action {
    case .acknowledge(let number):
      return await decide(
        .acknowledge(number, by: actor, note: ""), Reason("action.acknowledged", ["number": "\(number)"]))
    case .resolve(let number, let note):
      return await decide(
        .resolve(number, by: actor, text: note, code: "fixed"), Reason("action.resolved", ["number": "\(number)"]))
    case .reopen(let number):
      return await decide(
        .reopen(number, by: actor, text: "reopened"), Reason("action.reopened", ["number": "\(number)"]))
    case .addNote(let number, let text):
      return await decide(.addNote(number, by: actor, text: text), Reason("action.noted", ["number": "\(number)"]))
    case .startTask(let number):
      return await maintain(
        .start(number, .respectConstraints, by: actor), Reason("action.started", ["number": "\(number)"]))
    case .finishTask(let number, let note):
      return await maintain(
        .finish(number, .done, TaskResult(text: note), by: actor), Reason("action.finished", ["number": "\(number)"]))
    }
  }

  private static func outcome<Refusal>(
    of failure: CommandFailure<Refusal>, refused: (Refusal) -> ActionOutcome
  ) -> ActionOutcome {
    switch failure {
    case .refused(let refusal): refused(refusal)
    case .journal(let problem): .failed(Reason("action.failed", ["problem": problem.description]))
    case .unavailable: .failed(Reason("action.unavailable"))
    }
  }

  private func decide(_ input: IncidentInput, _ done: Reason) async -> ActionOutcome {
    do {
      try await installation.incidents.perform(input)
      return .done(done)
    } catch {
      return Self.outcome(of: error) { refusal in
        if case .unknown = refusal { .notFound } else { .refused(Self.reason(for: refusal)) }
      }
    }
  }

  private static func reason(for refusal: IncidentRefusal) -> Reason {
    switch refusal {
    case .unknown(let number): Reason("action.unknown", ["number": "\(number)"])
    case .notPossible(_, let number, let status):
      Reason("action.not-possible", ["number": "\(number)", "status": "action.incident.\(status.rawValue)"])
    case .textMissing: Reason("action.text-missing")
    case .textTooLong(_, let limit): Reason("action.text-too-long", ["limit": "\(limit)"])
    }
  }

  private func maintain(_ input: MaintenanceInput, _ done: Reason) async -> ActionOutcome {
    do {
      try await installation.maintenance.perform(PlanningInput(input: input, scene: installation.scene))
      return .done(done)
    } catch {
      return Self.outcome(of: error) { refusal in
        if case .unknown = refusal { .notFound } else { .refused(Self.reason(for: refusal)) }
      }
    }
  }

  private static func reason(for refusal: MaintenanceRefusal) -> Reason {
    switch refusal {
    case .unknown(let number): Reason("action.unknown", ["number": "\(number)"])
    case .notPossible(_, let number, let state):
      Reason("action.not-possible", ["number": "\(number)", "status": "action.task.\(state.rawValue)"])
    case .textMissing: Reason("action.text-missing")
    case .textTooLong: Reason("action.text-too-long", ["limit": "\(MaintenanceRefusal.textBytesMax)"])
    case .checklistEntryUnknown(let number, _): Reason("action.unknown", ["number": "\(number)"])
    case .timePassed: Reason("action.time-passed")
    // The first reason is the one that an operator can act on.
    case .blocked(let number, let reasons): reasons.first ?? Reason("action.blocked", ["number": "\(number)"])
    }
  }
}

extension LiveConsole: ConsoleFeed {
  func deltas(after id: UInt64?) async -> AsyncStream<ConsoleDelta> { await installation.hub.deltas(after: id) }
}

extension LiveConsole: SelfReport {
  func readiness() async -> Readiness {
    installation.status.withLock { $0.notReady }.map { .notReady($0) } ?? .ready
  }

  func exposition(_ format: ExpositionFormat) async -> String {
    format.text(await installation.selfMetrics().families)
  }

  func ruleCosts() async -> [RuleCostRow] { sources.rules().costRows }
}

extension LiveConsole: Console {}
