internal import Records
internal import Telemetry
internal import Wording

/// The whole web interface as a function from request to answer; servers and tests call it alike.
struct Site: Sendable {
  let console: any Console
  let sessions: SessionStore
  let settings: WebSettings
  let clock: any WallClock
  let table: RouteTable
  let renderer: PageRenderer
  let assets: AssetStore
  let streams: StreamLimit

  init(
    console: any Console, sessions: SessionStore, settings: WebSettings, clock: any WallClock,
    extraRoutes: [Route] = []
  ) throws(RouteTableError) {
    self.console = console
    self.sessions = sessions
    self.settings = settings
    self.clock = clock
    assets = AssetStore(overrideFolder: settings.overrideFolder)
    renderer = PageRenderer(assets: assets)
    streams = StreamLimit(max: settings.streamsMax)
    let pages = PageRoutes(console: console, renderer: renderer, settings: settings)
    let access = AccessRoutes(sessions: sessions, renderer: renderer, home: pages.home)
    let machine = MachineRoutes(console: console, assets: assets)
    let prometheus = PrometheusRoutes(source: console, settings: settings, clock: clock)
    let write = WriteRoutes(door: console)
    let events = EventRoutes(feed: console, streams: streams, settings: settings, clock: clock)
    let lists: [[Route]] = [
      pages.routes, access.routes, ActionRoutes(console: console, renderer: renderer).routes, machine.routes,
      prometheus.routes, write.routes, events.routes, KeyRoutes(sessions: sessions, settings: settings).routes,
      StatusRoutes(console: console, settings: settings, clock: clock).routes,
      BacktestRoutes(console: console).routes, extraRoutes,
    ]
    table = try RouteTable(lists.flatMap { $0 })
  }

  func respond(to request: WebRequest) async -> WebResponse {
    let reader = reader(for: request)
    var response: WebResponse
    do {
      response = try await answer(request, reader)
    } catch {
      response = await page(for: error, request, reader)
    }
    remember(request, in: &response)
    for (name, value) in Guards.headers { response.setIfAbsent(name, value) }
    response.setIfAbsent("Cache-Control", "no-store")
    if request.method == "HEAD" { response.body = .bytes([]) }
    return response
  }

  private func answer(_ request: WebRequest, _ reader: Reader) async throws(WebFailure) -> WebResponse {
    if request.door == .network, !Guards.accepts(host: request.header("host"), names: settings.hostNames) {
      throw .misdirected
    }
    guard request.body.count <= settings.bodyBytesMax else { throw .tooLarge(limitBytes: settings.bodyBytesMax) }
    switch table.match(method: request.method, path: request.path) {
    case .none: throw .notFound
    case .otherMethods(let methods): throw .methodNotAllowed(methods)
    case .found(let entry, let parameters):
      let call = try await admit(request, to: entry, parameters, reader)
      return try await within(settings.answerTimeMax) { () async throws(WebFailure) in
        try await entry.route.answer(call)
      }
    }
  }

  /// Who calls, whether they may, and whether their browser was tricked into it.
  private func admit(
    _ request: WebRequest, to entry: RouteTable.Entry, _ parameters: [String: String], _ reader: Reader
  ) async throws(WebFailure) -> Call {
    let (identity, csrfToken) = await caller(of: request)
    if entry.permission != .anonymous {
      guard let identity else { throw .unauthenticated }
      guard identity.may(entry.permission) else {
        throw .forbidden(
          lacking: PermissionNeed(permission: entry.permission, role: Role.least(with: entry.permission)))
      }
    }
    if request.isUnsafe, request.door == .network, request.bearerToken == nil {
      guard Guards.isSameSite(request), let csrfToken,
        let sent = request.header("x-csrf-token") ?? request.form["csrf"], Guards.isEqual(sent, csrfToken)
      else { throw .crossSite }
    }
    return Call(
      request: request, parameters: parameters, reader: reader, theme: theme(of: request), identity: identity,
      csrfToken: csrfToken)
  }

