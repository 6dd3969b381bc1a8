internal import Records
internal import Telemetry

/// Settings of the kind `dns`, named as those of blackbox_exporter's dns module.
public struct DNSProbeSettings: ProbeSettings {
  /// The server that is asked: a host, or `host:port`; the default port is 53, with TLS 853.
  public let target: String
  let server: HostAndPort
  let question: DNSQuestion
  /// The default is true.
  let recursionDesired: Bool
  /// `udp`, the default, or `tcp`, the default with TLS.
  let transport: DNSTransport
  /// `dns_over_tls`, the default is false, and `tls_config`; the certificate is to be for the target's host.
  let encryption: DNSEncryption?
  let addresses: AddressSettings
  /// The default is NOERROR alone.
  let validCodes: [UInt16]
  let answerDemands: DNSRecordDemands
  let authorityDemands: DNSRecordDemands
  let additionalDemands: DNSRecordDemands
  /// Sentences, see `DNSExpectation`.
  let expectations: [DNSExpectation]
  /// Other servers of the zone whose SOA serial is to be the target's; at most 16.
  let serialPeers: [HostAndPort]
  /// The default is false. When true, signatures are asked for, and the server must say that it has checked them (AD).
  let demandsAuthenticated: Bool
  /// The largest answer over UDP, said by EDNS0; the default is 1,232 bytes, which no path cuts up. 0: no EDNS0.
  let payloadBytesMax: Int
  /// The default is true: an answer that was cut short is asked for again over TCP.
  let retriesTruncated: Bool

  static let serialPeersMax = 16

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case target, expect
    case queryName = "query_name"
    case queryType = "query_type"
    case queryClass = "query_class"
    case recursionDesired = "recursion_desired"
    case transport = "transport_protocol"
    case usesTLS = "dns_over_tls"
    case tls = "tls_config"
    case preferredProtocol = "preferred_ip_protocol"
    case protocolFallback = "ip_protocol_fallback"
    case sourceAddress = "source_ip_address"
    case validCodes = "valid_rcodes"
    case answerDemands = "validate_answer_rrs"
    case authorityDemands = "validate_authority_rrs"
    case additionalDemands = "validate_additional_rrs"
    case serialPeers = "same_serial_as"
    case demandsAuthenticated = "dnssec"
    case payloadBytesMax = "edns_payload_size"
    case retriesTruncated = "retry_truncated"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    target = try fields.decode(String.self, forKey: .target)
    let usesTLS = try fields.decodeIfPresent(Bool.self, forKey: .usesTLS) ?? false
    let defaultPort: UInt16 = usesTLS ? 853 : 53
    guard let server = HostAndPort(target, defaultPort: defaultPort) else {
      throw fields.problem(.target, "fault.network.server", ["text": target])
    }
    self.server = server
    question = try Self.question(fields)
    recursionDesired = try fields.decodeIfPresent(Bool.self, forKey: .recursionDesired) ?? true
    transport = try fields.choice(forKey: .transport, else: "fault.network.choice") ?? (usesTLS ? .tcp : .udp)
    let tls = try fields.decodeIfPresent(TLSSettings.self, forKey: .tls)
    if transport == .udp, usesTLS { throw fields.problem(.transport, "fault.dns.encryption", beside: .usesTLS) }
    if tls != nil, !usesTLS { throw fields.problem(.tls, "fault.dns.tls-alone") }
    encryption =
      usesTLS
      ? DNSEncryption(
        serverName: tls?.serverName ?? server.host, options: tls?.options ?? StreamTLSOptions(),
        verifies: tls?.verifies ?? true) : nil
    addresses = try AddressSettings(
      fields, preferred: .preferredProtocol, fallback: .protocolFallback, source: .sourceAddress)
    validCodes = try (fields.decodeIfPresent([String].self, forKey: .validCodes) ?? ["NOERROR"])
      .map { try Self.number($0, among: DNSNames.responseCodes, fields, .validCodes) }
    answerDemands = try fields.decodeIfPresent(DNSRecordDemands.self, forKey: .answerDemands) ?? .none
    authorityDemands = try fields.decodeIfPresent(DNSRecordDemands.self, forKey: .authorityDemands) ?? .none
    additionalDemands = try fields.decodeIfPresent(DNSRecordDemands.self, forKey: .additionalDemands) ?? .none
    expectations = try (fields.decodeIfPresent([String].self, forKey: .expect) ?? []).map { sentence in
      guard let expectation = DNSExpectation(sentence) else {
        throw fields.problem(.expect, "fault.dns.expect", ["text": sentence])
      }
      return expectation
    }
    let peers = try fields.decodeIfPresent([String].self, forKey: .serialPeers) ?? []
    guard peers.count <= Self.serialPeersMax else {
      throw fields.problem(
        .serialPeers, "fault.network.range",
        ["number": String(peers.count), "least": "0", "most": String(Self.serialPeersMax)])
    }
    serialPeers = try peers.map { text in
      guard let peer = HostAndPort(text, defaultPort: defaultPort) else {
        throw fields.problem(.serialPeers, "fault.network.server", ["text": text])
      }
      return peer
    }
    if !serialPeers.isEmpty, question.type != 6 {
      throw fields.problem(.serialPeers, "fault.dns.serial", beside: .queryType)
    }
    demandsAuthenticated = try fields.decodeIfPresent(Bool.self, forKey: .demandsAuthenticated) ?? false
    payloadBytesMax = try fields.decodeIfPresent(Int.self, forKey: .payloadBytesMax) ?? 1232
    guard payloadBytesMax == 0 || (512...65_535).contains(payloadBytesMax) else {
      throw fields.problem(
        .payloadBytesMax, "fault.network.range", ["number": String(payloadBytesMax), "least": "512", "most": "65535"])
    }
    retriesTruncated = try fields.decodeIfPresent(Bool.self, forKey: .retriesTruncated) ?? true
  }

  private static func question(_ fields: KeyedDecodingContainer<CodingKeys>) throws -> DNSQuestion {
    let text = try fields.decode(String.self, forKey: .queryName)
    guard let name = DNSName(text) else { throw fields.problem(.queryName, "fault.dns.name", ["text": text]) }
    return DNSQuestion(
      name: name,
      type: try number(
        try fields.decodeIfPresent(String.self, forKey: .queryType) ?? "ANY", among: DNSNames.types, fields,
        .queryType),
      recordClass: try number(
        try fields.decodeIfPresent(String.self, forKey: .queryClass) ?? "IN", among: DNSNames.classes, fields,
        .queryClass))
  }

  private static func number(
    _ word: String, among known: [String: UInt16], _ fields: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
  ) throws -> UInt16 {
    guard let number = known[word.uppercased()] else {
      throw fields.problem(
        key, "fault.network.choice", ["word": word, "known": Spelling.argument(for: word, among: known.keys.sorted())])
    }
    return number
  }

  public var instance: String? { target }

  public var network: NetworkTarget? { NetworkTarget(hostAndPort: server.text) }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    DNSProbe(settings: self, network: environment.network)
  }

  static let kind = ProbeKind(
    name: "dns",
    summary: "Asks a name server and checks what it answers: records, codes, serials, DNSSEC; as blackbox_exporter.",
    example: """
      name: name-server
      kind: dns
      interval: 30s
      settings:
        target: 192.0.2.53
        query_name: www.example.org
        query_type: A
        expect: ["A 192.0.2.80", "ttl >= 60"]
      """,
    job: "blackbox", interval: .seconds(30), timeout: .seconds(5), settings: DNSProbeSettings.self)
}

