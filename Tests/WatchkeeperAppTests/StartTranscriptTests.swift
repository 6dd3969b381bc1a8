import Notifiers
import Records
import ServiceTime
import Testing
import Wording

@testable import Probes
@testable import WatchkeeperApp

@Suite("What a start says")
struct StartTranscriptTests {
  private static let notifiers = NotifierEnvironment(
    carry: { _ in preconditionFailure("reading a configuration sends nothing") }, readSecret: { Secret($0) },
    write: { _ in })

  private static let webhook = "receivers: [{name: ann, webhook_configs: [{url: http://h}]}]\nroute: {receiver: ann}\n"
  private static let terminal = "receivers: [{name: ann, console_configs: [{}]}]\nroute: {receiver: ann}\n"
  private static let heartbeat = "heartbeat: {url: http://h}\n"

  @Test(
    "what leaves the machine is said as it is",
    arguments: [
      ("language: en\n", "no data leaves this machine."), (terminal, "no data leaves this machine."),
      (webhook, "no data leaves this machine but notifications to ann."),
      (heartbeat, "no data leaves this machine but the heartbeat."),
      (terminal + heartbeat, "no data leaves this machine but the heartbeat."),
      (webhook + heartbeat, "no data leaves this machine but notifications to ann and the heartbeat."),
    ])
  func promise(_ text: String, _ expected: String) throws {
    let files = ConfigurationFiles(files: [.init(kind: .settings, path: "watchkeeper.yaml", text: text)])
    let settings = try ConfigurationReader.read(files, hostName: "web01", notifiers: Self.notifiers).settings
    let transcript = StartTranscript(language: .english, zone: .utc)
    #expect(transcript.promise(settings).hasSuffix(expected))
  }

  @Test(
    "listening processes are named where they are known",
    arguments: [
      (nil, .english, "1 listening port"), ("nginx", .english, "1 listening port (nginx)"),
      (nil, .simplifiedChinese, "1 个监听端口"), ("nginx", .simplifiedChinese, "1 个监听端口（nginx）"),
    ] as [(String?, Language, String)])
  func found(_ process: String?, _ language: Language, _ expected: String) {
    var findings = HostFindings()
    findings.listeners = [.init(port: 80, isReachable: true, processName: process)]
    #expect(StartTranscript(language: language, zone: .utc).found(findings).hasSuffix("· \(expected)"))
  }
}
