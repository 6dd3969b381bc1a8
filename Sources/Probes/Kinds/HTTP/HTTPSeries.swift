internal import Telemetry
internal import Transfers

/// The series of one HTTP probe under blackbox_exporter's names, each labelled once in the probe's life.
struct HTTPSeries {
  private var sink = HostSink()
  private let lookUp: Int, family: Int, address: Int
  /// resolve, connect, tls, processing, transfer
  private let phases: [Int]
  private let status: Int, version: Int, redirects: Int, isTLS: Int, length: Int, bodyLength: Int, failedByPattern: Int
  private var lastModified: Int?
  private var encryption = EncryptionSeries()
  private var failedByExpression = -1
  private var conditions: [Int] = []
  private var answers: AnswerSeries
  /// The address rarely changes, and its hash with it.
  private var lastAddress = ""
  private var lastAddressHash = 0.0

  init(of demands: HTTPDemands, _ samples: [AnswerSample]) {
    answers = AnswerSeries(samples)
    lookUp = sink.bind("probe_dns_lookup_time_seconds")
    family = sink.bind("probe_ip_protocol")
    address = sink.bind("probe_ip_addr_hash")
    var phases: [Int] = []
    for phase in ["resolve", "connect", "tls", "processing", "transfer"] {
      phases.append(sink.bind("probe_http_duration_seconds", [Label("phase", phase)]))
    }
    self.phases = phases
    status = sink.bind("probe_http_status_code")
    version = sink.bind("probe_http_version")
    redirects = sink.bind("probe_http_redirects")
    isTLS = sink.bind("probe_http_ssl")
    length = sink.bind("probe_http_content_length")
    bodyLength = sink.bind("probe_http_uncompressed_body_length")
    failedByPattern = sink.bind("probe_failed_due_to_regex")
    if demands.hasExpressions { failedByExpression = sink.bind("probe_failed_due_to_cel") }
    conditions = demands.conditions.map {
      sink.bind("probe_condition_success", [Label("condition", String($0.text.prefix(Self.conditionLabelMax)))])
    }
  }

  /// Of the label `condition`: 200 characters.
  private static let conditionLabelMax = 200

  /// What the body says goes with the samples that are taken next.
  mutating func put(_ body: [UInt8], _ json: () -> ConditionValue) -> AnswerSeries.Harvest {
    answers.put(body, json, into: &sink)
  }

  /// - Parameter held: for each condition whether it held; empty when there was no answer.
  mutating func samples(
    of transfer: TransferReport, failedBy finder: HTTPDemands.Finder?, conditions held: [Bool]
  ) -> [ProbeSample] {
    put(transfer.phases)
    sink.put(lookUp, transfer.phases.resolve.inSeconds)
    if let text = transfer.remoteAddress {
      if text != lastAddress {
        lastAddress = text
        lastAddressHash = Double(UInt32(truncatingIfNeeded: StableHash.of(text)))
      }
      sink.put(family, text.utf8.contains(UInt8(ascii: ":")) ? 6 : 4)
      sink.put(address, lastAddressHash)
    }
    sink.put(status, Double(transfer.status ?? 0))
    sink.put(version, transfer.versionNumber)
    sink.put(redirects, Double(transfer.redirects))
    sink.put(isTLS, transfer.finalScheme == "https" && transfer.tls != nil ? 1 : 0)
    sink.put(length, transfer.header("content-length").flatMap(Int64.init).map(Double.init) ?? -1)
    sink.put(bodyLength, Double(transfer.bodyBytes))
    sink.put(failedByPattern, finder == .pattern ? 1 : 0)
    sink.put(failedByExpression, finder == .expression ? 1 : 0)
    for (number, holds) in zip(conditions, held) { sink.put(number, holds ? 1 : 0) }
    if let modified = transfer.lastModified {
      let number = lastModified ?? sink.bind("probe_http_last_modified_timestamp_seconds")
      lastModified = number
      sink.put(number, modified.seconds)
    }
    encryption.put(transfer, into: &sink)
    return sink.take()
  }

  private mutating func put(_ spans: TransferPhases) {
    sink.put(phases[0], spans.resolve.inSeconds)
    sink.put(phases[1], spans.connect.inSeconds)
    sink.put(phases[2], spans.tls.inSeconds)
    sink.put(phases[3], spans.processing.inSeconds)
    sink.put(phases[4], spans.transfer.inSeconds)
  }
}

/// The series of a TLS session. Those that carry a text change with it, which is seldom.
struct EncryptionSeries {
  private var times: (first: Int, chain: Int)?
  private var versions: [String: Int] = [:]
  private var ciphers: [String: Int] = [:]
  /// By fingerprint.
  private var certificates: [String: Int] = [:]

  /// Certificates that one target may show in the probe's life; later ones get no series of their own. 1,000.
  private static let certificatesMax = 1000

  mutating func put(_ transfer: TransferReport, into sink: inout HostSink) {
    if let session = transfer.tls {
      sink.put(
        Self.number(of: session.version, in: &versions) {
          sink.bind("probe_tls_version_info", [Label("version", EndpointSamples.version(of: session))])
        }, 1)
      sink.put(
        Self.number(of: session.cipher, in: &ciphers) {
          sink.bind("probe_tls_cipher_info", [Label("cipher", session.cipher)])
        }, 1)
    }
    guard let leaf = transfer.certificates.first,
      let first = transfer.certificates.lazy.compactMap(\.notAfter).min()
    else { return }
    let times =
      self.times ?? (sink.bind("probe_ssl_earliest_cert_expiry"), sink.bind(EndpointSamples.chainExpiry))
    self.times = times
    sink.put(times.first, first.seconds)
    if let end = transfer.verifiedUntil { sink.put(times.chain, end.seconds) }
    sink.put(
      Self.number(of: leaf.fingerprint ?? "", in: &certificates) {
        sink.bind("probe_ssl_last_chain_info", EndpointSamples.labels(of: leaf))
      }, 1)
  }

  private static func number(of text: String, in known: inout [String: Int], make: () -> Int) -> Int {
    if let number = known[text] { return number }
    guard known.count < certificatesMax else { return -1 }
    let number = make()
    known[text] = number
    return number
  }
}

extension TransferReport {
  fileprivate var versionNumber: Double {
    guard case .completed(_, let version) = outcome else { return 0 }
    switch version {
    case .http10: return 1
    case .http11: return 1.1
    case .http2: return 2
    case .http3: return 3
    case .none: return 0
    }
  }
}
