import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("Templates of services")
struct ServiceTemplateTests {
  @Test("every template is a probe") func decode() throws {
    for name in try ServiceTemplate.names(in: "probes/templates") {
      let definition = try ServiceTemplate(name: name).definition()
      #expect(definition.timeout <= definition.interval, "\(name)")
    }
  }

  @Test("every metric of a rule has its help") func helps() throws {
    for file in try ServiceTemplate.names(in: "rules") where file != "self" {
      for metric in try ServiceTemplate.metrics(ofRules: file) {
        #expect(MetricDictionary.metric(metric).help != "No description.", "\(file): \(metric)")
      }
    }
  }

  @Test("metrics are found in expressions")
  func expressions() {
    let text =
      #"sum by (job_x) (rate(a_total{state_b="c_d"}[5m])) / on (in_e) group_left (f_g) h_i > 0 and up_time == 1"#
    #expect(ServiceTemplate.selected(by: text) == ["a_total", "h_i", "up_time"])
  }

  /// Asks until the server is there.
  private func run(
    _ name: String, _ settings: String, until isThere: ([ProbeSample]) -> Bool = { _ in true }
  ) async throws -> [ProbeSample] {
    let found = try await patiently(until: { $0.report.verdict == .up && isThere($0.samples) }) {
      try await ServiceTemplate(name: name).run(settings)
    }
    #expect(found.report.verdict == .up, "\(name): \(found.report.explanation)")
    return found.samples
  }

