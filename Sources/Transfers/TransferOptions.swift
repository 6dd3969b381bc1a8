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
    set(CURLOPT_NOSIGNAL, 1)  // signals and threads do not mix
    // Without it the engine's thread would wait for a name server that never answers when a transfer times out.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TIMEOUT_MS, max(1, Int(remaining.wholeMilliseconds)))
    let connect = min(remaining, request.connectTimeout ?? remaining)
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(connect.wholeMilliseconds)))
    set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(job.errorText))
    if let path = request.unixSocketPath { set(CURLOPT_UNIX_SOCKET_PATH, path) }
    applyConnection()
    applyProxy()
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
    if let address = request.sourceAddress { set(CURLOPT_INTERFACE, "host!" + address) }
    guard request.connection == .fresh else { return }
    set(CURLOPT_FRESH_CONNECT, 1)
    set(CURLOPT_FORBID_REUSE, 1)
    set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    set(CURLOPT_SSL_SESSIONID_CACHE, 0)
  }

  private func applyTrust() {
    // Debian's libcurl would look into a folder of authorities as well, beside a file that is to hold them all. And it
    // remembers what it read of a file, for 24 hours where we say a minute, but not with a folder.
    clear(CURLOPT_CAPATH)
    set(CURLOPT_CA_CACHE_TIMEOUT, Self.authoritiesKeptSeconds)
    let context = Unmanaged.passUnretained(job).toOpaque()
    _ = watchkeeper_curl_observe_tls(handle, Self.observer, context)
    switch request.verification {
    case .systemTrust: break
    case .authorities(let file): set(CURLOPT_CAINFO, file)
    case .authority(let text): set(CURLOPT_CAINFO_BLOB, blob: text)
    case .none:
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  private static let authoritiesKeptSeconds = 60

  /// Kept for as long as the program lives: TLS contexts point to it.
  nonisolated(unsafe) private static let observer: UnsafePointer<watchkeeper_tls_observer> = {
    let place = UnsafeMutablePointer<watchkeeper_tls_observer>.allocate(capacity: 1)
    place.initialize(
      to: watchkeeper_tls_observer(
        // libcurl 7.88 stamps "connected" only after the handshake, so a timeout inside it needs this mark.
        began: { context in
          if let context { Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue().handshakeBegan = true }
        },
        established: { context, session in
          guard let context, let session else { return }
          Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue().secured(by: session)
        }))
    return UnsafePointer(place)
  }()

  private func applyClient() {
    let tls = request.tls
    if tls.versionMin != nil || tls.versionMax != nil {
      let least = tls.versionMin.map(Self.least) ?? Int(CURL_SSLVERSION_DEFAULT)
      set(CURLOPT_SSLVERSION, least | (tls.versionMax.map(Self.most) ?? 0))
    }
    if let file = tls.certificateFile { set(CURLOPT_SSLCERT, file) }
    if let text = tls.certificate { set(CURLOPT_SSLCERT_BLOB, blob: text) }
    if let file = tls.keyFile { set(CURLOPT_SSLKEY, file) }
    if let key = tls.key { set(CURLOPT_SSLKEY_BLOB, blob: key.reveal()) }
  }

  private static func least(_ version: TransferRequest.TLSClient.Version) -> Int {
    switch version {
    case .tls10: Int(CURL_SSLVERSION_TLSv1_0)
    case .tls11: Int(CURL_SSLVERSION_TLSv1_1)
    case .tls12: Int(CURL_SSLVERSION_TLSv1_2)
    case .tls13: Int(CURL_SSLVERSION_TLSv1_3)
    }
  }

  /// The upper half of the same number.
  private static func most(_ version: TransferRequest.TLSClient.Version) -> Int { least(version) << 16 }

  /// Nobody's environment changes what is measured unless that is asked for.
  private func applyProxy() {
    switch request.proxy {
    case .none: set(CURLOPT_PROXY, "")
    case .environment: break
    case .url(let url, let exceptions):
      set(CURLOPT_PROXY, url.reveal())
      set(CURLOPT_NOPROXY, exceptions)
    }
    guard request.proxy != .none, !request.proxyHeaders.isEmpty else { return }
    set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    set(CURLOPT_PROXYHEADER, list: request.proxyHeaders.map(Self.line))
  }

  private static func line(_ header: TransferHeader) -> String {
    let value = header.value.reveal()
    return value.isEmpty ? "\(header.name);" : "\(header.name): \(value)"
  }

  private func applyVersion() {
    switch request.protocols {
    case .any: break
    case .http11: set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    case .http2: set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
    case .http3: set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_3))
    }
  }

  private func applyCookies() {
    // A handle keeps the cookies of the transfer before it, whatever else is reset.
    set(CURLOPT_COOKIELIST, "ALL")
    guard let cookies = request.cookies else { return }
    set(CURLOPT_COOKIEFILE, "")
    for cookie in cookies { set(CURLOPT_COOKIELIST, cookie.reveal()) }
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
    set(CURLOPT_HEADERDATA, pointer: context)
    _ = watchkeeper_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let length = size * count
      let job = Unmanaged<TransferJob>.fromOpaque(context).takeUnretainedValue()
      return job.receive(header: UnsafeRawBufferPointer(start: bytes, count: length)) ? length : 0
    }
  }

  private func applyHTTP() {
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    applyClient()
    applyVersion()
    applyCookies()
    let host = applyAddress()
    if request.purpose == .connectOnly { set(CURLOPT_CONNECT_ONLY, 1) }
    set(CURLOPT_USERAGENT, "Watchkeeper")
    if request.encoding != .plain { set(CURLOPT_ACCEPT_ENCODING, request.encoding.rawValue) }
    set(CURLOPT_FOLLOWLOCATION, request.redirectsMax > 0 ? 1 : 0)
    set(CURLOPT_MAXREDIRS, request.redirectsMax)
    var lines = request.headers.map(Self.line)
    if let host, !request.headers.contains(where: { $0.name.lowercased() == "host" }) { lines.append("Host: \(host)") }
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

  /// - Returns: the authority for the header `Host`, when the URL had to be given another one.
  private func applyAddress() -> String? {
    let url = request.url.reveal()
    guard let name = request.tls.serverName, let parts = URLAuthority(of: url), parts.host != name else {
      set(CURLOPT_URL, url)
      return nil
    }
    // libcurl asks for and checks the name of the URL, so the URL gets that name and the connection its old address.
    set(CURLOPT_URL, parts.url(naming: name))
    set(CURLOPT_CONNECT_TO, list: ["\(name):\(parts.port):\(parts.host):\(parts.port)"])
    return parts.written
  }

  private func apply(_ mail: MailEnvelope) {
    set(CURLOPT_URL, request.url.reveal())
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
  private func clear(_ option: CURLoption) { _ = watchkeeper_curl_set_text(handle, option, nil) }
  private func set(_ option: CURLoption, blob text: String) {
    var text = text
    text.withUTF8 { _ = watchkeeper_curl_set_blob(handle, option, $0.baseAddress, $0.count) }
  }
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
