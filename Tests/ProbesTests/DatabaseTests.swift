import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("Databases", .enabled(if: getuid() == 0, "the servers are started as users of their own, by root"))
struct DatabaseTests {
  private func run<Settings: ProbeSettings>(_ type: Settings.Type, _ json: String) async throws -> ProbeReport {
    try await makeProbe(type, json).run(within: .seconds(20))
  }

  private func secret(_ folder: CertificateFolder, _ text: String) -> String {
    ServerProcess.write(text + "\n", to: folder.file("password-\(text)"))
    return folder.file("password-\(text)")
  }

  private static let postgres = "/usr/lib/postgresql/15/bin"

  @Test(
    "PostgreSQL: three kinds of login, encryption, figures and own queries",
    .enabled(if: ServerProcess.isInstalled("\(postgres)/initdb"), "needs the package postgresql-15"))
  func postgreSQL() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let server = try startedPostgreSQL(folder, port: port)
    defer { server.stop() }
    try await listening(port)
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let target = #""target":"127.0.0.1:\#(port)""#
    let early = #"{"target":"unix:\#(server.folder)/.s.PGSQL.\#(port)","username":"postgres"}"#
    // It listens before it answers.
    _ = try await patiently(until: { $0.verdict == .up }) { try await run(PostgreSQLProbeSettings.self, early) }
    for role in ["scram", "digest", "clear"] {
      let login = #""username":"\#(role)","password_file":"\#(secret(folder, "secret"))""#
      let encryption = role == "digest" ? #""encryption":"none""# : #""encryption":"starttls",\#(trust)"#
      let report = try await run(PostgreSQLProbeSettings.self, "{\(target),\(login),\(encryption)}")
      #expect(report.verdict == .up, "\(role): \(report.explanation)")
      #expect(report.samples.value("pg_up") == 1)
      #expect(report.samples.value("pg_settings_max_connections") == 100)
      #expect(report.samples.value("pg_replication_is_replica") == 0)
      #expect((report.samples.value("pg_database_size_bytes", ["datname": "postgres"]) ?? 0) > 1_000_000)
      #expect(report.samples.value("pg_stat_database_numbackends", ["datname": "postgres"]) == 1)
      let wrong = #""username":"\#(role)","password_file":"\#(secret(folder, "wrong"))""#
      let stranger = try await run(PostgreSQLProbeSettings.self, "{\(target),\(wrong),\(encryption)}")
      #expect(stranger.verdict.reason?.id == "reason.stream.login", "\(role): \(stranger.explanation)")
      #expect(stranger.samples.value("pg_up") == 0)
    }
    let login = #""username":"scram","password_file":"\#(secret(folder, "secret"))""#
    for (sql, reason) in [
      ("SELECT 'a' AS region, 3 AS waiting UNION SELECT 'b', NULL", String?.none),
      ("SELECT 1 AS other", "reason.stream.query"), ("SELEC", "reason.stream.query"),
      ("CREATE TABLE x (y int)", "reason.stream.query"), ("COPY (SELECT 1) TO STDOUT", "reason.stream.declined"),
      ("SELECT n AS waiting, n AS region FROM generate_series(1, 2000) n", "reason.stream.query"),
    ] {
      let query = #""queries":[{"name":"orders","sql":"\#(sql)","value":"waiting","labels":["region"]}]"#
      let report = try await run(PostgreSQLProbeSettings.self, "{\(target),\(login),\(query)}")
      #expect(report.verdict.reason?.id == reason, "\(sql): \(report.explanation)")
      if reason == nil { #expect(report.samples.value("orders", ["region": "a"]) == 3) }
      #expect(report.samples.count { $0.series.metric == "orders" } <= 1000)
    }
    let template = try await ServiceTemplate(name: "postgresql").run(
      "{target: 'unix:\(server.folder)/.s.PGSQL.\(port)'}")
    #expect(template.report.verdict == .up, "\(template.report.explanation)")
    // Nobody's transaction has been open for long.
    #expect(
      template.samples.value("pg_stat_activity_max_tx_duration", ["datname": "postgres", "state": "active"]) != nil)
    try ServiceTemplate.expectRules("postgresql", seeWhatIs: template.samples)
    #expect(template.report.notes.isEmpty)
    try await expectHiddenSessions(server, port: port, "{\(target),\(login)}")
    let tls = try await run(TLSProbeSettings.self, #"{\#(target),"starttls":"postgresql",\#(trust)}"#)
    #expect(tls.verdict == .up, "\(tls.explanation)")
    let local = try await run(PostgreSQLProbeSettings.self, early)
    #expect(local.verdict == .up, "\(local.explanation)")
  }