  @Test("nginx", .enabled(if: ServerProcess.isInstalled("/usr/sbin/nginx"), "needs the package nginx-light"))
  func nginx() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess.nginx(
      at: "127.0.0.1:\(port)",
      """
      location = /nginx_status { stub_status; allow 127.0.0.1; deny all; }
      location / { return 200 "no status"; }
      """)
    defer { server.stop() }
    let samples = try await run("nginx", "{url: 'http://127.0.0.1:\(port)/nginx_status'}")
    try ServiceTemplate.expectRules("nginx", seeWhatIs: samples)
    // Attempts before it listened are not counted.
    let accepted = try #require(samples.value("nginx_connections_accepted"))
    #expect(accepted >= 1)
    #expect(samples.value("nginx_connections_handled") == accepted)
    #expect(samples.value("nginx_http_requests_total") == accepted)
    #expect(samples.value("nginx_connections_active") == 1)
    #expect(samples.value("nginx_connections_writing") == 1)
    #expect(samples.value("nginx_connections_waiting") == 0)
    let other = try await ServiceTemplate(name: "nginx").run("{url: 'http://127.0.0.1:\(port)/'}").report
    #expect(other.verdict.reason?.id == "reason.probe.no_samples", "\(other.explanation)")
  }

  @Test("Apache", .enabled(if: ServerProcess.isInstalled("/usr/sbin/apache2"), "needs the package apache2-bin"))
  func apache() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/sbin/apache2", ["-f", "FOLDER/conf", "-DFOREGROUND"],
      files: [
        "conf": """
        ServerRoot FOLDER
        ServerName test
        PidFile FOLDER/pid
        ErrorLog FOLDER/log
        Mutex pthread
        Listen 127.0.0.1:\(port)
        ServerLimit 1
        ThreadsPerChild 4
        MaxRequestWorkers 4
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule status_module /usr/lib/apache2/modules/mod_status.so
        <Location "/server-status">
          SetHandler server-status
        </Location>

        """
      ])
    defer { server.stop() }
    let samples = try await run("apache", "{url: 'http://127.0.0.1:\(port)/server-status?auto'}") {
      $0.value("apache_workers", ["state": "idle"]) == 3
    }
    try ServiceTemplate.expectRules("apache", seeWhatIs: samples)
    #expect(samples.value("apache_workers", ["state": "busy"]) == 1)
    for metric in ["accesses_total", "sent_kilobytes_total", "duration_ms_total", "uptime_seconds_total"] {
      #expect((samples.value("apache_" + metric) ?? -1) >= 0, "\(metric)")
    }
  }

  @Test("HAProxy", .enabled(if: ServerProcess.isInstalled("/usr/sbin/haproxy"), "needs the package haproxy"))
  func haproxy() async throws {
    let (port, shop, gone) = (
      try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort()
    )
    let server = try ServerProcess(
      "/usr/sbin/haproxy", ["-f", "FOLDER/conf"],
      files: [
        "conf": """
        global
          maxconn 100
        defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
        frontend prometheus
          bind 127.0.0.1:\(port)
          http-request use-service prometheus-exporter if { path /metrics }
          no log
        backend shop
          server good 127.0.0.1:\(port) check inter 50ms
          server bad 127.0.0.1:\(gone) check inter 50ms fall 1
        backend empty
          server bad 127.0.0.1:\(shop) check inter 50ms fall 1

        """
      ])
    defer { server.stop() }
    let samples = try await run("haproxy", "{targets: ['127.0.0.1:\(port)']}") {
      $0.value("haproxy_backend_status", ["proxy": "empty", "state": "DOWN"]) == 1
        && $0.value("haproxy_server_status", ["proxy": "shop", "server": "bad", "state": "DOWN"]) == 1
    }
    try ServiceTemplate.expectRules("haproxy", seeWhatIs: samples)
    #expect(samples.value("haproxy_backend_status", ["proxy": "shop", "state": "DOWN"]) == 0)
    #expect(samples.value("haproxy_server_status", ["proxy": "shop", "server": "good", "state": "DOWN"]) == 0)
    #expect(samples.value("haproxy_process_max_connections") == 100)
    #expect(samples.value("haproxy_backend_current_queue", ["proxy": "shop"]) == 0)
    #expect(samples.value("haproxy_backend_http_responses_total", ["proxy": "shop", "code": "5xx"]) == 0)
  }

  @Test("memcached", .enabled(if: ServerProcess.isInstalled("/usr/bin/memcached"), "needs the package memcached"))
  func memcached() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/bin/memcached", ["-u", "nobody", "-l", "127.0.0.1", "-p", String(port), "-U", "0", "-c", "77", "-m", "16"])
    defer { server.stop() }
    let samples = try await run("memcached", "{target: '127.0.0.1:\(port)'}")
    try ServiceTemplate.expectRules("memcached", seeWhatIs: samples)
    #expect(samples.value("memcached_up") == 1)
    #expect(samples.value("memcached_max_connections") == 77)
    #expect((samples.value("memcached_current_connections") ?? 0) >= 1)
    #expect(samples.value("memcached_limit_bytes") == 16_777_216)
    #expect(samples.value("memcached_commands_total", ["command": "get", "status": "hit"]) == 0)
    let other = try LoopbackServer { connection, _ in
      _ = connection.readLine()
      connection.write("ERROR\r\n")
    }
    defer { other.stop() }
    let wrong = try await ServiceTemplate(name: "memcached").run("{target: '127.0.0.1:\(other.port)'}")
    #expect(wrong.report.verdict.reason?.id == "reason.probe.protocol", "\(wrong.report.explanation)")
    #expect(wrong.samples.value("memcached_up") == 0)
  }

  @Test("BIND", .enabled(if: ServerProcess.isInstalled("/usr/sbin/named"), "needs the package bind9"))
  func bind() async throws {
    let (port, names) = (try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort())
    // A forwarder that never answers: who asks for a strange name waits.
    let silent = try DatagramServer { _ in [] }
    defer { silent.stop() }
    let server = try ServerProcess(
      "/usr/sbin/named", ["-f", "-c", "FOLDER/conf", "-n", "1"],
      files: [
        "conf": """
        options { directory "FOLDER"; listen-on port \(names) { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;
          session-keyfile none; recursion yes; dnssec-validation no; managed-keys-directory "FOLDER";
          forward only; forwarders { 127.0.0.1 port \(silent.port); }; };
        statistics-channels { inet 127.0.0.1 port \(port) allow { 127.0.0.1; }; };
        controls { };
        zone "example.test" { type primary; file "zone"; };

        """,
        "zone": "$TTL 60\n@ IN SOA a. b. 42 1 1 1 1\n@ IN NS a.\nwww IN A 192.0.2.1\n",
      ])
    defer { server.stop() }
    let page = "{url: 'http://127.0.0.1:\(port)/json/v1/server'}"
    _ = try await run("bind", page)
    func ask(_ name: String, within limit: Duration) async throws -> ProbeReport {
      try await makeProbe(
        DNSProbeSettings.self, #"{"target":"127.0.0.1:\#(names)","query_name":"\#(name)","query_type":"A"}"#
      ).run(within: limit)
    }
    let known = try await ask("www.example.test", within: .seconds(20))
    #expect(known.verdict == .up, "\(known.explanation)")
    _ = try await ask("www.elsewhere.test", within: .milliseconds(50))
    let samples = try await run("bind", page) { ($0.value("bind_recursive_clients") ?? 0) >= 1 }
    try ServiceTemplate.expectRules("bind", seeWhatIs: samples)
    #expect((samples.value("bind_incoming_queries_total", ["type": "A"]) ?? 0) >= 1)
    #expect((samples.value("bind_response_rcodes_total", ["rcode": "NOERROR"]) ?? 0) >= 1)
    #expect(samples.value("bind_response_rcodes_total", ["rcode": "REFUSED"]) == 0)
    // What the server leaves out while it is zero.
    #expect(samples.value("bind_query_errors_total", ["error": "Dropped"]) == 0)
  }

  @Test(
    "PHP-FPM behind nginx",
    .enabled(
      if: ServerProcess.isInstalled("/usr/sbin/php-fpm8.2", "/usr/sbin/nginx"),
      "needs the packages php8.2-fpm and nginx-light"))
  func phpFPM() async throws {
    let port = try LoopbackServer.unusedPort()
    let pool = try ServerProcess(
      "/usr/sbin/php-fpm8.2", ["-F", "-R", "-n", "-y", "FOLDER/conf"],
      files: [
        "conf": """
        [global]
        error_log = FOLDER/log
        [www]
        user = nobody
        group = nogroup
        listen = FOLDER/socket
        listen.mode = 0666
        pm = static
        pm.max_children = 2
        pm.status_path = /fpm-status

        """
      ])
    defer { pool.stop() }
    let server = try ServerProcess.nginx(
      at: "127.0.0.1:\(port)",
      """
      location = /fpm-status {
        fastcgi_pass unix:\(pool.folder)/socket; include /etc/nginx/fastcgi.conf; allow 127.0.0.1; deny all;
      }
      """)
    defer { server.stop() }
    // The first of its processes may answer before the second is there.
    let samples = try await run("php-fpm", "{url: 'http://127.0.0.1:\(port)/fpm-status?json'}") {
      $0.value("phpfpm_total_processes") == 2
    }
    try ServiceTemplate.expectRules("php-fpm", seeWhatIs: samples)
    #expect(samples.value("phpfpm_total_processes") == 2)
    #expect(samples.value("phpfpm_active_processes") == 1)
    #expect(samples.value("phpfpm_listen_queue") == 0)
    #expect((samples.value("phpfpm_accepted_connections") ?? 0) >= 1)
  }

  @Test(
    "Postfix",
    .enabled(
      if: getuid() == 0 && ServerProcess.isInstalled("/usr/sbin/postfix"), "needs the package postfix, and root"))
  func postfix() async throws {
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        chmod 755 FOLDER; mkdir FOLDER/queue FOLDER/data; chown postfix FOLDER/data; chmod 644 FOLDER/*.cf
        exec /usr/sbin/postfix -c FOLDER start-fg
        """,
      ],
      files: [
        "main.cf": """
        compatibility_level = 3.6
        queue_directory = FOLDER/queue
        data_directory = FOLDER/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mail.example.org
        maillog_file = FOLDER/log
        maillog_file_prefixes = FOLDER
        default_transport = retry:4.0.0 later

        """,
        "master.cf": """
        showq unix n - n - - showq
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        postlog unix-dgram n - n - 1 postlogd
        defer unix - - n - 0 bounce
        bounce unix - - n - 0 bounce
        retry unix - - n - - error
        rewrite unix - - n - - trivial-rewrite

        """,
      ])
    defer {
      // Its master is a session of its own.
      _ = try? ServerProcess.run("/usr/sbin/postfix", ["-c", server.folder, "stop"])
      server.stop()
    }
    let socket = "{target: 'unix:\(server.folder)/queue/public/showq'}"
    let empty = try await run("postfix", socket)
    try ServiceTemplate.expectRules("postfix", seeWhatIs: empty)
    for queue in ["active", "deferred", "hold", "incoming", "maildrop"] {
      #expect(empty.value("postfix_showq_queue_depth", ["queue": queue]) == 0)
      #expect(empty.value("postfix_showq_message_age_seconds_max", ["queue": queue]) == 0)
    }
    let mail =
      "printf 'Subject: a\\n\\nb\\n' | /usr/sbin/sendmail -C \(server.folder) -f a@example.org b@elsewhere.invalid"
    #expect(try ServerProcess.run("/bin/sh", ["-c", mail]))
    let waiting = try await run("postfix", socket) {
      $0.value("postfix_showq_queue_depth", ["queue": "deferred"]) == 1
    }
    #expect((waiting.value("postfix_showq_queue_bytes", ["queue": "deferred"]) ?? 0) > 100)
    // By the test's clock, which stands still in 2023.
    #expect(waiting.value("postfix_showq_message_age_seconds_max", ["queue": "deferred"]) != nil)
  }

  @Test("what showq says is read in pieces, and what is not showq's is refused")
  func showq() {
    let head = "protocol\0mail_queue_list_protocol\0\0"
    let message = "queue_name\0deferred\0queue_id\0A\0time\01000\0size\0261\0sender\0time\0recipient\0size\0\0"
    var dialogue = PostfixDialogue(at: Timestamp(milliseconds: 1_600_000))
    guard case .done = dialogue.play((head + message + message + "\0").utf8.map { [$0] }, closes: true).end else {
      Issue.record("a list of two messages is refused")
      return
    }
    #expect(dialogue.samples.value("postfix_showq_queue_depth", ["queue": "deferred"]) == 2)
    #expect(dialogue.samples.value("postfix_showq_queue_bytes", ["queue": "deferred"]) == 522)
    #expect(dialogue.samples.value("postfix_showq_message_age_seconds_max", ["queue": "deferred"]) == 600)
    for text in ["", "220 mail ESMTP\r\n", "protocol\0other\0\0", head + "queue_name", head + "queue_name\0"] {
      var dialogue = PostfixDialogue(at: Timestamp(milliseconds: 0))
      if case .failed = dialogue.play([Array(text.utf8)], closes: true).end { continue }
      Issue.record("taken for showq: \(text)")
    }
  }

  @Test(
    "sshd, and its failed logins",
    .enabled(
      if: getuid() == 0 && ServerProcess.isInstalled("/usr/sbin/sshd", "/usr/bin/ssh"),
      "needs the packages openssh-server and openssh-client, and root"))
  func ssh() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f FOLDER/key
        exec /usr/sbin/sshd -D -f /dev/null -h FOLDER/key -o ListenAddress=127.0.0.1 -o PidFile=none -o UsePAM=no \
        -o PasswordAuthentication=yes -E FOLDER/log -p \(port)
        """,
      ])
    defer { server.stop() }
    _ = try await run("ssh", "{target: '127.0.0.1:\(port)'}")
    let template = ServiceTemplate(name: "ssh-logins")
    let settings = "{journal: null, files: ['\(server.folder)/log'], begin_at: start}"
    ServerProcess.write("#!/bin/sh\necho wrong\n", to: server.folder + "/ask", mode: 0o700)
    _ = try ServerProcess.run(
      "/usr/bin/env",
      [
        "SSH_ASKPASS=\(server.folder)/ask", "SSH_ASKPASS_REQUIRE=force", "/usr/bin/ssh", "-F", "none", "-p", "\(port)",
        "-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1",
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "nobody@127.0.0.1", "true",
      ])
    let labels = ["method": "password", "source": server.folder + "/log"]
    let samples = try await patiently(until: { $0.value("sshd_login_failures_total", labels) == 1 }) {
      try await template.run(settings).samples
    }
    #expect(samples.value("sshd_login_failures_total", labels) == 1)
    try ServiceTemplate.expectRules("ssh", seeWhatIs: samples)
  }

  @Test("backups: the newest file of each path")
  func backup() async throws {
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    for (name, bytes, age) in [("a.dump", 10, 100), ("b.dump", 300, 50), ("c.txt", 5, 1)] {
      ServerProcess.write(String(repeating: "x", count: bytes), to: "\(folder)/\(name)")
      let date = Date(timeIntervalSince1970: 1_700_000_000 - Double(age))
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(folder)/\(name)")
    }
    // A folder is no backup, however new it is.
    try FileManager.default.createDirectory(atPath: folder + "/d.dump", withIntermediateDirectories: false)
    let (report, samples) = try await ServiceTemplate(name: "backup").run(
      "{paths: ['\(folder)/*.dump', '\(folder)/none'], age_max: 30h}")
    #expect(report.verdict == .up)
    #expect(report.explanation.contains("\(folder)/none"))
    try ServiceTemplate.expectRules("backup", seeWhatIs: samples)
    let (dumps, none) = (["path": folder + "/*.dump"], ["path": folder + "/none"])
    #expect(samples.value("file_glob_match_number", dumps) == 2)
    #expect(samples.value("file_glob_size_bytes", dumps) == 310)
    #expect(samples.value("file_newest_modified_timestamp_seconds", dumps) == 1_699_999_950)
    #expect(samples.value("file_newest_size_bytes", dumps) == 300)
    #expect(samples.value("file_age_max_seconds", dumps) == 108_000)
    #expect(samples.value("file_glob_match_number", none) == 0)
    #expect(samples.value("file_newest_modified_timestamp_seconds", none) == nil)
  }

  @Test("Docker's list of containers, over a socket of this host")
  func docker() async throws {
    // What dockerd 20.10 answers, shortened: `DockerTests` needs more rights than every machine gives.
    let list = #"""
      [{"Id":"1","Names":["/a"],"State":"running","Status":"Up 2 hours (unhealthy)","Labels":{"State":"x"}},
      {"Id":"2","Names":["/b"],"State":"running","Status":"Up 2 hours (healthy)"},
      {"Id":"3","Names":["/c"],"State":"restarting","Status":"Restarting (1) 3 seconds ago"}]
      """#
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    let server = try ServerProcess.nginx(
      at: "unix:\(folder)/socket",
      "location = /containers/json { default_type application/json; alias FOLDER/list; }", files: ["list": list])
    defer { server.stop() }
    let samples = try await run("docker", "{unix_socket: '\(folder)/socket'}")
    try ServiceTemplate.expectRules("docker", seeWhatIs: samples)
    #expect(samples.value("docker_containers", ["state": "running"]) == 2)
    #expect(samples.value("docker_containers", ["state": "restarting"]) == 1)
    #expect(samples.value("docker_containers_unhealthy") == 1)
  }

  @Test(
    "the time, on this host and of chrony", .enabled(if: ServerProcess.isInstalled("/usr/sbin/chronyd"), "needs chrony")
  )
  func time() async throws {
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/usr/sbin/chronyd", ["-d", "-x", "-u", "root", "-f", "FOLDER/conf"],
      files: [
        "conf": """
        port \(port)
        bindaddress 127.0.0.1
        allow 127.0.0.1
        local stratum 5
        cmdport 0
        bindcmdaddress /
        pidfile FOLDER/pid

        """
      ])
    defer { server.stop() }
    let there = try await run("ntp", "{target: '127.0.0.1:\(port)'}")
    #expect(there.value("probe_ntp_leap") == 0)
    try ServiceTemplate.expectRules("time", seeWhatIs: there + HostSampler().sample())
  }

  @Test(
    "a certificate", .enabled(if: ServerProcess.isInstalled(CertificateFolder.openssl), "needs the package openssl"))
  func certificate() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let (server, port) = try await tlsServer(folder, "good")
    defer { server.stop() }
    let trust = "tls_config: {ca_file: '\(folder.file("authority.pem"))'}"
    let samples = try await run("certificate", "{target: '127.0.0.1:\(port)', \(trust)}")
    try ServiceTemplate.expectRules("certificate", seeWhatIs: samples)
  }
}
