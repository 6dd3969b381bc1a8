internal import Synchronization
internal import Alerting
internal import Incidents
internal import Inventory
internal import Planner
internal import Records
internal import Telemetry
internal import TimeSeriesStore
internal import WebInterface

// How a change in one book reaches the others. Each step hands a value to a desk and returns at once.

extension Installation {
  /// A round of a rule group is over.
  func offer(_ round: RuleEvaluator.GroupRound) {
    status.withLock { $0.lastRound = world.clock.uptime }
    let book = inventory.state.book
    let offering = BreachOffering(
      inventory: book,
      targets: { [self] in TargetTable(configuration.withLock { $0.probes }, hostName: hostName, in: book) },
      window: maintenance.state.window, incidents: incidents.state.book)
    for round in offering.rounds(of: round, at: now) where incidents.submit(.round(round)) == .mailboxFull {
      log.warning("incidents: too much waits; the round of \(round.rule) is offered again with the next")
    }
  }

  /// Rules are gone after a reload: nobody could see their incidents recover.
  func retire(_ alerts: [Alert]) { retireMissingRules() }

  /// Ends the incidents of rules that no configured group has.
  func retireMissingRules() {
    let known = RuleReference.all(in: evaluator.view.groups)
    let book = incidents.state.book
    let used = book.all.compactMap(\.origin.rule) + book.withheldAlerts.compactMap(\.report.origin.rule)
    for rule in Set(used).subtracting(known).sorted() { incidents.submit(.ruleRetired(rule)) }
  }

  /// A recovery must not be more durable than the samples that prove it: after a crash the last good sample would be
  /// gone, the last bad one in sight, and a resolved incident would open again. Costs one sync for each resolution, and
  /// at most `samplesWaitMax`: decisions never hang behind a disk that takes no samples.
  func keepSamples(behind facts: [IncidentFact]) async {
    let endsOne = facts.contains { fact in
      switch fact.change {
      case .resolved, .verified: true
      default: false
      }
    }
    guard endsOne else { return }
    let (ends, end) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingOldest(1))
    Task { [store] in
      await store.commit()
      end.yield(true)
    }
    let limit = Task { [clock = world.clock] in
      do { try await clock.sleep(for: Self.samplesWaitMax) } catch { return }
      end.yield(false)
    }
    // A task of its own: a stop that cancels the desk must not cut the wait short.
    let isKept = await Task { await ends.first { _ in true } ?? true }.value
    limit.cancel()
    if !isKept {
      log.warning("samples: the disk did not take them within \(Self.samplesWaitMax.notation) – incidents go on")
    }
  }

  /// How long a decision waits for the samples behind it. The default is 2 s.
  static let samplesWaitMax = Duration.seconds(2)

  func incidentsChanged(_ facts: [IncidentFact], _ state: IncidentState) {
    let told = Set(
      facts.compactMap { fact in
        if case .intended = fact.change { Incident.number(of: fact.entity) } else { nil }
      })
    if !told.isEmpty { Failpoint.intentAfter.pass() }
    let numbers = Set(facts.compactMap { Incident.number(of: $0.entity) })
    Task {
      if !told.isEmpty { await takePendingIntents(of: told) }
      await hub.tell(changed: [.incidents] + numbers.map { .incident($0) })
    }
    let changesOutages = facts.contains { fact in
      switch fact.change {
      case .opened, .resolved, .verified, .reopened, .closed: true
      default: false
      }
    }
    if changesOutages { plan() }
  }

  /// Only of the incidents that have new ones: what waits for a dead endpoint must not make each further one dearer.
  private func takePendingIntents(of numbers: Set<RecordNumber>) async {
    await deliveries.take { [incidents] in
      let book = incidents.state.book
      return numbers.sorted().flatMap { book.pendingIntents(of: $0) }
    }
  }

  func takePendingIntents() async {
    await deliveries.take { [incidents] in incidents.state.book.pendingIntentsInOrder }
  }

  func inventoryChanged(_ facts: [InventoryFact], _ state: InventoryState) {
    plan()
    Task { await hub.tell(changed: [.items]) }
  }

  func maintenanceChanged(_ facts: [MaintenanceFact], _ state: MaintenanceState) {
    for fact in facts {
      guard case .windowClosed = fact.change, let number = Self.windowNumber(of: fact.entity) else { continue }
      endWindow(number, state)
    }
    Task { await hub.tell(changed: [.maintenance]) }
  }

  private static func windowNumber(of entity: EntityID) -> RecordNumber? {
    entity.text.split(separator: "/").last.flatMap { RecordNumber(String($0)) }
  }

  /// What a closed window withheld opens, unless another window still covers it.
  private func endWindow(_ number: RecordNumber, _ state: MaintenanceState) {
    var successors: [ItemID: WindowReference] = [:]
    for covered in state.book[window: number]?.coverage ?? [] {
      guard let item = ItemID(covered.item) else { continue }
      successors[item] = state.window(over: item, at: now)
    }
    incidents.submit(.windowEnded(number, successors: successors))
  }

  /// Windows that ended while the program was away, or whose end it recorded but did not pass on.
  func endForgottenWindows() {
    let book = incidents.state.book
    let state = maintenance.state
    let cited = book.withheldAlerts.map(\.window.number) + book.all.compactMap(\.window?.number)
    for number in Set(cited).sorted() where state.book[window: number]?.isOpen != true { endWindow(number, state) }
  }

  var scene: PlanningScene {
    PlanningScene(
      plans: configuration.withLock { $0.plans }, inventory: inventory.state.book, incidents: incidents.state.book)
  }

  /// Within a second, once for all that changes until then.
  func plan() {
    let isAsked = planIsDue.withLock { isDue in
      defer { isDue = true }
      return isDue
    }
    guard !isAsked else { return }
    Task {
      try? await world.clock.sleep(for: .seconds(1))
      planIsDue.withLock { $0 = false }
      maintenance.submit(PlanningInput(input: .plan, scene: scene))
    }
  }
}
