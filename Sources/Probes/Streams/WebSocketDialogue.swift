internal import Records
internal import Telemetry

/// The upgrade of a connection, then frames: what is to be sent, and what is to come.
///
/// - Source: RFC 6455.
struct WebSocketDialogue: Dialogue {
  private enum Step { case status, headers, frames }

  private let settings: WebSocketProbeSettings
  private let key: [UInt8]
  private let mask: [UInt8]
  private var headers: [(name: String, value: Secret)] = []
  private var step = Step.status
  private var lines = 0
  /// What the server's headers have said so far.
  private var accepted: [UInt8] = []
  private var acceptedProtocol: String?
  private var message: [UInt8] = []

  /// 0: no answer came.
  private(set) var status = 0
  private(set) var isUpgraded = false
  /// Whether messages came of which none matched.
  private(set) var missesPattern = false

  /// Header lines; the default is 128.
  private static let linesMax = 128
  /// A longer message ends the check; the default is 1 MiB.
  static let messageBytesMax = 1 << 20
  private static let pingText = Array("watchkeeper".utf8)

  private enum Opcode {
    static let (continuation, text, binary, close, ping, pong) = (
      UInt8(0), UInt8(1), UInt8(2), UInt8(8), UInt8(9), UInt8(10)
    )
  }

  /// - Parameters:
  ///   - key: 16 random bytes, which go out in clear.
  ///   - mask: 4 random bytes that nobody has seen before the first frame.
  init(_ settings: WebSocketProbeSettings, key: [UInt8], mask: [UInt8]) {
    self.settings = settings
    self.key = key
    self.mask = mask
  }

  mutating func add(_ name: String, _ value: Secret) { headers.append((name, value)) }

  var waitingBytesMax: Int { Self.messageBytesMax + 16 }

  var awaited: String {
    switch step {
    case .status, .headers: "the answer to the upgrade"
    case .frames: settings.expected.map { "a message that matches '\($0.text)'" } ?? "the answer to a ping"
    }
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    if event == .connected {
      output += request
      return .proceed
    }
    do throws(ExchangeFailure) {
      while step != .frames {
        guard let line = input.line() else { return .proceed }
        if step == .status { try takeStatus(line) } else { try takeHeader(line, &output) }
      }
      while let frame = try WebSocketFrame(taking: &input) {
        if try take(frame, &output) {
          output += masked(Opcode.close, [0x03, 0xe8])
          return .done
        }
      }
      return .proceed
    } catch {
      return .failed(error)
    }
  }

  // MARK: The upgrade

  private var request: [UInt8] {
    var lines = [
      "GET \(settings.address.path) HTTP/1.1", "Host: \(settings.address.authority)", "Upgrade: websocket",
      "Connection: Upgrade", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: \(String(decoding: Base64.encoded(key), as: UTF8.self))",
    ]
    if let wanted = settings.subprotocol { lines.append("Sec-WebSocket-Protocol: \(wanted)") }
    lines += headers.map { "\($0.name): \($0.value.reveal())" }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private mutating func takeStatus(_ line: [UInt8]) throws(ExchangeFailure) {
    let words = String(decoding: line.prefix(200), as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]), (100...999).contains(code) else {
      throw .broken("\(ForeignText.quoted(line)) is no answer of HTTP")
    }
    status = code
    guard code == 101 else {
      throw .declined("the answer is \(ForeignText.quoted(line)), not 101: there is no WebSocket at this path")
    }
    step = .headers
  }

