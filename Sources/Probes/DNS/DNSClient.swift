internal import CLinux

enum DNSTransport: String, CaseIterable, Sendable {
  case udp, tcp
}

/// One question to one server.
struct DNSRequest: Sendable {
  let server: SocketAddress
  let source: SocketAddress?
  let transport: DNSTransport
  /// How a connection is encrypted; `nil`: not at all.
  let encryption: DNSEncryption?
  let question: DNSQuestion
  let recursionDesired: Bool
  /// The largest answer over UDP; `nil`: 512 bytes, and no OPT record is sent.
  let payloadBytesMax: UInt16?
  let wantsSignatures: Bool
  /// Whether an answer that was cut short is asked for again over TCP.
  let retriesTruncated: Bool

  func message(_ identifier: UInt16) -> [UInt8] {
    question.message(
      identifier: identifier, recursionDesired: recursionDesired, payloadBytesMax: payloadBytesMax,
      wantsSignatures: wantsSignatures)
  }

  /// What an answer to this question is worth.
  ///
  /// - Returns: `nil` when it is none.
  func judge(_ bytes: [UInt8], _ identifier: UInt16) -> Result<DNSMessage, ExchangeFailure>? {
    guard bytes.count >= 2, UInt16(bytes[0]) << 8 | UInt16(bytes[1]) == identifier else { return nil }
    do throws(DNSMessageError) {
      let message = try DNSMessage(bytes)
      // A server that cannot read the question gives none back.
      let isOurs = message.question.map { $0 == question } ?? (message.responseCode != 0)
      return message.isResponse && isOurs ? .success(message) : nil
    } catch {
      return .failure(.broken(error.description))
    }
  }
}

/// DNS over TLS.
struct DNSEncryption: Hashable, Sendable {
  /// What the certificate must be for.
  let serverName: String
  let options: StreamTLSOptions
  let verifies: Bool
}

/// What came back, and how long it took.
struct DNSReply: Sendable {
  let message: DNSMessage
  /// Over which the answer came.
  let transport: DNSTransport
  /// Until the question could be sent, with the handshake of TLS.
  let connect: Duration
  /// From then to the answer.
  let request: Duration
  /// Of an encrypted connection.
  let tls: TLSReport?
}

/// What became of a question, and what it took.
struct DNSOutcome: Sendable {
  let reply: Result<DNSReply, ExchangeFailure>
  let cost: ProbeCost
}

/// Asks servers, over UDP and over streams.
struct DNSClient: Sendable {
  let datagrams: DatagramClient
  let streams: StreamClient

  func ask(_ request: DNSRequest, within limit: Duration) async -> DNSOutcome {
    let identifier = UInt16(truncatingIfNeeded: watchkeeper_random())
    guard request.transport == .udp else { return await askOverStream(request, identifier, within: limit) }
    let begin = NetworkLoop.now
    let message = request.message(identifier)
    let result = await datagrams.exchange(
      message, with: request.server, from: request.source, within: limit
    ) { request.judge($0, identifier) != nil }
    let answer: DatagramAnswer
    switch result {
    case .failure(let failure): return DNSOutcome(reply: .failure(failure), cost: failure.cost(of: message))
    case .success(let found): answer = found
    }
    let cost = ProbeCost(of: answer, to: message)
    // The rest of what was cut short need not be readable.
    let isTruncated = answer.bytes.count > 3 && answer.bytes[2] & 0x02 != 0
    if isTruncated, request.retriesTruncated {
      let again = await askOverStream(request, identifier, within: limit - (NetworkLoop.now - begin))
      return DNSOutcome(reply: again.reply, cost: cost + again.cost)
    }
    let judged = request.judge(answer.bytes, identifier) ?? .failure(.broken("the answer is none"))
    let reply = judged.map { message in
      DNSReply(message: message, transport: .udp, connect: .zero, request: answer.duration, tls: nil)
    }
    return DNSOutcome(reply: reply, cost: cost)
  }

  private func askOverStream(
    _ request: DNSRequest, _ identifier: UInt16, within limit: Duration
  ) async -> DNSOutcome {
    var stream = StreamRequest(.host(request.server.host, port: request.server.port))
    stream.source = request.source
    stream.limit = limit
    if let encryption = request.encryption {
      stream.encryption = .atOnce
      stream.tls = encryption.options
      stream.certificateName = encryption.serverName
      stream.verifies = encryption.verifies
    }
    let report = await streams.exchange(stream, DNSDialogue(request, identifier))
    guard report.failure == nil, let message = report.dialogue.message else {
      return DNSOutcome(reply: .failure(report.failure ?? .broken("the answer is none")), cost: report.cost)
    }
    let reply = DNSReply(
      message: message, transport: .tcp, connect: report.phases.connect + report.phases.tls,
      request: report.phases.dialogue, tls: report.tls)
    return DNSOutcome(reply: .success(reply), cost: report.cost)
  }
}

/// One question over a stream: messages behind their length.
///
/// - Source: RFC 1035, section 4.2.2; RFC 7858.
struct DNSDialogue: Dialogue {
  private let request: DNSRequest
  private let identifier: UInt16
  private(set) var message: DNSMessage?

  init(_ request: DNSRequest, _ identifier: UInt16) {
    self.request = request
    self.identifier = identifier
  }

  var awaited: String { "the answer" }
  /// An answer is as long as its two bytes of length can say.
  var waitingBytesMax: Int { 2 + 65_535 }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .connected {
      let question = request.message(identifier)
      output += [UInt8(question.count >> 8), UInt8(truncatingIfNeeded: question.count)] + question
      return .proceed
    }
    guard let length = input.bigEndian(at: 0, bytes: 2), input.count >= 2 + length else { return .proceed }
    input.drop(2)
    switch request.judge(input.take(length) ?? [], identifier) {
    case .success(let message):
      self.message = message
      return .done
    case .failure(let failure): return .failed(failure)
    case nil: return .failed(.broken("the answer is to another question"))
    }
  }
}
