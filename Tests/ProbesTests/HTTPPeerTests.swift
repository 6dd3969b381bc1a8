import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing
import Transfers

@testable import Probes

/// nginx with a plain and an encrypted port, and a certificate signed by an authority of its own.
final class WebServer {
  static let isAvailable = ServerProcess.isInstalled("/usr/sbin/nginx", "/usr/bin/openssl")

  let plain: Int
  let secure: Int
  let authority: String
  private let folder: String
  private let process: ServerProcess

  init() throws {
    folder = ServerProcess.makeFolder()
    authority = folder + "/ca.crt"
    try CertificateMaker(folder).make(["leaf": ["-days", "30"]])
    plain = try LoopbackServer.unusedPort()
    secure = try LoopbackServer.unusedPort()
    process = try ServerProcess(
      "/usr/sbin/nginx", ["-p", "FOLDER", "-c", "FOLDER/conf", "-e", "/dev/null"],
      files: [
        "conf": """
        daemon off; worker_processes 1; pid FOLDER/pid; error_log /dev/null;
        events { worker_connections 64; }
        http {
          access_log off; default_type application/json; gzip on; gzip_types application/json; gzip_min_length 1;
          client_body_temp_path FOLDER/a; proxy_temp_path FOLDER/b; fastcgi_temp_path FOLDER/c;
          uwsgi_temp_path FOLDER/d; scgi_temp_path FOLDER/e;
          server {
            listen 127.0.0.1:\(plain); listen 127.0.0.1:\(secure) ssl http2; server_name keeper.test;
            ssl_certificate \(folder)/leaf.crt; ssl_certificate_key \(folder)/leaf.key;
            location / { return 200 '{"status":"UP","count":3}'; }
            location /moved { return 302 /; }
            location /made { return 201 "made"; }
            location /echo { return 200 "$request_method $http_x_token $http_authorization $host"; }
            location /cookie { add_header Set-Cookie "session=4711; Path=/"; return 302 /seen; }
            location /seen { return 200 "cookie: $http_cookie"; }
            location /token { default_type application/json; return 200 '{"access_token":"T-1","expires_in":3600}'; }
          }
        }
        """
      ])
  }

  func wait(_ transfers: TransferEngine) async {
    let request = TransferRequest(url: "http://127.0.0.1:\(plain)/")
    while await transfers.perform(request).failure?.cause == .refused {}
  }

  func stop() {
    process.stop()
    _ = try? ServerProcess.run("/bin/rm", ["-rf", folder])
  }
}

/// Certificates for tests: an authority `ca` and what it signs, all for the name keeper.test and 127.0.0.1.
struct CertificateMaker {
  let folder: String

  init(_ folder: String) throws {
    self.folder = folder
    ServerProcess.write(
      """
      [ca]
      default_ca = d
      [d]
      database = \(folder)/index
      new_certs_dir = \(folder)
      serial = \(folder)/serial
      default_md = sha256
      policy = p
      copy_extensions = copy
      unique_subject = no
      [p]
      commonName = supplied
      organizationName = optional
      """, to: folder + "/ca.conf")
    ServerProcess.write("", to: folder + "/index")
    ServerProcess.write("1000", to: folder + "/serial")
    try key("ca")
    try openssl(
      "req", "-x509", "-new", "-key", "\(folder)/ca.key", "-out", "\(folder)/ca.crt", "-days", "90", "-subj",
      "/O=Keeper/CN=Test authority")
  }

  /// - Parameter leaves: by name, further arguments of `openssl ca`.
  func make(_ leaves: [String: [String]], names: String = "DNS:keeper.test,IP:127.0.0.1") throws {
    for (name, arguments) in leaves.sorted(by: { $0.key < $1.key }) {
      try key(name)
      try openssl(
        "req", "-new", "-key", "\(folder)/\(name).key", "-out", "\(folder)/\(name).csr", "-subj",
        "/O=Keeper/CN=keeper.test", "-addext", "subjectAltName=\(names)")
      try openssl(
        [
          "ca", "-batch", "-notext", "-config", "\(folder)/ca.conf", "-cert", "\(folder)/ca.crt", "-keyfile",
          "\(folder)/ca.key", "-in", "\(folder)/\(name).csr", "-out", "\(folder)/\(name).crt",
        ] + arguments)
    }
  }

  private func key(_ name: String) throws {
    try openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "\(folder)/\(name).key")
  }

  func openssl(_ arguments: String...) throws { try openssl(arguments) }
  func openssl(_ arguments: [String]) throws {
    guard try ServerProcess.run("/usr/bin/openssl", arguments) else { throw Failed(arguments: arguments) }
  }

  struct Failed: Error { let arguments: [String] }
}

@Suite(
  "HTTP probes beside their peers", .serialized, .timeLimit(.minutes(1)),
  .enabled(if: WebServer.isAvailable, "needs nginx-light and openssl"))
