internal import Records
internal import Synchronization
internal import Telemetry

/// Settings of the kind `icmp`.
public struct ICMPProbeSettings: ProbeSettings {
  /// A name or an IP address.
  public let target: String
  /// Packets of a burst, 1 to 100; the default is 5.
  let count: Int
  /// From one packet to the next, at least 10 ms; the default is 200 ms. It is cut where the burst would not leave
  /// half of the probe's timeout for the last reply.
  let spacing: Duration
  /// Bytes behind the ICMP header; the default is 56, as `ping` has it.
  let payloadBytes: Int
  /// The default is false. When true, no router may cut a packet up, and one that would have to is the reason.
  let forbidsFragments: Bool
  /// Routers that a packet may pass, 1 to 255; the default is the kernel's, mostly 64.
  let hopsMax: Int?
  /// The type of service (DSCP and ECN), in IPv6 the traffic class, 0 to 255; the default is 0.
  let trafficClass: Int?
  let addresses: AddressSettings
  /// The greatest share of packets that may be lost, 0 to 1; the default is 1: only a burst that is lost whole is down.
  let lossMax: Double
  /// The longest mean round trip; the default is none.
  let roundTripMax: Duration?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, count, spacing, ttl, tos
    case payloadSize = "payload_size"
    case dontFragment = "dont_fragment"
    case preferredProtocol = "preferred_ip_protocol"
    case protocolFallback = "ip_protocol_fallback"
    case sourceAddress = "source_ip_address"
    case lossMax = "loss_max"
    case roundTripMax = "rtt_max"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    guard AddressSettings.isHost(target) else {
      throw fields.problem(.target, "fault.network.host", ["text": target])
    }
    func number(_ key: CodingKeys, _ range: ClosedRange<Int>) throws -> Int? {
      guard let number = try fields.decodeIfPresent(Int.self, forKey: key) else { return nil }
      guard range.contains(number) else {
        throw fields.problem(
          key, "fault.network.range",
          ["number": String(number), "least": String(range.lowerBound), "most": String(range.upperBound)])
      }
      return number
    }
    count = try number(.count, 1...100) ?? 5
    spacing = try fields.decodeIfPresent(DurationSetting.self, forKey: .spacing)?.duration ?? .milliseconds(200)
    guard spacing >= Pinger.addressGap else {
      throw fields.problem(.spacing, "fault.icmp.spacing", ["spacing": spacing.notation])
    }
    payloadBytes = try number(.payloadSize, 0...EchoMessage.payloadBytesMax) ?? 56
    forbidsFragments = try fields.decodeIfPresent(Bool.self, forKey: .dontFragment) ?? false
    hopsMax = try number(.ttl, 1...255)
    trafficClass = try number(.tos, 0...255)
    addresses = try AddressSettings(
      fields, preferred: .preferredProtocol, fallback: .protocolFallback, source: .sourceAddress)
    lossMax = try fields.decodeIfPresent(Double.self, forKey: .lossMax) ?? 1
    guard (0...1).contains(lossMax) else {
      throw fields.problem(.lossMax, "fault.icmp.loss", ["number": String(lossMax)])
    }
    roundTripMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .roundTripMax)?.duration
  }

  public var instance: String? { target }

  public var network: NetworkTarget? {
    NetworkTarget(hostAndPort: target.contains(":") && !target.hasPrefix("[") ? "[\(target)]" : target)
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    ICMPProbe(settings: self, network: environment.network)
  }

  static let kind = ProbeKind(
    name: "icmp",
    summary: "Sends a burst of pings: loss, round trips and jitter, and what routers say; series as blackbox_exporter.",
    example: """
      name: gateway
      kind: icmp
      interval: 15s
      settings:
        target: 192.0.2.1
        count: 5
        loss_max: 0.4
        rtt_max: 50ms
      """,
    job: "blackbox", interval: .seconds(15), timeout: .seconds(5), settings: ICMPProbeSettings.self)
}

/// One burst of echo requests.
struct ICMPProbe: Probe {
  let settings: ICMPProbeSettings
  let network: NetworkServices
  private let tally = PingTally()
  private let totals = Totals()

  /// Counted over the life of the probe.
  private final class Totals: Sendable {
    let sent = Atomic(0)
    let received = Atomic(0)
  }

  init(settings: ICMPProbeSettings, network: NetworkServices) {
    self.settings = settings
    self.network = network
  }

