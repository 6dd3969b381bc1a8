internal import Synchronization
internal import Telemetry

/// The series that every probe over a stream has, under blackbox_exporter's names. One for each probe.
///
/// The slots below `ownSlots` are its own; a kind numbers its series from there.
final class StreamSeries: Sendable {
  static let ownSlots = 1024

  private static let fixed: [LabelSet] = [
    LabelSet([LabelSet.metricName: "probe_dns_lookup_time_seconds"]),
    LabelSet([LabelSet.metricName: "probe_ip_protocol"]),
    LabelSet([LabelSet.metricName: "probe_ip_addr_hash"]),
    LabelSet([LabelSet.metricName: "probe_tcp_duration_seconds", "phase": "resolve"]),
    LabelSet([LabelSet.metricName: "probe_tcp_duration_seconds", "phase": "connect"]),
    LabelSet([LabelSet.metricName: "probe_tcp_duration_seconds", "phase": "tls"]),
    LabelSet([LabelSet.metricName: "probe_tcp_duration_seconds", "phase": "dialogue"]),
    LabelSet([LabelSet.metricName: "probe_ssl_earliest_cert_expiry"]),
    LabelSet([LabelSet.metricName: "probe_ssl_last_chain_expiry_timestamp_seconds"]),
  ]

  private struct State {
    var numbers: [LabelSet: Int] = [:]
    /// The last session's series: the next session is nearly always the same.
    var report: TLSReport?
    var session: [ProbeSample] = []
  }

  private let state = Mutex(State())

  func samples<Spoken>(of report: StreamReport<Spoken>) -> [ProbeSample] {
    var samples = [Self.sample(0, report.phases.resolve.inSeconds)]
    if let address = report.address {
      samples.append(Self.sample(1, address.isVersion6 ? 6 : 4))
      samples.append(Self.sample(2, AddressSettings.hash(address)))
    }
    samples.append(Self.sample(3, report.phases.resolve.inSeconds))
    samples.append(Self.sample(4, report.phases.connect.inSeconds))
    samples.append(Self.sample(5, report.phases.tls.inSeconds))
    samples.append(Self.sample(6, report.phases.dialogue.inSeconds))
    if let tls = report.tls { samples += state.withLock { Self.session(tls, &$0) } }
    return samples
  }

  private static func sample(_ slot: Int, _ value: Double) -> ProbeSample {
    ProbeSample(fixed[slot], value, slot: slot)
  }

  private static func session(_ report: TLSReport, _ state: inout State) -> [ProbeSample] {
    if state.report == report { return state.session }
    // A server that shows another certificate each time ends the numbers, not the memory.
    if state.numbers.count > ownSlots / 2 { return numberless(report) }
    state.report = report
    state.session =
      expiries(report)
      + labelled(report).map { sample in
        let next = fixed.count + state.numbers.count
        let slot = state.numbers[sample.series] ?? next
        state.numbers[sample.series] = slot
        return ProbeSample(sample.series, sample.value, slot: slot)
      }
    return state.session
  }

  private static func numberless(_ report: TLSReport) -> [ProbeSample] { expiries(report) + labelled(report) }

  private static func expiries(_ report: TLSReport) -> [ProbeSample] {
    var samples: [ProbeSample] = []
    if let first = report.certificates.map(\.notAfter).min() { samples.append(sample(7, Double(first))) }
    if let expiry = report.chainExpiry { samples.append(sample(8, Double(expiry))) }
    return samples
  }

  private static func labelled(_ report: TLSReport) -> [ProbeSample] {
    var samples = [
      ProbeSample("probe_tls_version_info", [Label("version", report.version)], 1),
      ProbeSample("probe_tls_cipher_info", [Label("cipher", report.cipher)], 1),
    ]
    if let leaf = report.certificates.first {
      let labels = [
        Label("fingerprint_sha256", leaf.fingerprint), Label("subject", leaf.subject), Label("issuer", leaf.issuer),
        Label("subjectalternative", leaf.names), Label("serialnumber", leaf.serial),
      ]
      samples.append(ProbeSample("probe_ssl_last_chain_info", labels, 1))
    }
    return samples
  }
}
