internal import CTLS
internal import Records
internal import Telemetry
internal import Transfers

/// `tls_server_config`, as Prometheus and its exporters spell it.
struct TLSServerSettings: Decodable, Hashable, Sendable {
  /// What is asked of clients whose authority is known.
  enum ClientDemand: String, CaseIterable, Sendable {
    /// Who shows none is let in, who shows a wrong one is not.
    case ifGiven = "VerifyClientCertIfGiven"
    case always = "RequireAndVerifyClientCert"
  }

  /// PEM: the server's certificate first, then those between it and its authority.
  let certificateFile: String
  /// PEM, not readable by everybody.
  let keyFile: String
  /// PEM: who signs the certificates of clients. The default is none: clients are asked for no certificate.
  let clientAuthorityFile: String?
  /// A client's certificate must bear one of these as an alternative name of its subject: DNS name, address, mail
  /// address or URI. The default lets in any.
  let clientNames: [String]?
  /// The default is `RequireAndVerifyClientCert`.
  let demand: ClientDemand
  /// The default is TLS 1.2.
  let versionMin: StreamTLSOptions.Version
  /// The default is TLS 1.3.
  let versionMax: StreamTLSOptions.Version

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case certificateFile = "cert_file"
    case keyFile = "key_file"
    case clientAuthorityFile = "client_ca_file"
    case demand = "client_auth_type"
    case clientNames = "client_allowed_sans"
    case versionMin = "min_version"
    case versionMax = "max_version"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    certificateFile = try fields.decode(String.self, forKey: .certificateFile)
    keyFile = try fields.decode(String.self, forKey: .keyFile)
    clientAuthorityFile = try fields.decodeIfPresent(String.self, forKey: .clientAuthorityFile)
    let demand: ClientDemand? = try fields.choice(forKey: .demand, else: "fault.network.choice")
    if demand != nil, clientAuthorityFile == nil { throw fields.problem(.demand, "fault.listen.no-client-authority") }
    self.demand = demand ?? .always
    clientNames = try fields.decodeIfPresent([String].self, forKey: .clientNames)
    if let clientNames {
      guard clientAuthorityFile != nil else { throw fields.problem(.clientNames, "fault.listen.no-client-authority") }
      // An empty list would let in nobody, or, as Prometheus reads it, everybody.
      guard !clientNames.isEmpty, clientNames.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }) else {
        throw fields.problem(.clientNames, "fault.listen.names")
      }
    }
    versionMin = try TLSSettings.version(fields, .versionMin) ?? .tls12
    versionMax = try TLSSettings.version(fields, .versionMax) ?? .tls13
    guard versionMin.rawValue <= versionMax.rawValue else {
      throw fields.problem(.versionMax, "fault.stream.versions", beside: .versionMin)
    }
  }
}

/// Why TLS cannot be served.
struct TLSServerFault: Error {
  let fault: SettingsFault

  init(_ fault: SettingsFault) { self.fault = fault }

  init(_ id: String, _ arguments: [String: String]) { fault = SettingsFault(id, arguments) }
}

/// What the files of a server held when they were read: a context is made of these very bytes, so that no file can
/// change between the look at its mode and its use.
struct TLSServerFiles: Hashable, Sendable {
  private let chain: [UInt8]
  private let key: Secret
  private let authorities: [UInt8]?

  /// The default is 1 MiB.
  static let bytesMax = 1 << 20

  init(_ settings: TLSServerSettings) throws(TLSServerFault) {
    chain = try Self.read(settings.certificateFile)
    do throws(SecretFault) {
      key = try SecretFile.read(settings.keyFile)
    } catch {
      throw TLSServerFault(error.fault)
    }
    if let path = settings.clientAuthorityFile { authorities = try Self.read(path) } else { authorities = nil }
  }

  private static func read(_ path: String) throws(TLSServerFault) -> [UInt8] {
    guard let file = RegularFile(path, bytesMax: bytesMax) else {
      throw TLSServerFault("fault.listen.unreadable", ["path": path])
    }
    return file.bytes
  }

  func context(_ settings: TLSServerSettings) throws(TLSServerFault) -> TLSContext {
    var fault: Int32 = 0
    let names = (settings.clientNames ?? []).flatMap { $0.utf8CString }
    let (pointer, problem) = StreamTLSSession.text(capacity: 256) { place, capacity in
      chain.withUnsafeBytes { chain in
        Array(key.reveal().utf8).withUnsafeBytes { key in
          (authorities ?? []).withUnsafeBytes { authorities in
            var options = watchkeeper_server_options(
              chain: chain.baseAddress, chain_count: chain.count, key: key.baseAddress, key_count: key.count,
              authorities: self.authorities == nil ? nil : authorities.baseAddress, authority_count: authorities.count,
              client_names: nil, client_names_count: names.count,
              demands_certificate: settings.demand == .always ? 1 : 0, version_min: settings.versionMin.rawValue,
              version_max: settings.versionMax.rawValue,
              // What is called for by name is spoken, though the library takes it for weak by now.
              security_level: settings.versionMin.rawValue < StreamTLSOptions.Version.tls12.rawValue ? 0 : -1)
            return names.withUnsafeBufferPointer { names in
              if settings.clientNames != nil { options.client_names = names.baseAddress }
              return watchkeeper_server_context_make(&options, &fault, place, capacity)
            }
          }
        }
      }
    }
    if let pointer { return TLSContext(owning: pointer) }
    throw Self.fault(Int(fault), problem, settings)
  }

  private static func fault(_ fault: Int, _ problem: String, _ settings: TLSServerSettings) -> TLSServerFault {
    switch fault {
    case WATCHKEEPER_SERVER_FAULT_CHAIN:
      TLSServerFault("fault.listen.chain", ["path": settings.certificateFile, "problem": problem])
    case WATCHKEEPER_SERVER_FAULT_KEY:
      TLSServerFault("fault.listen.key", ["path": settings.keyFile, "problem": problem])
    case WATCHKEEPER_SERVER_FAULT_MISMATCH:
      TLSServerFault(
        "fault.listen.mismatch", ["path": settings.keyFile, "certificate": settings.certificateFile])
    case WATCHKEEPER_SERVER_FAULT_AUTHORITIES:
      TLSServerFault(
        "fault.listen.client-authorities", ["path": settings.clientAuthorityFile ?? "", "problem": problem])
    default: TLSServerFault("fault.listen.library", ["problem": problem])
    }
  }
}