  func run(within limit: Duration) async -> ProbeReport {
    let begin = NetworkLoop.now
    let answer = await network.resolver.address(of: settings.target, port: 0, settings.addresses.preference)
    let resolved = NetworkLoop.now - begin
    var series = ICMPSeries(resolve: resolved)
    switch answer {
    case .busy(let text): return .unknown("reason.probe.local", text)
    case .none(let text):
      series.put(.resolve, 0)
      return .down("reason.probe.name_unresolved", text, series.samples)
    case .address(let address):
      series.put(address)
      if let source = settings.addresses.source, source.isVersion6 != address.isVersion6 {
        return .unknown(
          "reason.probe.local",
          "source_ip_address \(source.host) is of another family than \(address.host) – set preferred_ip_protocol")
      }
      let left = limit - resolved
      guard left > .zero else { return .unknown("reason.probe.local", "looking up the name took the whole timeout") }
      switch await network.pinger.ping(request(to: address, within: left), within: left, tally: tally) {
      case .failure(let problem): return Self.report(problem)
      case .success(let outcome): return report(outcome, of: address, &series)
      }
    }
  }

  private func request(to address: SocketAddress, within limit: Duration) -> PingRequest {
    let gaps = max(1, settings.count - 1)
    return PingRequest(
      address: address, count: settings.count, spacing: min(settings.spacing, limit / (2 * gaps)),
      payloadBytes: settings.payloadBytes, forbidsFragments: settings.forbidsFragments, hopsMax: settings.hopsMax,
      trafficClass: settings.trafficClass, source: settings.addresses.source)
  }

  private func report(_ outcome: PingOutcome, of address: SocketAddress, _ series: inout ICMPSeries) -> ProbeReport {
    series.put(outcome)
    let packets = outcome.sent + outcome.roundTrips.count
    let cost = ProbeCost(packets: packets, bytes: packets * (EchoMessage.headerBytes + settings.payloadBytes))
    series.put(.sentTotal, Double(totals.sent.add(outcome.sent, ordering: .relaxed).newValue))
    series.put(.receivedTotal, Double(totals.received.add(outcome.roundTrips.count, ordering: .relaxed).newValue))
    series.put(.duplicatesTotal, Double(tally.duplicates.load(ordering: .relaxed)))
    series.put(.lateTotal, Double(tally.late.load(ordering: .relaxed)))
    if let fault = fault(outcome, of: address) {
      return ProbeReport(fault.verdict, series.samples, explanation: fault.text, cost: cost)
    }
    return ProbeReport(.up, series.samples, cost: cost)
  }

  private func fault(_ outcome: PingOutcome, of address: SocketAddress) -> (verdict: ProbeVerdict, text: String)? {
    guard !outcome.roundTrips.isEmpty else {
      guard let refusal = outcome.refusal else {
        let text = "none of \(outcome.sent) pings to \(address.host) was answered"
        return (.down(Reason("reason.probe.timed_out", ["text": text])), text)
      }
      if refusal.cause == .local {
        return (.unknown(Reason("reason.probe.local", ["text": refusal.text])), refusal.text)
      }
      return (.down(Reason(refusal.reasonID, ["text": refusal.text])), refusal.text)
    }
    if outcome.lossRatio > settings.lossMax {
      let (lost, most) = (Self.percent(outcome.lossRatio), Self.percent(settings.lossMax))
      let cause = outcome.refusal.map { "; \($0.text)" } ?? ""
      return (
        .down(Reason("reason.probe.loss", ["lost": lost, "sent": String(outcome.sent), "most": most])),
        "\(lost) of \(outcome.sent) pings to \(address.host) were lost, at most \(most) may be\(cause)"
      )
    }
    let mean = outcome.roundTrips.mean
    if let most = settings.roundTripMax, mean > most {
      let (took, limit) = (Self.milliseconds(mean), Self.milliseconds(most))
      return (
        .down(Reason("reason.probe.slow", ["took": took, "most": limit])),
        "a ping to \(address.host) takes \(took) in the mean, at most \(limit) may be"
      )
    }
    return nil
  }

  private static func percent(_ ratio: Double) -> String { "\(Int((ratio * 100).rounded()))%" }

  private static func milliseconds(_ duration: Duration) -> String {
    let micros = (duration.inSeconds * 1_000_000).rounded()
    return "\(micros / 1000)ms"
  }

  private static func report(_ problem: PingProblem) -> ProbeReport {
    switch problem {
    case .notPermitted:
      ProbeReport(
        .unknown(Reason("reason.probe.icmp_permission")),
        explanation:
          "this program may not send pings – give it CAP_NET_RAW, or set the sysctl net.ipv4.ping_group_range to span its group"
      )
    case .system(let text), .overloaded(let text): .unknown("reason.probe.local", text)
    }
  }
}

