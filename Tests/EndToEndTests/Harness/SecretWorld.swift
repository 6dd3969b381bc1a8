import Foundation

/// A configuration in which everything that can have a secret has one, each another word, given in each of the ways,
/// and servers that quote what they were sent.
struct SecretWorld {
  /// Every secret begins with it: one search finds them all, cut off or not.
  static let mark = "Qv7xKz9w"

  let folder: ScratchFolder
  /// What the program and its commands find secrets in.
  private(set) var environment: [String: String] = [:]
  private(set) var probeNames: [String] = []
  private let ports: [String: Int]
  private let closedPort: Int
  private let quoting: ChildProcess
  private var secrets = 0

  init(in folder: ScratchFolder) async throws {
    self.folder = folder
    quoting = try ChildProcess(Tools.python, ["-c", Self.quotingServers], in: folder)
    let process = quoting
    ports = try await Waiting.until("the servers that quote; they said: \(process.output)") {
      try? JSONDecoder().decode([String: Int].self, from: Foundation.Data(process.output.utf8))
    }
    closedPort = try Sockets.freePort()
    try configure()
  }

  var quotingOutput: String { quoting.output }

  func stop() { quoting.kill() }

  // MARK: Secrets

  private mutating func word() -> String {
    secrets += 1
    return "\(Self.mark)\(1000 + secrets)r3tM"
  }

  private mutating func file(of text: String? = nil) throws -> String {
    let text = text ?? word()
    try folder.write("secrets/\(secrets)", text + "\n")
    let path = "\(folder.path)/secrets/\(secrets)"
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return path
  }

  /// The ways take turns; what says its name by nothing is secret only when it stands elsewhere.
  private mutating func source(mayBeInline: Bool) throws -> String {
    switch secrets / 2 % (mayBeInline ? 4 : 3) {
    case 0: return "{file: \(try file())}"
    case 1:
      let word = word()
      environment["WATCHKEEPER_SECRET_\(secrets)"] = word
      return "{env: WATCHKEEPER_SECRET_\(secrets)}"
    case 2: return "{command: [/bin/cat, \(try file())]}"
    default: return word()
    }
  }

  /// Puts a secret of its own where `SECRET` (any way), `KEPT` (not in clear), `WORD` (in clear), `FILE` (a path) stand.
  private mutating func filled(_ text: String) throws -> String {
    var filled = ""
    var rest = text[...]
    while let found = rest.firstMatch(of: /SECRET|KEPT|WORD|FILE/) {
      filled += rest[..<found.range.lowerBound]
      switch found.output {
      case "SECRET": filled += try source(mayBeInline: true)
      case "KEPT": filled += try source(mayBeInline: false)
      case "WORD": filled += word()
      default: filled += try file()
      }
      rest = rest[found.range.upperBound...]
    }
    return filled + rest
  }

  // MARK: Configuration

