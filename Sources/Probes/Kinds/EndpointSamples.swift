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
    var samples: [ProbeSample] = []
    if let session = transfer.tls {
      // OpenSSL writes TLSv1.3, dashboards know the exporter's "TLS 1.3".
      let version = session.version.hasPrefix("TLSv") ? "TLS " + session.version.dropFirst(4) : session.version
      samples.append(ProbeSample("probe_tls_version_info", [Label("version", version)], 1))
      samples.append(ProbeSample("probe_tls_cipher_info", [Label("cipher", session.cipher)], 1))
    }
    let ends = transfer.certificates.compactMap(\.notAfter)
    if let first = ends.min(), let leaf = transfer.certificates.first {
      samples.append(ProbeSample("probe_ssl_earliest_cert_expiry", first.seconds))
      samples.append(ProbeSample("probe_ssl_last_chain_expiry_timestamp_seconds", first.seconds))
      let names = leaf.alternativeNames.map { $0.drop { $0 != ":" }.dropFirst() }.joined(separator: ",")
      let labels = [
        Label("fingerprint_sha256", leaf.fingerprint ?? ""), Label("subject", leaf.subject),
        Label("issuer", leaf.issuer), Label("subjectalternative", names),
      ]
      samples.append(ProbeSample("probe_ssl_last_chain_info", labels, 1))
    }
    return samples
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
    case .tls: "reason.probe.tls"
    case .tooManyRedirects: "reason.probe.redirects"
    case .bodyTooLarge: "reason.probe.body"
    case .protocolError, .loginDenied, .mailRefused: "reason.probe.protocol"
    case .cancelled, .invalidRequest, .engineStopped, .overloaded, .localFault: "reason.probe.local"
    }
  }
}
