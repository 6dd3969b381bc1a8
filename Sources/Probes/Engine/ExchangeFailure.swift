/// Why an exchange with a server failed, over a stream or by datagrams.
struct ExchangeFailure: Error, Hashable, Sendable {
  /// The message that explains it.
  let reason: String
  /// For the operator: what, where, why, as one line: much of it may be the peer's words.
  let text: String
  /// A fault of ours says nothing about the target.
  var isSelfFault: Bool { reason == "reason.probe.local" }

  init(_ reason: String, _ text: String) {
    self.reason = reason
    self.text = ForeignText.line(text.utf8, bytesMax: Self.bytesMax)
  }

  /// Of a datagram that had no answer.
  func cost(of message: [UInt8]) -> ProbeCost {
    isSelfFault ? ProbeCost() : ProbeCost(packets: 1, bytes: message.count)
  }

  /// The default is 1,000 bytes.
  static let bytesMax = 1000

  /// The peer does not keep to its protocol.
  static func broken(_ text: String) -> ExchangeFailure { ExchangeFailure("reason.probe.protocol", text) }
  /// The peer keeps to its protocol and refuses.
  static func declined(_ text: String) -> ExchangeFailure { ExchangeFailure("reason.stream.declined", text) }
  static func login(_ text: String) -> ExchangeFailure { ExchangeFailure("reason.stream.login", text) }
  static func ours(_ text: String) -> ExchangeFailure { ExchangeFailure("reason.probe.local", text) }
}

/// Foreign bytes as they may stand in a log line: one line, no control characters, cut where it is long.
enum ForeignText {
  /// The default is 200 bytes.
  static let bytesMax = 200

  static func quoted(_ bytes: some Sequence<UInt8>) -> String { "'\(line(bytes, bytesMax: bytesMax))'" }

  static func line(_ bytes: some Sequence<UInt8>, bytesMax: Int) -> String {
    var kept = Array(bytes.prefix(bytesMax + 1))
    let isCut = kept.count > bytesMax
    if isCut {
      kept.removeLast()
      // Not in the middle of a character.
      if let lead = kept.lastIndex(where: { $0 & 0xc0 != 0x80 }), kept[lead] >= 0xc0 { kept.removeSubrange(lead...) }
    }
    let text = String(decoding: kept.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    return isCut ? text + "…" : text
  }
}
