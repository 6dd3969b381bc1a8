import Records
import Telemetry
import Yams

@testable import Probes

/// Which dialogue, how long the pieces are, then what the server sends.
@Sendable func fuzzDialogue(_ bytes: UnsafeRawBufferPointer) {
  guard bytes.count > 2 else { return }
  var dialogue = dialogues[Int(bytes[0]) % dialogues.count]()
  var input = StreamBuffer()
  var position = 2
  var event = DialogueEvent.connected
  var sent = 0
  while true {
    var output: [UInt8] = []
    let before = input.count
    let step = dialogue.next(event, &input, &output)
    demand(input.count <= before, "a dialogue takes bytes and gives none")
    sent += output.count
    demand(sent <= 64 << 10 + 64 * bytes.count, "what is said is bounded by what was heard")
    demand(dialogue.awaited.utf8.count < 1000, "what is waited for has a short name")
    switch step {
    case .done: return check(dialogue)
    case .failed(let failure):
      demand(failure.text.utf8.count < 4000 && !failure.text.utf8.contains(10), "a reason is one short line")
      return check(dialogue)
    case .startTLS:
      guard input.isEmpty else { return }
      event = .encrypted
      continue
    case .proceed:
      if event == .closed { return check(dialogue) }
      if event == .received, input.count > 0, input.count < before { continue }
    }
    guard position < bytes.count else {
      event = .closed
      continue
    }
    let end = min(bytes.count, position + 1 + Int(bytes[1]))
    input.append(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
    position = end
    event = .received
  }
}

private func check(_ dialogue: any Dialogue) {
  guard let service = dialogue as? any ServiceDialogue else { return }
  demand(service.samples.count < 4000, "figures are bounded")
}

private let credentials = ServiceCredentials(userName: "probe", password: Secret("secret"))

private func settings<Settings: Decodable>(_ type: Settings.Type, _ yaml: String) -> Settings {
  do {
    return try YAMLDecoder().decode(type, from: "target: h\n" + yaml)
  } catch {
    fatalError("\(error)")
  }
}

/// Every dialogue, with as much as it can be asked for.
private let dialogues: [@Sendable () -> any Dialogue] = {
  let secure = "encryption: starttls\nusername: probe\n"
  let smtp = settings(SMTPProbeSettings.self, secure + "rcpt_to: a@b")
  let imap = settings(IMAPProbeSettings.self, secure)
  let pop3 = settings(POP3ProbeSettings.self, secure)
  let ftp = settings(FTPProbeSettings.self, secure + "file: f")
  let ldap = settings(LDAPProbeSettings.self, secure)
  let query = "queries: [{name: q, sql: s, value: v, labels: [l]}]"
  let postgreSQL = settings(PostgreSQLProbeSettings.self, "username: probe\n" + query)
  let mySQL = settings(MySQLProbeSettings.self, "username: probe\n" + query)
  let steps = try? YAMLDecoder().decode(
    [ExpectStep].self,
    from: "[{expect: '^a(.*)b', send: '${1}', labels: [{name: n, value: '$1'}]}, {expect_bytes: xyz}, {expect: z}]")
  let own: [@Sendable () -> any Dialogue] = [
    { ExpectDialogue(steps ?? []) }, { SMTPDialogue(smtp, credentials) }, { IMAPDialogue(imap, credentials) },
    { POP3Dialogue(pop3, credentials) }, { FTPDialogue(ftp, credentials) }, { LDAPDialogue(ldap, credentials) },
    { SSHDialogue(versionMin: [9, 2]) },
    { PostgreSQLDialogue(postgreSQL, credentials, SQLSeries(firstSlot: 0), nonce: (1, 2)) },
    { MySQLDialogue(mySQL, credentials, SQLSeries(firstSlot: 0)) },
    { RedisDialogue(credentials, SQLSeries(firstSlot: 0)) },
  ]
  let startTLS: [@Sendable () -> any Dialogue] =
    StartTLSProtocol.allCases.map { spoken in { StartTLSDialogue(spoken, domain: "h") } }
  let dns = settings(DNSProbeSettings.self, "query_name: a\nquery_type: A\ntransport_protocol: tcp")
  guard let server = SocketAddress("127.0.0.1", port: 53) else { fatalError("an address is one") }
  return own + startTLS + [
    { DNSDialogue(DNSRequest(dns, to: server), 1) }, { MemcachedDialogue(SQLSeries(firstSlot: 0)) },
    { PostfixDialogue(at: Timestamp(milliseconds: 0)) },
  ]
}()

/// What servers say, one conversation for each dialogue.
enum DialogueSeeds {
  static var all: [[UInt8]] {
    let greeting =
      "220 mail ready\r\n250-mail\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n220 go\r\n250 AUTH LOGIN\r\n334 x\r\n334 y\r\n235 in\r\n250 a\r\n250 b\r\n250 c\r\n221 bye\r\n"
    let boxes =
      "* OK hi\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\nA1 OK\r\nA2 OK\r\nA1 OK\r\nA3 OK\r\n* 5 EXISTS\r\nA4 OK\r\nA5 OK\r\n"
    let files = "220 x\r\n234 go\r\n331 y\r\n230 z\r\n200 t\r\n213 5\r\n221 b\r\n"
    let texts = [
      "axb\nxyz\nz\n", greeting, boxes, "+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK 3 500\r\n+OK\r\n", files, "",
      "hello\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "", "",
      "+OK\r\n+PONG\r\n$60\r\nused_memory:5\r\nrole:master\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n\r\n",
    ]
    let result: [UInt8] = [0x0a, 1, 0, 4, 0, 4, 0]
    let directory =
      [0x30, 12, 2, 1, 1, 0x78, 7] + result + [0x30, 12, 2, 1, 2, 0x61, 7] + result
      + [0x30, 7, 2, 1, 3, 0x64, 2, 4, 0] + [0x30, 12, 2, 1, 3, 0x65, 7] + result
    let database =
      PostgreSQLMessage.written("R", [0, 0, 0, 5, 1, 2, 3, 4]) + PostgreSQLMessage.written("R", [0, 0, 0, 0])
      + PostgreSQLMessage.written("Z", [0x49])
      + PostgreSQLMessage.written("T", [0, 1, 0x76, 0] + [UInt8](repeating: 0, count: 18))
      + PostgreSQLMessage.written("D", [0, 1, 0, 0, 0, 1, 0x35]) + PostgreSQLMessage.written("Z", [0x49])
    let hello: [UInt8] =
      [10] + Array("8.0".utf8) + [0, 1, 0, 0, 0] + [UInt8](repeating: 7, count: 8) + [
        0, 0xff, 0xff, 45, 2, 0, 0xff, 0xff,
      ]
      + [21] + [UInt8](repeating: 0, count: 10) + [UInt8](repeating: 7, count: 12) + [0]
      + Array("caching_sha2_password".utf8) + [0]
    let other =
      MySQLPacket.written(hello, number: 0) + MySQLPacket.written([1, 3], number: 2)
      + MySQLPacket.written([0, 0, 0, 2, 0, 0, 0], number: 3) + MySQLPacket.written([0, 0, 0, 2, 0, 0, 0], number: 1)
      + MySQLPacket.written([1], number: 1) + MySQLPacket.written([0, 0, 0, 0, 1, 0x76], number: 2)
      + MySQLPacket.written([0xfe, 0, 0, 2, 0], number: 3) + MySQLPacket.written([1, 0x35], number: 4)
      + MySQLPacket.written([0xfe, 0, 0, 2, 0], number: 5)
    var said = texts.map { Array($0.utf8) }
    (said[5], said[7], said[8]) = (directory, database, other)
    let features = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features><proceed/>"
    said += [said[1], said[2], said[3], said[4], directory, [0x53], other, Array(features.utf8)]
    said.append([0, 19, 0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 1, 0, 1])
    said.append(Array("STAT uptime 4\r\nSTAT version 1.6.18\r\nEND\r\n".utf8))
    said.append(
      Array("protocol\0mail_queue_list_protocol\0\0queue_name\0hold\0time\09\0size\05\0\0\0".utf8))
    return said.enumerated().flatMap { index, bytes in [0, 255].map { [UInt8(index), $0] + bytes } }
  }
}
