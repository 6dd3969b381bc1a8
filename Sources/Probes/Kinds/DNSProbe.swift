internal import Records
internal import Telemetry

/// One question, and the same one to the servers whose serial is compared.
struct DNSProbe: Probe {
  let settings: DNSProbeSettings
  let network: NetworkServices

  func run(within limit: Duration) async -> ProbeReport {
    let begin = NetworkLoop.now
    let answer = await network.resolver.address(
      of: settings.server.host, port: settings.server.port, settings.addresses.preference)
    let resolved = NetworkLoop.now - begin
    var series = DNSSeries(resolve: resolved)
    let address: SocketAddress
    switch answer {
    case .busy(let text): return .unknown("reason.probe.local", text)
    case .none(let text):
      series.put(.resolve, 0)
      return .down("reason.probe.name_unresolved", text, series.samples)
    case .address(let found): address = found
    }
    series.put(.ipProtocol, address.isVersion6 ? 6 : 4)
    series.put(.addressHash, AddressSettings.hash(address))
    let left = limit - resolved
    guard left > .zero else { return .unknown("reason.probe.local", "looking up the name took the whole timeout") }
    let outcome = await network.dns.ask(DNSRequest(settings, to: address), within: left)
    switch outcome.reply {
    case .failure(let failure): return ProbeReport(of: failure, series.samples, cost: outcome.cost)
    case .success(let reply):
      series.put(reply)
      var report = await report(reply, series, until: begin + limit)
      report.cost = report.cost + outcome.cost
      return report
    }
  }

  private func report(_ reply: DNSReply, _ series: DNSSeries, until end: Duration) async -> ProbeReport {
    if let fault = fault(in: reply) { return .down(fault.id, fault.text, series.samples) }
    guard !settings.serialPeers.isEmpty else { return ProbeReport(.up, series.samples) }
    let peers = await comparePeers(with: reply, until: end)
    let samples = series.samples + peers.samples
    var report =
      peers.fault.map { ProbeReport.down("reason.probe.dns_serial", $0, samples) } ?? ProbeReport(.up, samples)
    report.cost = peers.cost
    return report
  }

  private func fault(in reply: DNSReply) -> (id: String, text: String)? {
    let message = reply.message
    if !settings.validCodes.contains(message.responseCode) {
      return ("reason.probe.dns_code", "the server answers \(DNSNames.responseCode(message.responseCode))")
    }
    if settings.demandsAuthenticated, !message.isAuthenticated {
      return ("reason.probe.dns_unsigned", "the server has not checked the signatures (AD is not set)")
    }
    let text =
      settings.answerDemands.fault(in: message.answers, "answer")
      ?? settings.authorityDemands.fault(in: message.authorities, "authority")
      ?? settings.additionalDemands.fault(in: message.additionals, "additional")
    if let text { return ("reason.probe.dns_records", text) }
    for expectation in settings.expectations {
      guard let text = expectation.fault(in: reply) else { continue }
      return ("reason.probe.dns_records", "expected is '\(expectation.text)', but \(text)")
    }
    return nil
  }

  // MARK: Serials

  private struct Peers {
    var samples: [ProbeSample] = []
    var fault: String?
    var cost = ProbeCost()
  }

  private struct PeerSerial {
    let serial: Result<UInt32, ExchangeFailure>
    var cost = ProbeCost()
  }

  private func comparePeers(with reply: DNSReply, until end: Duration) async -> Peers {
    guard let serial = reply.message.answers.compactMap(\.serial).first else {
      return Peers(fault: "\(settings.target) gives no SOA record to compare")
    }
    let found = await withTaskGroup(of: (HostAndPort, PeerSerial).self) { group in
      for peer in settings.serialPeers { group.addTask { (peer, await self.serial(of: peer, until: end)) } }
      var found: [HostAndPort: PeerSerial] = [:]
      for await (peer, result) in group { found[peer] = result }
      return found
    }
    var samples: [ProbeSample] = []
    var faults: [String] = []
    for peer in settings.serialPeers {
      let name = peer.text
      switch found[peer]?.serial {
      case .success(let other):
        samples.append(ProbeSample("probe_dns_peer_serial", [Label("server", name)], Double(other)))
        if other != serial { faults.append("\(name) has serial \(other), \(settings.target) has \(serial)") }
      case .failure(let failure):
        faults.append(failure.text.hasPrefix(name) ? failure.text : "\(name): \(failure.text)")
      case nil: break
      }
    }
    return Peers(
      samples: samples, fault: faults.isEmpty ? nil : faults.joined(separator: "; "),
      cost: found.values.reduce(ProbeCost()) { $0 + $1.cost })
  }