extension PingRefusal {
  fileprivate var reasonID: String {
    switch cause {
    case .unreachable: "reason.probe.unreachable"
    case .hopLimit: "reason.probe.hop_limit"
    case .tooBig: "reason.probe.packet_size"
    case .local: "reason.probe.local"
    }
  }
}

extension [Duration] {
  /// Zero of none.
  var mean: Duration { isEmpty ? .zero : reduce(.zero, +) / count }
}

/// The series of the kind, each made once for all probes: a burst puts numbers behind them.
struct ICMPSeries {
  enum Slot: Int, CaseIterable {
    case lookup, ipProtocol, addressHash, resolve, setup, roundTrip, replyHops
    case loss, least, mean, high, most, jitter
    case sentTotal, receivedTotal, duplicatesTotal, lateTotal
  }

  private static let sets: [LabelSet] = Slot.allCases.map { slot in
    let (metric, phase) = name(slot)
    return LabelSet([Label(LabelSet.metricName, metric)] + (phase.map { [Label("phase", $0)] } ?? []))
  }

  private static func name(_ slot: Slot) -> (metric: String, phase: String?) {
    switch slot {
    case .lookup: ("probe_dns_lookup_time_seconds", nil)
    case .ipProtocol: ("probe_ip_protocol", nil)
    case .addressHash: ("probe_ip_addr_hash", nil)
    case .resolve: ("probe_icmp_duration_seconds", "resolve")
    case .setup: ("probe_icmp_duration_seconds", "setup")
    case .roundTrip: ("probe_icmp_duration_seconds", "rtt")
    case .replyHops: ("probe_icmp_reply_hop_limit", nil)
    case .loss: ("probe_icmp_loss_ratio", nil)
    case .least: ("probe_icmp_rtt_min_seconds", nil)
    case .mean: ("probe_icmp_rtt_avg_seconds", nil)
    case .high: ("probe_icmp_rtt_p95_seconds", nil)
    case .most: ("probe_icmp_rtt_max_seconds", nil)
    case .jitter: ("probe_icmp_jitter_seconds", nil)
    case .sentTotal: ("probe_icmp_packets_sent_total", nil)
    case .receivedTotal: ("probe_icmp_packets_received_total", nil)
    case .duplicatesTotal: ("probe_icmp_duplicate_replies_total", nil)
    case .lateTotal: ("probe_icmp_late_replies_total", nil)
    }
  }

  private var values = [Double?](repeating: nil, count: Slot.allCases.count)

  /// As blackbox_exporter, whose gauges are 0 until they are set.
  init(resolve: Duration) {
    for slot in [Slot.ipProtocol, .addressHash, .setup, .roundTrip] { put(slot, 0) }
    put(.lookup, resolve.inSeconds)
    put(.resolve, resolve.inSeconds)
  }

  mutating func put(_ slot: Slot, _ value: Double) { values[slot.rawValue] = value }

  mutating func put(_ address: SocketAddress) {
    put(.ipProtocol, address.isVersion6 ? 6 : 4)
    put(.addressHash, AddressSettings.hash(address))
  }

  mutating func put(_ outcome: PingOutcome) {
    put(.setup, outcome.setup.inSeconds)
    put(.loss, outcome.lossRatio)
    guard !outcome.roundTrips.isEmpty else { return }
    let mean = outcome.roundTrips.mean.inSeconds
    let sorted = outcome.roundTrips.sorted()
    put(.roundTrip, mean)
    put(.mean, mean)
    put(.least, sorted[0].inSeconds)
    put(.most, sorted[sorted.count - 1].inSeconds)
    // The nearest rank: a value that was measured.
    put(.high, sorted[(95 * sorted.count + 99) / 100 - 1].inSeconds)
    if let hops = outcome.replyHops { put(.replyHops, Double(hops)) }
    guard outcome.roundTrips.count > 1 else { return }
    var change = Duration.zero
    for (one, next) in zip(outcome.roundTrips, outcome.roundTrips.dropFirst()) {
      change += one < next ? next - one : one - next
    }
    put(.jitter, (change / (outcome.roundTrips.count - 1)).inSeconds)
  }

  var samples: [ProbeSample] {
    values.indices.compactMap { index in
      values[index].map { ProbeSample(Self.sets[index], $0, slot: index) }
    }
  }
}
