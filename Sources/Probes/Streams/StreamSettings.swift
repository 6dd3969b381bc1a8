internal import Telemetry

/// The settings that all kinds over a stream share: whom to ask, from where, and how the connection is encrypted.
///
/// A kind lists those keys that it knows among its own: `target`, `preferred_ip_protocol`, `ip_protocol_fallback`,
/// `source_ip_address`, `tls_verify`, `tls_config`.
struct StreamSettings: Hashable, Sendable {
  /// As written.
  let target: String
  private(set) var request: StreamRequest

  /// - Parameter port: what a target without a port means; `nil`: a port must be written.
  init<Key: CodingKey>(_ fields: KeyedDecodingContainer<Key>, port: UInt16? = nil) throws {
    guard let targetKey = Key(stringValue: "target") else { preconditionFailure("each kind has the key 'target'") }
    let target = try fields.decode(String.self, forKey: targetKey)
    guard let endpoint = Self.endpoint(target, port) else {
      throw fields.problem(targetKey, "fault.probe.target", ["text": target])
    }
    try self.init(fields, target, endpoint)
  }

  /// For a kind whose target holds more than a place.
  init<Key: CodingKey>(
    _ fields: KeyedDecodingContainer<Key>, _ target: String, _ endpoint: StreamRequest.Endpoint
  ) throws {
    let keys = OptionalKeys(fields: fields)
    self.target = target
    request = StreamRequest(endpoint)
    if let preferred = Key(stringValue: "preferred_ip_protocol"),
      let fallback = Key(stringValue: "ip_protocol_fallback"),
      let source = Key(stringValue: "source_ip_address")
    {
      let addresses = try AddressSettings(fields, preferred: preferred, fallback: fallback, source: source)
      request.preference = addresses.preference
      request.source = addresses.source
    }
    if let (_, settings) = try keys.value("tls_config", TLSSettings.self) {
      request.tls = settings.options
      request.certificateName = settings.serverName
      request.verifies = settings.verifies
    }
    if let (_, verifies) = try keys.value("tls_verify", Bool.self) { request.verifies = verifies }
  }

  /// - Parameter port: when none is written; `nil`: one must be.
  static func endpoint(_ text: String, _ port: UInt16?) -> StreamRequest.Endpoint? {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      return path.hasPrefix("/") && path.utf8.count <= pathBytesMax && !path.utf8.contains(0) ? .path(path) : nil
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    var host = text[...]
    var number = port
    // An IPv6 address stands in brackets where a port follows.
    let isBareAddress = SocketAddress(text, port: 0)?.isVersion6 == true
    if !isBareAddress, let colon = text.lastIndex(of: ":"), text[colon...].last != "]" {
      host = text[..<colon]
      guard let written = UInt16(text[text.index(after: colon)...]), written > 0 else { return nil }
      number = written
    }
    guard let number, !host.isEmpty else { return nil }
    if host.hasPrefix("[") || isBareAddress {
      return SocketAddress(String(host), port: 0)?.isVersion6 == true ? .host(String(host), port: number) : nil
    }
    guard !host.contains(where: { "/@?#[]:".contains($0) }) else { return nil }
    return .host(String(host), port: number)
  }

  /// What the kernel has place for in the address of a socket of this host.
  private static let pathBytesMax = 107

  /// A socket of this host is this host's.
  var instance: String? {
    if case .path = request.endpoint { return nil }
    return target
  }

  var localSocket: String? {
    if case .path(let path) = request.endpoint { path } else { nil }
  }

  var network: NetworkTarget? {
    if case .path = request.endpoint { return nil }
    let isBareAddress = !target.hasPrefix("[") && SocketAddress(target, port: 0)?.isVersion6 == true
    return NetworkTarget(hostAndPort: isBareAddress ? "[\(target)]" : target)
  }
}

/// Settings of a kind over a stream, which says what is asked and where.
protocol StreamProbeSettings: ProbeSettings {
  var stream: StreamSettings { get }
}

extension StreamProbeSettings {
  public var instance: String? { stream.instance }

  public var network: NetworkTarget? { stream.network }

  public var localSocket: String? { stream.localSocket }
}

/// Keys of a container by their names, for those who do not know its type.
private struct OptionalKeys<Key: CodingKey> {
  let fields: KeyedDecodingContainer<Key>

  /// - Returns: `nil` when the key is not written, or none of this kind.
  func value<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> (Key, Value)? {
    guard let key = Key(stringValue: name) else { return nil }
    return try fields.decodeIfPresent(type, forKey: key).map { (key, $0) }
  }
}

/// `tls_config` under Prometheus' names.
struct TLSSettings: Decodable, Hashable, Sendable {
  let options: StreamTLSOptions
  let serverName: String?
  /// The default is true.
  let verifies: Bool

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case authorityFile = "ca_file"
    case certificateFile = "cert_file"
    case keyFile = "key_file"
    case serverName = "server_name"
    case skipsVerification = "insecure_skip_verify"
    case versionMin = "min_version"
    case versionMax = "max_version"
  }

  private static let versions: [String: StreamTLSOptions.Version] = [
    "TLS10": .tls10, "TLS11": .tls11, "TLS12": .tls12, "TLS13": .tls13,
  ]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    var options = StreamTLSOptions()
    options.authorityFile = try fields.decodeIfPresent(String.self, forKey: .authorityFile)
    options.certificateFile = try fields.decodeIfPresent(String.self, forKey: .certificateFile)
    options.keyFile = try fields.decodeIfPresent(String.self, forKey: .keyFile)
    if options.keyFile != nil, options.certificateFile == nil {
      throw fields.problem(.keyFile, "fault.stream.key-alone")
    }
    options.versionMin = try Self.version(fields, .versionMin) ?? options.versionMin
    options.versionMax = try Self.version(fields, .versionMax) ?? options.versionMax
    guard options.versionMin.rawValue <= options.versionMax.rawValue else {
      throw fields.problem(.versionMax, "fault.stream.versions", beside: .versionMin)
    }
    // What is called for by name is spoken, though the library takes it for weak by now.
    options.admitsWeakness = options.versionMin.rawValue < StreamTLSOptions.Version.tls12.rawValue
    self.options = options
    serverName = try fields.decodeIfPresent(String.self, forKey: .serverName)
    verifies = try !(fields.decodeIfPresent(Bool.self, forKey: .skipsVerification) ?? false)
  }

  /// - Returns: `nil` when the key is not written.
  static func version<Key: CodingKey>(
    _ fields: KeyedDecodingContainer<Key>, _ key: Key
  ) throws -> StreamTLSOptions.Version? {
    guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return nil }
    guard let version = versions[text] else { throw fields.problem(key, "fault.stream.version", ["text": text]) }
    return version
  }
}

extension StreamSettings {
  /// How a kind's connection is encrypted, as its key `encryption` says.
  ///
  /// - Parameter otherwise: when nothing is written.
  mutating func encrypts<Key: CodingKey>(
    _ fields: KeyedDecodingContainer<Key>, _ key: Key, otherwise: ServiceEncryption
  ) throws -> ServiceEncryption {
    let encryption = try fields.choice(forKey: key, else: "fault.network.choice") ?? otherwise
    if encryption == .tls { encryptsAtOnce() }
    return encryption
  }

  mutating func encryptsAtOnce() { request.encryption = .atOnce }

  /// The handshake goes on whatever it finds.
  mutating func showsEveryProblem() {
    request.verifies = false
    request.tls.admitsWeakness = true
  }
}