  private func serial(of peer: HostAndPort, until end: Duration) async -> PeerSerial {
    switch await network.resolver.address(of: peer.host, port: peer.port, settings.addresses.preference) {
    case .busy(let text): return PeerSerial(serial: .failure(.ours(text)))
    case .none(let text):
      return PeerSerial(serial: .failure(ExchangeFailure("reason.probe.name_unresolved", text)))
    case .address(let address):
      let left = end - NetworkLoop.now
      guard left > .zero else {
        return PeerSerial(serial: .failure(ExchangeFailure("reason.probe.timed_out", "no time is left to ask")))
      }
      let outcome = await network.dns.ask(DNSRequest(settings, to: address), within: left)
      let serial = outcome.reply.flatMap { reply -> Result<UInt32, ExchangeFailure> in
        guard let serial = reply.message.answers.compactMap(\.serial).first else {
          return .failure(.broken("gives no SOA record, but \(DNSNames.responseCode(reply.message.responseCode))"))
        }
        return .success(serial)
      }
      return PeerSerial(serial: serial, cost: outcome.cost)
    }
  }
}

extension DNSRequest {
  init(_ settings: DNSProbeSettings, to server: SocketAddress) {
    self.init(
      server: server, source: settings.addresses.source, transport: settings.transport,
      encryption: settings.encryption, question: settings.question, recursionDesired: settings.recursionDesired,
      payloadBytesMax: settings.payloadBytesMax == 0 ? nil : UInt16(settings.payloadBytesMax),
      wantsSignatures: settings.demandsAuthenticated, retriesTruncated: settings.retriesTruncated)
  }
}

/// The series of the kind, each made once for all probes.
struct DNSSeries {
  enum Slot: Int, CaseIterable {
    case lookup, ipProtocol, addressHash, resolve, connect, request, succeeded, answers, authorities, additionals
    case serial, code, shortestTTL, authoritative, authenticated, overTCP, certificateExpiry, chainExpiry
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
    case .resolve: ("probe_dns_duration_seconds", "resolve")
    case .connect: ("probe_dns_duration_seconds", "connect")
    case .request: ("probe_dns_duration_seconds", "request")
    case .succeeded: ("probe_dns_query_succeeded", nil)
    case .answers: ("probe_dns_answer_rrs", nil)
    case .authorities: ("probe_dns_authority_rrs", nil)
    case .additionals: ("probe_dns_additional_rrs", nil)
    case .serial: ("probe_dns_serial", nil)
    case .code: ("probe_dns_rcode", nil)
    case .shortestTTL: ("probe_dns_answer_ttl_min_seconds", nil)
    case .authoritative: ("probe_dns_authoritative", nil)
    case .authenticated: ("probe_dns_authenticated", nil)
    case .overTCP: ("probe_dns_answered_over_tcp", nil)
    case .certificateExpiry: ("probe_ssl_earliest_cert_expiry", nil)
    case .chainExpiry: ("probe_ssl_last_chain_expiry_timestamp_seconds", nil)
    }
  }

  private var values = [Double?](repeating: nil, count: Slot.allCases.count)

  /// As blackbox_exporter, whose gauges are 0 until they are set.
  init(resolve: Duration) {
    for slot in [Slot.ipProtocol, .addressHash, .connect, .request, .succeeded, .answers, .authorities, .additionals] {
      put(slot, 0)
    }
    put(.lookup, resolve.inSeconds)
    put(.resolve, resolve.inSeconds)
  }

  mutating func put(_ slot: Slot, _ value: Double) { values[slot.rawValue] = value }

  mutating func put(_ reply: DNSReply) {
    let message = reply.message
    put(.connect, reply.connect.inSeconds)
    put(.request, reply.request.inSeconds)
    put(.succeeded, 1)
    put(.answers, Double(message.answers.count))
    put(.authorities, Double(message.authorities.count))
    put(.additionals, Double(message.additionals.count))
    put(.code, Double(message.responseCode))
    put(.authoritative, message.isAuthoritative ? 1 : 0)
    put(.authenticated, message.isAuthenticated ? 1 : 0)
    put(.overTCP, reply.transport == .tcp ? 1 : 0)
    if let least = message.answers.map(\.secondsToLive).min() { put(.shortestTTL, Double(least)) }
    if let serial = message.answers.compactMap(\.serial).first { put(.serial, Double(serial)) }
    if let first = reply.tls?.certificates.map(\.notAfter).min() { put(.certificateExpiry, Double(first)) }
    if let expiry = reply.tls?.chainExpiry { put(.chainExpiry, Double(expiry)) }
  }

  var samples: [ProbeSample] {
    values.indices.compactMap { index in values[index].map { ProbeSample(Self.sets[index], $0, slot: index) } }
  }
}
