/// A network of IPv4 addresses in CIDR notation. IPv6 networks are too large to ask every address of.
struct Subnet: Equatable {
  /// The first and the last address that a host may have.
  let addresses: ClosedRange<UInt32>

  /// - Returns: `nil` when it is not written as `192.0.2.0/28`.
  init?(_ text: String) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    let parts = (sides.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { $0.allSatisfy(\.isASCII) && $0.allSatisfy(\.isNumber) ? UInt8($0) : nil }
    guard sides.count == 2, parts.count == 4, bytes.count == 4, let length = Int(sides[1]), (0...32).contains(length)
    else { return nil }
    let address = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
    let (first, last) = (address & mask, address | ~mask)
    // Its own address and that for all are no host's.
    addresses = length < 31 ? (first + 1)...(last - 1) : first...last
  }

  var count: Int { Int(addresses.upperBound - addresses.lowerBound) + 1 }

  var texts: [String] {
    addresses.map { address in
      [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xff) }.joined(separator: ".")
    }
  }
}
