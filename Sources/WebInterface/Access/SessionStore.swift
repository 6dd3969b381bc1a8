internal import FoundationEssentials
public import Records
public import Telemetry

/// Log-in links and sessions. Holds SHA-256 digests only: who reads the store cannot log in.
public actor SessionStore {
  /// Limits of sessions and links.
  public struct Limits: Sendable {
    /// The default is 12 hours.
    public var idle = Duration.seconds(12 * 3600)
    /// The default is 7 days.
    public var absolute = Duration.seconds(7 * 86_400)
    /// How long a log-in link waits for its one use; the default is 1 hour.
    public var link = Duration.seconds(3600)
    /// Sessions at a time; the oldest goes. The default is 1000.
    public var sessionsMax = 1000
    /// How often the last use of a session is written down; the default is 5 minutes.
    public var touch = Duration.seconds(300)

    public init() {}
  }

  struct Session: Codable {
    let identity: Identity
    /// The token that every unsafe request of this session carries.
    let csrfToken: String
    let createdAt: Timestamp
    var usedAt: Timestamp
  }

  /// A cookie's worth: what a successful log-in hands to the browser, once.
  struct Admission: Sendable {
    let token: Secret
    let identity: Identity
  }

  enum LinkOutcome: Sendable { case admitted(Admission), used, unknown }

  private struct Link {
    let identity: Identity
    let expiresAt: Timestamp
    var used = false
  }

  private let clock: any WallClock
  private let identifiers: any IdentifierSource
  private let rows: (any RowStore)?
  private let limits: Limits
  private var sessions: [String: Session] = [:]
  private var links: [String: Link] = [:]

  /// - Parameter rows: where sessions survive a restart; `nil` keeps them in memory.
  public init(
    clock: any WallClock, identifiers: any IdentifierSource, rows: (any RowStore)?, limits: Limits = Limits()
  ) {
    self.clock = clock
    self.identifiers = identifiers
    self.rows = rows
    self.limits = limits
  }

  /// Reads the sessions of the last run; rows that do not decode are left out.
  public func restore() async throws(JournalError) {
    guard let rows else { return }
    for (key, value) in try await rows.rows(of: .sessions) {
      sessions[key] = try? JSONDecoder().decode(Session.self, from: Data(value))
    }
    for key in sessions.keys where isExpired(key) { sessions[key] = nil }
  }

  /// A token for `/?t=TOKEN` that admits once as `identity`.
  public func issueLink(for identity: Identity) -> Secret {
    let token = identifiers.nextSecret()
    for (key, link) in links where link.expiresAt < clock.now { links[key] = nil }
    links[Self.digest(token.reveal())] = Link(identity: identity, expiresAt: clock.now.advanced(by: limits.link))
    return token
  }

  func redeem(link token: String) async -> LinkOutcome {
    let key = Self.digest(token)
    guard let link = links[key] else { return .unknown }
    guard !link.used, link.expiresAt >= clock.now else { return .used }
    links[key]?.used = true
    return .admitted(await admit(link.identity))
  }

  private func admit(_ identity: Identity) async -> Admission {
    let token = identifiers.nextSecret()
    let session = Session(
      identity: identity, csrfToken: identifiers.nextSecret().reveal(), createdAt: clock.now, usedAt: clock.now)
    if sessions.count >= limits.sessionsMax, let oldest = sessions.min(by: { $0.value.usedAt < $1.value.usedAt }) {
      sessions[oldest.key] = nil
      await save(oldest.key, nil)
    }
    let key = Self.digest(token.reveal())
    sessions[key] = session
    await save(key, session)
    return Admission(token: token, identity: identity)
  }

  /// The session of a cookie, or `nil` when there is none or its time is over.
  func session(for token: String) async -> Session? {
    let key = Self.digest(token)
    guard var session = sessions[key] else { return nil }
    if isExpired(key) {
      sessions[key] = nil
      await save(key, nil)
      return nil
    }
    if clock.now.elapsed(since: session.usedAt) >= limits.touch {
      session.usedAt = clock.now
      sessions[key] = session
      await save(key, session)
    }
    return session
  }

  func end(_ token: String) async {
    let key = Self.digest(token)
    sessions[key] = nil
    await save(key, nil)
  }

  private func isExpired(_ key: String) -> Bool {
    guard let session = sessions[key] else { return true }
    return clock.now.elapsed(since: session.usedAt) > limits.idle
      || clock.now.elapsed(since: session.createdAt) > limits.absolute
  }

  /// A session that cannot be written lives until the next restart: a full disk must not lock the operator out.
  private func save(_ key: String, _ session: Session?) async {
    let bytes = session.flatMap { try? JSONEncoder().encode($0) }.map { [UInt8]($0) }
    try? await rows?.write([key: bytes], to: .sessions)
  }

  private static func digest(_ token: String) -> String { Digest(of: Array(token.utf8)).hexadecimal }
}
