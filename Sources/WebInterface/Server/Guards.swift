internal import Records

/// The checks that every request passes, each a function of the request.
enum Guards {
  /// Whether a `Host` header names this machine: DNS rebinding brings a foreign name to a loopback address.
  static func accepts(host: String?, names: Set<String>) -> Bool {
    guard let host, !host.isEmpty else { return false }
    let name = nameWithoutPort(host).lowercased()
    if name == "localhost" || name == "[::1]" || names.contains(name) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func nameWithoutPort(_ host: String) -> Substring {
    if host.hasPrefix("["), let close = host.firstIndex(of: "]") { return host[...close] }
    return host.prefix { $0 != ":" }
  }

  /// Whether an unsafe request comes from our own pages, as far as the browser tells.
  ///
  /// A program other than a browser sends neither header and is held by the token alone.
  static func isSameSite(_ request: WebRequest) -> Bool {
    let site = request.header("sec-fetch-site")
    if let site, site != "same-origin", site != "none" { return false }
    guard let origin = request.header("origin") else { return true }
    // Under our `no-referrer` policy a browser hides the origin of its own forms; then its word about the site counts.
    if origin == "null" { return site == "same-origin" }
    guard let host = request.header("host"), let slashes = origin.firstRange(of: "://") else { return false }
    return origin[slashes.upperBound...].lowercased() == host.lowercased()
  }

  /// Compares in a time that does not depend on where the texts differ.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    let (one, other) = (Array(left.utf8), Array(right.utf8))
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The headers of every answer.
  static let headers: [(name: String, value: String)] = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        + "trusted-types 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
  ]
}
