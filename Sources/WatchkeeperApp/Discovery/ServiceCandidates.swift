/// What a listener is taken for. Pure: nothing is asked here.
struct ServiceCandidates: Hashable {
  /// For example `nginx`; the name of its probe and item begins with it.
  let service: String
  /// Of the CMDB.
  let className: String
  let checks: [ServiceCandidate]

  /// Where a listener stands. Elsewhere nobody logs in unasked: a refused login is an alarm in other people's logs.
  enum Place { case thisHost, elsewhere }

  /// Somebody who listens.
  struct Listener {
    let process: String?
    let host: String
    let port: Int
    let place: Place

    var address: String { ServiceCandidate.quoted("\(host):\(port)") }

    var isLoopback: Bool { place == .thisHost && host == "127.0.0.1" }
  }

  /// What people know a service by: names of processes, and the ports by which it is guessed when no process is seen.
  private struct Known {
    let service: String
    var className = "service"
    let processes: [String]
    var ports: [Int] = []
    let checks: @Sendable (Listener) -> [ServiceCandidate]
  }

  private static let known: [Known] = [
    Known(service: "nginx", processes: ["nginx"], checks: nginx),
    Known(service: "apache", processes: ["apache2", "httpd"], checks: apache),
    Known(service: "haproxy", processes: ["haproxy"], checks: haproxy),
    Known(service: "web", processes: ["lighttpd", "caddy", "traefik"], ports: [80, 443, 8080, 8443]) { web($0) },
    Known(service: "sshd", processes: ["sshd"], ports: [22], checks: template("ssh")),
    Known(service: "postfix", processes: ["master"], checks: mail),
    Known(service: "smtp", processes: ["exim4"], ports: [25, 587], checks: mail),
    Known(service: "dovecot", processes: ["dovecot"], ports: [110, 143], checks: mail),
    Known(service: "bind", processes: ["named"], checks: bind),
    Known(service: "dns", processes: ["unbound", "dnsmasq", "pdns_server"], ports: [53]) { names($0) },
    Known(
      service: "postgresql", className: "database", processes: ["postgres"], ports: [5432],
      checks: database("postgresql", port: 5432, .postgreSQL, .postgreSQLElsewhere)),
    Known(
      service: "mysql", className: "database", processes: ["mysqld", "mariadbd"], ports: [3306],
      checks: database("mysql", port: 3306, .mySQL, .mySQLElsewhere)),
    Known(
      service: "redis", className: "database", processes: ["redis-server", "valkey-server"], ports: [6379],
      checks: template("redis", login: .redis)),
    Known(service: "memcached", processes: ["memcached"], ports: [11_211], checks: template("memcached")),
    Known(
      service: "metrics",
      processes: ["prometheus", "alertmanager", "pushgateway", "telegraf", "netdata", "etcd", "grafana"],
      ports: Array(9090...9999), checks: metrics),
  ]

  private static let exporterSuffix = "exporter"

  /// - Parameter process: `nil` when it is not known who listens.
  /// - Returns: `nil` for what serves its own host alone and is not known, and for what is only its owner's.
  init?(process: String?, host: String, port: Int, isReachable: Bool, place: Place = .thisHost) {
    let byName = process.flatMap { name in
      Self.known.first { $0.processes.contains(name) }
        ?? (name.contains(Self.exporterSuffix) ? Self.known.first { $0.service == "metrics" } : nil)
    }
    let byPort = process == nil ? Self.known.first { $0.ports.contains(port) } : nil
    let listener = Listener(process: process, host: host, port: port, place: place)
    if let known = byName ?? byPort {
      (service, className) = (
        process.flatMap { known.service == "metrics" ? $0 : nil } ?? known.service, known.className
      )
      checks = known.checks(listener)
    } else {
      guard isReachable else { return nil }
      (service, className) = (process ?? "port", "service")
      checks = [Self.connection(listener)]
    }
    if checks.isEmpty { return nil }
  }

  /// A database that listens in the file system.
  ///
  /// - Parameter process: `nil` when it is not known who listens: then the path's last name tells.
  /// - Returns: `nil` for all others.
  init?(socket path: String, process: String?) {
    let name = SourcePath.name(of: path)
    func isServed(by processes: [String], orNamed isNamed: Bool) -> Bool {
      process.map(processes.contains) ?? isNamed
    }
    let isPostgreSQL = name.hasPrefix(".s.PGSQL.")
    if isPostgreSQL, isServed(by: ["postgres"], orNamed: true) {
      self.init(socket: path, "postgresql", .postgreSQL)
    } else if name != "mysqlx.sock", isServed(by: ["mysqld", "mariadbd"], orNamed: name == "mysqld.sock") {
      self.init(socket: path, "mysql", .mySQL)
    } else if isServed(by: ["redis-server", "valkey-server"], orNamed: name.contains("redis")) {
      self.init(socket: path, "redis", .redis)
    } else if isServed(by: ["memcached"], orNamed: name.contains("memcached")) {
      self.init(socket: path, "memcached", nil)
    } else {
      return nil
    }
  }

