import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

/// A named of the test's own with one zone.
private final class NameServer {
  static let isInstalled = ServerProcess.isInstalled("/usr/sbin/named")

  let port: Int
  let securePort: Int
  private let process: ServerProcess

  static let zone = """
    $TTL 300
    $ORIGIN example.test.
    @ IN SOA ns admin\\.mail 2024010101 3600 600 86400 60
    @ NS ns
    ns A 127.0.0.1
    www 120 A 192.0.2.80
    two A 192.0.2.1
    two A 192.0.2.2
    v6 AAAA 2001:db8:0:0:1::7
    alias CNAME www
    mail MX 10 mx.example.net.
    text TXT "v=spf1 -all" "a \\"quoted\\" \\\\ \\200 part"
    service SRV 1 2 5060 sip.example.net.
    ca CAA 0 issue "ca.example.net; x=1"
    host HINFO "PC" "Linux 6"
    pointer PTR www
    tree DNAME example.net.
    finger SSHFP 4 2 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899
    tlsa TLSA 3 1 1 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899
    naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@example.net!" .
    person RP admin.example.net. text
    ds DS 4711 13 2 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899
    ds NS ns.example.net.
    key DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
    sec NSEC www A MX TYPE1234
    uri URI 10 1 "https://example.net/"
    sp\\032ace A 192.0.2.9
    """
    + (0..<30).map { "\nlong TXT \"\($0) \(String(repeating: "x", count: 200))\"" }.joined() + "\n"

  init() throws {
    port = try LoopbackServer.unusedPort()
    securePort = try LoopbackServer.unusedPort()
    process = try ServerProcess(
      "/usr/sbin/named", ["-g", "-n", "1", "-c", "FOLDER/named.conf"],
      files: [
        "zone": Self.zone,
        "named.conf": """
        options {
          directory "FOLDER"; pid-file "FOLDER/pid"; session-keyfile "FOLDER/session"; managed-keys-directory "FOLDER";
          listen-on port \(port) { 127.0.0.1; };
          listen-on port \(securePort) tls ephemeral { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
          minimal-responses no; check-names primary ignore;
        };
        controls { };
        zone "example.test" { type primary; file "zone"; check-integrity no; };
        """,
      ])
  }

  deinit { process.stop() }
}

@Suite("DNS probe")
struct DNSProbeTests {
  private let network = NetworkServices()

  private func run(_ settings: [String: Any], within limit: Duration = .seconds(60)) async throws -> ProbeReport {
    let environment = ProbeEnvironment(
      transfers: TransferEngine(), network: network, clock: ManualClock(), hostName: "h")
    let json = try JSONSerialization.data(withJSONObject: settings)
    return try await JSONDecoder().decode(DNSProbeSettings.self, from: json).makeProbe(in: environment)
      .run(within: limit)
  }

  /// named refuses, then fails, until it has read its zone.
  private func started() async throws -> NameServer {
    let server = try NameServer()
    let settings = ["target": "127.0.0.1:\(server.port)", "query_name": "www.example.test", "query_type": "A"]
    let report = try await patiently(until: { $0.verdict == .up }) { try await run(settings) }
    #expect(report.verdict == .up, "\(report.explanation)")
    return server
  }

