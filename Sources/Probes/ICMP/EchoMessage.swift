/// Echo requests and replies of ICMP and ICMPv6.
///
/// - Source: RFC 792, RFC 4443 section 4.
enum EchoMessage {
  static let headerBytes = 8
  /// The largest payload that an IPv4 packet without options can hold.
  static let payloadBytesMax = 65_535 - 20 - headerBytes

  static func request(isVersion6: Bool, identifier: UInt16, payloadBytes: Int, cookie: UInt64) -> [UInt8] {
    var message = [UInt8](repeating: 0, count: headerBytes + payloadBytes)
    message[0] = isVersion6 ? 128 : 8
    message[4] = UInt8(identifier >> 8)
    message[5] = UInt8(truncatingIfNeeded: identifier)
    for index in 0..<payloadBytes {
      message[headerBytes + index] =
        index < 8 ? UInt8(truncatingIfNeeded: cookie >> (56 - 8 * UInt64(index))) : UInt8(truncatingIfNeeded: index)
    }
    return message
  }

  /// Numbers a request. The kernel makes the checksum, but not that of IPv4 on a raw socket.
  static func number(_ message: inout [UInt8], _ sequence: UInt16, withChecksum: Bool) {
    message[6] = UInt8(sequence >> 8)
    message[7] = UInt8(truncatingIfNeeded: sequence)
    guard withChecksum else { return }
    message[2] = 0
    message[3] = 0
    let sum = checksum(message)
    message[2] = UInt8(sum >> 8)
    message[3] = UInt8(truncatingIfNeeded: sum)
  }

  /// - Source: RFC 1071.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    var index = 0
    while index + 1 < bytes.count {
      sum &+= UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
      index += 2
    }
    if index < bytes.count { sum &+= UInt32(bytes[index]) << 8 }
    while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  /// The part of a packet that says which request it belongs to.
  struct Identity {
    let type: UInt8
    let identifier: UInt16
    let sequence: UInt16

    /// - Returns: `nil` when the bytes are too few.
    init?(_ bytes: UnsafeRawBufferPointer) {
      guard bytes.count >= EchoMessage.headerBytes else { return nil }
      type = bytes[0]
      identifier = UInt16(bytes[4]) << 8 | UInt16(bytes[5])
      sequence = UInt16(bytes[6]) << 8 | UInt16(bytes[7])
    }

    func isReply(isVersion6: Bool) -> Bool { type == (isVersion6 ? 129 : 0) }
    func isRequest(isVersion6: Bool) -> Bool { type == (isVersion6 ? 128 : 8) }
  }

  /// Whether the payload behind the header begins as the request's, as far as it was long enough for the cookie.
  static func carries(_ cookie: UInt64, _ bytes: UnsafeRawBufferPointer, payloadBytes: Int) -> Bool {
    let length = min(8, payloadBytes)
    guard bytes.count >= headerBytes + length else { return false }
    for index in 0..<length
    where bytes[headerBytes + index] != UInt8(truncatingIfNeeded: cookie >> (56 - 8 * UInt64(index))) {
      return false
    }
    return true
  }
}
