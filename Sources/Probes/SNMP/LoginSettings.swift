internal import Records
internal import SNMP
internal import Telemetry

/// How a device is asked, as settings have it: its secrets are revealed when they are needed.
enum LoginSettings: Hashable, Sendable {
  case version1(community: SecretSource)
  case version2c(community: SecretSource)
  case version3(SecurityUserSettings)

  func revealed(by vault: ProbeSecrets) async throws(SecretFault) -> Credentials {
    switch self {
    case .version1(let community): .version1(community: try await vault.reveal(community).reveal())
    case .version2c(let community): .version2c(community: try await vault.reveal(community).reveal())
    case .version3(let user): .version3(try await user.revealed(by: vault))
    }
  }

  var readsFiles: Bool {
    switch self {
    case .version1(let community), .version2c(let community): community.isFile
    case .version3(let user): user.readsFiles
    }
  }
}

/// The keys under which settings name a user of SNMPv3.
protocol SecurityUserKey: CodingKey {
  static var authProtocol: Self { get }
  static var authPassword: Self { get }
  static var privProtocol: Self { get }
  static var privPassword: Self { get }
}

/// A user of SNMPv3.
struct SecurityUserSettings: Hashable, Sendable {
  private struct Proof<Algorithm: Hashable & Sendable>: Hashable, Sendable {
    let algorithm: Algorithm
    let password: SecretSource
  }

  let name: String
  let contextName: String
  private let authentication: Proof<AuthenticationProtocol>?
  private let privacy: Proof<PrivacyProtocol>?

  /// RFC 3414 section 11.2 asks for eight characters, and agents refuse shorter ones.
  private static let passwordBytesMin = 8

  init<Key: SecurityUserKey>(
    _ fields: KeyedDecodingContainer<Key>, named name: String, contextName: String = ""
  ) throws {
    self.name = name
    self.contextName = contextName
    authentication = try Self.password(fields, .authPassword).map { password in
      let word = try fields.decodeIfPresent(String.self, forKey: .authProtocol) ?? "SHA"
      guard let known = AuthenticationProtocol(rawValue: word.filter { $0 != "-" }.uppercased()) else {
        let names = Spelling.argument(for: word, among: AuthenticationProtocol.allCases.map(\.rawValue))
        throw fields.problem(.authProtocol, "fault.snmp.algorithm", ["word": word, "known": names])
      }
      return Proof(algorithm: known, password: password)
    }
    let isProven = authentication != nil
    privacy = try Self.password(fields, .privPassword).map { password in
      guard isProven else { throw fields.problem(.privPassword, "fault.snmp.privacy-alone") }
      let word = try fields.decodeIfPresent(String.self, forKey: .privProtocol) ?? "AES"
      let plain = word.filter { $0 != "-" }.uppercased()
      guard let known = PrivacyProtocol(rawValue: plain == "AES128" ? "AES" : plain) else {
        let names = Spelling.argument(for: word, among: PrivacyProtocol.allCases.map(\.rawValue))
        throw fields.problem(.privProtocol, "fault.snmp.algorithm", ["word": word, "known": names])
      }
      return Proof(algorithm: known, password: password)
    }
    // Who names an algorithm wants it used.
    for (key, isUsed) in [(Key.authProtocol, isProven), (.privProtocol, privacy != nil)] where !isUsed {
      if fields.contains(key) { throw fields.problem(key, "fault.snmp.without-password") }
    }
  }

  private static func password<Key: SecurityUserKey>(
    _ fields: KeyedDecodingContainer<Key>, _ key: Key
  ) throws -> SecretSource? {
    let source = try fields.decodeIfPresent(SecretSource.self, forKey: key)
    if case .inline(let secret)? = source, isShort(secret) { throw fields.problem(key, "fault.snmp.password") }
    return source
  }

  var readsFiles: Bool { authentication?.password.isFile == true || privacy?.password.isFile == true }

  private static func isShort(_ secret: Secret) -> Bool { secret.reveal().utf8.count < passwordBytesMin }

  func revealed(by vault: ProbeSecrets) async throws(SecretFault) -> SecurityUser {
    var proof: SecurityUser.Authentication?
    var cover: SecurityUser.Privacy?
    if let authentication {
      proof = .init(authentication.algorithm, password: try await Self.revealed(authentication.password, by: vault))
    }
    if let privacy { cover = .init(privacy.algorithm, password: try await Self.revealed(privacy.password, by: vault)) }
    return SecurityUser(name: name, authentication: proof, privacy: cover, contextName: contextName)
  }

  private static func revealed(_ source: SecretSource, by vault: ProbeSecrets) async throws(SecretFault) -> String {
    let secret = try await vault.reveal(source)
    guard !isShort(secret) else { throw SecretFault("fault.snmp.password") }
    return secret.reveal()
  }
}