struct HTTPPeerTests {
  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  private func run(_ json: String) async throws -> ProbeReport {
    let settings = try JSONDecoder().decode(HTTPProbeSettings.self, from: Data(json.utf8))
    return await settings.makeProbe(in: environment).run(within: .seconds(10))
  }

  @Test(
    "names, labels and values are those of the real blackbox_exporter on the same server",
    .enabled(if: BlackboxExporter.isInstalled, "needs prometheus-blackbox-exporter"),
    arguments: [false, true])
  func blackbox(_ isSecure: Bool) async throws {
    let web = try WebServer()
    defer { web.stop() }
    let exporter = try BlackboxExporter(
      modules: """
        modules:
          web:
            prober: http
            http: {tls_config: {ca_file: \(web.authority)}, fail_if_body_not_matches_regexp: ["UP"]}
        """)
    await web.wait(environment.transfers)
    let url = isSecure ? "https://127.0.0.1:\(web.secure)/moved" : "http://127.0.0.1:\(web.plain)/moved"
    let theirs = await exporter.probe("web", url)
    let report = try await run(
      #"{"url":"\#(url)","tls_config":{"ca_file":"\#(web.authority)"},"fail_if_body_not_matches_regexp":["UP"]}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(theirs["probe_success"] == 1)
    // Newer exporters have the cipher and the serial number, Debian's has not.
    let ours = Dictionary(
      uniqueKeysWithValues: report.samples.filter { $0.series.metric != "probe_tls_cipher_info" }.map { sample in
        let labels = sample.series.filter { $0.name != LabelSet.metricName && $0.name != "serialnumber" }
        let text = labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
        return ((sample.series.metric ?? "") + (text.isEmpty ? "" : "{\(text)}"), sample.value)
      })
    let own: Set<String> = ["probe_success", "probe_duration_seconds"]
    #expect(Set(ours.keys).union(own).symmetricDifference(theirs.keys) == [])
    for (name, value) in theirs where !name.contains("duration") && !name.contains("lookup") && !own.contains(name) {
      if name == "probe_ip_addr_hash" { continue }  // only said to change with the address
      #expect(ours[name] == value, "\(name)")
    }
  }

  @Test(
    "every option does what it says",
    arguments: [
      (#""valid_status_codes":[201]"#, "made", nil as String?), (#""method":"POST","body":"x""#, "echo", nil),
      (#""compression":"gzip","fail_if_body_not_matches_regexp":["UP"]"#, "", nil),
      (#""valid_http_versions":["HTTP/1.1"]"#, "", nil),
      (#""valid_http_versions":["HTTP/2.0"]"#, "", "reason.probe.version"),
      (#""fail_if_header_matches":[{"header":"content-type","regexp":"json"}]"#, "", "reason.probe.header"),
      (#""fail_if_header_not_matches":[{"header":"Content-Type","regexp":"json"}]"#, "", nil),
      (#""fail_if_header_not_matches":[{"header":"X-None","regexp":"a"}]"#, "", "reason.probe.header"),
      (#""fail_if_header_not_matches":[{"header":"X-None","regexp":"a","allow_missing":true}]"#, "", nil),
      (#""follow_redirects":false"#, "moved", "reason.probe.status"),
      (#""fail_if_body_not_matches_regexp":["cookie: session=4711"]"#, "cookie", nil),
      (#""headers":{"X-Token":{"env":"HOME"}},"fail_if_body_not_matches_regexp":["GET /"]"#, "echo", nil),
      (#""http_headers":{"X-Token":{"secrets":["s1"]}},"fail_if_body_not_matches_regexp":["GET s1"]"#, "echo", nil),
      (
        #""basic_auth":{"username":"a","password":"b"},"fail_if_body_not_matches_regexp":["Basic YTpi"]"#, "echo", nil
      ),
      (#""authorization":{"credentials":"c"},"fail_if_body_not_matches_regexp":["Bearer c"]"#, "echo", nil),
      (#""body_size_limit":"5B""#, "", "reason.probe.body"), (#""source_ip_address":"127.0.0.7""#, "", nil),
      (#""preferred_ip_protocol":"ip6""#, "", nil),
      (#""preferred_ip_protocol":"ip6","ip_protocol_fallback":false"#, "", "reason.probe.name_unresolved"),
      (#""fail_if_body_json_not_matches_cel":"body.status == 'UP' && body.count > 2""#, "", nil),
      (#""fail_if_body_json_matches_cel":"body.count == 3""#, "", "reason.probe.body"),
      (#""fail_if_body_json_matches_cel":"body.count == 3""#, "made", "reason.probe.body"),
      (#""conditions":["status == 201","body == 1 or time < 20s"]"#, "made", nil),
      (#""conditions":["status == 404","time < 20s"]"#, "", "reason.probe.condition"),
      (#""body_file":"/nonexistent""#, "", "fault.http.body-file"),
    ])
  func options(_ options: String, _ path: String, _ reason: String?) async throws {
    let web = try WebServer()
    defer { web.stop() }
    await web.wait(environment.transfers)
    let url = "http://127.0.0.1:\(web.plain)/\(path)"
    let report = try await run(#"{"url":"\#(url)",\#(options)}"#)
    #expect(report.verdict.reason?.id == reason, "\(report.explanation)")
  }

  @Test("each condition has a series, and what does not hold is told")
  func conditions() async throws {
    let web = try WebServer()
    defer { web.stop() }
    await web.wait(environment.transfers)
    let report = try await run(
      #"{"url":"http://127.0.0.1:\#(web.plain)/","conditions":["status == 200","body.status == 'DOWN'"]}"#)
    #expect(report.explanation == "body.status == 'DOWN': it is 'UP'")
    #expect(report.samples.value("probe_condition_success", ["condition": "status == 200"]) == 1)
    #expect(report.samples.value("probe_condition_success", ["condition": "body.status == 'DOWN'"]) == 0)
    #expect(report.samples.value("probe_failed_due_to_cel") == nil)
  }

  @Test("TLS: the name, versions, HTTP/2, and a token that is asked for once")
  func secure() async throws {
    let web = try WebServer()
    defer { web.stop() }
    await web.wait(environment.transfers)
    let url = "https://127.0.0.1:\(web.secure)/"
    func tls(_ more: String) -> String { #""tls_config":{"ca_file":"\#(web.authority)"\#(more)}"# }
    let plain = try await run(#"{"url":"\#(url)",\#(tls("")),"valid_http_versions":["HTTP/2.0"]}"#)
    #expect(plain.verdict == .up, "\(plain.explanation)")
    let old = try await run(#"{"url":"\#(url)",\#(tls("")),"enable_http2":false,"valid_http_versions":["HTTP/1.1"]}"#)
    #expect(old.verdict == .up, "\(old.explanation)")
    let twelve = try await run(#"{"url":"\#(url)",\#(tls(#","max_version":"TLS12""#))}"#)
    #expect(twelve.samples.value("probe_tls_version_info", ["version": "TLS 1.2"]) == 1)
    for (name, reason) in [("keeper.test", nil), ("other.test", "reason.probe.tls_name")] {
      let named = try await run(#"{"url":"\#(url)",\#(tls(#","server_name":"\#(name)""#))}"#)
      #expect(named.verdict.reason?.id == reason, "\(named.explanation)")
      let host = try await run(#"{"url":"\#(url)",\#(tls("")),"headers":{"Host":"\#(name)"}}"#)
      #expect(host.verdict.reason?.id == reason, "\(host.explanation)")
    }
    let login = #""oauth2":{"client_id":"i","client_secret":"s","token_url":"http://127.0.0.1:\#(web.plain)/token"}"#
    let token = try await run(
      #"{"url":"http://127.0.0.1:\#(web.plain)/echo",\#(login),"fail_if_body_not_matches_regexp":["Bearer T-1"]}"#)
    #expect(token.verdict == .up, "\(token.explanation)")
  }

  @Test("each kind of wrong certificate has a reason of its own")
  func wrongCertificates() async throws {
    let folder = ServerProcess.makeFolder()
    let maker = try CertificateMaker(folder)
    try maker.make([
      "expired": ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"],
      "early": ["-startdate", "20900101000000Z", "-enddate", "20910101000000Z"],
      "good": ["-days", "9"],
    ])
    try maker.make(["named": ["-days", "9"]], names: "DNS:other.test")
    for (name, key) in [("weak", "rsa:1024"), ("alone", "rsa:2048")] {
      try maker.openssl(
        "req", "-x509", "-newkey", key, "-nodes", "-keyout", "\(folder)/\(name).key", "-out",
        "\(folder)/\(name).crt", "-days", "9", "-subj", "/CN=keeper.test", "-addext",
        "subjectAltName=IP:127.0.0.1")
    }
    let cases = [
      ("expired", "ca", "tls_expired"), ("early", "ca", "tls_not_yet_valid"), ("named", "ca", "tls_name"),
      ("good", "early", "tls_untrusted"), ("weak", "weak", "tls_weak"),
      ("good", "ca", ""), ("alone", "good", "tls_self_signed"),
    ]
    for (name, authority, reason) in cases {
      let port = try LoopbackServer.unusedPort()
      let server = try ServerProcess(
        "/usr/bin/openssl",
        [
          "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "\(folder)/\(name).crt", "-key",
          "\(folder)/\(name).key", "-www", "-cipher", "DEFAULT@SECLEVEL=0",
        ])
      defer { server.stop() }
      let json = #"{"url":"https://127.0.0.1:\#(port)/","tls_config":{"ca_file":"\#(folder)/\#(authority).crt"}}"#
      let report = try await patiently(until: { $0.verdict.reason?.id != "reason.probe.refused" }) {
        try await run(json)
      }
      #expect(
        report.verdict.reason?.id == (reason.isEmpty ? nil : "reason.probe." + reason), "\(name): \(report.explanation)"
      )
    }
    try ServerProcess.run("/bin/rm", ["-rf", folder])
  }
}
