internal import CCurl
internal import Records

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
  /// Set while libcurl serves this job.
  var handle: UnsafeMutableRawPointer?

  var handshakeBegan = false

  private(set) var headers: [ResponseHeader] = []
  private var headerBytes = 0
  private(set) var body: [UInt8] = []
  private(set) var bodyBytes = 0
  private(set) var stoppedAtLimit = false
  private(set) var tls: TLSSession?
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
    case .discard: return true
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
  func receive(header bytes: UnsafeRawBufferPointer, over handle: UnsafeMutableRawPointer) {
    if tls == nil, let version = watchkeeper_curl_tls_version(handle) {
      let cipher = watchkeeper_curl_tls_cipher(handle).map { String(cString: $0) } ?? ""
      tls = TLSSession(version: String(cString: version), cipher: cipher)
    }
    if bytes.starts(with: "HTTP/".utf8) {
      headers.removeAll()
      headerBytes = 0
      return
    }
    headerBytes += bytes.count
    guard headerBytes <= TransferReport.headerLimitBytes else { return }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = String(decoding: bytes[..<colon], as: UTF8.self)
    headers.append(ResponseHeader(name, Self.trimmed(bytes[(colon + 1)...])))
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