  private func caller(of request: WebRequest) async -> (identity: Identity?, csrfToken: String?) {
    if request.door == .socket { return (settings.socketIdentity, nil) }
    if let token = request.bearerToken {
      // A token is never sent by a browser on its own, so nothing can be tricked out of it.
      return (await settings.identityOfToken(Digest(of: Array(token.utf8))), nil)
    }
    guard let token = request.cookie(Self.sessionCookie), let session = await sessions.session(for: token) else {
      return (nil, nil)
    }
    return (session.identity, session.csrfToken)
  }

  private func within(
    _ limit: Duration, _ work: @escaping @Sendable () async throws(WebFailure) -> WebResponse
  ) async throws(WebFailure) -> WebResponse {
    let clock = clock
    let outcome = await withTaskGroup(of: Result<WebResponse, WebFailure>?.self) { group in
      group.addTask {
        do throws(WebFailure) { return .success(try await work()) } catch { return .failure(error) }
      }
      group.addTask {
        // Cut short, it leaves the word to the work, which hears of it too.
        (try? await clock.sleep(for: limit)).map { .failure(.tookTooLong) }
      }
      for await case let outcome? in group {
        group.cancelAll()
        return outcome
      }
      return .failure(.tookTooLong)
    }
    return try outcome.get()
  }

  // MARK: - Preferences

  static let sessionCookie = "wk_session"
  static let languageCookie = "wk_lang"
  static let themeCookie = "wk_theme"
  private static let year = 31_536_000

  private func reader(for request: WebRequest) -> Reader {
    let language = Language.negotiate(
      query: request.parameter("lang"), cookie: request.cookie(Self.languageCookie),
      acceptLanguage: request.header("accept-language"), fallback: settings.language)
    return Reader(language: language, zone: settings.zone, now: clock.now.milliseconds)
  }

  private func theme(of request: WebRequest) -> Theme {
    [request.parameter("theme"), request.cookie(Self.themeCookie)].lazy
      .compactMap { $0.flatMap(Theme.init(rawValue:)) }.first ?? .system
  }

  /// A choice made in the address is kept for the pages that follow.
  private func remember(_ request: WebRequest, in response: inout WebResponse) {
    if let language = request.parameter("lang").flatMap({ Language(tag: $0) }) {
      response.addCookie(Self.preference(Self.languageCookie, language.rawValue))
    }
    if let theme = request.parameter("theme").flatMap(Theme.init(rawValue:)) {
      response.addCookie(Self.preference(Self.themeCookie, theme.rawValue))
    }
  }

  private static func preference(_ name: String, _ value: String) -> String {
    "\(name)=\(value); Path=/; Max-Age=\(year); SameSite=Lax"
  }

  // MARK: - Failures

  private func page(for failure: WebFailure, _ request: WebRequest, _ reader: Reader) async -> WebResponse {
    let problem = ProblemPage(failure)
    let isAPI = request.path.hasPrefix("/api/") || request.path.hasPrefix("/-/") || request.path == "/events"
    var response =
      if request.path.hasPrefix("/api/v1/") {
        problem.prometheusJSON(for: reader)
      } else if request.wantsJSON || isAPI {
        problem.json(for: reader)
      } else {
        await problemPage(problem, failure, request, reader)
      }
    if case .methodNotAllowed(let methods) = failure { response.set("Allow", methods.joined(separator: ", ")) }
    return response
  }

  /// Whoever is logged in keeps the navigation: a wrong number is no reason to start over.
  private func problemPage(
    _ problem: ProblemPage, _ failure: WebFailure, _ request: WebRequest, _ reader: Reader
  ) async -> WebResponse {
    let theme = theme(of: request)
    // Under a name that does not lead here nothing of the installation is shown.
    if case .misdirected = failure { return renderer.problem(problem, reader, theme, path: request.path) }
    let (identity, csrfToken) = await caller(of: request)
    guard let identity, identity.may(.metricsRead) else {
      return renderer.problem(problem, reader, theme, path: request.path)
    }
    let call = Call(
      request: request, parameters: [:], reader: reader, theme: theme, identity: identity, csrfToken: csrfToken)
    return renderer.problem(problem, call: call, shell: await console.shell(), settings: settings)
  }
}
