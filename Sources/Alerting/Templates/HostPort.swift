/// An address such as `web1.example.org:9100` or `[::1]:9100`, taken apart.
struct HostPort {
  let host: String
  let port: String

  /// - Returns: `nil` when there is no port, or more colons than one outside brackets.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let before = text[..<colon]
    port = String(text[text.index(after: colon)...])
    if before.hasPrefix("[") {
      guard before.hasSuffix("]") else { return nil }
      host = String(before.dropFirst().dropLast())
    } else {
      guard !before.contains(":") else { return nil }
      host = String(before)
    }
  }

  /// The first label of the host's name, with the port when there is one; addresses stay whole.
  static func withoutDomain(_ text: String) -> String {
    let parts = HostPort(text)
    let host = parts?.host ?? text
    guard !isAddress(host) else { return text }
    let name = host.prefix { $0 != "." }
    guard let port = parts?.port, !port.isEmpty else { return String(name) }
    return "\(name):\(port)"
  }

  private static func isAddress(_ host: String) -> Bool {
    if host.contains(":") { return host.utf8.allSatisfy { isHexadecimal($0) || $0 == 58 || $0 == 46 } }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte | 0x20)
  }

  /// The path of a URL, empty when it has none.
  static func path(ofURL url: String) -> String {
    var rest = url[...]
    if let scheme = rest.firstIndex(of: ":"), rest[scheme...].hasPrefix("://") {
      rest = rest[rest.index(scheme, offsetBy: 3)...]
      rest = rest.drop { $0 != "/" && $0 != "?" && $0 != "#" }
    }
    return String(rest.prefix { $0 != "?" && $0 != "#" })
  }
}
