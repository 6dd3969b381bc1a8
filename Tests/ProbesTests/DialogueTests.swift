import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

/// Servers that no package brings, or that lie.
@Suite("Dialogues")
struct DialogueTests {
  private let credentials = ServiceCredentials(userName: "probe", password: Secret("secret"))

  private func settings<Settings: Decodable>(_ type: Settings.Type, _ json: String) throws -> Settings {
    try JSONDecoder().decode(type, from: Data(json.utf8))
  }

  private func mySQLGreeting(_ method: String) -> [UInt8] {
    let content: [UInt8] =
      [10] + Array("8.0.36".utf8) + [0, 1, 0, 0, 0] + Array(1...8) + [0, 0xff, 0xf7, 45, 2, 0, 0xff, 0xff, 21]
      + [UInt8](repeating: 0, count: 10) + Array(9...20) + [0] + Array(method.utf8) + [0]
    return MySQLPacket.written(content, number: 0)
  }

  @Test("MySQL's password goes under the server's public key, mixed with its challenge")
  func publicKey() throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    try folder.openssl("genrsa -out rsa.key 2048")
    try folder.openssl("rsa -in rsa.key -pubout -out public.pem")
    let key = [UInt8](try Data(contentsOf: URL(filePath: folder.file("public.pem"))))
    var dialogue = MySQLDialogue(
      try settings(MySQLProbeSettings.self, #"{"target":"h","username":"probe"}"#), credentials, SQLSeries(firstSlot: 0)
    )
    let played = dialogue.play([
      mySQLGreeting("caching_sha2_password"), MySQLPacket.written([1, 4], number: 2),
      MySQLPacket.written([1] + key, number: 4),
    ])
    #expect(played.end == nil, "\(played)")
    #expect(played.sent[2] == MySQLPacket.written([2], number: 3))
    let secret = played.sent[3].dropFirst(4)
    try Data(secret).write(to: URL(filePath: folder.file("secret.der")))
    try folder.openssl(
      "pkeyutl -decrypt -inkey rsa.key -pkeyopt rsa_padding_mode:oaep -in secret.der -out clear.der")
    let clear = [UInt8](try Data(contentsOf: URL(filePath: folder.file("clear.der"))))
    #expect(zip(clear, 1...20).map { $0 ^ UInt8($1) } == Array("secret\0".utf8))
  }

  @Test("what a server's lengths and counts claim is not believed")
  func lies() throws {
    let user = #"{"target":"h","username":"probe"}"#
    let ldap = try settings(LDAPProbeSettings.self, #"{"target":"h"}"#)
    let postgreSQL = try settings(PostgreSQLProbeSettings.self, user)
    let mySQL = try settings(MySQLProbeSettings.self, user)
    let series = SQLSeries(firstSlot: 0)
    expectBroken(LDAPDialogue(ldap, nil), [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])
    expectBroken(LDAPDialogue(ldap, nil), [0x30, 0x80])
    expectBroken(LDAPDialogue(ldap, nil), [0x30, 5, 2, 1, 2, 0x61, 0x20])
    let database = PostgreSQLDialogue(postgreSQL, credentials, series, nonce: (1, 2))
    expectBroken(database, [UInt8(ascii: "R"), 0x7f, 0xff, 0xff, 0xff])
    expectBroken(database, [UInt8(ascii: "R"), 0, 0, 0, 0])
    expectBroken(MySQLDialogue(mySQL, credentials, series), [0xff, 0xff, 0xff, 0])
    expectBroken(MySQLDialogue(mySQL, credentials, series), MySQLPacket.written([10, 0x38], number: 0))
    expectBroken(RedisDialogue(nil, series), Array("+PONG\r\n$99999999999\r\n".utf8))
    expectBroken(RedisDialogue(nil, series), Array("+PONG\r\n$-1\r\n".utf8))
    expectBroken(SSHDialogue(versionMin: []), Array(String(repeating: "x\n", count: 100).utf8))
    expectBroken(StartTLSDialogue(.smtp, domain: "h"), Array(String(repeating: "220-x\n", count: 200).utf8))
    expectBroken(StartTLSDialogue(.ftp, domain: "h"), [0xff, 0xfe, 0x0a])
  }

  private func expectBroken(_ dialogue: some Dialogue, _ said: [UInt8]) {
    var dialogue = dialogue
    guard case .failed(let failure)? = dialogue.play([said]).end else {
      Issue.record("\(dialogue) believes \(said.prefix(8))")
      return
    }
    #expect(failure.reason == "reason.probe.protocol", "\(failure.text)")
  }

  @Test("a server that asks for seconds of computing, or does not know the password, is refused")
  func scram() throws {
    var client = SCRAMClient(password: Secret("pencil"), nonce: "rOprNGfwEbeRWgbNEkqO")
    #expect(throws: ExchangeFailure.self) {
      try client.answer(to: Array("r=rOprNGfwEbeRWgbNEkqOx,s=QSXCR+Q6sek8bf92,i=99999999".utf8))
    }
    #expect(throws: ExchangeFailure.self) {
      try client.answer(to: Array("r=another,s=QSXCR+Q6sek8bf92,i=4096".utf8))
    }
    _ = try client.answer(to: Array("r=rOprNGfwEbeRWgbNEkqOx,s=QSXCR+Q6sek8bf92,i=4096".utf8))
    #expect(throws: ExchangeFailure.self) {
      try client.verify(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
    }
  }

  @Test("foreign bytes stand in a reason as one short line")
  func quoting() {
    #expect(ForeignText.quoted(Array("a\r\n\u{1}b".utf8)) == "'a   b'")
    #expect(ForeignText.quoted([UInt8](repeating: 0xff, count: 10_000)).utf8.count < 1000)
    let failure = ExchangeFailure.declined("the server offers " + String(repeating: "x\n", count: 5000))
    #expect(failure.text.utf8.count < 1100 && !failure.text.contains("\n"))
  }

  @Test("an IMAP server that takes no login in clear is not given the password")
  func noClearLogin() throws {
    let plain = try settings(IMAPProbeSettings.self, #"{"target":"h","encryption":"none","username":"probe"}"#)
    var dialogue = IMAPDialogue(plain, credentials)
    let said = "* OK hi\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nA1 OK done\r\n"
    let played = dialogue.play([Array(said.utf8)])
    guard case .failed(let failure)? = played.end else { return #expect(Bool(false), "\(played)") }
    #expect(failure.text.contains("without encryption"))
    #expect(!String(decoding: played.sent.joined(), as: UTF8.self).contains("secret"))
  }
}
