import LoopbackServers
import Records
import Testing
import Transfers

@Suite("Mail transfers")
struct MailTransferTests {
  let engine = TransferEngine()

  /// A mail server of one connection: takes every command, refuses recipients that start with "no".
  private func server() throws -> LoopbackServer {
    try LoopbackServer { connection, server in
      connection.write("220 sink\r\n")
      while true {
        let line = connection.readLine()
        if line.isEmpty { return }
        server.note(line)
        if line.hasPrefix("EHLO") {
          connection.write("250 sink\r\n")
        } else if line.hasPrefix("RCPT TO:<no") {
          connection.write("550 5.1.1 unknown\r\n")
        } else if line.hasPrefix("DATA") {
          connection.write("354 go on\r\n")
          var text = ""
          while !text.hasSuffix("\r\n.\r\n") {
            let piece = connection.readLine()
            if piece.isEmpty { return }
            text += piece
          }
          server.note(text)
          connection.write("250 queued\r\n")
        } else if line.hasPrefix("QUIT") {
          connection.write("221 bye\r\n")
          return
        } else {
          connection.write("250 ok\r\n")
        }
      }
    }
  }

  private func request(_ port: Int, to recipient: String, _ policy: MailEnvelope.StartTLS) -> TransferRequest {
    let message = "Subject: t\r\n\r\n.dot\r\nend\r\n"
    return TransferRequest(
      url: "smtp://127.0.0.1:\(port)/keeper.example",
      mail: MailEnvelope(
        sender: "a@example.org", recipients: [recipient], message: Array(message.utf8), startTLS: policy))
  }

  @Test("envelope and message arrive, dots are doubled")
  func delivery() async throws {
    let server = try server()
    defer { server.stop() }
    let report = await engine.perform(request(server.port, to: "b@example.org", .whenOffered))
    #expect(report.failure == nil)
    #expect(report.status == 250)
    let seen = server.notes
    #expect(seen.contains("EHLO keeper.example\r\n"))
    #expect(seen.contains("MAIL FROM:<a@example.org>\r\n"))
    #expect(seen.contains("RCPT TO:<b@example.org>\r\n"))
    #expect(seen.contains("Subject: t\r\n\r\n..dot\r\nend\r\n.\r\n"))
  }

  @Test("a refused recipient names the server's code")
  func refusal() async throws {
    let server = try server()
    defer { server.stop() }
    let report = await engine.perform(request(server.port, to: "nobody@example.org", .never))
    #expect(report.failure?.cause == .mailRefused(code: 550))
  }

  @Test("required encryption that is not offered sends nothing")
  func encryption() async throws {
    let server = try server()
    defer { server.stop() }
    let report = await engine.perform(request(server.port, to: "b@example.org", .required))
    #expect(report.failure?.cause == .tls(.notOffered))
    #expect(server.notes.allSatisfy { !$0.hasPrefix("MAIL") })
  }

  @Test("an address cannot smuggle in a command")
  func smuggling() async {
    let report = await engine.perform(request(1, to: "b@example.org>\r\nDATA", .never))
    #expect(report.failure?.cause == .invalidRequest)
  }
}
