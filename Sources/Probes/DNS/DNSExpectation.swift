internal import Telemetry

/// A demand on an answer that reads as a sentence: `A 192.0.2.1`, `no AAAA`, `ttl > 60`, `rcode == NXDOMAIN`, `authoritative`.
struct DNSExpectation: Hashable, Sendable {
  private enum Demand: Hashable, Sendable {
    /// Some answer has this type and, unless `nil`, this data; or none has.
    case record(type: UInt16, data: String?, isWanted: Bool)
    case number(Field, Comparison, Double)
    case code(Comparison, UInt16)
    case flag(Flag)
  }

  private enum Field: String, CaseIterable { case ttl, answers, authority, additional, serial, time }
  private enum Flag: String, CaseIterable { case authoritative, authenticated, truncated, empty }
  private enum Comparison: String, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case atMost = "<="
    case atLeast = ">="
    case less = "<"
    case greater = ">"

    func holds<Value: Comparable>(_ one: Value, _ other: Value) -> Bool {
      switch self {
      case .equal: one == other
      case .unequal: one != other
      case .atMost: one <= other
      case .atLeast: one >= other
      case .less: one < other
      case .greater: one > other
      }
    }
  }

  let text: String
  private let demand: Demand

  /// - Returns: `nil` when the sentence is none of these.
  init?(_ text: String) {
    self.text = text
    let words = text.split(separator: " ").map(String.init)
    guard let first = words.first else { return nil }
    if words.count == 1, let flag = Flag(rawValue: first) {
      demand = .flag(flag)
    } else if words.count == 3, let comparison = Comparison(rawValue: words[1]) {
      if first == "rcode" {
        guard let code = DNSNames.responseCodes[words[2].uppercased()] else { return nil }
        demand = .code(comparison, code)
      } else {
        guard let field = Field(rawValue: first), let number = Self.number(words[2], of: field) else { return nil }
        demand = .number(field, comparison, number)
      }
    } else {
      let isWanted = first != "no"
      let rest = isWanted ? words : Array(words.dropFirst())
      guard let name = rest.first, let type = DNSNames.types[name.uppercased()] else { return nil }
      let data = rest.dropFirst().joined(separator: " ")
      demand = .record(type: type, data: data.isEmpty ? nil : data, isWanted: isWanted)
    }
  }

  private static func number(_ word: String, of field: Field) -> Double? {
    if let number = Double(word), number.isFinite { return number }
    return field == .ttl || field == .time ? Duration(notation: word)?.inSeconds : nil
  }

  /// - Returns: what is there instead; `nil` when the demand is met.
  func fault(in reply: DNSReply) -> String? {
    let message = reply.message
    switch demand {
    case .record(let type, let data, let isWanted):
      let found = message.answers.filter { $0.type == type }
      let isThere = found.contains { record in data.map { Self.isSame(record.data, $0) } ?? true }
      guard isThere != isWanted else { return nil }
      return found.isEmpty ? "no answer is of type \(DNSNames.type(type))" : Self.list(found)
    case .code(let comparison, let code):
      let given = message.responseCode
      return comparison.holds(given, code) ? nil : "the code is \(DNSNames.responseCode(given))"
    case .flag(let flag): return fault(flag, message)
    case .number(let field, let comparison, let limit):
      let values = Self.values(field, of: reply)
      guard let bad = values.first(where: { !comparison.holds($0, limit) }) else {
        return values.isEmpty ? "the answer has no \(field.rawValue)" : nil
      }
      return "\(field.rawValue) is \(bad)"
    }
  }

  private func fault(_ flag: Flag, _ message: DNSMessage) -> String? {
    switch flag {
    case .authoritative: message.isAuthoritative ? nil : "the server is not an authority for the name"
    case .authenticated: message.isAuthenticated ? nil : "the server has not checked the signatures (AD is not set)"
    case .truncated: message.isTruncated ? nil : "the answer is whole"
    case .empty: message.answers.isEmpty ? nil : Self.list(message.answers)
    }
  }

  private static func values(_ field: Field, of reply: DNSReply) -> [Double] {
    let message = reply.message
    switch field {
    case .ttl: return message.answers.map { Double($0.secondsToLive) }
    case .answers: return [Double(message.answers.count)]
    case .authority: return [Double(message.authorities.count)]
    case .additional: return [Double(message.additionals.count)]
    case .serial: return message.answers.compactMap(\.serial).map(Double.init)
    case .time: return [(reply.connect + reply.request).inSeconds]
    }
  }

  /// Names end in a dot or not, and capitals are no difference; a text may stand without its quotes.
  private static func isSame(_ data: String, _ wanted: String) -> Bool {
    let (data, wanted) = (data.lowercased(), wanted.lowercased())
    return data == wanted || data == wanted + "." || data == "\"\(wanted)\""
  }

  /// Records named in a reason.
  private static let namedMax = 5

  private static func list(_ records: [DNSRecord]) -> String {
    let named = records.prefix(namedMax).map { "\(DNSNames.type($0.type)) \($0.data.prefix(100))" }
    let more = records.count > namedMax ? " and \(records.count - namedMax) more" : ""
    return "the answer is " + named.joined(separator: ", ") + more
  }
}
