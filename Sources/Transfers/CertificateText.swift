internal import Records
internal import Telemetry

extension PresentedCertificate {
  /// Takes one `Name:value` line of libcurl's certificate list.
  mutating func take(_ line: String) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = String(line[line.index(after: colon)...])
    switch line[..<colon] {
    case "Subject": subject = value
    case "Issuer": issuer = value
    case "Serial Number": serialNumber = value
    case "Start date": notBefore = CertificateDate.timestamp(value)
    case "Expire date": notAfter = CertificateDate.timestamp(value)
    case "X509v3 Subject Alternative Name":
      alternativeNames = value.split(separator: ",").map { String($0.drop { $0 == " " }) }
    case "Cert": fingerprint = CertificateText.bytes(ofPEM: value).map { Digest(of: $0).hexadecimal }
    default: break
    }
  }
}

/// The dates that OpenSSL prints: `Nov 21 03:01:00 2025 GMT`.
enum CertificateDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Returns: `nil` when the text has another form.
  static func timestamp(_ text: String) -> Timestamp? {
    let words = text.split(separator: " ")
    guard words.count == 5, words[4] == "GMT", let month = months.firstIndex(of: String(words[0])),
      let day = Int(words[1]), (1...31).contains(day), let year = Int(words[3]), (0...9999).contains(year)
    else { return nil }
    let clock = words[2].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]) else {
      return nil
    }
    let days = GregorianDate(year: year, month: month + 1, day: day).daysSinceEpoch
    return Timestamp(milliseconds: Int64(days * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000)
  }
}

enum CertificateText {
  /// The DER bytes inside a PEM block; `nil` when it is none.
  static func bytes(ofPEM text: String) -> [UInt8]? {
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.first?.hasPrefix("-----BEGIN") == true else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in lines.dropFirst().prefix(while: { !$0.hasPrefix("-----") }).joined().utf8
    where byte != UInt8(ascii: "=") {
      guard let value = sextet(byte) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
