public import Records

/// One HTTP exchange or one mail to hand in, with every bound it runs under.
///
/// The URL and the header values may carry tokens, so they are secrets and never print.
public struct TransferRequest: Sendable {
  /// How far a transfer goes.
  public enum Purpose: Sendable, Equatable {
    case exchange
    /// Name, connection and, with `https://`, the handshake; nothing is sent. Any port will do.
    case connectOnly
  }

  /// What happens to the bytes of the answer.
  public enum BodyPolicy: Sendable, Equatable {
    /// Keep the body; one longer than this many bytes is the failure `.bodyTooLarge`.
    case refuseBeyond(Int)
    /// Keep this many bytes and end the transfer there: enough for a check of the first part.
    case truncateBeyond(Int)
    /// Count up to this many bytes and end the transfer there; keep nothing.
    case discard(beyond: Int)

    /// Whether reaching the bound is no failure.
    var endsInPeace: Bool {
      if case .refuseBeyond = self { false } else { true }
    }
  }

  /// Whether the certificate chain and the name in it are checked.
  public enum Verification: Sendable, Equatable {
    case systemTrust
    /// A PEM file of the accepted authorities instead of the system's.
    case authorities(file: String)
    /// The same as a text.
    case authority(text: String)
    /// For checks of hosts whose certificate is known to be wrong; never for credentials.
    case none
  }

  /// Whether an open connection, a cached address or a TLS session of an earlier transfer may be used.
  public enum Connection: Sendable, Equatable {
    /// All phases happen and are measured: for probes.
    case fresh
    case reused
  }

  public enum Encoding: String, Sendable, Equatable, CaseIterable {
    case plain
    case gzip, deflate
    case brotli = "br"
    case zstandard = "zstd"
  }

  /// Which versions of HTTP may be used.
  public enum Protocols: Sendable, Equatable {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    case any
    case http11
    /// HTTP/2 from the first byte, with or without TLS.
    case http2
    case http3
  }

  /// Through whom a request goes.
  public enum Proxy: Sendable, Hashable {
    case none
    /// Of the variables `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`.
    case environment
    /// - Parameter exceptions: host names that are asked directly, divided by commas.
    case url(Secret, exceptions: String)
  }

  /// The side of a TLS connection that asks, beyond trust.
  public struct TLSClient: Sendable, Hashable {
    public enum Version: String, Sendable, Hashable, CaseIterable {
      case tls10 = "TLS10"
      case tls11 = "TLS11"
      case tls12 = "TLS12"
      case tls13 = "TLS13"
    }

    /// The name that is asked for and checked, instead of the URL's.
    public var serverName: String?
    public var versionMin: Version?
    public var versionMax: Version?
    /// PEM, each a file or a text.
    public var certificateFile: String?
    public var keyFile: String?
    public var certificate: String?
    public var key: Secret?

    public init() {}
  }

  public enum AddressFamily: Sendable, Equatable { case any, ipv4, ipv6 }

  /// Cookies that one transfer hands on: 100.
  public static let cookiesMax = 100

  /// The default body bound, 1 MiB.
  public static let bodyLimitBytes = 1 << 20

  public var url: Secret
  public var purpose = Purpose.exchange
  /// The default is GET.
  public var method = "GET"
  public var headers: [TransferHeader] = []
  public var upload: [UInt8]?
  /// From `perform` to the report, waiting in the queue included. The default is 10 s.
  public var timeout = Duration.seconds(10)
  /// For name, connection and handshake; `nil` (default): only `timeout` bounds them.
  public var connectTimeout: Duration?
  /// How many redirects are followed; the default 0 reports the redirect itself.
  public var redirectsMax = 0
  public var body = BodyPolicy.refuseBeyond(TransferRequest.bodyLimitBytes)
  public var verification = Verification.systemTrust
  public var connection = Connection.reused
  /// Whether the answer may come compressed; its bounds then hold for what was unpacked.
  public var encoding = Encoding.plain
  public var addressFamily = AddressFamily.any
  public var protocols = Protocols.any
  public var proxy = Proxy.none
  /// Headers of the request that asks a proxy for a tunnel.
  public var proxyHeaders: [TransferHeader] = []
  public var tls = TLSClient()
  /// The address of this host that connections start from.
  public var sourceAddress: String?
  /// Cookies to begin with, as `TransferReport.cookies` gave them; `nil`: none is sent or taken.
  public var cookies: [Secret]?
  public var userName: String?
  public var password: Secret?
  /// A Unix socket to connect to instead of the URL's host.
  public var unixSocketPath: String?
  /// Set for `smtp://` and `smtps://` URLs; `method`, `headers`, `upload` and `redirectsMax` then mean nothing.
  public var mail: MailEnvelope?

