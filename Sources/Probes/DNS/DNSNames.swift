/// Numbers of the protocol and their names.
///
/// - Source: IANA, "Domain Name System (DNS) Parameters".
enum DNSNames {
  static let types: [String: UInt16] = [
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18,
    "SIG": 24, "KEY": 25, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37, "DNAME": 39, "OPT": 41,
    "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50,
    "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53, "HIP": 55, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62,
    "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99, "EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250,
    "IXFR": 251, "AXFR": 252, "ANY": 255, "URI": 256, "CAA": 257,
  ]
  static let classes: [String: UInt16] = ["IN": 1, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255]
  static let responseCodes: [String: UInt16] = [
    "NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6, "YXRRSET": 7,
    "NXRRSET": 8, "NOTAUTH": 9, "NOTZONE": 10, "BADSIG": 16, "BADVERS": 16, "BADKEY": 17, "BADTIME": 18, "BADMODE": 19,
    "BADNAME": 20, "BADALG": 21, "BADTRUNC": 22, "BADCOOKIE": 23,
  ]

  private static let typeNames = Dictionary(types.map { ($1, $0) }) { one, _ in one }
  private static let classNames = Dictionary(classes.map { ($1, $0) }) { one, _ in one }
  private static let codeNames = Dictionary(responseCodes.map { ($1, $0) }) { max($0, $1) }

  static func type(_ number: UInt16) -> String { typeNames[number] ?? "TYPE\(number)" }
  static func recordClass(_ number: UInt16) -> String { classNames[number] ?? "CLASS\(number)" }
  static func responseCode(_ number: UInt16) -> String { codeNames[number] ?? "RCODE\(number)" }
}

/// A domain name as its labels stand in a message.
struct DNSName: Hashable, Sendable {
  /// Without the empty label of the root.
  let labels: [[UInt8]]

  static let bytesMax = 255
  static let labelBytesMax = 63

  init(labels: [[UInt8]]) { self.labels = labels }

  /// - Parameter text: with or without the last dot; `.` is the root. `\` takes the next character as it is.
  init?(_ text: String) {
    guard text != "." else {
      labels = []
      return
    }
    var labels: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped || byte != UInt8(ascii: ".") && byte != UInt8(ascii: "\\") {
        labels[labels.count - 1].append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        labels.append([])
      }
    }
    if labels.count > 1, labels[labels.count - 1].isEmpty { labels.removeLast() }
    guard !isEscaped, labels.allSatisfy({ (1...Self.labelBytesMax).contains($0.count) }),
      labels.reduce(1, { $0 + $1.count + 1 }) <= Self.bytesMax
    else { return nil }
    self.labels = labels
  }

  /// Absolute, with a dot behind; special characters are escaped as in a zone file.
  var text: String {
    guard !labels.isEmpty else { return "." }
    var text: [UInt8] = []
    for label in labels {
      for byte in label {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "'"), UInt8(ascii: "@"), UInt8(ascii: ";"),
          UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
          text += [UInt8(ascii: "\\"), byte]
        case 0x20...0x7e: text.append(byte)
        default: text += DNSText.escape(byte)
        }
      }
      text.append(UInt8(ascii: "."))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Names are the same whatever their capitals.
  static func == (one: DNSName, other: DNSName) -> Bool {
    one.labels.count == other.labels.count
      && zip(one.labels, other.labels).allSatisfy {
        $0.count == $1.count && zip($0, $1).allSatisfy { fold($0) == fold($1) }
      }
  }

  func hash(into hasher: inout Hasher) { for label in labels { hasher.combine(label.map(Self.fold)) } }

  private static func fold(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

/// How bytes stand in the text of records.
enum DNSText {
  /// `\DDD`.
  static func escape(_ byte: UInt8) -> [UInt8] {
    [UInt8(ascii: "\\"), 48 + byte / 100, 48 + byte / 10 % 10, 48 + byte % 10]
  }

  static func quoted(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0x20...0x7e: text.append(byte)
      default: text += escape(byte)
      }
    }
    return String(decoding: text + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  static func hexadecimal(_ bytes: some Sequence<UInt8>, capitals: Bool = false) -> String {
    let digits = Array((capitals ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
      let number = group[0] << 16 | group[1] << 8 | group[2]
      for place in 0..<4 {
        let isPadding = start + place > bytes.count
        text.append(isPadding ? UInt8(ascii: "=") : digits[Int(number >> UInt32(18 - 6 * place) & 63)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Seconds since 1970, wrapped at 2^32, as `YYYYMMDDHHmmSS` in UTC.
  static func time(_ seconds: UInt32) -> String {
    // Days since 0000-03-01, in eras of 400 years.
    let days = Int(seconds / 86_400) + 719_468
    let (era, dayOfEra) = (days / 146_097, days % 146_097)
    let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let rest = Int(seconds % 86_400)
    return "\(year + era * 400 + (month <= 2 ? 1 : 0))" + two(month) + two(day) + two(rest / 3600)
      + two(rest / 60 % 60) + two(rest % 60)
  }
}
