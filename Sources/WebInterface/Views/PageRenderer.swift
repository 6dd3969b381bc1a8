internal import Mustache
internal import Records
internal import Wording

/// What a template reads: names and texts, lists and further views.
typealias View = [String: Any]

/// The tabs of the navigation, in order.
enum NavigationTab: String, CaseIterable, Sendable {
  case overview, incidents, hosts, items, maintenance, rules, explore

  var target: PageTarget {
    switch self {
    case .overview: .overview
    case .incidents: .incidents
    case .hosts: .hosts
    case .items: .items
    case .maintenance: .maintenance
    case .rules: .rules
    case .explore: .explore
    }
  }
}

/// Fills templates. Text comes from `Wording` only; a template holds structure.
struct PageRenderer: Sendable {
  let assets: AssetStore
  private let library: MustacheLibrary

  init(assets: AssetStore) {
    self.assets = assets
    library = Self.library(from: assets)
  }

  /// A template that does not parse is left out; the test of the templates names it.
  private static func library(from assets: AssetStore) -> MustacheLibrary {
    var library = MustacheLibrary()
    for name in assets.names where name.hasSuffix(".mustache") {
      if let text = assets.text(name) { try? library.register(text, named: String(name.dropLast(9))) }
    }
    return library
  }

  /// A page inside the frame.
  func page(
    _ template: String, title: String, tab: NavigationTab?, _ content: View, call: Call, shell: ShellState,
    settings: WebSettings
  ) -> WebResponse {
    var view = content
    view["shell"] = ShellView(shell: shell, call: call, tab: tab, settings: settings).view
    let waiting = shell.incidentsWaiting > 0 ? "(\(shell.incidentsWaiting)) " : ""
    return html(
      template, title: waiting + title, view, call.reader, call.theme, path: call.request.path,
      query: call.request.query, csrf: call.csrfToken)
  }

  /// A problem inside the frame, for those who are logged in.
  func problem(_ problem: ProblemPage, call: Call, shell: ShellState, settings: WebSettings) -> WebResponse {
    let words = problem.title.text(for: call.reader)
    var view = Self.view(of: problem.status, heading: words, detail: problem.detail, call.reader)
    view["shell"] = ShellView(shell: shell, call: call, tab: nil, settings: settings).view
    // What was posted cannot be opened again; the page that posted it can.
    let path = call.request.isUnsafe ? "/" : call.request.path
    return html(
      "problem", status: problem.status, title: words, view, call.reader, call.theme, path: path, csrf: call.csrfToken)
  }

  private static func view(of status: Int, heading: String, detail: Phrase, _ reader: Reader) -> View {
    [
      "heading": heading, "detail": TextParts.view(detail.text(for: reader)), "status": String(status),
      "icon": status == 401 || status == 403 ? "i-lock" : "i-unk",
    ]
  }

  /// A page without navigation, for those who are not logged in or may not.
  func problem(_ problem: ProblemPage, _ reader: Reader, _ theme: Theme, path: String) -> WebResponse {
    bare(
      "problem", status: problem.status, title: problem.title, detail: problem.detail,
      login: problem.status == 401 ? .offered : .notOffered, reader, theme, path: path)
  }

  enum LoginHint { case offered, notOffered }

  func bare(
    _ template: String, status: Int, title: Phrase, detail: Phrase, login: LoginHint, _ reader: Reader,
    _ theme: Theme, path: String
  ) -> WebResponse {
    let words = title.text(for: reader)
    var view = Self.view(of: status, heading: words, detail: detail, reader)
    view["login"] = login == .offered
    view["how"] = TextParts.view(reader.text("login.how"))
    return html(template, status: status, title: words, view, reader, theme, path: path, csrf: nil)
  }

  private func html(
    _ template: String, status: Int = 200, title: String, _ content: View, _ reader: Reader, _ theme: Theme,
    path: String, query: String = "", csrf: String?
  ) -> WebResponse {
    var view = content
    view["t"] = MessageLookup(prefix: "", reader: reader)
    view["page"] = frame(title: title, reader, theme, path: path, query: query, csrf: csrf)
    let library = assets.isLive ? Self.library(from: assets) : library
    let text = library.render(view, withTemplate: template) ?? ""
    var response = WebResponse(status: status, contentType: "text/html; charset=utf-8", text)
    response.set("Content-Language", reader.language.rawValue)
    response.set("Vary", "Accept, Accept-Language, Cookie")
    return response
  }

  private func frame(
    title: String, _ reader: Reader, _ theme: Theme, path: String, query: String, csrf: String?
  ) -> View {
    let other: Language = reader.language == .english ? .simplifiedChinese : .english
    // Two slashes at the front would make another site of a link.
    let path = path.hasPrefix("//") ? "/" : path
    // What the page shows stays; a login's token does not belong into a link.
    let kept = PercentCoding.fields(query).filter { !["lang", "theme", "t"].contains($0.name) }
      .map { "&\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined()
    var view: View = [
      "title": title, "lang": reader.language.rawValue, "theme": theme.rawValue, "path": path,
      "css": assets.path("watchkeeper.css"), "script": assets.path("app.js"), "icon": assets.path("favicon.svg"),
      "otherLang": other.rawValue, "otherName": other.ownName,
      "otherHref": "\(path)?lang=\(other.rawValue)\(kept)",
      "themeHref": "\(path)?theme=\(theme.next.rawValue)\(kept)",
      "themeLabel": Self.label(of: theme, reader), "scheme": theme == .system ? "light dark" : theme.rawValue,
      "themeLabels": Theme.allCases.map { ["theme": $0.rawValue, "label": Self.label(of: $0, reader)] as View },
      "now": String(reader.now), "offset": String(reader.zone.offsetSeconds(reader.now)),
    ]
    if let csrf { view["csrf"] = csrf }
    return view
  }

  private static func label(of theme: Theme, _ reader: Reader) -> String {
    reader.text("shell.theme.\(theme.rawValue)")
  }
}

/// `{{t.overview.title}}`: walks the dots of a message id.
struct MessageLookup: MustacheParent {
  let prefix: String
  let reader: Reader

  func child(named name: String) -> Any? {
    let id = prefix.isEmpty ? name : "\(prefix).\(name)"
    return Catalogue.contains(id) ? reader.text(id) : MessageLookup(prefix: id, reader: reader)
  }
}
