public import Records
public import Telemetry

/// What became of one transfer. A target that fails is a report, never a thrown error.
public struct TransferReport: Sendable {
  public enum Outcome: Sendable, Equatable {
    /// The exchange ended as the protocol says; the status may still be 500.
    case completed(status: Int, version: HTTPVersion)
    case failed(TransferFailure)
  }

  public var outcome: Outcome
  /// The last status seen, also when the transfer failed after it; `nil` when none arrived.
  public var status: Int?
  public var phases = TransferPhases()
  public var redirects = 0
  public var remoteAddress: String?
  public var remotePort: Int?
  /// Of the last answer, in the order received, at most `headerLimitBytes` of them.
  public var headers: [ResponseHeader] = []
  public var body: [UInt8] = []
  /// Bytes of the body that arrived, kept or not.
  public var bodyBytes = 0
  /// Requests with their headers and bodies, and answers likewise, over redirects and as they were packed; without what
  /// TLS and TCP add.
  public var bytesSent = 0
  public var bytesReceived = 0
  /// Whether `body` ends before the answer did (`BodyPolicy.truncateBeyond`).
  public var bodyTruncated = false
  /// The presented chain, the server's own certificate first; empty without TLS or when trust failed.
  public var certificates: [PresentedCertificate] = []
  /// When the verified chain ends: the first expiry in it; `nil` when none was verified.
  public var verifiedUntil: Timestamp?
  public var tls: TLSSession?
  /// What the engine would send next time, for `TransferRequest.cookies`.
  public var cookies: [Secret] = []
  /// The scheme of the last hop, lower case.
  public var finalScheme = ""

  /// Bytes of response headers that are kept: 64 KiB.
  public static let headerLimitBytes = 64 << 10

  public init(outcome: Outcome) { self.outcome = outcome }

  public var failure: TransferFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }

  /// The `Last-Modified` header, when it has the form that servers are to write.
  /// - Source: RFC 9110, section 5.6.7 (IMF-fixdate).
  public var lastModified: Timestamp? {
    guard let words = header("last-modified")?.split(separator: " "), words.count == 6 else { return nil }
    return HTTPDate.timestamp("\(words[2]) \(words[1]) \(words[4]) \(words[3]) \(words[5])")
  }

  /// The first header of that name, in any case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

public enum HTTPVersion: String, Sendable, Equatable {
  case http10 = "1.0"
  case http11 = "1.1"
  case http2 = "2"
  case http3 = "3"
  /// A mail, or no HTTP answer.
  case none = ""
}

public struct ResponseHeader: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A transfer's way, in order.
public enum TransferPhase: String, Sendable, CaseIterable {
  /// From the call until the engine had room for it.
  case queue
  case resolve, connect, tls, processing, transfer
}

/// How long each phase took, summed over redirects; zero for a phase that did not happen.
public struct TransferPhases: Sendable, Equatable {
  public var resolve = Duration.zero
  public var connect = Duration.zero
  public var tls = Duration.zero
  /// From the request to the first byte of the answer.
  public var processing = Duration.zero
  public var transfer = Duration.zero
  public var total = Duration.zero

  public init() {}
}

/// Why there is no answer.
public struct TransferFailure: Sendable, Equatable, Error, CustomStringConvertible {
  public enum Cause: Sendable, Equatable {
    case nameUnresolved, refused, unreachable, connectionLost
    case timedOut(TransferPhase)
    case tls(TLSProblem)
    case tooManyRedirects, bodyTooLarge, protocolError
    case loginDenied
    /// The mail server's answer, for example 550; 4xx may be tried again.
    case mailRefused(code: Int)
    case cancelled
    /// The request itself could not be sent: a fault of the configuration.
    case invalidRequest
    /// The engine was stopped, its queue was full or the transfer's time passed in it.
    case engineStopped, overloaded
    /// This host has no descriptor, memory or readable certificate store left for it.
    case localFault
  }

  public let cause: Cause
  /// For the operator, one line, without secrets.
  public let text: String

  public init(_ cause: Cause, _ text: String) {
    self.cause = cause
    self.text = text
  }

  /// Ours, not the target's: the target's state is then unknown, never down.
  public var isSelfFault: Bool {
    switch cause {
    case .cancelled, .invalidRequest, .engineStopped, .overloaded, .localFault: true
    default: false
    }
  }

  public var description: String { text }
}

public enum TLSProblem: Sendable, Equatable {
  case expired, notYetValid, nameMismatch, revoked
  /// No authority that we know stands behind it.
  case untrusted
  /// It stands behind itself and is not among the authorities.
  case selfSigned
  /// A key is too short or a digest broken.
  case weak
  /// The server speaks no TLS, or none that both sides accept.
  case handshake
  /// STARTTLS was required and is not offered.
  case notOffered
}

public struct TLSSession: Sendable, Equatable {
  /// As OpenSSL writes it: `TLSv1.3`.
  public let version: String
  public let cipher: String

  public init(version: String, cipher: String) {
    self.version = version
    self.cipher = cipher
  }
}

/// A certificate as the server showed it.
public struct PresentedCertificate: Sendable, Equatable {
  public var subject = ""
  public var issuer = ""
  public var notBefore: Timestamp?
  public var notAfter: Timestamp?
  /// For example `DNS:example.org`; `IP Address:…` for addresses.
  public var alternativeNames: [String] = []
  /// Lower-case hexadecimal.
  public var serialNumber = ""
  /// SHA-256 over the certificate's DER bytes, lower-case hexadecimal.
  public var fingerprint: String?

  public init() {}
}
