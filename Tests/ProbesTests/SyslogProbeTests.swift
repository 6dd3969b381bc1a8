import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

@Suite("Syslog")
struct SyslogProbeTests {
  private func parts(_ text: String) throws -> [String] {
    try Array(text.utf8).withUnsafeBytes { bytes in
      let message = try SyslogMessage(bytes)
      return [SyslogMessage.facilities[Int(message.facility)], SyslogMessage.severities[Int(message.severity)]]
        + [message.host, message.application, message.text].map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test(
    "messages of both forms, and of programs that keep to neither, are read",
    arguments: [
      (
        "<34>1 2026-10-11T22:14:15.003Z web1.example.test su - ID47 - 'su root' failed",
        ["auth", "crit", "web1.example.test", "su", "'su root' failed"]
      ),
      (
        #"<165>1 2026-10-11T22:14:15Z h app 7 ID [a@1 x="\"]" y="]"][b@2] "# + "\u{feff}text",
        ["local4", "notice", "h", "app", "text"]
      ),
      ("<13>1 - - - - - -", ["user", "notice", "", "", ""]),
      ("<34>Oct 11 22:14:15 mymachine su: failed\n", ["auth", "crit", "mymachine", "su", "failed"]),
      ("<34>Oct  1 22:14:15 mymachine cron[42]: (root) CMD", ["auth", "crit", "mymachine", "cron", "(root) CMD"]),
      ("<34>Oct  1 22:14:15 sshd[42]: no host", ["auth", "crit", "", "sshd", "no host"]),
      (
        "<190>%LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        ["local7", "info", "", "", "%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"]
      ),
      ("<0>kernel: oops", ["kern", "emerg", "", "kernel", "oops"]),
      ("<191>", ["local7", "debug", "", "", ""]),
    ])
  func forms(_ text: String, _ expected: [String]) throws { #expect(try parts(text) == expected) }

  @Test(
    "what cannot be read is told by what is wrong with it",
    arguments: [
      ("hello", SyslogMessage.Fault.noPriority), ("", .noPriority), ("<192>x", .badPriority), ("<>x", .badPriority),
      ("<1234>x", .badPriority), ("<1", .badPriority), ("<1>2 x", .version), ("<1>1 - -", .header),
      ("<1>1 - \u{7} - - - -", .header), ("<1>1 - - - - - x", .structuredData), ("<1>1 - - - - - [a", .structuredData),
      ("<1>1 - - - - - [a b=\"\\", .structuredData), ("<1>1 - - - - - -x", .structuredData),
      ("<1>1 - \(String(repeating: "h", count: 256)) - - - -", .header),
    ])
  func faults(_ text: String, _ fault: SyslogMessage.Fault) {
    #expect(throws: fault) { try parts(text) }
  }

  private func split(_ chunks: [[UInt8]]) -> (messages: [String], isUnderstood: Bool) {
    var splitter = SyslogSplitter()
    var messages: [String] = []
    for chunk in chunks {
      let isUnderstood = chunk.withUnsafeBytes { bytes in
        splitter.append(bytes) { messages.append(String(decoding: $0, as: UTF8.self)) }
      }
      if !isUnderstood { return (messages, false) }
    }
    return (messages, true)
  }

  @Test("a stream is cut by length and by line, however it arrives")
  func streams() {
    let text = Array("5 <1>ab8 <1>c\nd e<2>line\n\n<3>next\n3 <4>".utf8)
    let expected = ["<1>ab", "<1>c\nd e", "<2>line", "<3>next", "<4>"]
    #expect(split([text]).messages == expected)
    #expect(split(text.map { [$0] }).messages == expected)
    #expect(split([Array("9999 x".utf8)]).isUnderstood == false)
    #expect(split([Array("12x".utf8)]).isUnderstood == false)
    let long = [UInt8](repeating: 97, count: 3 * Receiver.messageBytesMax)
    #expect(split([Array("<1>".utf8) + long, long, Array("tail\n<2>b\n".utf8)]).messages == ["<2>b"])
  }

  private func probe(_ json: String, on network: NetworkServices) throws -> any Probe {
    let environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    return try JSONDecoder().decode(SyslogProbeSettings.self, from: Data(json.utf8)).makeProbe(in: environment)
  }

  /// Runs until a series has this value.
  private func wait(_ probe: any Probe, for metric: String, _ labels: [String: String], _ value: Double) async
    -> ProbeReport
  {
    var report = await probe.run(within: .seconds(60))
    let end = NetworkLoop.now + .seconds(60)
    while report.samples.value(metric, labels) != value, NetworkLoop.now < end {
      await Task.yield()
      report = await probe.run(within: .seconds(60))
    }
    #expect(report.samples.value(metric, labels) == value, "\(report.samples.map { "\($0.series) \($0.value)" })")
    return report
  }

  @Test(
    "what logger sends is counted by host, facility, severity and program, and matched",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/logger"), "needs bsdutils"))
  func logger() async throws {
    let network = NetworkServices()
    defer { network.stop() }
    let port = try LoopbackServer.unusedPort()
    let probe = try probe(
      #"""
      {"listen":["udp://127.0.0.1:\#(port)","tcp://127.0.0.1:\#(port)"],
       "patterns":[{"name":"down","match":"Interface (?P<interface>\\S+) (?P<state>down)","severity":"err"}]}
      """#, on: network)
    #expect(await probe.run(within: .seconds(60)).verdict == .up)
    for more in [["--udp", "--rfc5424=notime,notq"], ["--udp", "--rfc3164"], ["--tcp"], ["--tcp", "--octet-count"]] {
      for (severity, text) in [("local3.err", "Interface Gi0/1 down"), ("local3.info", "Interface Gi0/2 down")] {
        try ServerProcess.run(
          "/usr/bin/logger",
          ["--server", "127.0.0.1", "--port", "\(port)", "--tag", "switch", "--priority", severity] + more + [text])
      }
    }
    let report = await wait(
      probe, for: "syslog_pattern_matches_total", ["pattern": "down", "interface": "Gi0/1", "state": "down"], 4)
    let counted = report.samples.filter { $0.series.metric == "syslog_messages_total" }
    #expect(counted.allSatisfy { $0.series["app"] == "switch" && $0.series["facility"] == "local3" })
    #expect(counted.filter { $0.series["severity"] == "err" }.reduce(0) { $0 + $1.value } == 4)
    #expect(counted.allSatisfy { !($0.series["host"] ?? "").isEmpty })
    #expect(
      report.samples.value("syslog_pattern_matches_total", ["pattern": "down", "interface": "Gi0/2", "state": "down"])
        == nil)
    #expect(report.samples.allSatisfy { MetricDictionary.metric($0.series.metric ?? "").help != "No description." })
  }

  @Test("what is told apart has bounds, beyond which it is counted together or not at all")
  func tallyBounds() {
    var tally = ReceivedTally<Int, Int>(
      ReceivedTally.Metrics(messages: "a_total", unattributed: "b_total", matches: "c_total", dropped: "d_total"),
      patterns: 2)
    for number in 0..<ReceivedCounts.sourcesMax + 5 { tally.count(number) { [Label("source", "\(number)")] } }
    tally.count(7) { [] }
    for number in 0..<ReceivedCounts.seriesOfPatternMax + 5 {
      tally.count(number, ofPattern: 0) { [Label("match", "\(number)")] }
    }
    tally.count(1, ofPattern: 1) { [Label("match", "other")] }
    for number in 0..<ReceivedCounts.refusedMax + 5 { tally.refuse("e_total", host: "\(number)", reason: "r") }
    for _ in 0..<3 { tally.drop(.rate) }
    _ = tally.tell()
    let samples = tally.tell()
    #expect(samples.value("a_total", ["source": "7"]) == 2)
    #expect(samples.count { $0.series.metric == "a_total" } == ReceivedCounts.sourcesMax)
    #expect(samples.value("b_total", [:]) == 5)
    #expect(samples.count { $0.series.metric == "c_total" } == ReceivedCounts.seriesOfPatternMax + 1)
    #expect(samples.value("c_total", ["match": "other"]) == 1)
    #expect(samples.value("e_total", ["host": "999", "reason": "r"]) == 1)
    #expect(samples.value("e_total", ["reason": "r"]) == 5)
    #expect(samples.value("d_total", ["reason": "rate"]) == 3)
  }

  /// Datagrams to the listener, from a socket of the test's own.
  private func send(_ texts: [String], to port: Int) throws {
    for text in texts {
      try ServerProcess.run("/bin/bash", ["-c", "printf %s \"$0\" > /dev/udp/127.0.0.1/\(port)", text])
    }
  }

  @Test("a sender that floods, and what cannot be read, are counted apart")
  func bounds() async throws {
    let network = NetworkServices()
    defer { network.stop() }
    let port = try LoopbackServer.unusedPort()
    let probe = try probe(
      #"{"listen":["udp://127.0.0.1:\#(port)"],"sender_messages_per_second_max":1}"#, on: network)
    _ = await probe.run(within: .seconds(60))
    try ServerProcess.run(
      "/bin/bash",
      ["-c", "exec 3>/dev/udp/127.0.0.1/\(port); for i in {1..50}; do printf '<13>app: x' >&3; done"])
    _ = await wait(probe, for: "syslog_dropped_messages_total", ["reason": "rate"], 47)
    let other = try LoopbackServer.unusedPort()
    let strict = try self.probe(#"{"listen":["udp://127.0.0.1:\#(other)"]}"#, on: network)
    _ = await strict.run(within: .seconds(60))
    try send(["no priority", "<13>app: x"], to: other)
    var first: Double?
    let end = NetworkLoop.now + .seconds(60)
    while first == nil, NetworkLoop.now < end {
      first = await strict.run(within: .seconds(60)).samples
        .value("syslog_malformed_messages_total", ["reason": "no_priority"])
    }
    #expect(first == 0, "a rule sees the increase of a series that is new")
    let report = await wait(strict, for: "syslog_malformed_messages_total", ["reason": "no_priority"], 1)
    _ = await wait(
      strict, for: "syslog_messages_total",
      ["app": "app", "facility": "user", "host": "127.0.0.1", "severity": "notice"], 1)
    #expect(report.verdict == .up)
  }

  @Test("a door that another holds says nothing of anyone's state, and opens when it is free")
  func taken() async throws {
    let network = NetworkServices()
    defer { network.stop() }
    let port = try LoopbackServer.unusedPort()
    let json = #"{"listen":["tcp://127.0.0.1:\#(port)","udp://127.0.0.1:\#(port)"]}"#
    var first: (any Probe)? = try probe(json, on: network)
    #expect(await first?.run(within: .seconds(60)).verdict == .up)
    let second = try probe(json, on: network)
    let refused = await second.run(within: .seconds(60))
    #expect(refused.verdict.reason?.id == "reason.probe.local")
    #expect(refused.explanation.hasSuffix("Address already in use – another program listens there"))
    first = nil
    let end = NetworkLoop.now + .seconds(60)
    var again = await second.run(within: .seconds(60))
    while again.verdict != .up, NetworkLoop.now < end {
      await Task.yield()
      again = await second.run(within: .seconds(60))
    }
    #expect(again.verdict == .up, "\(again.explanation)")
  }

  @Test(
    "settings that cannot be are refused",
    arguments: [
      (#"{"listen":["udp://localhost:514"]}"#, "fault.listen.address"),
      (#"{"listen":["127.0.0.1:514"]}"#, "fault.listen.address"),
      (#"{"listen":[]}"#, "fault.network.range"), (#"{"sender_messages_per_second_max":0}"#, "fault.network.range"),
      (#"{"patterns":[{"name":"a","match":"("}]}"#, "fault.value.pattern"),
      (#"{"patterns":[{"name":"a","match":"b","severity":"error"}]}"#, "fault.network.choice"),
      (#"{"listen":["tls://127.0.0.1"]}"#, "fault.listen.no-certificate"),
      (#"{"tls_server_config":{"cert_file":"/a","key_file":"/b"}}"#, "fault.listen.no-door"),
      (
        #"{"listen":["tls://127.0.0.1"],"tls_server_config":{"cert_file":"/a","key_file":"/b","client_auth_type":"VerifyClientCertIfGiven"}}"#,
        "fault.listen.no-client-authority"
      ),
      (
        #"{"listen":["tls://127.0.0.1"],"tls_server_config":{"cert_file":"/a","key_file":"/b","client_ca_file":"/c","client_auth_type":"RequestClientCert"}}"#,
        "fault.network.choice"
      ),
      (
        #"{"listen":["tls://127.0.0.1"],"tls_server_config":{"cert_file":"/a","key_file":"/b","min_version":"TLS13","max_version":"TLS12"}}"#,
        "fault.stream.versions"
      ),
    ])
  func settings(_ json: String, _ id: String) throws {
    do {
      _ = try JSONDecoder().decode(SyslogProbeSettings.self, from: Data(json.utf8))
      Issue.record("this should be refused")
    } catch let error as DecodingError {
      #expect(error.settingsFault?.id == id)
    }
  }
}
