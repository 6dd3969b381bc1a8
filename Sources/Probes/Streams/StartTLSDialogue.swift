/// How far a protocol is spoken until its connection is encrypted.
enum StartTLSProtocol: String, CaseIterable, Sendable {
  case smtp, imap, pop3, ftp, ldap, postgresql, mysql, xmpp

  /// What a target without a port means.
  var port: UInt16 {
    switch self {
    case .smtp: 25
    case .imap: 143
    case .pop3: 110
    case .ftp: 21
    case .ldap: 389
    case .postgresql: 5432
    case .mysql: 3306
    case .xmpp: 5222
    }
  }
}

/// Asks for encryption and ends when it stands; without a protocol it stands from the first byte.
struct StartTLSDialogue: Dialogue {
  private let spoken: StartTLSProtocol?
  /// For XMPP, where the server is asked for a domain.
  private let domain: String
  private var step = 0
  private var replies = CodedReplyReader()

  init(_ spoken: StartTLSProtocol?, domain: String) {
    self.spoken = spoken
    self.domain = domain
  }

  var awaited: String { step == 0 ? "the greeting" : "the answer to STARTTLS" }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    guard let spoken, event != .encrypted else { return .done }
    do throws(ExchangeFailure) {
      switch spoken {
      case .smtp: return try mail(&input, &output)
      case .ftp: return try files(&input, &output)
      case .imap: return try lines(&input, &output, greeting: "* OK", send: "a1 STARTTLS", tag: "a1 ", good: "a1 OK")
      case .pop3: return try lines(&input, &output, greeting: "+OK", send: "STLS", tag: "", good: "+OK")
      case .ldap: return try directory(event, &input, &output)
      case .postgresql: return try database(event, &input, &output)
      case .mysql:
        guard let greeting = try MySQLGreeting(&input) else { return .proceed }
        output += try greeting.encryptionRequest()
        return .startTLS
      case .xmpp: return try messages(event, &input, &output)
      }
    } catch {
      return .failed(error)
    }
  }

  private mutating func mail(
    _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    guard let reply = try replies.next(&input) else { return .proceed }
    step += 1
    switch (step, reply.code) {
    case (1, 220): output += Array("EHLO watchkeeper.invalid\r\n".utf8)
    case (2, 250) where reply.offers("STARTTLS"): output += Array("STARTTLS\r\n".utf8)
    case (2, 250): throw .declined("the server does not offer STARTTLS")
    case (3, 220): return .startTLS
    default: throw .declined(reply.quoted)
    }
    return .proceed
  }

  private mutating func files(
    _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    guard let reply = try replies.next(&input) else { return .proceed }
    step += 1
    switch (step, reply.code) {
    case (1, 220): output += Array("AUTH TLS\r\n".utf8)
    case (2, 234): return .startTLS
    default: throw .declined(reply.quoted)
    }
    return .proceed
  }

  /// - Parameter tag: what the answer to our line begins with; other lines are not for us.
  private mutating func lines(
    _ input: inout StreamBuffer, _ output: inout [UInt8], greeting: String, send: String, tag: String, good: String
  ) throws(ExchangeFailure) -> DialogueStep {
    guard let line = input.line() else { return .proceed }
    if step == 0 {
      guard line.starts(with: greeting.utf8) else {
        throw .broken("\(ForeignText.quoted(line)) is not the greeting '\(greeting)'")
      }
      step = 1
      output += Array("\(send)\r\n".utf8)
      return .proceed
    }
    guard line.starts(with: tag.utf8) else { return .proceed }
    guard line.starts(with: good.utf8) else { throw .declined(ForeignText.quoted(line)) }
    return .startTLS
  }

  /// - Source: RFC 4511, section 4.14.
  private mutating func directory(
    _ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    if event == .connected {
      step = 1
      output += LDAPMessage.startTLS
      return .proceed
    }
    guard let answer = try LDAPMessage.next(&input) else { return .proceed }
    let result = try answer.result()
    guard result.code == 0 else { throw .declined(result.text) }
    return .startTLS
  }

  /// - Source: PostgreSQL, "Message Formats", SSLRequest.
  private mutating func database(
    _ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    if event == .connected {
      step = 1
      output += PostgreSQLMessage.encryptionRequest
      return .proceed
    }
    guard let answer = input.take(1)?.first else { return .proceed }
    switch answer {
    case UInt8(ascii: "S"): return .startTLS
    case UInt8(ascii: "N"): throw .declined("the server does not offer encryption (ssl = off)")
    default: throw .broken("\(ForeignText.quoted([answer])) is no answer to a request for encryption")
    }
  }

  /// - Source: RFC 6120, section 5.
  private mutating func messages(
    _ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]
  ) throws(ExchangeFailure) -> DialogueStep {
    if event == .connected {
      let name = domain.filter { $0.isLetter || $0.isNumber || ".-:".contains($0) }
      output += Array(
        ("<?xml version='1.0'?><stream:stream to='\(name)' version='1.0' xmlns='jabber:client' "
          + "xmlns:stream='http://etherx.jabber.org/streams'>").utf8)
      return .proceed
    }
    if step == 0 {
      guard let end = input.end(of: Array("</stream:features>".utf8)) else {
        if input.end(of: Array("</stream:stream>".utf8)) != nil { throw .declined("the server ended the stream") }
        return .proceed
      }
      let offered = input.end(of: Array("urn:ietf:params:xml:ns:xmpp-tls".utf8)).map { $0 <= end } ?? false
      guard offered else { throw .declined("the server does not offer STARTTLS") }
      input.drop(end)
      step = 1
      output += Array("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".utf8)
      return .proceed
    }
    guard let end = input.end(of: [UInt8(ascii: ">")]) else { return .proceed }
    let answer = input.take(end) ?? []
    guard answer.starts(with: "<proceed".utf8) else { throw .declined(ForeignText.quoted(answer)) }
    return .startTLS
  }
}
