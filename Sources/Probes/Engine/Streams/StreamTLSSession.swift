internal import CTLS

/// How a connection is encrypted and what is demanded of the server's certificate.
struct StreamTLSOptions: Hashable, Sendable {
  /// Values on the wire.
  enum Version: Int32, Sendable { case tls10 = 0x301, tls11, tls12, tls13 }

  /// A PEM file of accepted authorities instead of the system's.
  var authorityFile: String?
  var certificateFile: String?
  var keyFile: String?
  /// The default is TLS 1.2.
  var versionMin = Version.tls12
  /// The default is TLS 1.3.
  var versionMax = Version.tls13
  /// The default, false: what the library takes for weak ends the handshake. True: the handshake goes on with weak keys
  /// and ciphers, so that they can be told apart; the certificates are judged all the same.
  var admitsWeakness = false
}

/// What is known of a certificate that a server showed or a file holds.
struct StreamCertificate: Hashable, Sendable {
  /// Seconds since 1970.
  let notBefore: Int64
  let notAfter: Int64
  let subject: String
  let issuer: String
  /// DNS names with commas between them.
  let names: String
  let serial: String
  let fingerprint: String
  let key: String
  let keyBits: Int
  let signature: String
  let isSelfSigned: Bool
}

extension StreamCertificate {
  /// - Parameter certificate: of the C module.
  init(_ certificate: OpaquePointer) {
    func number(_ which: Int) -> Int64 { watchkeeper_certificate_number(certificate, Int32(which)) }
    func text(_ which: Int) -> String { String(cString: watchkeeper_certificate_text(certificate, Int32(which))) }
    self.init(
      notBefore: number(WATCHKEEPER_TLS_NOT_BEFORE), notAfter: number(WATCHKEEPER_TLS_NOT_AFTER),
      subject: text(WATCHKEEPER_TLS_SUBJECT), issuer: text(WATCHKEEPER_TLS_ISSUER),
      names: text(WATCHKEEPER_TLS_NAMES), serial: text(WATCHKEEPER_TLS_SERIAL),
      fingerprint: text(WATCHKEEPER_TLS_FINGERPRINT), key: text(WATCHKEEPER_TLS_KEY),
      keyBits: Int(number(WATCHKEEPER_TLS_KEY_BITS)), signature: text(WATCHKEEPER_TLS_SIGNATURE),
      isSelfSigned: number(WATCHKEEPER_TLS_IS_SELF_SIGNED) == 1)
  }
}

struct CertificateProblem: Hashable, Sendable {
  /// In the order in which an operator would want to hear of them.
  enum Kind: String, CaseIterable, Sendable {
    case revoked
    case expired
    case notYetValid = "not_yet_valid"
    case wrongName = "wrong_name"
    case selfSigned = "self_signed"
    case unknownAuthority = "unknown_authority"
    case weakKey = "weak_key"
    case weakSignature = "weak_signature"
    case brokenChain = "broken_chain"
  }

  let kind: Kind
  /// 0: the server's own certificate.
  let depth: Int
  let text: String
}

/// What is known of a session once its handshake is done.
struct TLSReport: Hashable, Sendable {
  enum Staple: Int32, Sendable { case none, good, revoked, unknown, invalid }

  /// As `TLS 1.3`.
  let version: String
  let cipher: String
  /// As the server showed them, its own first.
  let certificates: [StreamCertificate]
  let problems: [CertificateProblem]
  let staple: Staple
  /// When the first certificate of the verified chain expires; `nil` when the chain could not be verified.
  let chainExpiry: Int64?

  /// The first problem that counts when certificates are to be verified.
  var worst: CertificateProblem? {
    problems.min { Self.rank($0.kind) < Self.rank($1.kind) }
  }

  private static func rank(_ kind: CertificateProblem.Kind) -> Int {
    CertificateProblem.Kind.allCases.firstIndex(of: kind) ?? 0
  }
}

/// One encrypted connection over a socket that its owner closes. Belongs to the loop's thread.
final class StreamTLSSession {
  enum Result {
    case done(Int)
    case wantsRead
    case wantsWrite
    case closed
    case failed
  }

  /// More certificates of one chain are not looked at.
  private static let certificatesMax = 16

  private let context: TLSContext
  private let session: OpaquePointer

  private init(_ context: TLSContext, _ session: OpaquePointer) {
    self.context = context
    self.session = session
  }

  convenience init?(_ context: TLSContext, _ descriptor: Int32, name: String, _ options: StreamTLSOptions) {
    let audit: Int32 = options.admitsWeakness ? 2 : -1
    guard let session = watchkeeper_stream_make(context.pointer, descriptor, name, audit) else { return nil }
    self.init(context, session)
  }

  /// The server's side of a connection.
  convenience init?(serving context: TLSContext, _ descriptor: Int32) {
    guard let session = watchkeeper_server_make(context.pointer, descriptor) else { return nil }
    self.init(context, session)
  }

  deinit { watchkeeper_stream_free(session) }

