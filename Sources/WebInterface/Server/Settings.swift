public import Records
public import Wording

/// How the web interface listens and what it allows.
public struct WebSettings: Sendable {
  /// The default is 127.0.0.1: the console is for this machine until it can speak TLS.
  public var host = "127.0.0.1"
  /// 0 takes a free one. The default is 8470.
  public var port = 8470
  /// The Unix socket that serves local users; `nil` for none.
  public var socketPath: String?
  /// Who calls through the socket.
  public var socketIdentity = Identity(actor: .localUser("local"), role: .administrator)
  /// Who an API token belongs to, by the SHA-256 of the token; `nil` for unknown, expired or revoked ones. Scopes are
  /// the identity's role. The default knows no token.
  public var identityOfToken: @Sendable (Digest) async -> Identity? = { _ in nil }
  /// Makes and revokes API tokens at the wish of the control socket; `nil` for a console without tokens.
  public var tokenDesk: (any TokenDesk)?
  /// What a log-in link begins with, for example `http://127.0.0.1:8470`.
  public var consoleURL: @Sendable () -> String = { "" }
  /// Names besides loopback that a `Host` header may carry; the port is not compared.
  public var hostNames: Set<String> = []
  public var language = Language.english
  public var zone = ClockZone.utc
  /// Shown at the foot and by `/api/v1/status/buildinfo`.
  public var version = "0"
  /// A folder whose files replace the embedded templates and assets, read at every request: for development.
  public var overrideFolder: String?
  /// The default is 1 MiB.
  public var bodyBytesMax = 1 << 20
  /// The default is 32 KiB.
  public var headerBytesMax = 32 << 10
  /// How long a page may take; the default is 30 s.
  public var answerTimeMax = Duration.seconds(30)
  /// How long a connection may be idle; the default is 60 s.
  public var idleTimeMax = Duration.seconds(60)
  /// Open event streams at a time; the default is 200.
  public var streamsMax = 200
  /// Between two signs of life on an event stream; the default is 10 s: pages call themselves stale after 15 s.
  public var heartbeat = Duration.seconds(10)

  public init() {}
}

/// Light or dark; `system` leaves it to the browser.
enum Theme: String, Sendable, CaseIterable {
  /// As the reader's system has it.
  case system
  case light, dark

  /// What the button leads to without a script, which would know what the system shows.
  var next: Theme {
    switch self {
    case .system: .dark
    case .dark: .light
    case .light: .system
    }
  }
}