/// What the records of one section are to match, each written with its name, TTL, class, type and data.
struct DNSRecordDemands: Decodable, Hashable, Sendable {
  let failIfMatches: [Pattern]
  /// Fails unless all records match: in blackbox_exporter `fail_if_all_match_regexp` does the opposite of its name, and
  /// definitions that came from there are to decide as they did.
  let failIfAllMatch: [Pattern]
  let failIfNotMatches: [Pattern]
  let failIfNoneMatches: [Pattern]

  static let none = DNSRecordDemands()

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case failIfMatches = "fail_if_matches_regexp"
    case failIfAllMatch = "fail_if_all_match_regexp"
    case failIfNotMatches = "fail_if_not_matches_regexp"
    case failIfNoneMatches = "fail_if_none_matches_regexp"
  }

  private init() { (failIfMatches, failIfAllMatch, failIfNotMatches, failIfNoneMatches) = ([], [], [], []) }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func patterns(_ key: CodingKeys) throws -> [Pattern] {
      try (fields.decodeIfPresent([String].self, forKey: key) ?? []).map { text in
        do throws(PatternError) {
          return try Pattern(text)
        } catch {
          throw fields.problem(key, error.fault)
        }
      }
    }
    failIfMatches = try patterns(.failIfMatches)
    failIfAllMatch = try patterns(.failIfAllMatch)
    failIfNotMatches = try patterns(.failIfNotMatches)
    failIfNoneMatches = try patterns(.failIfNoneMatches)
  }

  /// - Parameter section: named in the text.
  /// - Returns: what is wrong; `nil` when nothing is.
  func fault(in records: [DNSRecord], _ section: String) -> String? {
    let texts = records.map { Array($0.text.utf8) }
    func matches(_ pattern: Pattern, _ text: [UInt8]) -> Bool { pattern.firstMatch(in: text) != nil }
    func shown(_ text: [UInt8]) -> String { String(decoding: text.prefix(200), as: UTF8.self) }
    if records.isEmpty, let pattern = (failIfNotMatches + failIfNoneMatches).first {
      return "there is no \(section) record that could match '\(pattern.text)'"
    }
    for text in texts {
      if let pattern = failIfMatches.first(where: { matches($0, text) }) {
        return "the \(section) record '\(shown(text))' matches '\(pattern.text)'"
      }
      if let pattern = failIfNotMatches.first(where: { !matches($0, text) }) {
        return "the \(section) record '\(shown(text))' does not match '\(pattern.text)'"
      }
    }
    for text in texts {
      guard let pattern = failIfAllMatch.first(where: { !matches($0, text) }) else { continue }
      return "the \(section) record '\(shown(text))' does not match '\(pattern.text)', which all are to match"
    }
    if !failIfNoneMatches.isEmpty,
      !texts.contains(where: { text in failIfNoneMatches.contains { matches($0, text) } })
    {
      return "no \(section) record matches '\(failIfNoneMatches[0].text)'"
    }
    return nil
  }
}
