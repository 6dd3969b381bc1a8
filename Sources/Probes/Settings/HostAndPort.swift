/// `host`, `host:port`, `[address]`, `[address]:port`, or an IPv6 address without brackets and port.
struct HostAndPort: Hashable, Sendable {
  let host: String
  let port: UInt16

  init?(_ text: String, defaultPort: UInt16) {
    guard !text.isEmpty, !text.contains(where: { "/@?# \t\r\n".contains($0) }) else { return nil }
    if SocketAddress(text, port: 0) != nil {
      (host, port) = (text.hasPrefix("[") ? String(text.dropFirst().dropLast()) : text, defaultPort)
      return
    }
    guard let colon = text.lastIndex(of: ":") else {
      (host, port) = (text, defaultPort)
      return
    }
    guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
    let name = text[..<colon]
    let bare = name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name
    guard !bare.isEmpty, bare == name ? !bare.contains(":") : SocketAddress(String(bare), port: 0) != nil else {
      return nil
    }
    (host, port) = (String(bare), number)
  }

  /// With the port, an IPv6 address in brackets.
  var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