  private mutating func takeHeader(_ line: [UInt8], _ output: inout [UInt8]) throws(ExchangeFailure) {
    guard !line.isEmpty else { return try finishUpgrade(&output) }
    lines += 1
    guard lines <= Self.linesMax else { throw .broken("the answer has more than \(Self.linesMax) headers") }
    let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .broken("\(ForeignText.quoted(line)) is no header") }
    let value = parts[1].drop { $0 == 0x20 || $0 == 0x09 }
    switch String(decoding: parts[0].prefix(64), as: UTF8.self).lowercased() {
    case "sec-websocket-accept": accepted = Array(value)
    case "sec-websocket-protocol": acceptedProtocol = String(decoding: value.prefix(200), as: UTF8.self)
    default: break
    }
  }

  /// What every server appends to a key before it hashes it.
  private static let suffix = Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)

  private mutating func finishUpgrade(_ output: inout [UInt8]) throws(ExchangeFailure) {
    guard accepted == Base64.encoded(Digests.sha1(Base64.encoded(key) + Self.suffix)) else {
      throw .broken("the answer does not prove that the server speaks WebSocket: Sec-WebSocket-Accept is wrong")
    }
    guard acceptedProtocol == settings.subprotocol else {
      let spoken = acceptedProtocol.map { ForeignText.quoted($0.utf8) } ?? "none"
      throw .declined("the server speaks the protocol \(spoken), not '\(settings.subprotocol ?? "none")'")
    }
    isUpgraded = true
    step = .frames
    if let text = settings.sent { output += masked(Opcode.text, Array(text.utf8)) }
    if settings.expected == nil { output += masked(Opcode.ping, Self.pingText) }
  }

  // MARK: Frames

  /// - Returns: whether what was waited for has come.
  private mutating func take(_ frame: WebSocketFrame, _ output: inout [UInt8]) throws(ExchangeFailure) -> Bool {
    switch frame.opcode {
    case Opcode.ping:
      output += masked(Opcode.pong, frame.content)
      return false
    case Opcode.pong: return settings.expected == nil && frame.content == Self.pingText
    case Opcode.close:
      let code = frame.content.count >= 2 ? Int(frame.content[0]) << 8 | Int(frame.content[1]) : 1005
      throw .declined("the server closes with \(code) \(ForeignText.quoted(frame.content.dropFirst(2)))")
    case Opcode.continuation, Opcode.text, Opcode.binary:
      guard message.count + frame.content.count <= Self.messageBytesMax else {
        throw .broken("a message has more than \(Self.messageBytesMax) bytes")
      }
      message += frame.content
      guard frame.isLast else { return false }
      defer { message = [] }
      guard let expected = settings.expected else { return false }
      let matches = expected.firstMatch(in: message) != nil
      missesPattern = !matches
      return matches
    default: throw .broken("a frame has the opcode \(frame.opcode), which does not exist")
    }
  }

  /// A client's frame. What is sent is the operator's own, so that one mask for the few frames of a check will do.
  private func masked(_ opcode: UInt8, _ content: [UInt8]) -> [UInt8] {
    var frame = [0x80 | opcode]
    switch content.count {
    case ..<126: frame.append(0x80 | UInt8(content.count))
    case ..<65_536: frame += [0x80 | 126, UInt8(content.count >> 8), UInt8(truncatingIfNeeded: content.count)]
    default: frame += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: content.count >> (56 - 8 * $0)) }
    }
    return frame + mask + content.enumerated().map { $0.element ^ mask[$0.offset % 4] }
  }
}

/// One frame of a server.
struct WebSocketFrame: Hashable, Sendable {
  let isLast: Bool
  let opcode: UInt8
  let content: [UInt8]

  /// - Returns: `nil` while it is not all there.
  init?(taking input: inout StreamBuffer) throws(ExchangeFailure) {
    guard input.count >= 2 else { return nil }
    let (first, second) = (input[0], input[1])
    guard first & 0x70 == 0 else { throw .broken("a frame uses extensions that were not agreed on") }
    guard second & 0x80 == 0 else { throw .broken("a frame of the server is masked") }
    var length = Int(second)
    var header = 2
    if length >= 126 {
      header = length == 126 ? 4 : 10
      guard let long = input.bigEndian(at: 2, bytes: header - 2) else { return nil }
      length = long
    }
    guard (0...WebSocketDialogue.messageBytesMax).contains(length) else {
      throw .broken("a frame claims to have \(length) bytes, at most \(WebSocketDialogue.messageBytesMax)")
    }
    guard first & 8 == 0 || length < 126 && first & 0x80 != 0 else { throw .broken("a control frame is too long") }
    guard input.count >= header + length else { return nil }
    input.drop(header)
    isLast = first & 0x80 != 0
    opcode = first & 15
    content = input.take(length) ?? []
  }
}
