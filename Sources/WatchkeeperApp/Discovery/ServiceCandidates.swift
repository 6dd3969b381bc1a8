/// A check that might suit what listens; each is tried, the first that is answered well is proposed.
struct ServiceCandidate: Hashable {
  let kind: String
  /// In the order in which they are written; each value as YAML has it.
  let settings: [Setting]

  struct Setting: Hashable {
    let key: String
    let value: String
  }

  init(_ kind: String, _ settings: (String, String)...) {
    self.kind = kind
    self.settings = settings.map { Setting(key: $0.0, value: $0.1) }
  }

  /// `"…"` for a value that is a text.
  static func quoted(_ text: String) -> String {
    let harmless = text.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
    return "\"" + String(String.UnicodeScalarView(harmless)) + "\""
  }
}

/// What a listener is taken for. Pure: nothing is asked here.
struct ServiceCandidates: Hashable {
  /// For example `nginx`; the name of its probe and item begins with it.
  let service: String
  /// Of the CMDB.
  let className: String
  let checks: [ServiceCandidate]

  /// What people know a service by: names of processes, and the ports by which it is guessed when no process is seen.
  private struct Known {
    let service: String
    var className = "service"
    let processes: [String]
    var ports: [Int] = []
    let checks: @Sendable (_ host: String, _ port: Int) -> [ServiceCandidate]
  }

  private static let known: [Known] = [
    Known(service: "nginx", processes: ["nginx"], checks: web),
    Known(service: "apache", processes: ["apache2", "httpd"], checks: web),
    Known(service: "haproxy", processes: ["haproxy"], checks: web),
    Known(service: "web", processes: ["lighttpd", "caddy", "traefik"], ports: [80, 443, 8080, 8443], checks: web),
    Known(service: "sshd", processes: ["sshd"], ports: [22], checks: named("ssh")),
    Known(service: "postfix", processes: ["master"], checks: mail),
    Known(service: "smtp", processes: ["exim4"], ports: [25, 587], checks: mail),
    Known(service: "dovecot", processes: ["dovecot"], ports: [110, 143], checks: mail),
    Known(
      service: "dns", processes: ["named", "unbound", "dnsmasq", "pdns_server"], ports: [53],
      checks: { host, port in
        let target = ("target", ServiceCandidate.quoted("\(host):\(port)"))
        return [
          ServiceCandidate("dns", target, ("query_name", "localhost"), ("query_type", "A")),
          ServiceCandidate("dns", target, ("query_name", "\".\""), ("query_type", "NS")),
        ] + connection(host, port)
      }),
    // Without a login only that they accept is known.
    Known(
      service: "postgresql", className: "database", processes: ["postgres"], ports: [5432], checks: connection),
    Known(service: "mysql", className: "database", processes: ["mysqld", "mariadbd"], checks: connection),
    Known(
      service: "redis", className: "database", processes: ["redis-server", "valkey-server"], ports: [6379],
      checks: named("redis")),
    Known(
      service: "metrics",
      processes: ["prometheus", "alertmanager", "pushgateway", "telegraf", "netdata", "etcd", "grafana"],
      ports: Array(9090...9999), checks: metrics),
  ]

  private static let exporterSuffix = "exporter"

  /// - Parameter process: `nil` when it is not known who listens.
  /// - Returns: `nil` for what serves its own host alone and is not known.
  init?(process: String?, host: String, port: Int, isReachable: Bool) {
    let byName = process.flatMap { name in
      Self.known.first { $0.processes.contains(name) }
        ?? (name.contains(Self.exporterSuffix) ? Self.known.first { $0.service == "metrics" } : nil)
    }
    let byPort = process == nil ? Self.known.first { $0.ports.contains(port) } : nil
    if let known = byName ?? byPort {
      (service, className) = (
        process.flatMap { known.service == "metrics" ? $0 : nil } ?? known.service, known.className
      )
      checks = known.checks(host, port)
    } else {
      guard isReachable else { return nil }
      (service, className) = (process ?? "port", "service")
      checks = Self.connection(host, port)
    }
  }

  // MARK: Checks

  private static func connection(_ host: String, _ port: Int) -> [ServiceCandidate] {
    [ServiceCandidate("tcp", ("target", ServiceCandidate.quoted("\(host):\(port)")))]
  }

  private static func named(_ kind: String) -> @Sendable (_ host: String, _ port: Int) -> [ServiceCandidate] {
    { host, port in
      [ServiceCandidate(kind, ("target", ServiceCandidate.quoted("\(host):\(port)")))] + connection(host, port)
    }
  }

  private static func web(_ host: String, _ port: Int) -> [ServiceCandidate] {
    let isEncrypted = port % 1000 == 443
    let plain = ServiceCandidate.quoted("http://\(host):\(port)/")
    let encrypted = ServiceCandidate.quoted("https://\(host):\(port)/")
    // The certificate is for another name than the one that is asked here; when it ends is measured all the same.
    let client = ("tls_config", "{insecure_skip_verify: true}")
    let closed = ("valid_status_codes", "[401, 403, 404]")
    let overPlain = [
      ServiceCandidate("http", ("url", plain)), ServiceCandidate("http", ("url", plain), closed),
    ]
    let overTLS = [
      ServiceCandidate("http", ("url", encrypted), client),
      ServiceCandidate("http", ("url", encrypted), client, closed),
    ]
    return (isEncrypted ? overTLS : overPlain + overTLS) + connection(host, port)
  }

  private static func mail(_ host: String, _ port: Int) -> [ServiceCandidate] {
    let kinds = [25: "smtp", 587: "smtp", 110: "pop3", 143: "imap"]
    return kinds[port].map { named($0)(host, port) } ?? connection(host, port)
  }

  private static func metrics(_ host: String, _ port: Int) -> [ServiceCandidate] {
    [ServiceCandidate("scrape", ("targets", "[\(ServiceCandidate.quoted("\(host):\(port)"))]"))]
      + connection(host, port)
  }
}
