/// How devices of a subnet are asked what they are. Secrets stay in their files: a proposal names those.
struct DeviceLogin: Hashable {
  /// Of the kind `snmp`, without the target.
  let settings: [ServiceCandidate.Setting]

  /// By SNMP version 2c.
  init(communityFile: String) {
    settings = [
      .init(key: "version", value: "2c"), .init(key: "community", value: Self.file(communityFile)),
    ]
  }

  /// A protocol of SNMP version 3 and the file with its password; without a protocol, the kind's default.
  struct Proof: Hashable {
    var algorithm: String?
    var file: String?
  }

  /// By SNMP version 3.
  init(user: String, authentication: Proof, privacy: Proof) {
    var settings: [ServiceCandidate.Setting] = [
      .init(key: "version", value: "\"3\""), .init(key: "user", value: ServiceCandidate.quoted(user)),
    ]
    for (name, proof) in [("auth", authentication), ("priv", privacy)] {
      if let algorithm = proof.algorithm {
        settings.append(.init(key: name + "_protocol", value: ServiceCandidate.quoted(algorithm)))
      }
      if let file = proof.file { settings.append(.init(key: name + "_password", value: Self.file(file))) }
    }
    self.settings = settings
  }

  private static func file(_ path: String) -> String { "{file: \(ServiceCandidate.quoted(path))}" }

  func check(at address: String) -> ServiceCandidate {
    ServiceCandidate(
      "snmp", of: [ServiceCandidate.Setting(key: "target", value: ServiceCandidate.quoted(address))] + settings)
  }
}