  /// Asked at a closed port, and at a server of this protocol that quotes. `HOST` is its address.
  private static let asked = [
    (
      "http", "http",
      #"url: "http://HOST/json", basic_auth: {username: u, password: SECRET}, conditions: ["body.seen == 'x'"]"#
    ),
    ("http", "http", #"url: "http://HOST/json", authorization: {credentials: SECRET}, conditions: ["text == 'x'"]"#),
    ("http", "http", #"url: "http://HOST/json", bearer_token_file: FILE, conditions: ["text contains 'xyz'"]"#),
    ("http", "http", #"url: "http://HOST/json", headers: {X-Token: SECRET}, conditions: ["body.seen in ['x']"]"#),
    (
      "http", "http",
      #"url: "http://HOST/json", http_headers: {Cookie: {secrets: [SECRET]}}, conditions: ["body.seen == 'x'"]"#
    ),
    ("http", "http", #"url: "http://HOST/json", method: POST, body: KEPT, conditions: ["body.seen == 'x'"]"#),
    ("http", "http", #"url: "http://u:WORD@HOST/json", conditions: ["body.seen == 'x'"]"#),
    ("http", "http", #"url: "http://HOST/away", headers: {X-Token: SECRET}"#),
    (
      "http", "http",
      #"url: "http://HOST/json", oauth2: {client_id: u, client_secret: SECRET, token_url: "http://HOST/token"}, conditions: ["body.seen == 'x'"]"#
    ),
    (
      "http", "http",
      #"url: "http://h.invalid/json", proxy_url: "http://u:WORD@HOST", conditions: ["body.seen == 'x'"]"#
    ),
    (
      "scenario", "http",
      #"variables: {password: SECRET}, steps: [{name: a, url: "http://HOST/json?p=${password}", headers: {Authorization: "Bearer ${password}"}, conditions: ["body.seen == 'x'"]}]"#
    ),
    (
      "scenario", "http",
      #"variables: {password: SECRET}, steps: [{name: a, url: "http://HOST/json", method: POST, body: '{"p": "${password}"}', capture: {token: {json: body.seen}}}, {name: b, url: "http://HOST/json", headers: {X-Token: "${token}"}, conditions: ["body.seen == 'x'"]}]"#
    ),
    ("websocket", "http", #"target: "ws://HOST/x", headers: {Authorization: SECRET}"#),
    ("grpc", "http", #"target: "HOST", metadata: {authorization: SECRET}"#),
    ("scrape", "http", #"targets: ["HOST"], basic_auth: {username: u, password: SECRET}"#),
    ("scrape", "http", #"targets: ["HOST"], authorization: {credentials_file: FILE}"#),
    ("scrape", "http", #"targets: ["HOST"], headers: {X-Token: SECRET}"#),
    ("redis", "redis", #"target: "HOST", username: u, password: SECRET"#),
    ("redis", "redis", #"target: "HOST", username: u, password_file: FILE"#),
    ("postgresql", "postgresql", #"target: "HOST", username: u, password: SECRET"#),
    ("mysql", "mysql", #"target: "HOST", username: u, password: SECRET"#),
    ("ldap", "ldap", #"target: "HOST", encryption: none, username: cn=u, password: SECRET"#),
    ("imap", "imap", #"target: "HOST", encryption: none, username: u, password: SECRET"#),
    ("pop3", "pop3", #"target: "HOST", encryption: none, username: u, password: SECRET"#),
    ("ftp", "ftp", #"target: "HOST", encryption: none, username: u, password: SECRET"#),
    ("smtp", "smtp", #"target: "HOST", encryption: none, username: u, password: SECRET"#),
    ("snmp", "udp", #"target: "HOST", community: SECRET"#),
    ("snmp", "udp", #"target: "HOST", version: 1, community: SECRET"#),
    ("snmp", "udp", #"target: "HOST", user: u, auth_password: SECRET, priv_password: SECRET"#),
  ]

  private mutating func configure() throws {
    var probes: [String] = []
    func add(_ head: String, _ settings: String) {
      let name = "p\(probes.count)"
      probeNames.append(name)
      probes.append(
        "  - {name: \(name), \(head), interval: 10s, timeout: 3s, labels: {check: \(name)}, settings: {\(settings)}}")
    }
    for (kind, server, settings) in Self.asked {
      for port in [closedPort, ports[server] ?? 0] {
        add("kind: \(kind)", try filled(settings.replacing("HOST", with: "127.0.0.1:\(port)")))
      }
    }
    for template in ["redis", "postgresql", "mysql"] {
      add(
        "template: \(template)",
        try filled(#"target: "127.0.0.1:\#(ports[template] ?? 0)", username: u, password: SECRET"#))
    }
    add("kind: redis", #"target: "127.0.0.1:1", username: u, password: {file: /nowhere/secret}"#)
    let said = #"command: [/bin/sh, -c, 'echo "you said $A $PGPASSWORD"; exit 2']"#
    add("kind: exec", said + ", environment: {" + (try filled("A: KEPT, PGPASSWORD: SECRET")) + "}")
    let inherited = word()
    environment["PGPASSWORD"] = inherited
    add("kind: exec", said + ", pass_environment: [PGPASSWORD]")
    let listed = #"url: "http://127.0.0.1:\#(ports["http"] ?? 0)/json", refresh_interval: 2s"#
    let login = try filled("basic_auth: {username: u, password: SECRET}")
    probes.append("  - {name: listed, kind: tcp, http_sd_configs: [{\(listed), \(login)}], settings: {}}")
    let trapPort = try Sockets.freePort()
    add(
      "kind: snmp-traps",
      try filled(
        #"listen: ["udp://127.0.0.1:\#(trapPort)"], communities: [SECRET], users: [{user: u, auth_password: SECRET, priv_password: SECRET}]"#
      ))
    try folder.write("config/probes/all.yaml", "probes:\n" + probes.joined(separator: "\n") + "\n")
    try folder.write("config/watchkeeper.yaml", try settings())
    try folder.write(
      "config/rules/all.yaml",
      "groups: [{name: all, interval: 1s, rules: [{alert: Bad, expr: probe_success == 0, labels: {severity: critical}}]}]\n"
    )
  }

  /// Whatever else has secrets: receivers, remote write, the heartbeat.
  private mutating func settings() throws -> String {
    let http = ports["http"] ?? 0
    let hook = try file(of: "http://127.0.0.1:\(http)/\(word())")
    return try filled(
      """
      packaged: {probes: false, rules: false, plans: false}
      incidents: {verify_rounds: 1, verify_for: 1s}
      heartbeat: {url: "http://u:WORD@127.0.0.1:\(http)/WORD", interval: 1s}
      global:
        smtp_smarthost: 127.0.0.1:\(ports["smtp"] ?? 0)
        smtp_from: watchkeeper@example.org
        smtp_require_tls: false
      route: {receiver: on-call}
      receivers:
        - name: on-call
          webhook_configs:
            - {url_file: \(hook), signing_secret: SECRET, http_config: {basic_auth: {username: u, password: SECRET}}}
            - {url: "http://u:WORD@127.0.0.1:\(http)/WORD", http_config: {authorization: {credentials: SECRET}}}
            - {url: "http://127.0.0.1:\(closedPort)/WORD", signing_secret_file: FILE}
          email_configs: [{to: ops@example.org, auth_username: u, auth_password: SECRET}]
      remote_write:
        - {name: a, url: "http://127.0.0.1:\(http)/write", basic_auth: {username: u, password: SECRET}}
        - {name: b, url: "http://127.0.0.1:\(http)/write", authorization: {credentials: SECRET}, headers: {X-Token: WORD}}
        - {name: c, url: "http://u:WORD@127.0.0.1:\(closedPort)/WORD"}
      """)
  }
}
