/// What a time server says.
///
/// - Source: RFC 5905 section 7.3.
struct NTPPacket: Sendable, Hashable {
  /// 1 and 2: the last minute of the month has a second more or less; 3: the server's clock is not set.
  let leap: UInt8
  let version: UInt8
  /// 1: a reference clock; 16 and above, or 0: not set.
  let stratum: UInt8
  /// Seconds.
  let precision: Double
  let rootDelay: Double
  let rootDispersion: Double
  /// Four bytes: a name at stratum 0 and 1, else a hash of the server's own server.
  let reference: [UInt8]
  /// Seconds since 1900 as a fixed-point number with 32 bits behind the point; wraps in 2036.
  let referenceTime: UInt64
  let received: UInt64
  let transmitted: UInt64

  static let bytes = 48
  /// From 1900 to 1970.
  static let secondsTo1970: UInt64 = 2_208_988_800

  /// - Parameter cookie: stands where our own time would; the answer carries it back, and nobody else knows it.
  static func request(_ cookie: UInt64) -> [UInt8] {
    [0x23] + [UInt8](repeating: 0, count: bytes - 9)
      + (0..<8).map { UInt8(truncatingIfNeeded: cookie >> (56 - 8 * $0)) }
  }

  static func answers(_ packet: [UInt8], _ cookie: UInt64) -> Bool {
    packet.count >= bytes && packet[0] & 7 == 4 && long(packet, 24) == cookie
  }

  /// - Returns: `nil` when the packet is too short.
  init?(_ packet: [UInt8]) {
    guard packet.count >= Self.bytes else { return nil }
    leap = packet[0] >> 6
    version = packet[0] >> 3 & 7
    stratum = packet[1]
    let exponent = max(-40, min(40, Int(Int8(bitPattern: packet[3]))))
    precision = exponent < 0 ? 1 / Double(1 << -exponent) : Double(1 << exponent)
    rootDelay = Double(Self.long(packet, 4) >> 32) / 65_536
    rootDispersion = Double(Self.long(packet, 8) >> 32) / 65_536
    reference = Array(packet[12..<16])
    referenceTime = Self.long(packet, 16)
    received = Self.long(packet, 32)
    transmitted = Self.long(packet, 40)
  }

  private static func long(_ packet: [UInt8], _ place: Int) -> UInt64 {
    packet[place..<place + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The code of a kiss-o'-death, such as RATE or DENY; `nil` when this is a time, or stratum 0 without a code:
  /// chrony has that before its clock is set.
  var kiss: String? {
    let code = reference.prefix { (0x21...0x7e).contains($0) }
    guard stratum == 0, !code.isEmpty else { return nil }
    return String(decoding: code, as: UTF8.self)
  }

  var isSynchronised: Bool { leap != 3 && (1...15).contains(stratum) && transmitted != 0 }

  /// How far this host's clock is behind the server's, and the time on the way, in seconds.
  ///
  /// - Parameters: moments of this host's clock, in nanoseconds since 1970.
  func clock(sent: Int64, arrived: Int64) -> (offset: Double, delay: Double) {
    let (first, last) = (Self.fixedPoint(sent), Self.fixedPoint(arrived))
    let out = Self.seconds(received &- first)
    let back = Self.seconds(transmitted &- last)
    return ((out + back) / 2, max(0, out - back))
  }

  /// Of a difference: less than 68 years either way, across the end of an era, too.
  private static func seconds(_ difference: UInt64) -> Double { Double(Int64(bitPattern: difference)) / 4_294_967_296 }

  static func fixedPoint(_ nanoseconds: Int64) -> UInt64 {
    let (seconds, rest) = (UInt64(nanoseconds / 1_000_000_000), UInt64(nanoseconds % 1_000_000_000))
    return (seconds + secondsTo1970) << 32 | (rest << 32) / 1_000_000_000
  }

  /// Unix time of the server's last correction, in the era of `now`.
  func referenceSeconds(near now: Int64) -> Double {
    Double(now) / 1_000_000_000 + Self.seconds(referenceTime &- Self.fixedPoint(now))
  }
}
