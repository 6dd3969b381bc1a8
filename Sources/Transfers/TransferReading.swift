internal import CCurl
internal import Glibc
internal import Records

/// Reads a finished handle into a report.
struct TransferReading {
  let handle: UnsafeMutableRawPointer
  let job: TransferJob

  init(of handle: UnsafeMutableRawPointer, for job: TransferJob) {
    self.handle = handle
    self.job = job
  }

  func report(of code: CURLcode) -> TransferReport {
    let status = number(CURLINFO_RESPONSE_CODE)
    var report = TransferReport(outcome: .completed(status: status, version: version))
    report.status = status > 0 ? status : nil
    report.phases = phases
    report.redirects = number(CURLINFO_REDIRECT_COUNT)
    report.remoteAddress = text(CURLINFO_PRIMARY_IP).flatMap { $0.isEmpty ? nil : $0 }
    report.remotePort = report.remoteAddress == nil ? nil : number(CURLINFO_PRIMARY_PORT)
    report.headers = job.headers
    report.body = job.body
    report.bodyBytes = job.bodyBytes
    report.bytesSent = number(CURLINFO_REQUEST_SIZE) + Int(clamping: offset(CURLINFO_SIZE_UPLOAD_T))
    report.bytesReceived = number(CURLINFO_HEADER_SIZE) + Int(clamping: offset(CURLINFO_SIZE_DOWNLOAD_T))
    report.tls = job.tls
    report.finalScheme = text(CURLINFO_SCHEME)?.lowercased() ?? ""
    report.certificates = job.certificates
    report.verifiedUntil = job.verifiedUntil
    if job.request.cookies != nil { report.cookies = cookies }
    if job.stoppedAtLimit, job.request.body.endsInPeace {
      report.bodyTruncated = true
    } else if code != CURLE_OK {
      report.outcome = .failed(TransferFailure(cause(of: code, status: status), explanation(of: code)))
    }
    return report
  }

  private var version: HTTPVersion {
    switch number(CURLINFO_HTTP_VERSION) {
    case Int(CURL_HTTP_VERSION_1_0): .http10
    case Int(CURL_HTTP_VERSION_1_1): .http11
    case Int(CURL_HTTP_VERSION_2_0): .http2
    case Int(CURL_HTTP_VERSION_3): .http3
    default: .none
    }
  }

  /// libcurl's timers are cumulative: each counts from the start, so neighbours are subtracted.
  private var phases: TransferPhases {
    let resolved = microseconds(CURLINFO_NAMELOOKUP_TIME_T)
    let connected = max(resolved, microseconds(CURLINFO_CONNECT_TIME_T))
    let secured = max(connected, microseconds(CURLINFO_APPCONNECT_TIME_T))
    let ready = max(secured, microseconds(CURLINFO_PRETRANSFER_TIME_T))
    let answered = max(ready, microseconds(CURLINFO_STARTTRANSFER_TIME_T))
    let total = microseconds(CURLINFO_TOTAL_TIME_T)
    var phases = TransferPhases()
    phases.resolve = .microseconds(resolved)
    phases.connect = .microseconds(connected - resolved)
    phases.tls = .microseconds(secured - connected)
    if microseconds(CURLINFO_STARTTRANSFER_TIME_T) > 0 {
      phases.processing = .microseconds(answered - secured)
      phases.transfer = .microseconds(max(0, total - answered))
    }
    phases.total = .microseconds(total)
    return phases
  }

  /// The phase that was running when time ran out: the first whose end has no time.
  private var unfinishedPhase: TransferPhase {
    if microseconds(CURLINFO_NAMELOOKUP_TIME_T) == 0 { return .resolve }
    if microseconds(CURLINFO_CONNECT_TIME_T) == 0 { return job.handshakeBegan ? .tls : .connect }
    if job.request.usesTLS, microseconds(CURLINFO_APPCONNECT_TIME_T) == 0 { return .tls }
    return microseconds(CURLINFO_STARTTRANSFER_TIME_T) == 0 ? .processing : .transfer
  }

