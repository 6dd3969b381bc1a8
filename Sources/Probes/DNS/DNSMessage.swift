/// What is wrong with a message, in plain words.
struct DNSMessageError: Error, Hashable, Sendable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// One record of an answer. Names inside its data may point into the whole message, which is why it is read at once.
struct DNSRecord: Sendable, Hashable {
  let name: DNSName
  let type: UInt16
  let recordClass: UInt16
  let secondsToLive: UInt32
  /// The data in the notation of zone files.
  let data: String
  /// Of an SOA record.
  let serial: UInt32?

  /// As BIND and blackbox_exporter write it, with tabs between the parts.
  var text: String {
    "\(name.text)\t\(secondsToLive)\t\(DNSNames.recordClass(recordClass))\t\(DNSNames.type(type))\t\(data)"
  }
}

/// An answer, read and checked.
///
/// - Source: RFC 1035, RFC 6891.
struct DNSMessage: Sendable, Hashable {
  let identifier: UInt16
  let flags: UInt16
  let question: DNSQuestion?
  let answers: [DNSRecord]
  let authorities: [DNSRecord]
  /// Without the OPT record, which is no record but a way to say more of the message.
  let additionals: [DNSRecord]
  /// With the upper bits that the OPT record holds.
  let responseCode: UInt16

  var isResponse: Bool { flags & 0x8000 != 0 }
  var isAuthoritative: Bool { flags & 0x0400 != 0 }
  var isTruncated: Bool { flags & 0x0200 != 0 }
  /// The server says that it has checked the signatures (AD).
  var isAuthenticated: Bool { flags & 0x0020 != 0 }

  /// Records of one message; the protocol's own bound, a byte's worth of header each, lies above it.
  static let recordsMax = 5000
}

struct DNSQuestion: Sendable, Hashable {
  let name: DNSName
  let type: UInt16
  let recordClass: UInt16

  /// - Parameters:
  ///   - payloadBytesMax: the largest answer over UDP, said in an OPT record; `nil` leaves the record out.
  ///   - wantsSignatures: sets DO, and AD to ask for that bit.
  func message(
    identifier: UInt16, recursionDesired: Bool, payloadBytesMax: UInt16?, wantsSignatures: Bool
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    func put(_ number: UInt16) { bytes += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
    put(identifier)
    put((recursionDesired ? 0x0100 : 0) | (wantsSignatures ? 0x0020 : 0))
    for count: UInt16 in [1, 0, 0, payloadBytesMax == nil ? 0 : 1] { put(count) }
    for label in name.labels { bytes += [UInt8(label.count)] + label }
    bytes.append(0)
    put(type)
    put(recordClass)
    guard let payloadBytesMax else { return bytes }
    bytes.append(0)
    put(41)
    put(payloadBytesMax)
    put(0)
    put(wantsSignatures ? 0x8000 : 0)
    put(0)
    return bytes
  }
}

extension DNSMessage {
  init(_ bytes: [UInt8]) throws(DNSMessageError) {
    var reader = DNSReader(bytes)
    guard bytes.count >= 12 else { throw DNSMessageError("the message is shorter than its header") }
    identifier = try reader.number()
    flags = try reader.number()
    let counts = (try reader.number(), try reader.number(), try reader.number(), try reader.number())
    guard counts.0 <= 1 else { throw DNSMessageError("the message has \(counts.0) questions") }
    question =
      counts.0 == 0
      ? nil : DNSQuestion(name: try reader.name(), type: try reader.number(), recordClass: try reader.number())
    guard Int(counts.1) + Int(counts.2) + Int(counts.3) <= Self.recordsMax else {
      throw DNSMessageError("the message says that it has more than \(Self.recordsMax) records")
    }
    var upperBits: UInt16 = 0
    func section(_ count: UInt16, _ reader: inout DNSReader) throws(DNSMessageError) -> [DNSRecord] {
      var records: [DNSRecord] = []
      for _ in 0..<count {
        let record = try reader.record()
        if record.type == 41 { upperBits = UInt16(record.secondsToLive >> 24) << 4 } else { records.append(record) }
      }
      return records
    }
    answers = try section(counts.1, &reader)
    authorities = try section(counts.2, &reader)
    additionals = try section(counts.3, &reader)
    responseCode = upperBits | flags & 15
    guard reader.isAtEnd else { throw DNSMessageError("bytes follow behind the last record") }
  }
}