  func handshake() -> Result { Self.result(Int(watchkeeper_stream_handshake(session))) }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Result {
    Self.result(watchkeeper_stream_read(session, buffer.baseAddress, buffer.count))
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Result {
    Self.result(watchkeeper_stream_write(session, bytes.baseAddress, bytes.count))
  }

  func close() { watchkeeper_stream_close(session) }

  /// Why the handshake of a server failed, asked at once: a value of the C library.
  var refusal: Int { Int(watchkeeper_server_refusal(session)) }

  private static func result(_ value: Int) -> Result {
    switch value {
    case 0...: .done(value)
    case WATCHKEEPER_TLS_WANTS_READ: .wantsRead
    case WATCHKEEPER_TLS_WANTS_WRITE: .wantsWrite
    case WATCHKEEPER_TLS_CLOSED: .closed
    default: .failed
    }
  }

  /// Why the last call failed; to be asked at once.
  func failure(at place: String) -> ExchangeFailure {
    let (fault, text) = Self.text(capacity: 256) { watchkeeper_stream_fault(session, $0, $1) }
    switch Int(fault) {
    case WATCHKEEPER_TLS_FAULT_PLAIN:
      return ExchangeFailure("reason.probe.plain", "\(place) does not speak TLS there: \(text)")
    case WATCHKEEPER_TLS_FAULT_NO_COMMON:
      return ExchangeFailure("reason.tls.version", "\(place) and we have no version or cipher in common: \(text)")
    case WATCHKEEPER_TLS_FAULT_CLIENT_CERTIFICATE:
      return ExchangeFailure("reason.tls.client_certificate", "\(place) wants a certificate of ours: \(text)")
    default: return ExchangeFailure("reason.probe.tls", "\(place): \(text)")
    }
  }

  func report() -> TLSReport {
    let version = String(cString: watchkeeper_stream_version(session))
    let staple = TLSReport.Staple(rawValue: watchkeeper_stream_staple(session)) ?? .none
    var problems = self.problems()
    if staple == .revoked {
      problems.append(
        CertificateProblem(kind: .revoked, depth: 0, text: "the authority says that the certificate was revoked"))
    }
    let expiry = watchkeeper_stream_chain_expiry(session)
    return TLSReport(
      // OpenSSL writes TLSv1.3, dashboards know the exporter's "TLS 1.3"; OpenSSL's TLSv1 is its TLS 1.0.
      version: version == "TLSv1" ? "TLS 1.0" : version.hasPrefix("TLSv") ? "TLS " + version.dropFirst(4) : version,
      cipher: String(cString: watchkeeper_stream_cipher(session)), certificates: certificates(), problems: problems,
      staple: staple, chainExpiry: expiry < 0 ? nil : expiry)
  }

  private func problems() -> [CertificateProblem] {
    let kinds: [Int: CertificateProblem.Kind] = [
      WATCHKEEPER_TLS_EXPIRED: .expired, WATCHKEEPER_TLS_NOT_YET_VALID: .notYetValid,
      WATCHKEEPER_TLS_WRONG_NAME: .wrongName, WATCHKEEPER_TLS_SELF_SIGNED: .selfSigned,
      WATCHKEEPER_TLS_UNKNOWN_AUTHORITY: .unknownAuthority, WATCHKEEPER_TLS_WEAK_KEY: .weakKey,
      WATCHKEEPER_TLS_WEAK_SIGNATURE: .weakSignature,
    ]
    var found = [watchkeeper_stream_problem](repeating: watchkeeper_stream_problem(), count: 16)
    let count = watchkeeper_stream_problems(session, &found, 16)
    var known: Set<[Int]> = []
    return found.prefix(Int(count)).compactMap { problem in
      // A missing authority is told twice: as a missing issuer and as a signature that cannot be checked.
      guard known.insert([Int(problem.kind), Int(problem.depth)]).inserted else { return nil }
      return CertificateProblem(
        kind: kinds[Int(problem.kind)] ?? .brokenChain, depth: Int(problem.depth),
        text: String(cString: watchkeeper_stream_problem_text(problem.code)))
    }
  }

  private func certificates() -> [StreamCertificate] {
    var certificates: [StreamCertificate] = []
    while certificates.count < Self.certificatesMax,
      let certificate = watchkeeper_stream_certificate(session, Int32(certificates.count))
    {
      certificates.append(StreamCertificate(certificate))
    }
    return certificates
  }

  static func text<Answer>(
    capacity: Int, _ write: (UnsafeMutablePointer<CChar>?, Int) -> Answer
  ) -> (Answer, String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { place in
      place.initialize(repeating: 0)
      let answer = write(place.baseAddress, capacity)
      return (answer, String(decoding: place.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
  }
}

/// What sessions with the same options share: making one reads all authorities.
final class TLSContext {
  fileprivate let pointer: OpaquePointer

  struct Unusable: Error { let text: String }

  /// - Parameter pointer: of the C module, which is freed with this.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  init(_ options: StreamTLSOptions) throws(Unusable) {
    let (pointer, problem) = StreamTLSSession.text(capacity: 256) { place, capacity in
      Self.withOptional(options.authorityFile) { authority in
        Self.withOptional(options.certificateFile) { certificate in
          Self.withOptional(options.keyFile) { key in
            var settings = watchkeeper_stream_options(
              authority_file: authority, certificate_file: certificate, key_file: key,
              version_min: options.versionMin.rawValue, version_max: options.versionMax.rawValue,
              security_level: options.admitsWeakness ? 0 : -1)
            return watchkeeper_stream_context_make(&settings, place, capacity)
          }
        }
      }
    }
    guard let pointer else { throw Unusable(text: problem) }
    self.pointer = pointer
  }

  deinit { watchkeeper_stream_context_free(pointer) }

  private static func withOptional<Answer>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Answer) -> Answer {
    guard let text else { return body(nil) }
    return text.withCString(body)
  }
}
