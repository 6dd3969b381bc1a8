internal import CLinux

/// Reads a message from its start; every length is checked against what is there.
struct DNSReader {
  private let bytes: [UInt8]
  private var place = 0
  /// Where the current record's data ends, or the message.
  private var end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  var isAtEnd: Bool { place == bytes.count }

  mutating func octet() throws(DNSMessageError) -> UInt8 {
    guard place < end else { throw DNSMessageError("the message ends in the middle of a field") }
    place += 1
    return bytes[place - 1]
  }

  mutating func number() throws(DNSMessageError) -> UInt16 { UInt16(try octet()) << 8 | UInt16(try octet()) }

  mutating func long() throws(DNSMessageError) -> UInt32 { UInt32(try number()) << 16 | UInt32(try number()) }

  private mutating func take(_ count: Int) throws(DNSMessageError) -> [UInt8] {
    guard count >= 0, count <= end - place else {
      throw DNSMessageError("a length leads beyond the end of its record")
    }
    place += count
    return Array(bytes[place - count..<place])
  }

  private mutating func rest() -> [UInt8] {
    let rest = Array(bytes[place..<end])
    place = end
    return rest
  }

  private mutating func string() throws(DNSMessageError) -> [UInt8] { try take(Int(try octet())) }

  /// A name, which may go on at an earlier place. Each leap leads to before the last one's origin, so that none repeats.
  mutating func name() throws(DNSMessageError) -> DNSName {
    var labels: [[UInt8]] = []
    var length = 1
    var at = place
    var limit = end
    var begin = place
    var hasLeapt = false
    while true {
      guard at < limit else { throw DNSMessageError("a name leads beyond the end of its record") }
      let size = Int(bytes[at])
      switch size {
      case 0:
        if !hasLeapt { place = at + 1 }
        return DNSName(labels: labels)
      case 1...DNSName.labelBytesMax:
        length += size + 1
        guard at + 1 + size <= limit else { throw DNSMessageError("a name leads beyond the end of its record") }
        guard length <= DNSName.bytesMax else { throw DNSMessageError("a name is longer than 255 bytes") }
        labels.append(Array(bytes[at + 1..<at + 1 + size]))
        at += 1 + size
      case 0xc0...0xff:
        guard at + 1 < limit else { throw DNSMessageError("a name leads beyond the end of its record") }
        let target = (size & 0x3f) << 8 | Int(bytes[at + 1])
        guard target < begin else { throw DNSMessageError("a compressed name does not point back") }
        if !hasLeapt { place = at + 2 }
        hasLeapt = true
        limit = begin
        (at, begin) = (target, target)
      default: throw DNSMessageError("a name has a label of a kind that does not exist")
      }
    }
  }

  mutating func record() throws(DNSMessageError) -> DNSRecord {
    let name = try name()
    let (type, recordClass, seconds) = (try number(), try number(), try long())
    let length = Int(try number())
    guard length <= bytes.count - place else { throw DNSMessageError("a record is longer than its message") }
    end = place + length
    defer { end = bytes.count }
    var serial: UInt32?
    let data = length == 0 ? "" : try text(of: type, &serial)
    guard place == end else { throw DNSMessageError("a record of type \(DNSNames.type(type)) is longer than its data") }
    return DNSRecord(
      name: name, type: type, recordClass: recordClass, secondsToLive: seconds, data: data, serial: serial)
  }

  /// The data as zone files have it, of a type without a notation here by RFC 3597.
  private mutating func text(of type: UInt16, _ serial: inout UInt32?) throws(DNSMessageError) -> String {
    switch DNSNames.type(type) {
    case "A": return try address(isVersion6: false)
    case "AAAA": return try address(isVersion6: true)
    case "NS", "CNAME", "PTR", "DNAME": return try name().text
    case "SOA": return try startOfAuthority(&serial)
    case "MX", "AFSDB", "KX": return "\(try number()) \(try name().text)"
    case "TXT", "SPF", "HINFO": return try strings()
    case "RP": return "\(try name().text) \(try name().text)"
    case "SRV": return "\(try number()) \(try number()) \(try number()) \(try name().text)"
    case "NAPTR":
      return "\(try number()) \(try number()) \(DNSText.quoted(try string())) \(DNSText.quoted(try string())) "
        + "\(DNSText.quoted(try string())) \(try name().text)"
    case "CAA":
      let flag = try octet()
      return "\(flag) \(String(decoding: try string(), as: UTF8.self)) \(DNSText.quoted(rest()))"
    case "URI": return "\(try number()) \(try number()) \(DNSText.quoted(rest()))"
    case "SSHFP": return "\(try octet()) \(try octet()) \(DNSText.hexadecimal(rest(), capitals: true))"
    case "TLSA", "SMIMEA": return "\(try octet()) \(try octet()) \(try octet()) \(DNSText.hexadecimal(rest()))"
    case "DS", "CDS":
      return "\(try number()) \(try octet()) \(try octet()) \(DNSText.hexadecimal(rest(), capitals: true))"
    case "DNSKEY", "CDNSKEY": return "\(try number()) \(try octet()) \(try octet()) \(DNSText.base64(rest()))"
    case "RRSIG": return try signature()
    case "NSEC": return ([try name().text] + (try typeBitmap())).joined(separator: " ")
    default:
      let rest = rest()
      return "\\# \(rest.count) \(DNSText.hexadecimal(rest))"
    }
  }

  private mutating func address(isVersion6: Bool) throws(DNSMessageError) -> String {
    let bytes = try take(isVersion6 ? 16 : 4)
    func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    let endpoint =
      isVersion6
      ? watchkeeper_endpoint(high: number(bytes[..<8]), low: number(bytes[8...]), scope: 0, port: 0, version: 6)
      : watchkeeper_endpoint(high: 0, low: number(bytes[...]), scope: 0, port: 0, version: 4)
    return SocketAddress(endpoint).host
  }

  private mutating func startOfAuthority(_ serial: inout UInt32?) throws(DNSMessageError) -> String {
    let (server, mailbox, number) = (try name().text, try name().text, try long())
    serial = number
    return "\(server) \(mailbox) \(number) \(try long()) \(try long()) \(try long()) \(try long())"
  }

  private mutating func strings() throws(DNSMessageError) -> String {
    var strings: [String] = []
    while place < end { strings.append(DNSText.quoted(try string())) }
    return strings.joined(separator: " ")
  }

  private mutating func signature() throws(DNSMessageError) -> String {
    let (covered, algorithm, labels, seconds) = (try number(), try octet(), try octet(), try long())
    let (expiration, inception, tag, signer) = (try long(), try long(), try number(), try name().text)
    return "\(DNSNames.type(covered)) \(algorithm) \(labels) \(seconds) \(DNSText.time(expiration)) "
      + "\(DNSText.time(inception)) \(tag) \(signer) \(DNSText.base64(rest()))"
  }

  private mutating func typeBitmap() throws(DNSMessageError) -> [String] {
    var types: [String] = []
    while place < end {
      let (window, bits) = (UInt16(try octet()), try string())
      guard bits.count <= 32 else { throw DNSMessageError("a window of a bitmap is longer than 32 bytes") }
      for (index, octet) in bits.enumerated() {
        for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 {
          types.append(DNSNames.type(window << 8 | UInt16(8 * index + bit)))
        }
      }
    }
    return types
  }
}
