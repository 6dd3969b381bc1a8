import Records
import Testing

@testable import WebInterface

@Suite("Routes")
struct RouteTableTests {
  private func route(_ pattern: String, _ permission: Permission? = .anonymous, _ method: Route.Method = .get) -> Route
  {
    Route(method, pattern, permission) { _ async throws(WebFailure) in .seeOther("/") }
  }

  @Test("a route without a permission keeps the program from starting")
  func permissionMissing() throws {
    #expect(throws: RouteTableError.permissionMissing("GET /new")) { try RouteTable([route("/new", nil)]) }
    let bench = try Bench()
    #expect(throws: RouteTableError.permissionMissing("GET /new")) {
      try Site(
        console: bench.console, sessions: bench.sessions, settings: bench.settings, clock: bench.clock,
        extraRoutes: [route("/new", nil)])
    }
  }

  @Test("a route declared twice is refused")
  func duplicate() {
    #expect(throws: RouteTableError.duplicate("GET /a")) { try RouteTable([route("/a"), route("/a")]) }
  }

  @Test("only these doors are open to everybody")
  func anonymous() throws {
    let open = try Bench().site.table.entries.filter { $0.permission == .anonymous }.map(\.route.pattern)
    #expect(
      open.sorted() == ["/", "/-/healthy", "/-/ready", "/assets/:file", "/favicon.ico", "/logout", "/metrics"])
  }

  @Test("parameters are decoded, broken escapes are no match")
  func parameters() throws {
    let table = try RouteTable([route("/cmdb/:id")])
    guard case .found(_, let parameters) = table.match(method: "GET", path: "/cmdb/filesystem%3Aweb01%3A%2Fvar") else {
      Issue.record("no match")
      return
    }
    #expect(parameters == ["id": "filesystem:web01:/var"])
    for path in ["/cmdb/%zz", "/cmdb/%", "/cmdb/%ff", "/cmdb", "/cmdb/a/b"] {
      guard case .none = table.match(method: "GET", path: path) else {
        Issue.record("\(path) matched")
        continue
      }
    }
  }

  @Test("every address leads to one place and back")
  func targets() throws {
    #expect(PageTarget.item("filesystem:web01:/var").path == "/cmdb/filesystem%3Aweb01%3A%2Fvar")
    #expect(PageTarget.host("主机").path == "/hosts/%E4%B8%BB%E6%9C%BA")
    #expect(PercentCoding.decode("%E4%B8%BB%E6%9C%BA") == "主机")
  }
}
