internal import CCurl
internal import Records
internal import Telemetry

/// A transfer's options on a libcurl handle that was just reset.
struct TransferOptions {
  let handle: UnsafeMutableRawPointer
  let job: TransferJob
  private var request: TransferRequest { job.request }

  init(on handle: UnsafeMutableRawPointer, for job: TransferJob) {
    self.handle = handle
    self.job = job
  }

  /// - Parameter remaining: what is left of the request's time.
  func apply(remaining: Duration) {
    set(CURLOPT_URL, request.url.reveal())
    set(CURLOPT_NOSIGNAL, 1)  // signals and threads do not mix
    // Without it the engine's thread would wait for a name server that never answers when a transfer times out.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_PROXY, "")  // a proxy from the environment would silently change what is measured
    set(CURLOPT_TIMEOUT_MS, max(1, Int(remaining.wholeMilliseconds)))
    let connect = min(remaining, request.connectTimeout ?? remaining)
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(connect.wholeMilliseconds)))
    set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(job.errorText))
    if let path = request.unixSocketPath { set(CURLOPT_UNIX_SOCKET_PATH, path) }
    applyConnection()
    applyTrust()
    applyCredentials()
    applyReceivers()
    if let mail = request.mail { apply(mail) } else { applyHTTP() }
  }

  private func applyConnection() {
    switch request.addressFamily {
    case .any: set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_WHATEVER))
    case .ipv4: set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4))
    case .ipv6: set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V6))
    }
    guard request.connection == .fresh else { return }
    set(CURLOPT_FRESH_CONNECT, 1)
    set(CURLOPT_FORBID_REUSE, 1)
    set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    set(CURLOPT_SSL_SESSIONID_CACHE, 0)
  }

  private func applyTrust() {
    set(CURLOPT_CERTINFO, 1)
    // libcurl 7.88 stamps "connected" only after the handshake, so a timeout inside it needs this mark.
    let context = Unmanaged.passUnretained(job).toOpaque()
    let mark: watchkeeper_curl_tls_function = { _, _, context in
      if let context { Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue().handshakeBegan = true }
      return CURLE_OK
    }
    _ = watchkeeper_curl_set_tls_function(handle, mark, context)
    switch request.verification {
    case .systemTrust: break
    case .authorities(let file): set(CURLOPT_CAINFO, file)
    case .none:
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  private func applyCredentials() {
    if let name = request.userName { set(CURLOPT_USERNAME, name) }
    if let password = request.password { set(CURLOPT_PASSWORD, password.reveal()) }
  }

  private func applyReceivers() {
    let context = Unmanaged.passUnretained(job).toOpaque()
    set(CURLOPT_WRITEDATA, pointer: context)
    _ = watchkeeper_curl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let length = size * count
      let job = Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue()
      return job.receive(body: UnsafeRawBufferPointer(start: bytes, count: length)) ? length : 0
    }
    // The header callback needs the handle as well; it finds it in the job's private pointer.
    set(CURLOPT_HEADERDATA, pointer: context)
    job.handle = handle
    _ = watchkeeper_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let length = size * count
      let job = Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue()
      if let handle = job.handle {
        job.receive(header: UnsafeRawBufferPointer(start: bytes, count: length), over: handle)
      }
      return length
    }
  }

  private func applyHTTP() {
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    if request.purpose == .connectOnly { set(CURLOPT_CONNECT_ONLY, 1) }
    set(CURLOPT_USERAGENT, "Watchkeeper")
    if request.encoding == .gzip { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    set(CURLOPT_FOLLOWLOCATION, request.redirectsMax > 0 ? 1 : 0)
    set(CURLOPT_MAXREDIRS, request.redirectsMax)
    var lines = request.headers.map { header in
      let value = header.value.reveal()
      return value.isEmpty ? "\(header.name);" : "\(header.name): \(value)"
    }
    lines.append("Expect:")  // waiting for "100 Continue" costs a second with servers that ignore it
    if let upload = request.upload {
      set(CURLOPT_POSTFIELDSIZE_LARGE, offset: upload.count)
      upload.withUnsafeBytes { bytes in
        let start = bytes.baseAddress.map(UnsafeMutableRawPointer.init(mutating:))
        // libcurl takes a copy of the size set above. An empty array has no address, so it gets an empty text.
        if let start { set(CURLOPT_COPYPOSTFIELDS, pointer: start) } else { set(CURLOPT_COPYPOSTFIELDS, "") }
      }
      if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
      if request.method != "POST" { set(CURLOPT_CUSTOMREQUEST, request.method) }
    } else {
      switch request.method {
      case "GET": set(CURLOPT_HTTPGET, 1)
      case "HEAD": set(CURLOPT_NOBODY, 1)
      default: set(CURLOPT_CUSTOMREQUEST, request.method)
      }
    }
    set(CURLOPT_HTTPHEADER, list: lines)
  }

  private func apply(_ mail: MailEnvelope) {
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    set(CURLOPT_MAIL_FROM, mail.sender.isEmpty ? "<>" : mail.sender)
    set(CURLOPT_MAIL_RCPT, list: mail.recipients)
    switch mail.startTLS {
    case .never: set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
    case .whenOffered: set(CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
    case .required: set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
    }
    set(CURLOPT_UPLOAD, 1)
    set(CURLOPT_INFILESIZE_LARGE, offset: mail.message.count)
    set(CURLOPT_READDATA, pointer: Unmanaged.passUnretained(job).toOpaque())
    _ = watchkeeper_curl_set_data_function(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let job = Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue()
      return job.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }
  }

  private func set(_ option: CURLoption, _ value: Int) { _ = watchkeeper_curl_set_long(handle, option, value) }
  private func set(_ option: CURLoption, _ text: String) { _ = watchkeeper_curl_set_text(handle, option, text) }
  private func set(_ option: CURLoption, offset: Int) {
    _ = watchkeeper_curl_set_offset(handle, option, curl_off_t(offset))
  }
  private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
    _ = watchkeeper_curl_set_pointer(handle, option, pointer)
  }

  private func set(_ option: CURLoption, list lines: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = curl_slist_append(list, line) else { break }
      list = longer
    }
    guard let list else { return }
    job.lists.append(list)
    _ = watchkeeper_curl_set_list(handle, option, list)
  }
}
