/// The part of a URL between its scheme and its path.
struct URLAuthority {
  private let scheme: Substring
  private let login: Substring
  private let rest: Substring
  /// `host` or `host:port`, without a user.
  let written: String
  /// An IPv6 address in brackets.
  let host: String
  let port: Int

  /// - Returns: `nil` for what has no authority or a port that is no number.
  init?(of url: String) {
    guard let divider = url.firstRange(of: "://") else { return nil }
    scheme = url[..<divider.lowerBound]
    let authority = url[divider.upperBound...].prefix { !"/?#".contains($0) }
    rest = url[authority.endIndex...]
    let bare = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    login = authority[..<bare.startIndex]
    written = String(bare)
    let hostEnd =
      bare.hasPrefix("[") ? bare.firstIndex(of: "]").map { bare.index(after: $0) } : bare.firstIndex(of: ":")
    host = String(bare[..<(hostEnd ?? bare.endIndex)])
    let digits = bare[(hostEnd ?? bare.endIndex)...].dropFirst()
    guard let port = digits.isEmpty ? (scheme.lowercased() == "https" ? 443 : 80) : Int(digits) else { return nil }
    self.port = port
  }

  /// The URL with another host at the same port.
  func url(naming name: String) -> String { "\(scheme)://\(login)\(name):\(port)\(rest)" }
}
