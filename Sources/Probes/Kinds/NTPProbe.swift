internal import CLinux
internal import Records
internal import Telemetry

/// Settings of the kind `ntp`.
public struct NTPProbeSettings: ProbeSettings {
  /// A host, or `host:port`; the default port is 123.
  public let target: String
  let server: HostAndPort
  let addresses: AddressSettings
  /// The most that the clocks of the server and of this host may differ; the default is none.
  let offsetMax: Duration?
  /// The greatest stratum, 1 to 15; the default is 15.
  let stratumMax: Int
  /// The most that the server's time may be wrong by its own account (half the root delay, and the root dispersion); the
  /// default is none.
  let rootDistanceMax: Duration?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target
    case preferredProtocol = "preferred_ip_protocol"
    case protocolFallback = "ip_protocol_fallback"
    case sourceAddress = "source_ip_address"
    case offsetMax = "offset_max"
    case stratumMax = "stratum_max"
    case rootDistanceMax = "root_distance_max"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard let server = HostAndPort(target, defaultPort: 123) else {
      throw fields.problem(.target, "fault.network.server", ["text": target])
    }
    self.server = server
    addresses = try AddressSettings(
      fields, preferred: .preferredProtocol, fallback: .protocolFallback, source: .sourceAddress)
    offsetMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .offsetMax)?.duration
    stratumMax = try fields.decodeIfPresent(Int.self, forKey: .stratumMax) ?? 15
    guard (1...15).contains(stratumMax) else {
      throw fields.problem(
        .stratumMax, "fault.network.range", ["number": String(stratumMax), "least": "1", "most": "15"])
    }
    rootDistanceMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .rootDistanceMax)?.duration
  }

  public var instance: String? { target }

  public var network: NetworkTarget? { NetworkTarget(hostAndPort: server.text) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    NTPProbe(settings: self, network: environment.network)
  }

  static let kind = ProbeKind(
    name: "ntp", summary: "Asks a time server: how far the clocks differ, stratum, dispersion, leap second, refusals.",
    example: """
      name: time-server
      kind: ntp
      interval: 1m
      settings:
        target: ntp.example.org
        offset_max: 100ms
      """,
    job: "ntp", interval: .seconds(60), timeout: .seconds(5), settings: NTPProbeSettings.self)
}

/// One request of a client.
struct NTPProbe: Probe {
  let settings: NTPProbeSettings
  let network: NetworkServices

  func run(within limit: Duration) async -> ProbeReport {
    let begin = NetworkLoop.now
    let answer = await network.resolver.address(
      of: settings.server.host, port: settings.server.port, settings.addresses.preference)
    let resolved = NetworkLoop.now - begin
    var series = NTPSeries()
    series.put(.lookup, resolved.inSeconds)
    let address: SocketAddress
    switch answer {
    case .busy(let text): return .unknown("reason.probe.local", text)
    case .none(let text): return .down("reason.probe.name_unresolved", text, series.samples)
    case .address(let found): address = found
    }
    series.put(.ipProtocol, address.isVersion6 ? 6 : 4)
    series.put(.addressHash, AddressSettings.hash(address))
    let left = limit - resolved
    guard left > .zero else { return .unknown("reason.probe.local", "looking up the name took the whole timeout") }
    let cookie = watchkeeper_random()
    let message = NTPPacket.request(cookie)
    let result = await network.datagrams.exchange(
      message, with: address, from: settings.addresses.source, within: left
    ) { NTPPacket.answers($0, cookie) }
    switch result {
    case .failure(let failure): return ProbeReport(of: failure, series.samples, cost: failure.cost(of: message))
    case .success(let answer):
      let cost = ProbeCost(of: answer, to: message)
      guard let packet = NTPPacket(answer.bytes) else {
        return ProbeReport(of: .broken("the answer is no time packet"), series.samples, cost: cost)
      }
      var report = report(packet, answer, &series)
      report.cost = cost
      return report
    }
  }

  private func report(_ packet: NTPPacket, _ answer: DatagramAnswer, _ series: inout NTPSeries) -> ProbeReport {
    series.put(.stratum, Double(packet.stratum))
    series.put(.leap, Double(packet.leap))
    if let kiss = packet.kiss {
      let text = "the server answers with the kiss-o'-death \(kiss)"
      return .down("reason.probe.ntp_refused", text, series.samples)
    }
    guard packet.isSynchronised else {
      let text = "the server's own clock is not set (leap \(packet.leap), stratum \(packet.stratum))"
      return .down("reason.probe.ntp_unset", text, series.samples)
    }
    let (offset, delay) = packet.clock(sent: answer.sent, arrived: answer.received)
    let distance = packet.rootDelay / 2 + packet.rootDispersion
    series.put(.offset, offset)
    series.put(.delay, delay)
    series.put(.rootDelay, packet.rootDelay)
    series.put(.rootDispersion, packet.rootDispersion)
    series.put(.rootDistance, distance)
    series.put(.precision, packet.precision)
    series.put(.reference, packet.referenceSeconds(near: answer.received))
    if Int(packet.stratum) > settings.stratumMax {
      let text = "the server is of stratum \(packet.stratum), at most \(settings.stratumMax) may be"
      return .down("reason.probe.ntp_quality", text, series.samples)
    }
    if let most = settings.rootDistanceMax, distance > most.inSeconds {
      let text = "the server's time may be wrong by \(Self.milliseconds(distance)), at most \(most.notation) may be"
      return .down("reason.probe.ntp_quality", text, series.samples)
    }
    if let most = settings.offsetMax, abs(offset) > most.inSeconds {
      let text = "the clocks differ by \(Self.milliseconds(offset)), at most \(most.notation) may be"
      return .down("reason.probe.ntp_offset", text, series.samples)
    }
    return ProbeReport(.up, series.samples)
  }

  private static func milliseconds(_ seconds: Double) -> String { "\((seconds * 1_000_000).rounded() / 1000)ms" }
}

/// The series of the kind, each made once for all probes.
struct NTPSeries {
  enum Slot: Int, CaseIterable {
    case lookup, ipProtocol, addressHash
    case offset, delay, stratum, leap, rootDelay, rootDispersion, rootDistance, precision, reference
  }

  private static let sets: [LabelSet] = Slot.allCases.map { LabelSet([Label(LabelSet.metricName, name($0))]) }

  private static func name(_ slot: Slot) -> String {
    switch slot {
    case .lookup: "probe_dns_lookup_time_seconds"
    case .ipProtocol: "probe_ip_protocol"
    case .addressHash: "probe_ip_addr_hash"
    case .offset: "probe_ntp_offset_seconds"
    case .delay: "probe_ntp_rtt_seconds"
    case .stratum: "probe_ntp_stratum"
    case .leap: "probe_ntp_leap"
    case .rootDelay: "probe_ntp_root_delay_seconds"
    case .rootDispersion: "probe_ntp_root_dispersion_seconds"
    case .rootDistance: "probe_ntp_root_distance_seconds"
    case .precision: "probe_ntp_precision_seconds"
    case .reference: "probe_ntp_reference_timestamp_seconds"
    }
  }

  private(set) var samples: [ProbeSample] = []

  mutating func put(_ slot: Slot, _ value: Double) {
    samples.append(ProbeSample(Self.sets[slot.rawValue], value, slot: slot.rawValue))
  }
}