  private func cause(of code: CURLcode, status: Int) -> TransferFailure.Cause {
    if job.stoppedAtLimit { return .bodyTooLarge }
    if job.floodedHeaders { return .protocolError }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .nameUnresolved
    case CURLE_COULDNT_CONNECT: return connectCause
    case CURLE_OPERATION_TIMEDOUT: return .timedOut(unfinishedPhase)
    case CURLE_TOO_MANY_REDIRECTS: return .tooManyRedirects
    case CURLE_PEER_FAILED_VERIFICATION: return .tls(verificationProblem)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR: return .tls(.handshake)
    case CURLE_USE_SSL_FAILED: return .tls(.notOffered)
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: return .connectionLost
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      return job.request.mail != nil && status >= 400 ? .mailRefused(code: status) : .connectionLost
    case CURLE_LOGIN_DENIED: return .loginDenied
    case CURLE_FILESIZE_EXCEEDED: return .bodyTooLarge
    case CURLE_URL_MALFORMAT: return .invalidRequest
    case CURLE_OUT_OF_MEMORY, CURLE_SSL_CACERT_BADFILE, CURLE_FAILED_INIT, CURLE_SSL_ENGINE_INITFAILED:
      return .localFault
    default: return job.request.mail != nil && status >= 400 ? .mailRefused(code: status) : .protocolError
    }
  }

  private var connectCause: TransferFailure.Cause {
    switch Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)) {
    case ECONNREFUSED: .refused
    case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EACCES: .localFault
    case ENOENT: .refused  // a Unix socket that nobody has made
    default: .unreachable
    }
  }

  /// - Source: OpenSSL's X509_V_ERR numbers.
  private var verificationProblem: TLSProblem {
    switch number(CURLINFO_SSL_VERIFYRESULT) {
    case 10: .expired
    case 9: .notYetValid
    case 18, 19: .selfSigned
    case 23: .revoked
    case 66, 67, 68: .weak  // key of the server, key of an authority, digest of a signature
    case 0, 1, 62, 64: .nameMismatch  // libcurl checks the name itself, then 1 ("unspecified") is left
    default: .untrusted
    }
  }

  /// libcurl's own sentence on one line. It names hosts and addresses, never the path, the query or a header.
  private func explanation(of code: CURLcode) -> String {
    if job.stoppedAtLimit, case .refuseBeyond(let limit) = job.request.body {
      return "the body is longer than \(limit) bytes"
    }
    // libcurl names the URL's host, which stands for nothing there.
    if code == CURLE_COULDNT_CONNECT, let path = job.request.unixSocketPath {
      return "\(path): \(String(cString: strerror(Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)))))"
    }
    if job.floodedHeaders { return "the headers of the answer are longer than \(TransferJob.headerBytesMax) bytes" }
    let written = String(cString: job.errorText)
    let text = written.isEmpty ? String(cString: curl_easy_strerror(code)) : written
    return String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300))
  }

  /// As libcurl writes them, a line each in Netscape's form; bounded like the headers they came in.
  private var cookies: [Secret] {
    var list: UnsafeMutablePointer<curl_slist>?
    guard watchkeeper_curl_get_list(handle, CURLINFO_COOKIELIST, &list) == CURLE_OK else { return [] }
    defer { curl_slist_free_all(list) }
    var lines: [Secret] = []
    var line = list
    while let entry = line, lines.count < TransferRequest.cookiesMax {
      if let text = entry.pointee.data { lines.append(Secret(String(cString: text))) }
      line = entry.pointee.next
    }
    return lines
  }

  private func number(_ info: CURLINFO) -> Int {
    var value = 0
    return watchkeeper_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
  }

  private func microseconds(_ info: CURLINFO) -> Int64 { offset(info) }

  private func offset(_ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return watchkeeper_curl_get_offset(handle, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  private func text(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    guard watchkeeper_curl_get_text(handle, info, &value) == CURLE_OK, let value else { return nil }
    return String(cString: value)
  }
}
