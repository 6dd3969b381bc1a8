internal import Probes
internal import Telemetry
internal import Wording

/// A check that might suit what listens; each is tried, the first that is answered well is proposed.
struct ServiceCandidate: Hashable {
  let kind: String
  /// What the probe begins with; `nil`: it is written out.
  let template: String?
  /// In the order in which they are written; each value as YAML has it. Those of a template are not repeated.
  let settings: [Setting]
  /// What a person should know, or has to fill in.
  private(set) var note: ProposalNote?
  /// The note when the service is there but wants a login; `nil`: a refused login is no answer.
  private(set) var loginNote: ProposalNote?
  /// What the name of one sample at least begins with, when an answer alone proves too little.
  private(set) var provedBy: String?

  struct Setting: Hashable {
    let key: String
    let value: String
  }

  init(_ kind: String, template: String? = nil, _ settings: (String, String)...) {
    self.kind = kind
    self.template = template
    self.settings = settings.map { Setting(key: $0.0, value: $0.1) }
  }

  init(_ kind: String, template: String? = nil, of settings: [Setting]) {
    self.kind = kind
    self.template = template
    self.settings = settings
  }

  /// Whether it says only that somebody listens.
  var isFallback: Bool { kind == "tcp" }

  func noting(_ note: ProposalNote?) -> ServiceCandidate {
    var candidate = self
    candidate.note = note
    return candidate
  }

  func admitting(login note: ProposalNote) -> ServiceCandidate {
    var candidate = self
    candidate.loginNote = note
    return candidate
  }

  func proved(by prefix: String) -> ServiceCandidate {
    var candidate = self
    candidate.provedBy = prefix
    return candidate
  }

  /// `"…"` for a value that is a text.
  static func quoted(_ text: String) -> String {
    let harmless = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }))
    return "\"" + harmless.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// The probe as it would be read; what is written is what was tried.
  ///
  /// - Parameter files: where its template is among.
  func definition(
    among files: ConfigurationFiles, name: String = "discovery"
  ) -> ProbeDefinition? {
    let chosen = files.files(of: .probeTemplates).filter {
      SourcePath.name(of: $0.path).prefix { $0 != "." } == template ?? ""
    }
    let basis = template.map { "template: \($0)" } ?? "kind: \(kind)"
    let written = settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    let text = "{name: \(Self.quoted(name)), \(basis), timeout: 3s, settings: {\(written)}}"
    guard let document = try? SettingsDocument(text: text, file: "discovery"), let root = document.root else {
      return nil
    }
    var errors: [SettingsError] = []
    let filled = ProbeTemplates(ConfigurationFiles(files: chosen), &errors).applied(to: root, of: document, &errors)
    guard errors.isEmpty else { return nil }
    return try? SettingsDecoder.decode(ProbeDefinition.self, from: filled, of: document).perTarget.first
  }
}

/// What stands as a comment over a proposal.
struct ProposalNote: Hashable {
  /// Behind `discover.note.` in the catalogue.
  let name: String
  /// What a person types elsewhere, or empty.
  let command: String
  let standing: Standing

  enum Standing { case hint, toFillIn }

  init(_ name: String, _ command: String = "", _ standing: Standing = .hint) {
    (self.name, self.command, self.standing) = (name, command, standing)
  }

  func text(_ reader: Reader) -> String {
    reader.text("discover.note.\(name)", command.isEmpty ? [:] : ["command": command])
  }

  static let postgreSQL = ProposalNote(
    "postgresql", "CREATE ROLE watchkeeper LOGIN IN ROLE pg_monitor;", .toFillIn)
  static let mySQL = ProposalNote(
    "mysql",
    "CREATE USER watchkeeper@localhost IDENTIFIED VIA unix_socket; "
      + "GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR ON *.* TO watchkeeper@localhost;", .toFillIn)
  static let redis = ProposalNote("redis", "", .toFillIn)
  /// Elsewhere nobody's login is tried.
  static let postgreSQLElsewhere = ProposalNote("database", "template: postgresql")
  static let mySQLElsewhere = ProposalNote("database", "template: mysql")
  static let nginx = ProposalNote(
    "nginx", "location = /nginx_status { stub_status; access_log off; allow 127.0.0.1; deny all; }")
  static let apache = ProposalNote(
    "apache", "<Location \"/server-status\"> SetHandler server-status; Require local </Location>")
  static let haproxy = ProposalNote(
    "haproxy", "http-request use-service prometheus-exporter if { path /metrics }")
  static let bind = ProposalNote(
    "bind", "statistics-channels { inet 127.0.0.1 port 8053 allow { 127.0.0.1; }; };")
  static let postfix = ProposalNote("postfix")
  static let docker = ProposalNote("docker")
}
