internal import Glibc

/// A network in CIDR notation. One of IPv6 is asked only where it is small: nobody lives to see the end of a /64.
struct Subnet: Equatable {
  /// The first and the last address that a host may have.
  let addresses: ClosedRange<UInt128>
  /// Bits of an address: 32 or 128.
  private let width: Int

  /// The most addresses of a network that is asked, whatever a person allows: a /16 of IPv4, a /112 of IPv6.
  static let countMax: UInt128 = 65_536
  /// What providers give whole; larger ones are no network of a person's.
  private static let lengthMinIPv6 = 16

  /// - Returns: `nil` when it is not written as `192.0.2.0/28` or `2001:db8::10/124`.
  init?(_ text: String) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, sides[1].allSatisfy({ $0.isASCII && $0.isNumber }), let length = Int(sides[1]),
      let bytes = Self.bytes(of: sides[0]), (bytes.count == 4 ? 0 : Self.lengthMinIPv6)...bytes.count * 8 ~= length
    else { return nil }
    width = bytes.count * 8
    let address = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    let hosts = (UInt128(1) << UInt128(width - length)) - 1
    let (first, last) = (address & ~hosts, address | hosts)
    switch (width, width - length) {
    // Its own address and that for all are no host's.
    case (32, 2...): addresses = (first + 1)...(last - 1)
    // The first is every router's (RFC 4291, section 2.6.1).
    case (128, 2...): addresses = (first + 1)...last
    default: addresses = first...last
    }
  }

  private static func bytes(of text: Substring) -> [UInt8]? {
    if text.contains(":") {
      var address = in6_addr()
      guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
      return withUnsafeBytes(of: &address) { Array($0) }
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { $0.allSatisfy(\.isASCII) && $0.allSatisfy(\.isNumber) ? UInt8($0) : nil }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  var count: UInt128 { addresses.upperBound - addresses.lowerBound + 1 }

  /// Ascending; for networks of at most `countMax`.
  var texts: [String] {
    stride(from: Int64(0), to: Int64(min(count, Self.countMax)), by: 1).map { index in
      text(of: addresses.lowerBound + UInt128(index))
    }
  }

  private func text(of address: UInt128) -> String {
    let bytes = stride(from: width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: address >> UInt128($0)) }
    guard width == 128 else { return bytes.map(String.init).joined(separator: ".") }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