  private static let records = [
    ("SOA", "", "ns.example.test. admin\\.mail.example.test. 2024010101 3600 600 86400 60"),
    ("NS", "", "ns.example.test."), ("A", "www", "192.0.2.80"), ("AAAA", "v6", "2001:db8::1:0:0:7"),
    ("MX", "mail", "10 mx.example.net."), ("TXT", "text", #""v=spf1 -all" "a \"quoted\" \\ \200 part""#),
    ("SRV", "service", "1 2 5060 sip.example.net."), ("CAA", "ca", #"0 issue "ca.example.net; x=1""#),
    ("HINFO", "host", #""PC" "Linux 6""#), ("PTR", "pointer", "www.example.test."), ("DNAME", "tree", "example.net."),
    ("SSHFP", "finger", "4 2 AABBCCDDEEFF00112233445566778899AABBCCDDEEFF00112233445566778899"),
    ("TLSA", "tlsa", "3 1 1 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899"),
    ("NAPTR", "naptr", #"100 10 "u" "E2U+sip" "!^.*$!sip:a@example.net!" ."#),
    ("RP", "person", "admin.example.net. text.example.test."),
    ("DS", "ds", "4711 13 2 AABBCCDDEEFF00112233445566778899AABBCCDDEEFF00112233445566778899"),
    (
      "DNSKEY", "key",
      "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
    ),
    ("NSEC", "sec", "www.example.test. A MX TYPE1234"), ("URI", "uri", #"10 1 "https://example.net/""#),
    ("A", "sp\\ ace", "192.0.2.9"),
  ]

  private static func quoted(_ text: String) -> String {
    text.map { $0 == "\t" ? "\\t" : $0.isLetter || $0.isNumber || $0 == " " ? "\($0)" : "\\\($0)" }.joined()
  }

  @Test(
    "series and the text of records are those of blackbox_exporter, against named",
    .enabled(if: NameServer.isInstalled && BlackboxExporter.isInstalled, "needs bind9 and prometheus-blackbox-exporter")
  )
  func blackbox() async throws {
    let server = try await started()
    defer { network.stop() }
    var modules = "modules:\n"
    for (index, (type, owner, data)) in Self.records.enumerated() {
      let name = owner.isEmpty ? "example.test" : "\(owner).example.test"
      let text = "\(name).\t\(owner == "www" ? 120 : 300)\tIN\t\(type)\t\(data)"
      let pattern = "^\(Self.quoted(text))$".replacing("'", with: "''")
      modules += """
          r\(index):
            prober: dns
            dns:
              query_name: '\(name)'
              query_type: \(type)
              preferred_ip_protocol: ip4
              validate_answer_rrs: {fail_if_none_matches_regexp: ['\(pattern)']}

        """
    }
    let exporter = try BlackboxExporter(modules: modules)
    for (index, (type, owner, data)) in Self.records.enumerated() {
      let name = owner.isEmpty ? "example.test" : "\(owner).example.test"
      let theirs = await exporter.probe("r\(index)", "127.0.0.1:\(server.port)")
      let report = try await run([
        "target": "127.0.0.1:\(server.port)", "query_name": name, "query_type": type, "expect": ["\(type) \(data)"],
        "validate_answer_rrs": [
          "fail_if_none_matches_regexp": [
            "^" + Self.quoted("\(name).\t\(owner == "www" ? 120 : 300)\tIN\t\(type)\t\(data)") + "$"
          ]
        ],
      ])
      #expect(report.verdict == .up, "\(report.explanation)")
      #expect(theirs["probe_success"] == 1, "\(type) \(name)")
      let ours = report.written
      #expect(Set(theirs.keys).subtracting(ours.keys) == [])
      for (series, value) in theirs where !series.contains("seconds") {
        #expect(ours[series] == value, "\(series) of \(type)")
      }
      #expect(
        ours.keys.allSatisfy { MetricDictionary.metric($0.prefix { $0 != "{" }.description).help != "No description." })
    }
  }

  @Test(
    "the demands on sections decide as those of blackbox_exporter",
    .enabled(if: NameServer.isInstalled && BlackboxExporter.isInstalled, "needs bind9 and prometheus-blackbox-exporter")
  )
  func demands() async throws {
    let server = try await started()
    defer { network.stop() }
    let names = ["two", "www", "none"]
    let keys = [
      "fail_if_matches_regexp", "fail_if_all_match_regexp", "fail_if_not_matches_regexp", "fail_if_none_matches_regexp",
    ]
    let patterns = [["192.0.2.1$"], ["192.0.2"], ["10\\."], ["192.0.2.1$", "192.0.2.2$"], ["^example.*NS"]]
    var cases: [(module: String, name: String, section: String, key: String, patterns: [String])] = []
    var modules = "modules:\n"
    for name in names {
      for section in ["answer", "authority"] {
        for key in keys {
          for list in patterns {
            let module = "m\(cases.count)"
            cases.append((module, name, section, key, list))
            let text = list.map { "'\($0)'" }.joined(separator: ",")
            modules += """
                \(module): {prober: dns, dns: {query_name: \(name).example.test, query_type: A, preferred_ip_protocol: ip4, valid_rcodes: [NOERROR, NXDOMAIN], validate_\(section)_rrs: {\(key): [\(text)]}}}

              """
          }
        }
      }
    }
    let exporter = try BlackboxExporter(modules: modules)
    for example in cases {
      let theirs = await exporter.probe(example.module, "127.0.0.1:\(server.port)")
      let report = try await run([
        "target": "127.0.0.1:\(server.port)", "query_name": "\(example.name).example.test", "query_type": "A",
        "valid_rcodes": ["NOERROR", "NXDOMAIN"],
        "validate_\(example.section)_rrs": [example.key: example.patterns],
      ])
      #expect(theirs["probe_success"] == report.written["probe_success"], "\(example): \(report.explanation)")
    }
  }

  @Test("sentences, truncation, TCP and codes, against named", .enabled(if: NameServer.isInstalled, "needs bind9"))
  func named() async throws {
    let server = try await started()
    defer { network.stop() }
    func ask(_ name: String, _ type: String, _ more: [String: Any] = [:]) async throws -> ProbeReport {
      try await run(
        ["target": "127.0.0.1:\(server.port)", "query_name": name + "example.test", "query_type": type]
          .merging(more) { $1 })
    }
    let good = [
      "A 192.0.2.80", "no AAAA", "ttl == 2m", "ttl > 60", "rcode == NOERROR", "authoritative", "answers == 1",
      "time < 5s",
    ]
    let up = try await ask("www.", "A", ["expect": good])
    #expect(up.verdict == .up, "\(up.explanation)")
    #expect(up.samples.value("probe_dns_answer_ttl_min_seconds") == 120)
    #expect(up.samples.value("probe_dns_authoritative") == 1)
    for bad in ["A 192.0.2.81", "no A", "ttl >= 1h", "rcode != NOERROR", "authenticated", "empty", "serial > 1", "MX"] {
      let report = try await ask("www.", "A", ["expect": [bad]])
      #expect(report.verdict.reason?.id == "reason.probe.dns_records", "\(bad)")
    }
    let absent = try await ask("none.", "A")
    #expect(absent.verdict.reason?.id == "reason.probe.dns_code")
    #expect(absent.explanation == "the server answers NXDOMAIN")
    let allowed = try await ask(
      "none.", "A", ["valid_rcodes": ["NXDOMAIN"], "expect": ["rcode == NXDOMAIN", "empty"]])
    #expect(allowed.verdict == .up)
    let long = try await ask("long.", "TXT", ["expect": ["answers == 30"]])
    #expect(long.verdict == .up, "\(long.explanation)")
    #expect(long.samples.value("probe_dns_answered_over_tcp") == 1)
    let cut = try await ask("long.", "TXT", ["retry_truncated": false, "expect": ["truncated"]])
    #expect(cut.verdict == .up, "\(cut.explanation)")
    let stream = try await ask("www.", "A", ["transport_protocol": "tcp"])
    #expect(stream.samples.value("probe_dns_answered_over_tcp") == 1)
    let secure: [String: Any] = ["target": "127.0.0.1:\(server.securePort)", "dns_over_tls": true]
    let untrusted = try await ask("www.", "A", secure)
    #expect(untrusted.verdict.reason?.id == "reason.tls.wrong_name", "\(untrusted.explanation)")
    let encrypted = try await ask(
      "long.", "TXT", secure.merging(["tls_config": ["insecure_skip_verify": true]]) { $1 })
    #expect(encrypted.samples.value("probe_dns_answer_rrs") == 30, "\(encrypted.explanation)")
    #expect(encrypted.samples.value("probe_ssl_earliest_cert_expiry") ?? 0 > 1_700_000_000)
    let unsigned = try await ask("www.", "A", ["dnssec": true])
    #expect(unsigned.verdict.reason?.id == "reason.probe.dns_unsigned")
    let same = try await ask("", "SOA", ["same_serial_as": ["127.0.0.1:\(server.port)"], "expect": ["serial >= 2024"]])
    #expect(same.verdict == .up, "\(same.explanation)")
  }

  /// An answer to the question of a query, with one record's bytes behind the name and the type.
  private static func answer(_ query: [UInt8], flags: UInt16 = 0x8400, _ records: [[UInt8]] = []) -> [UInt8] {
    var end = 12
    while query[end] != 0 { end += Int(query[end]) + 1 }
    return query[..<2] + [UInt8(flags >> 8), UInt8(flags & 255), 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
      + query[12..<end + 5] + records.flatMap { $0 }
  }

  private static func soa(_ serial: UInt8) -> [UInt8] {
    [0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0, serial] + [UInt8](repeating: 0, count: 16)
  }

  @Test("another serial at another server, and one that does not answer, are told")
  func serials() async throws {
    defer { network.stop() }
    let servers = try [7, 7, 8].map { serial in try DatagramServer { [Self.answer($0, [Self.soa(serial)])] } }
    defer { for server in servers { server.stop() } }
    let dead = try LoopbackServer.unusedPort()
    let report = try await run([
      "target": "127.0.0.1:\(servers[0].port)", "query_name": "example.test", "query_type": "SOA",
      "same_serial_as": ["127.0.0.1:\(servers[1].port)", "127.0.0.1:\(servers[2].port)", "127.0.0.1:\(dead)"],
    ])
    #expect(report.verdict.reason?.id == "reason.probe.dns_serial")
    let names = (servers.map(\.port) + [dead]).map { "127.0.0.1:\($0)" }
    #expect(
      report.explanation
        == "\(names[2]) has serial 8, \(names[0]) has 7; \(names[3]): Connection refused")
    #expect(report.samples.value("probe_dns_peer_serial", ["server": "127.0.0.1:\(servers[2].port)"]) == 8)
    // Three with an answer, one without.
    #expect(report.cost.packets == 7 && report.cost.bytes ?? 0 > 4 * 30)
  }

  @Test("forged answers are passed over, signed ones are known")
  func forged() async throws {
    defer { network.stop() }
    let server = try DatagramServer { query in
      let good = Self.answer(query, flags: 0x8420, [Self.soa(7)])
      var (otherNumber, otherName, question) = (good, good, good)
      otherNumber[1] ^= 1
      otherName[13] ^= 1
      question[2] = 0
      return [otherNumber, otherName, question, [1, 2, 3], good]
    }
    defer { server.stop() }
    let settings: [String: Any] = [
      "target": "127.0.0.1:\(server.port)", "query_name": "example.test", "query_type": "SOA", "dnssec": true,
      "expect": ["authenticated", "serial == 7"],
    ]
    let report = try await run(settings)
    #expect(report.verdict == .up, "\(report.explanation)")
    let liar = try DatagramServer { query in
      var answer = Self.answer(query)
      answer[0] ^= 0x80
      return [answer, answer]
    }
    defer { liar.stop() }
    let silent = try await run(
      settings.merging(["target": "127.0.0.1:\(liar.port)"]) { $1 }, within: .seconds(1))
    #expect(silent.verdict.reason?.id == "reason.probe.timed_out")
    #expect(silent.explanation.hasSuffix("gives no answer; 2 datagrams answered something else"))
  }

  @Test(
    "an answer that cannot be read is told by what is wrong with it",
    arguments: [
      ([0xc0, 0x2a], "a compressed name does not point back"),
      ([0xc0, 0xff], "a compressed name does not point back"),
      ([0x80], "a name has a label of a kind that does not exist"),
      ([63], "a name leads beyond the end of its record"),
      ([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 200], "a record is longer than its message"),
      ([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 5, 1, 2, 3, 4, 5], "a record of type A is longer than its data"),
      ([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 3, 1, 2, 3], "a length leads beyond the end of its record"),
      ([0, 0, 16, 0, 1, 0, 0, 0, 1, 0, 3, 9, 2, 3], "a length leads beyond the end of its record"),
      ([0, 0], "the message ends in the middle of a field"),
    ] as [([UInt8], String)])
  func malformed(_ record: [UInt8], _ text: String) throws {
    let query = DNSQuestion(name: try #require(DNSName("loop.example.test")), type: 1, recordClass: 1)
      .message(identifier: 1, recursionDesired: true, payloadBytesMax: nil, wantsSignatures: false)
    #expect(throws: DNSMessageError(text)) { _ = try DNSMessage(Self.answer(query, [record])) }
  }

  @Test("names and times are written as in zone files")
  func texts() throws {
    #expect(try #require(DNSName("a\\.b.example")).text == "a\\.b.example.")
    #expect(try #require(DNSName(".")).text == ".")
    #expect(DNSName("A.example") == DNSName("a.EXAMPLE."))
    for bad in [
      "", "a..b", "a\\", String(repeating: "a", count: 64),
      [String](repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
    ] {
      #expect(DNSName(bad) == nil)
    }
    #expect(DNSText.time(1_704_067_200) == "20240101000000")
    #expect(DNSText.time(951_868_799) == "20000229235959")
    #expect(
      ["", "f", "fo", "foo", "foob"].map { DNSText.base64(Array($0.utf8)) } == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="])
  }

  @Test(
    "settings that cannot be are refused",
    arguments: [
      (#"{"target":"a","query_name":"a..b"}"#, "fault.dns.name"),
      (#"{"target":"a/b","query_name":"b"}"#, "fault.network.server"),
      (#"{"target":"a","query_name":"b","query_type":"AA"}"#, "fault.network.choice"),
      (#"{"target":"a","query_name":"b","valid_rcodes":["OK"]}"#, "fault.network.choice"),
      (#"{"target":"a","query_name":"b","expect":["ttl is long"]}"#, "fault.dns.expect"),
      (#"{"target":"a","query_name":"b","same_serial_as":["c"]}"#, "fault.dns.serial"),
      (#"{"target":"a","query_name":"b","edns_payload_size":100}"#, "fault.network.range"),
      (
        #"{"target":"a","query_name":"b","validate_answer_rrs":{"fail_if_matches_regexp":["("]}}"#,
        "fault.value.pattern"
      ),
    ])
  func faults(_ json: String, _ id: String) throws {
    do {
      _ = try JSONDecoder().decode(DNSProbeSettings.self, from: Data(json.utf8))
      Issue.record("this should be refused")
    } catch let error as DecodingError {
      #expect(error.settingsFault?.id == id)
    }
  }
}
