internal import CCurl
internal import Records
internal import Telemetry

/// One transfer in flight: what it sends, what it has received, and who waits for it.
///
/// Owned by the engine's thread from the moment it is handed over; libcurl's callbacks run on that thread too.
final class TransferJob: @unchecked Sendable {
  let number: UInt64
  let request: TransferRequest
  /// On the monotonic clock, in nanoseconds.
  let deadline: UInt64
  private let continuation: CheckedContinuation<TransferReport, Never>

  // Buffers that libcurl points into while the transfer runs.
  let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  var lists: [UnsafeMutablePointer<curl_slist>] = []

  var handshakeBegan = false

  private(set) var headers: [ResponseHeader] = []
  private var headerBytes = 0
  private var headerBytesInAll = 0
  private(set) var floodedHeaders = false
  /// Headers of all answers of one transfer, redirects included: 256 KiB.
  static let headerBytesMax = 256 << 10
  private(set) var body: [UInt8] = []
  private(set) var bodyBytes = 0
  private(set) var stoppedAtLimit = false
  private(set) var tls: TLSSession?
  private(set) var certificates: [PresentedCertificate] = []
  private(set) var verifiedUntil: Timestamp?
  /// Of the engine, set when it starts this job.
  var certificateReader: CertificateReader?
  private var sent = 0

  init(
    number: UInt64, request: TransferRequest, deadline: UInt64, continuation: CheckedContinuation<TransferReport, Never>
  ) {
    self.number = number
    self.request = request
    self.deadline = deadline
    self.continuation = continuation
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    errorText.deallocate()
    for list in lists { curl_slist_free_all(list) }
  }

  /// Exactly once.
  func finish(_ report: TransferReport) { continuation.resume(returning: report) }

  func fail(_ cause: TransferFailure.Cause, _ text: String) {
    finish(TransferReport(outcome: .failed(TransferFailure(cause, text))))
  }

  /// - Returns: whether the transfer goes on.
  func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    bodyBytes += bytes.count
    switch request.body {
    case .discard(let limit):
      stoppedAtLimit = bodyBytes > limit
      return !stoppedAtLimit
    case .refuseBeyond(let limit):
      guard bodyBytes <= limit else {
        stoppedAtLimit = true
        return false
      }
      body.append(contentsOf: bytes)
      return true
    case .truncateBeyond(let limit):
      body.append(contentsOf: bytes.prefix(max(0, limit - body.count)))
      stoppedAtLimit = bodyBytes > limit
      return !stoppedAtLimit
    }
  }

  /// One header line; a status line begins a new answer (a redirect's or the final one).
  ///
  /// - Returns: whether the transfer goes on.
  func receive(header bytes: UnsafeRawBufferPointer) -> Bool {
    headerBytesInAll += bytes.count
    guard headerBytesInAll <= Self.headerBytesMax else {
      floodedHeaders = true
      return false
    }
    if bytes.starts(with: "HTTP/".utf8) {
      headers.removeAll()
      headerBytes = 0
      return true
    }
    headerBytes += bytes.count
    guard headerBytes <= TransferReport.headerLimitBytes else { return true }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let name = String(decoding: bytes[..<colon], as: UTF8.self)
    headers.append(ResponseHeader(name, Self.trimmed(bytes[(colon + 1)...])))
    return true
  }

  /// The handshake has ended well; that of a redirect's target replaces the one before.
  func secured(by session: UnsafeRawPointer) {
    tls = TLSSession(
      version: watchkeeper_tls_version(session).map { String(cString: $0) } ?? "",
      cipher: watchkeeper_tls_cipher(session).map { String(cString: $0) } ?? "")
    certificates = certificateReader?.presented(by: session) ?? []
    verifiedUntil = certificateReader?.verifiedUntil(session)
  }

  /// Copies the next bytes of the mail; 0 at its end.
  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let message = request.mail?.message else { return 0 }
    let piece = message[sent..<min(message.count, sent + buffer.count)]
    buffer.copyBytes(from: piece)
    sent += piece.count
    return piece.count
  }

  private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let rest = bytes.drop(while: isBlank)
    let end = rest.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? rest.startIndex
    return String(decoding: rest[..<end], as: UTF8.self)
  }
}
