internal import Telemetry
internal import Transfers

/// Series that the probes of network endpoints share, under blackbox_exporter's names.
enum EndpointSamples {
  static func address(of transfer: TransferReport) -> [ProbeSample] {
    var samples = [ProbeSample("probe_dns_lookup_time_seconds", transfer.phases.resolve.inSeconds)]
    if let address = transfer.remoteAddress {
      samples.append(ProbeSample("probe_ip_protocol", address.contains(":") ? 6 : 4))
      samples.append(ProbeSample("probe_ip_addr_hash", Double(UInt32(truncatingIfNeeded: StableHash.of(address)))))
    }
    return samples
  }

  /// Nothing without a TLS session.
  static func encryption(of transfer: TransferReport) -> [ProbeSample] {
    var sink = HostSink()
    var series = EncryptionSeries()
    series.put(transfer, into: &sink)
    return sink.take()
  }

  static let chainExpiry = "probe_ssl_last_chain_expiry_timestamp_seconds"

  /// OpenSSL writes TLSv1.3, dashboards know the exporter's "TLS 1.3".
  static func version(of session: TLSSession) -> String {
    session.version.hasPrefix("TLSv") ? "TLS " + session.version.dropFirst(4) : session.version
  }

  /// Those of `probe_ssl_last_chain_info`; of the alternative names the DNS names.
  static func labels(of certificate: PresentedCertificate) -> [Label] {
    let names = certificate.alternativeNames.filter { $0.hasPrefix("DNS:") }.map { $0.dropFirst(4) }
    return [
      Label("fingerprint_sha256", certificate.fingerprint ?? ""), Label("subject", certificate.subject),
      Label("issuer", certificate.issuer), Label("subjectalternative", names.joined(separator: ",")),
      Label("serialnumber", certificate.serialNumber),
    ]
  }
}

extension TransferFailure {
  /// The message that explains this failure.
  var reasonID: String {
    switch cause {
    case .nameUnresolved: "reason.probe.name_unresolved"
    case .refused: "reason.probe.refused"
    case .unreachable: "reason.probe.unreachable"
    case .connectionLost: "reason.probe.connection_lost"
    case .timedOut: "reason.probe.timed_out"
    case .tls(.expired): "reason.probe.tls_expired"
    case .tls(.notYetValid): "reason.probe.tls_not_yet_valid"
    case .tls(.nameMismatch): "reason.probe.tls_name"
    case .tls(.selfSigned): "reason.probe.tls_self_signed"
    case .tls(.untrusted), .tls(.revoked): "reason.probe.tls_untrusted"
    case .tls(.weak): "reason.probe.tls_weak"
    case .tls(.handshake), .tls(.notOffered): "reason.probe.tls"
    case .tooManyRedirects: "reason.probe.redirects"
    case .bodyTooLarge: "reason.probe.body"
    case .protocolError, .loginDenied, .mailRefused: "reason.probe.protocol"
    case .cancelled, .invalidRequest, .engineStopped, .overloaded, .localFault: "reason.probe.local"
    }
  }
}
