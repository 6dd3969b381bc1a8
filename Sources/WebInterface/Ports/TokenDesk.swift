public import Records
public import Telemetry

/// Hands out API tokens and takes them back. Asked through the control socket alone.
public protocol TokenDesk: Sendable {
  func issue(_ order: TokenOrder) async throws(TokenRefusal) -> IssuedToken
  /// By name.
  func tokens() async -> [TokenEntry]
  func revoke(_ name: String) async throws(TokenRefusal)
}

/// What somebody asks for.
public struct TokenOrder: Sendable, Equatable {
  /// `nil` lets the desk choose one.
  public var name: String?
  public var role: Role
  /// `nil` never expires.
  public var lifetime: Duration?

  public init(name: String? = nil, role: Role, lifetime: Duration?) {
    self.name = name
    self.role = role
    self.lifetime = lifetime
  }
}

/// A token's record, without the token.
public struct TokenEntry: Sendable, Encodable, Equatable {
  public var name: String
  /// `viewer`, `operator`, `administrator` or `writer`.
  public var role: String
  public var createdAt: Timestamp
  /// `nil` for never.
  public var expiresAt: Timestamp?

  public init(name: String, role: String, createdAt: Timestamp, expiresAt: Timestamp?) {
    self.name = name
    self.role = role
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}

/// A new token in clear text: shown once, then only its digest is known.
public struct IssuedToken: Sendable {
  public let token: Secret
  public let entry: TokenEntry

  public init(token: Secret, entry: TokenEntry) {
    self.token = token
    self.entry = entry
  }
}

/// Why no token was made or taken back.
public enum TokenRefusal: Error, Sendable, Equatable {
  /// The order cannot be carried out as it is.
  case refused(Reason)
  case notFound
  /// The row could not be written; nothing changed.
  case failed(Reason)
}
