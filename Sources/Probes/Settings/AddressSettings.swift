internal import Telemetry

/// How a probe of the network chooses among the addresses of a name, and the address that it comes from.
struct AddressSettings: Hashable, Sendable {
  let preference: AddressPreference
  /// `source_ip_address`: an address of this host; the default is the kernel's choice.
  let source: SocketAddress?

  /// - Parameters:
  ///   - preferred: `ip4` or `ip6`; the default is the system's own order.
  ///   - fallback: whether the other family will do when a name has no address of the preferred one; the default is true.
  init<Key: CodingKey>(
    _ fields: KeyedDecodingContainer<Key>, preferred: Key, fallback: Key, source: Key
  ) throws {
    let family: IPProtocol? = try fields.choice(forKey: preferred, else: "fault.network.choice")
    let fallsBack = try fields.decodeIfPresent(Bool.self, forKey: fallback) ?? true
    preference =
      switch family {
      case nil: .system
      case let family?:
        fallsBack ? .prefer(version6: family == .version6) : .only(version6: family == .version6)
      }
    guard let text = try fields.decodeIfPresent(String.self, forKey: source) else {
      self.source = nil
      return
    }
    guard let address = SocketAddress(text, port: 0) else {
      throw fields.problem(source, "fault.network.address", ["text": text])
    }
    self.source = address
  }

  private enum IPProtocol: String, CaseIterable {
    case version4 = "ip4"
    case version6 = "ip6"
  }

  /// A name, or a numeric address with or without brackets, and no port.
  static func isHost(_ text: String) -> Bool {
    if SocketAddress(text, port: 0) != nil { return true }
    return !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy { byte in
        byte > 0x20 && byte < 0x7f && !"/@?#[]:%".utf8.contains(byte)
      }
  }

  /// blackbox_exporter's figure for the address: FNV-1a of its bytes.
  static func hash(_ address: SocketAddress) -> Double {
    var hash: UInt32 = 2_166_136_261
    func take(_ number: UInt64, bytes: UInt64) {
      for index in 0..<bytes {
        hash = (hash ^ UInt32(number >> (8 * (bytes - 1 - index)) & 0xff)) &* 16_777_619
      }
    }
    if address.isVersion6 {
      take(address.high, bytes: 8)
      take(address.low, bytes: 8)
    } else {
      take(address.low, bytes: 4)
    }
    return Double(hash)
  }
}
