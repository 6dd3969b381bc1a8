/// Who asks, and how that is proved.
public enum Credentials: Hashable, Sendable {
  /// SNMPv1: GETNEXT only, 32-bit counters only.
  case version1(community: String)
  case version2c(community: String)
  case version3(SecurityUser)
}

/// A user of SNMPv3's user-based security model.
public struct SecurityUser: Hashable, Sendable {
  public struct Authentication: Hashable, Sendable {
    public let algorithm: AuthenticationProtocol
    let password: String

    public init(_ algorithm: AuthenticationProtocol, password: String) {
      self.algorithm = algorithm
      self.password = password
    }
  }

  public struct Privacy: Hashable, Sendable {
    public let algorithm: PrivacyProtocol
    let password: String

    public init(_ algorithm: PrivacyProtocol, password: String) {
      self.algorithm = algorithm
      self.password = password
    }
  }

  public let name: String
  public let authentication: Authentication?
  /// Only beside an authentication.
  public let privacy: Privacy?
  /// Which of the device's views is asked; empty for the only one.
  public let contextName: String

  public init(
    name: String, authentication: Authentication? = nil, privacy: Privacy? = nil, contextName: String = ""
  ) {
    self.name = name
    self.authentication = authentication
    self.privacy = authentication == nil ? nil : privacy
    self.contextName = contextName
  }

  /// As RFC 3411 numbers them in msgFlags: 0 neither, 1 authenticated, 3 hidden as well.
  var securityFlags: UInt8 { authentication == nil ? 0 : privacy == nil ? 1 : 3 }
}

extension SecurityUser: CustomStringConvertible, CustomReflectable {
  /// Without the passwords.
  public var description: String { "user \(name)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Credentials: CustomStringConvertible, CustomReflectable {
  /// Without the community.
  public var description: String {
    switch self {
    case .version1: "SNMPv1"
    case .version2c: "SNMPv2c"
    case .version3(let user): "SNMPv3, \(user)"
    }
  }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A user's keys before they are made for an engine.
struct PasswordKeys: Sendable, Equatable {
  let authentication: [UInt8]
  let privacy: [UInt8]

  /// Costs a few milliseconds: keep it where many engines are heard.
  init(of user: SecurityUser) {
    let algorithm = user.authentication?.algorithm
    authentication = user.authentication.map { $0.algorithm.key(fromPassword: Array($0.password.utf8)) } ?? []
    privacy = user.privacy.flatMap { algorithm?.key(fromPassword: Array($0.password.utf8)) } ?? []
  }
}

/// A user's keys at one engine.
struct LocalizedKeys: Sendable, Equatable {
  let authentication: [UInt8]
  let privacy: [UInt8]

  /// Costs a few milliseconds: keep it for as long as the engine lives.
  init(of user: SecurityUser, engine: [UInt8]) { self.init(PasswordKeys(of: user), of: user, engine: engine) }

  init(_ keys: PasswordKeys, of user: SecurityUser, engine: [UInt8]) {
    guard let algorithm = user.authentication?.algorithm else {
      authentication = []
      privacy = []
      return
    }
    authentication = algorithm.localized(keys.authentication, engine: engine)
    privacy =
      user.privacy.map {
        $0.algorithm.key(from: algorithm.localized(keys.privacy, engine: engine), algorithm, engine: engine)
      } ?? []
  }
}