  /// Without `pg_monitor` others are counted all the same, and the verdict says what is not seen of them.
  private func expectHiddenSessions(_ server: ServerProcess, port: Int, _ settings: String) async throws {
    let session = try ServerProcess(
      Self.postgres + "/psql",
      ["-h", server.folder, "-p", String(port), "-U", "postgres", "-c", "SELECT pg_sleep(600)"]
    )
    defer { session.stop() }
    let hidden = ["datname": "postgres", "state": "hidden"]
    let report = try await patiently(until: { $0.samples.value("pg_stat_activity_count", hidden) != nil }) {
      try await run(PostgreSQLProbeSettings.self, settings)
    }
    #expect(report.verdict == .up)
    #expect(report.samples.value("pg_stat_activity_count", hidden) == 1)
    #expect(report.notes.contains { $0.contains("GRANT pg_monitor") }, "\(report.notes)")
  }

  private func startedPostgreSQL(_ folder: CertificateFolder, port: Int) throws -> ServerProcess {
    try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        cp \(folder.file("good.pem")) \(folder.file("good.key")) FOLDER; chown -R postgres FOLDER; cd FOLDER
        run="setpriv --reuid postgres --regid postgres --clear-groups"
        $run \(Self.postgres)/initdb -D FOLDER/db -U postgres --no-sync -A trust >FOLDER/log 2>&1
        cp FOLDER/pg_hba.conf FOLDER/db/pg_hba.conf
        $run \(Self.postgres)/postgres --single -D FOLDER/db postgres <FOLDER/roles >>FOLDER/log 2>&1
        exec $run \(Self.postgres)/postgres -D FOLDER/db -p \(port) -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories=FOLDER -c ssl=on -c ssl_cert_file=FOLDER/good.pem -c ssl_key_file=FOLDER/good.key \
        -c fsync=off >>FOLDER/log 2>&1
        """,
      ],
      files: [
        "roles": "set password_encryption='md5'\ncreate role digest login password 'secret'\n"
          + "create role clear login password 'secret'\nset password_encryption='scram-sha-256'\n"
          + "create role scram login password 'secret'\ncreate role watchkeeper login in role pg_monitor\n",
        "pg_hba.conf": """
        host all scram 127.0.0.1/32 scram-sha-256
        host all digest 127.0.0.1/32 md5
        hostssl all clear 127.0.0.1/32 password
        local all all trust

        """,
      ])
  }

  private func expectRights(_ socket: String, _ target: String, _ password: String) async throws {
    let other = try await ServiceTemplate(name: "mysql").run("{target: 'unix:\(socket)', username: other}").report
    #expect(other.verdict.reason?.id == "reason.stream.login", "\(other.explanation)")
    let login = #""username":"plain","password_file":"\#(password)""#
    let plain = try await run(MySQLProbeSettings.self, "{\(target),\(login)}")
    #expect(plain.verdict == .up)
    let version = try #require(plain.samples.first { $0.series.metric == "mysql_version_info" }?.series["version"])
    #expect(!version.hasPrefix("5.5.5-"), "\(version)")
    #expect(plain.samples.value("sql_query_success", ["query": "slave_status"]) == 0)
    #expect(plain.notes.contains { $0.contains("no figures of 'slave_status': error 1227") }, "\(plain.notes)")
  }

  @Test(
    "MariaDB: login, encryption, figures and own queries",
    .enabled(if: ServerProcess.isInstalled("/usr/sbin/mariadbd"), "needs the package mariadb-server"))
  func mariaDB() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let port = try LoopbackServer.unusedPort()
    let server = try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        cp \(folder.file("good.pem")) \(folder.file("good.key")) FOLDER; mkdir FOLDER/db FOLDER/db/mysql FOLDER/db/test
        chown -R mysql FOLDER; cd FOLDER
        { echo 'use mysql;'; cat /usr/share/mysql/mysql_system_tables.sql \
        /usr/share/mysql/mysql_system_tables_data.sql; cat FOLDER/users; } >FOLDER/begin
        options="--no-defaults --datadir=FOLDER/db --user=mysql --innodb-flush-method=fsync --innodb-log-file-size=4M"
        /usr/sbin/mariadbd $options --bootstrap --silent-startup <FOLDER/begin >FOLDER/log 2>&1
        exec /usr/sbin/mariadbd $options --bind-address=127.0.0.1 --port=\(port) --socket=FOLDER/socket \
        --ssl-cert=FOLDER/good.pem --ssl-key=FOLDER/good.key --pid-file=FOLDER/pid >>FOLDER/log 2>&1
        """,
      ],
      files: [
        "users": """
        FLUSH PRIVILEGES;
        CREATE USER probe@'127.0.0.1' IDENTIFIED BY 'secret';
        GRANT SELECT, PROCESS, REPLICATION CLIENT, SLAVE MONITOR ON *.* TO probe@'127.0.0.1';
        CREATE USER plain@'127.0.0.1' IDENTIFIED BY 'secret', other@localhost IDENTIFIED VIA unix_socket;
        ALTER USER root@localhost IDENTIFIED VIA unix_socket;

        """
      ])
    defer { server.stop() }
    try await listening(port)
    let trust = #""tls_config":{"ca_file":"\#(folder.file("authority.pem"))"}"#
    let target = #""target":"127.0.0.1:\#(port)""#
    let login = #""username":"probe","password_file":"\#(secret(folder, "secret"))""#
    for encryption in [#""encryption":"none""#, #""encryption":"starttls",\#(trust)"#] {
      let report = try await run(MySQLProbeSettings.self, "{\(target),\(login),\(encryption)}")
      #expect(report.verdict == .up, "\(report.explanation)")
      #expect(report.samples.value("mysql_up") == 1)
      #expect(report.samples.value("mysql_global_status_threads_connected") == 1)
      #expect(report.samples.value("mysql_global_variables_max_connections") == 151)
      #expect((report.samples.value("mysql_global_status_commands_total", ["command": "set_option"]) ?? 0) >= 1)
      #expect(report.samples.value("sql_query_success", ["query": "slave_status"]) == 1)
    }
    let replicate = "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=1, MASTER_USER='x'; START SLAVE SQL_THREAD"
    let socket = server.folder + "/socket"
    #expect(try ServerProcess.run("/usr/bin/mariadb", ["--no-defaults", "-u", "root", "-S", socket, "-e", replicate]))
    let template = try await ServiceTemplate(name: "mysql").run("{target: 'unix:\(socket)', username: root}")
    #expect(template.report.verdict == .up, "\(template.report.explanation)")
    #expect(template.samples.value("mysql_slave_status_slave_io_running") == 0)
    #expect(template.samples.value("mysql_slave_status_slave_sql_running") == 1)
    // NULL while nothing is received.
    try ServiceTemplate.expectRules(
      "mysql", seeWhatIs: template.samples, but: ["mysql_slave_status_seconds_behind_master"])
    try await expectRights(socket, target, secret(folder, "secret"))
    let wrong = #""username":"probe","password_file":"\#(secret(folder, "wrong"))""#
    let stranger = try await run(MySQLProbeSettings.self, "{\(target),\(wrong)}")
    #expect(stranger.verdict.reason?.id == "reason.stream.login", "\(stranger.explanation)")
    for (sql, reason) in [
      ("SELECT 'a' AS region, 3 AS waiting UNION SELECT 'b', NULL", String?.none), ("SELEC", "reason.stream.query"),
      ("CREATE TABLE test.x (y int)", "reason.stream.query"),
      ("SELECT seq AS waiting, seq AS region FROM seq_1_to_2000", "reason.stream.query"),
    ] {
      let query = #""queries":[{"name":"orders","sql":"\#(sql)","value":"waiting","labels":["region"]}]"#
      let report = try await run(MySQLProbeSettings.self, #"{\#(target),\#(login),"database":"test",\#(query)}"#)
      #expect(report.verdict.reason?.id == reason, "\(sql): \(report.explanation)")
      if reason == nil { #expect(report.samples.value("orders", ["region": "a"]) == 3) }
    }
    let tls = try await run(TLSProbeSettings.self, #"{\#(target),"starttls":"mysql",\#(trust)}"#)
    #expect(tls.verdict == .up, "\(tls.explanation)")
  }

  @Test(
    "Redis: login, figures, replication and sentinel",
    .enabled(if: ServerProcess.isInstalled("/usr/bin/redis-server"), "needs the package redis-server"))
  func redis() async throws {
    let folder = try CertificateFolder()
    defer { folder.remove() }
    let (port, replicaPort, watchPort) = (
      try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort()
    )
    func start(_ port: Int, _ options: String, _ arguments: [String] = []) throws -> ServerProcess {
      try ServerProcess(
        "/usr/bin/redis-server", ["FOLDER/redis.conf"] + arguments,
        files: ["redis.conf": "port \(port)\nbind 127.0.0.1\ndir FOLDER\nsave \"\"\n\(options)\n"])
    }
    let main = try start(port, "requirepass secret\nrepl-diskless-sync-delay 0")
    defer { main.stop() }
    try await listening(port)
    let replica = try start(replicaPort, "replicaof 127.0.0.1 \(port)\nmasterauth secret")
    defer { replica.stop() }
    let watch = try start(
      watchPort, "sentinel monitor shop 127.0.0.1 \(port) 1\nsentinel auth-pass shop secret", ["--sentinel"])
    defer { watch.stop() }
    for port in [replicaPort, watchPort] { try await listening(port) }
    let login = #""username":"default","password_file":"\#(secret(folder, "secret"))""#
    let report = try await run(RedisProbeSettings.self, #"{"target":"127.0.0.1:\#(port)",\#(login)}"#)
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(report.samples.value("redis_up") == 1)
    #expect((report.samples.value("redis_connected_clients") ?? 0) >= 1)
    #expect(report.samples.value("redis_role_info", ["role": "master"]) == 1)
    let nameless = try await run(RedisProbeSettings.self, #"{"target":"127.0.0.1:\#(port)"}"#)
    #expect(nameless.verdict.reason?.id == "reason.stream.login", "\(nameless.explanation)")
    #expect(nameless.samples.value("redis_up") == 0)
    let copy = try await run(RedisProbeSettings.self, #"{"target":"127.0.0.1:\#(replicaPort)"}"#)
    #expect(copy.samples.value("redis_master_link_up") != nil)
    let watcher = try await run(RedisProbeSettings.self, #"{"target":"127.0.0.1:\#(watchPort)"}"#)
    #expect(watcher.samples.value("redis_sentinel_masters") == 1, "\(watcher.explanation)")
    let template = try await ServiceTemplate(name: "redis").run("{target: '127.0.0.1:\(port)', \(login)}")
    #expect(template.report.verdict == .up, "\(template.report.explanation)")
    try ServiceTemplate.expectRules("redis", seeWhatIs: template.samples + copy.samples + watcher.samples)
    let shop = ["master_name": "shop", "master_address": "127.0.0.1:\(port)"]
    #expect(watcher.samples.value("redis_sentinel_master_sentinels", shop) == 1)
  }
}
