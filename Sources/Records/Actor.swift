/// Who caused a fact.
public enum Actor: Hashable, Sendable {
  case person(String)
  /// A user of this machine, proved by the permissions of the control socket.
  case localUser(String)
  case token(String)
  case rule(String)
  case probe(String)
  /// A version of the configuration files, by the first 12 digits of its digest.
  case configuration(String)
  /// A part of the program, for example `planner`.
  case program(String)
}

extension Actor: CustomStringConvertible {
  /// The form that the journal stores: `kind:name`.
  public var description: String {
    switch self {
    case .person(let name): "person:\(name)"
    case .localUser(let name): "local-user:\(name)"
    case .token(let name): "token:\(name)"
    case .rule(let name): "rule:\(name)"
    case .probe(let name): "probe:\(name)"
    case .configuration(let digest): "configuration:\(digest)"
    case .program(let name): "program:\(name)"
    }
  }

  /// - Returns: `nil` when `text` was not written by `description`.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = String(text[text.index(after: colon)...])
    switch text[..<colon] {
    case "person": self = .person(name)
    case "local-user": self = .localUser(name)
    case "token": self = .token(name)
    case "rule": self = .rule(name)
    case "probe": self = .probe(name)
    case "configuration": self = .configuration(name)
    case "program": self = .program(name)
    default: return nil
    }
  }

  /// The name without its kind, for people.
  public var name: String {
    switch self {
    case .person(let name), .localUser(let name), .token(let name), .rule(let name), .probe(let name),
      .configuration(let name), .program(let name):
      name
    }
  }
}

extension Actor: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let actor = Actor(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an actor: \(text)"))
    }
    self = actor
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
