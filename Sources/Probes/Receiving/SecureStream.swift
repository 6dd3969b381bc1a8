internal import CTLS

/// Why an encrypted connection did not come about; a label.
enum HandshakeRefusal: String, CaseIterable, Sendable {
  /// What came is no TLS.
  case plain = "no_tls"
  case noCommon = "no_common_version"
  case noCertificate = "no_client_certificate"
  /// The client's certificate is of another authority, or not valid now.
  case badCertificate = "client_certificate"
  /// The client's certificate is valid, and bears none of the names that are let in.
  case badName = "client_name"
  /// The client does not trust ours.
  case distrusted = "certificate_distrusted"
  case timeout
  case closed
  case other
}

/// One encrypted connection of a receiver: first the handshake, then what the sender says. Belongs to the loop's thread.
final class SecureStream {
  enum Event {
    case bytes(Int)
    case waits(Readiness)
    case refused(HandshakeRefusal)
    case ended
  }

  private let session: StreamTLSSession
  private(set) var isSecured = false

  /// - Returns: `nil` when the library has no memory for it.
  init?(_ context: TLSContext, _ descriptor: Int32) {
    guard let session = StreamTLSSession(serving: context, descriptor) else { return nil }
    self.session = session
  }

  func next(into buffer: UnsafeMutableRawBufferPointer) -> Event {
    if !isSecured {
      switch session.handshake() {
      case .done: isSecured = true
      case .wantsRead: return .waits(.read)
      case .wantsWrite: return .waits(.write)
      case .closed: return .refused(.closed)
      case .failed: return .refused(refusal)
      }
    }
    return switch session.read(into: buffer) {
    case .done(let count): .bytes(count)
    case .wantsRead: .waits(.read)
    case .wantsWrite: .waits(.write)
    case .closed, .failed: .ended
    }
  }

  /// Tells the peer that nothing more comes.
  func close() {
    if isSecured { session.close() }
  }

  private var refusal: HandshakeRefusal {
    switch session.refusal {
    case WATCHKEEPER_REFUSAL_CLOSED: .closed
    case WATCHKEEPER_REFUSAL_PLAIN: .plain
    case WATCHKEEPER_REFUSAL_NO_COMMON: .noCommon
    case WATCHKEEPER_REFUSAL_NO_CERTIFICATE: .noCertificate
    case WATCHKEEPER_REFUSAL_BAD_CERTIFICATE: .badCertificate
    case WATCHKEEPER_REFUSAL_NAME: .badName
    case WATCHKEEPER_REFUSAL_DISTRUSTED: .distrusted
    default: .other
    }
  }
}