  public init(url: Secret) { self.url = url }

  public init(url: String) { self.url = Secret(url) }

  /// A mail. - Parameter url: `smtp://host:port` or `smtps://host:port`; the name for EHLO may follow as path.
  public init(url: String, mail: MailEnvelope) {
    self.url = Secret(url)
    self.mail = mail
  }
}

/// One header line of a request. The value may be a credential.
public struct TransferHeader: Sendable, Hashable {
  public let name: String
  public let value: Secret

  public init(_ name: String, _ value: Secret) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ value: String) { self.init(name, Secret(value)) }
}

/// Who sends a mail to whom, and its bytes.
public struct MailEnvelope: Sendable {
  /// Whether the connection is encrypted after the greeting. With `smtps://` it is from the first byte.
  public enum StartTLS: Sendable, Equatable { case never, whenOffered, required }

  /// The bare address of the envelope, without name and brackets; empty for bounces.
  public var sender: String
  /// Bare addresses. One refused recipient fails the mail.
  public var recipients: [String]
  /// Header and body with CRLF line ends; dots at line starts are doubled on the way.
  public var message: [UInt8]
  /// The default is `.required`.
  public var startTLS: StartTLS

  public init(sender: String, recipients: [String], message: [UInt8], startTLS: StartTLS = .required) {
    self.sender = sender
    self.recipients = recipients
    self.message = message
    self.startTLS = startTLS
  }
}

extension TransferRequest {
  /// Takes out of an answer what proves who asked.
  public var redaction: SecretRedaction {
    let headers = headers.filter { Secret.isNamed(by: $0.name) }.flatMap(\.value.withProof)
    return SecretRedaction([password].compactMap { $0 } + url.passwordsOfURL + headers)
  }

  /// Why this request is not sent at all: text that would end a line early could smuggle in headers or commands.
  var problem: String? {
    let scheme = url.reveal().prefix { $0 != ":" }.lowercased()
    if mail == nil, scheme != "http", scheme != "https" { return "the URL must start with http:// or https://" }
    if mail != nil, scheme != "smtp", scheme != "smtps" { return "a mail URL must start with smtp:// or smtps://" }
    if Self.breaksLine(url.reveal()) { return "the URL contains a control character" }
    if !Self.isToken(method) { return "'\(method)' is not an HTTP method" }
    for header in headers + proxyHeaders {
      if !Self.isToken(header.name) { return "'\(header.name)' is not a header name" }
      if Self.breaksLine(header.value.reveal()) { return "the value of header \(header.name) contains a line break" }
    }
    if let mail {
      if mail.recipients.isEmpty { return "the mail has no recipient" }
      let addresses = [mail.sender] + mail.recipients
      if let bad = addresses.first(where: { Self.breaksLine($0) || $0.contains(">") || $0.contains("<") }) {
        return "'\(bad.filter { !$0.isNewline })' is not a bare mail address"
      }
    }
    return nil
  }

  var usesTLS: Bool {
    let text = url.reveal().prefix(8).lowercased()
    return text.hasPrefix("https:") || text.hasPrefix("smtps:") || (mail.map { $0.startTLS != .never } ?? false)
  }

  /// Whether a line that is sent would end where the text goes on.
  public static func breaksLine(_ text: String) -> Bool {
    text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }
  }

  /// Whether a text can be a method or the name of a header.
  ///
  /// - Source: RFC 9110, section 5.6.2.
  public static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
