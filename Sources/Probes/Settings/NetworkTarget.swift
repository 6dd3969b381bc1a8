internal import Glibc
internal import Transfers

/// An address that a probe asks, and whether it leads back to the host that asks.
public struct NetworkTarget: Hashable, Sendable {
  /// As written, without a user and password.
  public let address: String
  public let isURL: Bool
  public let hasCredentials: Bool
  /// Lower case; an IPv6 address without brackets.
  let host: String
  /// `host:port` of a URL, without a user and password.
  let authority: String

  /// - Parameter url: `scheme://…`, checked before.
  init(url: String) {
    let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    let rest = parts.count == 3 ? parts[2] : Substring(url)
    let authority = rest.prefix { !"/?#".contains($0) }
    let bare = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    isURL = true
    hasCredentials = bare.count != authority.count
    address = parts.count == 3 ? "\(parts[0])//\(bare)\(rest.dropFirst(authority.count))" : url
    self.authority = String(bare)
    host = Self.host(of: bare)
  }

  /// - Parameter text: `host:port`, checked before.
  init(hostAndPort text: String) {
    isURL = false
    hasCredentials = false
    address = text
    authority = text
    host = Self.host(of: text[...])
  }

  /// Whether the text is an IPv4 or IPv6 address.
  static func isAddress(_ text: String) -> Bool {
    family(ofAddress: text) != nil
  }

  /// Of a URL whose host is an address; `nil` for a name.
  static func family(of url: String) -> TransferRequest.AddressFamily? {
    family(ofAddress: NetworkTarget(url: url).host)
  }

  private static func family(ofAddress text: String) -> TransferRequest.AddressFamily? {
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
      if inet_pton(AF_INET, text, buffer.baseAddress) == 1 { return .ipv4 }
      return inet_pton(AF_INET6, text, buffer.baseAddress) == 1 ? .ipv6 : nil
    }
  }

  private static func host(of authority: Substring) -> String {
    if authority.hasPrefix("[") { return authority.dropFirst().prefix { $0 != "]" }.lowercased() }
    return authority.prefix { $0 != ":" }.lowercased()
  }

  /// Whether the address is a loopback one, or the host's own name. Other addresses of the host count as elsewhere: only
  /// a file can say that they stay.
  public func isOnHost(named name: String) -> Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == name.lowercased() { return true }
    // Connecting to the unspecified address reaches this host, too.
    if ["::1", "::", "0.0.0.0"].contains(host) { return true }
    return host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
  }
}