  /// Where the templates look by themselves, by Debian's two spellings of the folder.
  private static let standardSockets: Set = [
    "/run/postgresql/.s.PGSQL.5432", "/var/run/postgresql/.s.PGSQL.5432", "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
  ]

  private init(socket path: String, _ name: String, _ login: ProposalNote?) {
    (service, className) = (name, name == "memcached" ? "service" : "database")
    let target = ServiceCandidate.Setting(key: "target", value: ServiceCandidate.quoted("unix:" + path))
    let check = ServiceCandidate(name, template: name, of: Self.standardSockets.contains(path) ? [] : [target])
    checks = [login.map(check.admitting) ?? check, ServiceCandidate("tcp", of: [target])]
  }

  // MARK: Checks

  private static func connection(_ listener: Listener) -> ServiceCandidate {
    ServiceCandidate("tcp", ("target", listener.address))
  }

  /// - Parameter name: of a template whose kind has the same name and a `target`.
  private static func template(
    _ name: String, login note: ProposalNote? = nil
  ) -> @Sendable (Listener) -> [ServiceCandidate] {
    { listener in
      let check = ServiceCandidate(name, template: name, ("target", listener.address))
      return [note.map(check.admitting) ?? check, connection(listener)]
    }
  }

  private static func named(_ kind: String, _ listener: Listener) -> [ServiceCandidate] {
    [ServiceCandidate(kind, ("target", listener.address)), connection(listener)]
  }

  /// By the socket of this host, which the template names and which needs no password; else by the port.
  private static func database(
    _ name: String, port: Int, _ login: ProposalNote, _ elsewhere: ProposalNote
  ) -> @Sendable (Listener) -> [ServiceCandidate] {
    { listener in
      guard listener.place == .thisHost else { return [connection(listener).noting(elsewhere)] }
      // Probes over a socket are told apart by their kind alone: there is one.
      let bySocket =
        listener.port == port && listener.isLoopback ? [ServiceCandidate(name, template: name)] : []
      let byPort = ServiceCandidate(name, template: name, ("target", listener.address))
      return (bySocket + [byPort]).map { $0.admitting(login: login) } + [connection(listener)]
    }
  }

  private static func nginx(_ listener: Listener) -> [ServiceCandidate] {
    status("nginx", "/nginx_status", listener) + web(listener, .nginx)
  }

  private static func apache(_ listener: Listener) -> [ServiceCandidate] {
    status("apache", "/server-status?auto", listener) + web(listener, .apache)
  }

  private static func haproxy(_ listener: Listener) -> [ServiceCandidate] {
    // A web server behind it may have metrics at the same path.
    [ServiceCandidate("scrape", template: "haproxy", ("targets", "[\(listener.address)]")).proved(by: "haproxy_")]
      + web(listener, .haproxy)
  }

  private static func bind(_ listener: Listener) -> [ServiceCandidate] {
    switch listener.port {
    case 53: names(listener, .bind)
    // Where rndc gives orders; whoever only connects is written to the log.
    case 953: []
    default: status("bind", "/json/v1/server", listener) + [connection(listener)]
    }
  }

  /// The page of numbers that a template reads, if it is there.
  private static func status(_ template: String, _ path: String, _ listener: Listener) -> [ServiceCandidate] {
    let url = ServiceCandidate.quoted("http://\(listener.host):\(listener.port)\(path)")
    return [ServiceCandidate("http", template: template, ("url", url))]
  }

  private static func names(_ listener: Listener, _ note: ProposalNote? = nil) -> [ServiceCandidate] {
    let target = ("target", listener.address)
    return [
      ServiceCandidate("dns", target, ("query_name", "localhost"), ("query_type", "A")).noting(note),
      ServiceCandidate("dns", target, ("query_name", "\".\""), ("query_type", "NS")).noting(note),
      // A resolver without a way out knows this by itself (RFC 6303); one that answers for its own zones refuses.
      ServiceCandidate("dns", target, ("query_name", "127.in-addr.arpa"), ("query_type", "SOA")).noting(note),
      ServiceCandidate(
        "dns", target, ("query_name", "\".\""), ("query_type", "NS"), ("valid_rcodes", "[REFUSED]")
      ).noting(note),
      connection(listener),
    ]
  }

  private static func web(_ listener: Listener, _ note: ProposalNote? = nil) -> [ServiceCandidate] {
    let place = "\(listener.host):\(listener.port)"
    let isEncrypted = listener.port % 1000 == 443
    let plain = ServiceCandidate.quoted("http://\(place)/")
    let encrypted = ServiceCandidate.quoted("https://\(place)/")
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
    return (isEncrypted ? overTLS : overPlain + overTLS).map { $0.noting(note) } + [connection(listener)]
  }

  private static func mail(_ listener: Listener) -> [ServiceCandidate] {
    let kinds = [25: "smtp", 587: "smtp", 110: "pop3", 143: "imap"]
    return kinds[listener.port].map { named($0, listener) } ?? [connection(listener)]
  }

  private static func metrics(_ listener: Listener) -> [ServiceCandidate] {
    [ServiceCandidate("scrape", ("targets", "[\(listener.address)]")), connection(listener)]
  }
}
