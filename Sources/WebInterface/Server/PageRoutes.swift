internal import Records
internal import Telemetry
internal import Wording

/// The pages; each also as JSON from the same value.
struct PageRoutes: Sendable {
  let console: any Console
  let renderer: PageRenderer
  let settings: WebSettings

  /// What a page's template and title are made from.
  private struct Face<Page: Sendable>: Sendable {
    let template: String
    let tab: NavigationTab?
    let title: @Sendable (Page, Reader) -> String
    let view: @Sendable (Page, ViewParts, Call) -> View
  }

  var routes: [Route] {
    [
      overview, hosts, host, incidents, incident, items, item, maintenance, task, window, probes, probe, rules,
      backtest,
      explore, runbook,
    ]
  }

  /// The overview: `/` answers with it once the reader is in.
  @Sendable func home(_ call: Call) async throws(WebFailure) -> WebResponse { try await overview.answer(call) }

  private var overview: Route {
    let face = Face<OverviewPage>(template: "overview", tab: .overview) { page, reader in
      page.verdict.phrase.text(for: reader)
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/overview", .metricsRead, face) { _ async throws(ConsoleError) in try await console.overview() }
  }

  private var hosts: Route {
    let face = Face<HostsPage>(template: "hosts", tab: .hosts) { _, reader in
      reader.text("nav.hosts")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/hosts", .metricsRead, face) { _ async throws(ConsoleError) in try await console.hosts() }
  }

  private var host: Route {
    let face = Face<HostPage>(template: "host", tab: .hosts) { page, reader in
      page.state.titled(page.name, reader)
    } view: { page, parts, call in
      page.view(parts, path: call.request.path)
    }
    return page("/hosts/:name", .metricsRead, face) { call async throws(ConsoleError) in
      try await console.host(call.parameter("name"), range: call.chosenRange)
    }
  }

  private var incidents: Route {
    let face = Face<IncidentsPage>(template: "incidents", tab: .incidents) { _, reader in
      reader.text("nav.incidents")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/incidents", .incidentRead, face) { call async throws(ConsoleError) in
      try await console.incidents(IncidentFilter(call.request))
    }
  }

  private var incident: Route {
    let face = Face<IncidentPage>(template: "incident", tab: .incidents) { page, reader in
      page.row.state.titled("\(page.row.number) \(page.row.title.text(for: reader))", reader)
    } view: { page, parts, call in
      page.view(parts, path: call.request.path)
    }
    return page("/incidents/:number", .incidentRead, face) { call async throws(ConsoleError) in
      guard let number = RecordNumber(call.parameter("number")), number.kind == .incident else { throw .notFound }
      return try await console.incident(number, range: call.range)
    }
  }

  private var items: Route {
    let face = Face<ItemsPage>(template: "items", tab: .items) { _, reader in
      reader.text("nav.items")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/cmdb", .inventoryRead, face) { call async throws(ConsoleError) in
      try await console.items(ItemFilter(call.request))
    }
  }

  private var item: Route {
    let face = Face<ItemPage>(template: "item", tab: .items) { page, reader in
      page.row.state.titled(page.row.name, reader)
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/cmdb/:id", .inventoryRead, face) { call async throws(ConsoleError) in
      try await console.item(call.parameter("id"), range: call.range)
    }
  }

  private func maintenanceFace() -> Face<MaintenancePage> {
    Face(template: "maintenance", tab: .maintenance) { _, reader in
      reader.text("nav.maintenance")
    } view: { page, parts, _ in
      page.view(parts)
    }
  }

  private var maintenance: Route {
    page("/maintenance", .maintenanceRead, maintenanceFace()) { call async throws(ConsoleError) in
      // Noon, so that the day is the same in every zone of the reader's.
      let noon = call.request.parameter("week").flatMap { PrometheusTime.instant("\($0)T12:00:00Z") }
      return try await console.maintenance(weekOf: noon)
    }
  }

  /// A task is shown in its week, opened.
  private var task: Route {
    page("/maintenance/tasks/:number", .maintenanceRead, maintenanceFace()) { call async throws(ConsoleError) in
      guard let number = RecordNumber(call.parameter("number")), number.kind == .maintenanceTask else {
        throw .notFound
      }
      return try await console.maintenance(of: number)
    }
  }

  /// A window is shown as the task that opened it.
  private var window: Route {
    page("/maintenance/windows/:number", .maintenanceRead, maintenanceFace()) { call async throws(ConsoleError) in
      guard let number = RecordNumber(call.parameter("number")), number.kind == .maintenanceWindow else {
        throw .notFound
      }
      return try await console.maintenance(of: number)
    }
  }

  private var probes: Route {
    let face = Face<ProbesPage>(template: "probes", tab: nil) { _, reader in
      reader.text("probes.title")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/probes", .metricsRead, face) { call async throws(ConsoleError) in
      try await console.probes(ProbesFilter(call.request))
    }
  }

  private var probe: Route {
    let face = Face<ProbePage>(template: "probe", tab: nil) { page, reader in
      page.row.state.titled(page.row.name, reader)
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/probes/:name", .metricsRead, face) { call async throws(ConsoleError) in
      try await console.probe(call.parameter("name"))
    }
  }

  private var rules: Route {
    let face = Face<RulesPage>(template: "rules", tab: .rules) { _, reader in
      reader.text("nav.rules")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/rules", .ruleRead, face) { _ async throws(ConsoleError) in try await console.rules() }
  }

  private var explore: Route {
    let face = Face<ExplorePage>(template: "explore", tab: .explore) { _, reader in
      reader.text("explore.title")
    } view: { page, parts, _ in
      page.view(parts)
    }
    return page("/explore", .metricsRead, face) { call async throws(ConsoleError) in
      try await console.explore(call.request.parameter("q") ?? "", range: call.range)
    }
  }

  /// A rule on the stored past; while it is worked out, the page comes again by itself.
  private var backtest: Route {
    Route(.get, "/rules/:file/:group/:name/past", .ruleRead) { call async throws(WebFailure) in
      let file = call.parameter("file")
      let rules: RulesPage
      do throws(ConsoleError) { rules = try await console.rules() } catch { throw WebFailure(error) }
      let group = rules.groups.first { $0.file == file && $0.name == call.parameter("group") }
      guard let rule = group?.rules.first(where: { $0.name == call.parameter("name") && $0.condition != .recording })
      else { throw .notFound }
      let span = call.request.parameter("since").flatMap(BacktestSpan.init(rawValue:)) ?? .week
      let order = BacktestOrder(
        file: file, group: call.parameter("group"), rule: rule.name, since: .ago(span.length))
      let answer = await console.backtest(order, waiting: Self.backtestWaiting)
      if call.request.wantsJSON { return .json(answer, reader: call.reader) }
      let view = BacktestView(rule: rule, span: span, answer: answer, path: call.request.path)
      var response = renderer.page(
        "backtest", title: call.reader.text("backtest.title", ["rule": rule.name]), tab: .rules,
        view.view(ViewParts(reader: call.reader)), call: call, shell: await console.shell(), settings: settings)
      if answer.stage == .running { response.set("Refresh", "2") }
      return response
    }
  }

  /// How long a page waits for the end of a back-test before it shows how far it is.
  private static let backtestWaiting = Duration.seconds(3)

  /// What to do about a packaged rule, from the files that are built in: it must be there when the network is not.
  private var runbook: Route {
    Route(.get, "/runbooks/:name", .ruleRead) { call async throws(WebFailure) in
      let name = call.parameter("name")
      guard let page = RunbookPage(packaged: name, in: call.reader.language, renderer.assets) else { throw .notFound }
      return renderer.page(
        "runbook", title: page.title, tab: .rules, page.view, call: call, shell: await console.shell(),
        settings: settings)
    }
  }

  /// Reads the page value, then answers in the form that the caller asked for.
  private func page<Page: Encodable & Sendable>(
    _ pattern: String, _ permission: Permission, _ face: Face<Page>,
    read: @escaping @Sendable (Call) async throws(ConsoleError) -> Page
  ) -> Route {
    Route(.get, pattern, permission) { call async throws(WebFailure) in
      let page: Page
      do throws(ConsoleError) { page = try await read(call) } catch { throw WebFailure(error) }
      if call.request.wantsJSON { return .json(page, reader: call.reader) }
      return renderer.page(
        face.template, title: face.title(page, call.reader), tab: face.tab,
        face.view(page, ViewParts(reader: call.reader), call), call: call, shell: await console.shell(),
        settings: settings)
    }
  }
}

extension PageState {
  /// The title of a page tells the state of its subject, so that a row of tabs can be read: `Critical: db01`.
  func titled(_ subject: String, _ reader: Reader) -> String {
    reader.text("state.\(rawValue)") + reader.text("unit.colon") + subject
  }
}

extension Call {
  /// How much of the past is asked for; an hour unless the address says otherwise.
  var range: PageRange { chosenRange ?? .hour }

  /// What the address says, `nil` when it says nothing.
  var chosenRange: PageRange? { request.parameter("range").flatMap(PageRange.init(rawValue:)) }
}

extension WebFailure {
  init(_ error: ConsoleError) {
    switch error {
    case .notFound: self = .notFound
    case .unknown(let reason): self = .badRequest(.message(reason))
    case .unavailable(let reason): self = .unavailable(.message(reason))
    }
  }
}
