internal import Records
internal import Wording

/// Permission that was missing and the least role that has it.
struct PermissionNeed: Sendable, Hashable {
  let permission: Permission
  let role: Role?
}

/// A request on its way, with what the guards found out.
struct Call: Sendable {
  let request: WebRequest
  /// Parts of the path, decoded.
  let parameters: [String: String]
  let reader: Reader
  let theme: Theme
  /// `nil` only on routes that are open to everybody.
  let identity: Identity?
  let csrfToken: String?

  func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// A method and a path with the permission that it takes.
struct Route: Sendable {
  enum Method: String, Sendable { case get = "GET", post = "POST" }

  let method: Method
  /// `/incidents/:number/notes`; a segment with a colon is a parameter.
  let pattern: String
  /// Every route declares one. `nil` is what a forgotten one looks like, and the program does not start with it.
  let permission: Permission?
  let answer: @Sendable (Call) async throws(WebFailure) -> WebResponse

  init(
    _ method: Method, _ pattern: String, _ permission: Permission?,
    answer: @escaping @Sendable (Call) async throws(WebFailure) -> WebResponse
  ) {
    self.method = method
    self.pattern = pattern
    self.permission = permission
    self.answer = answer
  }
}

/// Why the routes cannot be used; a fault of the program, found when it starts.
public enum RouteTableError: Error, Sendable, Equatable, CustomStringConvertible {
  case permissionMissing(String)
  case duplicate(String)

  public var description: String {
    switch self {
    case .permissionMissing(let route): "route '\(route)' declares no permission – name one in its table"
    case .duplicate(let route): "route '\(route)' is declared twice – remove one"
    }
  }
}

/// All routes, checked.
struct RouteTable: Sendable {
  struct Entry: Sendable {
    let route: Route
    let permission: Permission
    let segments: [String]
  }

  enum Match: Sendable {
    case found(Entry, parameters: [String: String])
    case otherMethods([String])
    case none
  }

  let entries: [Entry]

  init(_ routes: [Route]) throws(RouteTableError) {
    var entries: [Entry] = []
    var seen: Set<String> = []
    for route in routes {
      let name = "\(route.method.rawValue) \(route.pattern)"
      guard let permission = route.permission else { throw .permissionMissing(name) }
      guard seen.insert(name).inserted else { throw .duplicate(name) }
      entries.append(Entry(route: route, permission: permission, segments: Self.segments(route.pattern)))
    }
    self.entries = entries
  }

  func match(method: String, path: String) -> Match {
    let parts = Self.segments(path)
    let wanted = method == "HEAD" ? "GET" : method
    var others: [String] = []
    for entry in entries {
      guard let parameters = Self.bind(entry.segments, to: parts) else { continue }
      if entry.route.method.rawValue == wanted { return .found(entry, parameters: parameters) }
      others.append(entry.route.method.rawValue)
    }
    return others.isEmpty ? .none : .otherMethods(others)
  }

  private static func segments(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

  private static func bind(_ pattern: [String], to parts: [String]) -> [String: String]? {
    guard pattern.count == parts.count else { return nil }
    var parameters: [String: String] = [:]
    for (name, part) in zip(pattern, parts) {
      if name.hasPrefix(":") {
        guard let value = PercentCoding.decode(part) else { return nil }
        parameters[String(name.dropFirst())] = value
      } else if name != part {
        return nil
      }
    }
    return parameters
  }
}
