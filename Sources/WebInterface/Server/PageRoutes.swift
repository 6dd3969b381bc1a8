internal import Records
internal import Telemetry
internal import Wording

/// The pages; each also as JSON from the same value.
struct PageRoutes: Sendable {
  let console: any Console
  let renderer: PageRenderer
  let settings: WebSettings

  /// The overview: `/` answers with it once the reader is in.
  @Sendable func home(_ call: Call) async throws(WebFailure) -> WebResponse { try await overview.answer(call) }

  private var overview: Route {
    page("/overview", .metricsRead, "overview", .overview) { () async throws(ConsoleError) in
      try await console.overview()
    } title: { _, reader in
      reader.text("nav.overview")
    } view: { page, parts in
      page.view(parts)
    }
  }

  var routes: [Route] { [overview] }

  /// Reads the page value, then answers in the form that the caller asked for.
  private func page<Page: Encodable & Sendable>(
    _ pattern: String, _ permission: Permission, _ template: String, _ tab: NavigationTab,
    read: @escaping @Sendable () async throws(ConsoleError) -> Page,
    title: @escaping @Sendable (Page, Reader) -> String,
    view: @escaping @Sendable (Page, ViewParts) -> View
  ) -> Route {
    page(pattern, permission, template, tab) { (_: Call) async throws(ConsoleError) in
      try await read()
    } title: { page, call in
      title(page, call.reader)
    } view: { page, parts, _ in
      view(page, parts)
    }
  }

  private func page<Page: Encodable & Sendable>(
    _ pattern: String, _ permission: Permission, _ template: String, _ tab: NavigationTab,
    read: @escaping @Sendable (Call) async throws(ConsoleError) -> Page,
    title: @escaping @Sendable (Page, Call) -> String,
    view: @escaping @Sendable (Page, ViewParts, Call) -> View
  ) -> Route {
    Route(.get, pattern, permission) { call async throws(WebFailure) in
      let page: Page
      do throws(ConsoleError) { page = try await read(call) } catch { throw WebFailure(error) }
      if call.request.wantsJSON { return .json(page, reader: call.reader) }
      return renderer.page(
        template, title: title(page, call), tab: tab, view(page, ViewParts(reader: call.reader), call), call: call,
        shell: await console.shell(), settings: settings)
    }
  }
}

extension WebFailure {
  init(_ error: ConsoleError) {
    switch error {
    case .notFound: self = .notFound
    case .unavailable(let reason): self = .unavailable(.message(reason))
    }
  }
}
