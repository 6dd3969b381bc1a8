public import Records

/// Who asks, proved by a session or by the permissions of the socket's file.
public struct Identity: Hashable, Sendable, Codable {
  public let actor: Actor
  public let role: Role

  public init(actor: Actor, role: Role) {
    self.actor = actor
    self.role = role
  }

  /// The name for people.
  public var name: String { actor.name }

  public func may(_ permission: Permission) -> Bool { role.permissions.contains(permission) }

  private enum CodingKeys: String, CodingKey { case actor, role }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    actor = try container.decode(Actor.self, forKey: .actor)
    let name = try container.decode(String.self, forKey: .role)
    guard let role = Role(rawValue: name) else {
      throw DecodingError.dataCorruptedError(forKey: .role, in: container, debugDescription: "no role '\(name)'")
    }
    self.role = role
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(actor, forKey: .actor)
    try container.encode(role.rawValue, forKey: .role)
  }
}

extension Role {
  /// The role with a permission that may do the least beside it; `nil` when none has it.
  static func least(with permission: Permission) -> Role? {
    Role.allCases.filter { $0.permissions.contains(permission) }.min { $0.permissions.count < $1.permissions.count }
  }
}
