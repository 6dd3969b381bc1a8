import Foundation
import Glibc
import LoopbackServers
import Telemetry
import Testing

@testable import Probes

/// A primary and a streaming standby of it, made by `pg_basebackup`.
@Suite(
  "Replicas",
  .enabled(
    if: getuid() == 0 && ServerProcess.isInstalled("/usr/lib/postgresql/15/bin/pg_basebackup"),
    "needs the package postgresql-15, and root"))
struct ReplicaTests {
  private static let programs = "/usr/lib/postgresql/15/bin"
  private static let asUser = "setpriv --reuid postgres --regid postgres --clear-groups"

  private func start(_ steps: String, port: Int) throws -> ServerProcess {
    try ServerProcess(
      "/bin/sh",
      [
        "-c",
        """
        chown -R postgres FOLDER; chmod 755 FOLDER; cd FOLDER; run="\(Self.asUser)"
        \(steps)
        exec $run \(Self.programs)/postgres -D FOLDER/db -p \(port) -c listen_addresses= \
        -c unix_socket_directories=FOLDER -c fsync=off >>FOLDER/log 2>&1
        """,
      ])
  }

  private func order(_ sql: String, _ server: ServerProcess, port: Int) throws -> Bool {
    try ServerProcess.run(
      "/bin/sh",
      ["-c", "\(Self.asUser) \(Self.programs)/psql -h \(server.folder) -p \(port) -U postgres -qc \"\(sql)\""])
  }

  /// Asks by the template until it is as wanted.
  private func samples(
    _ server: ServerProcess, port: Int, until isThere: ([ProbeSample]) -> Bool
  ) async throws -> [ProbeSample] {
    let settings = "{target: 'unix:\(server.folder)/.s.PGSQL.\(port)'}"
    let found = try await patiently(until: { $0.report.verdict == .up && isThere($0.samples) }) {
      try await ServiceTemplate(name: "postgresql").run(settings)
    }
    #expect(found.report.verdict == .up, "\(found.report.explanation)")
    return found.samples
  }

  @Test("a standby is a replica, linked and not behind; its replay may wait, and its primary may go")
  func streaming() async throws {
    let (port, copyPort) = (5441, 5442)
    let primary = try start(
      """
      $run \(Self.programs)/initdb -D FOLDER/db -U postgres --no-sync -A trust >FOLDER/log 2>&1
      echo 'create role watchkeeper login in role pg_monitor' >FOLDER/roles
      $run \(Self.programs)/postgres --single -D FOLDER/db postgres <FOLDER/roles >>FOLDER/log 2>&1
      """, port: port)
    var isRunning = true
    defer { if isRunning { primary.stop() } }
    let alone = try await samples(primary, port: port) { _ in true }
    #expect(alone.value("pg_replication_is_replica") == 0 && alone.value("pg_replication_is_linked") == 1)
    let standby = try start(
      """
      $run \(Self.programs)/pg_basebackup -h \(primary.folder) -p \(port) -U postgres -D FOLDER/db -R -X stream \
      -c fast --no-sync >FOLDER/log 2>&1
      """, port: copyPort)
    defer { standby.stop() }
    func value(_ name: String, _ samples: [ProbeSample]) -> Double? { samples.value("pg_replication_" + name) }
    let linked = try await samples(standby, port: copyPort) { value("is_linked", $0) == 1 }
    #expect(value("is_replica", linked) == 1 && value("lag_seconds", linked) == 0)
    let labels = ["application_name": "walreceiver", "client_addr": "", "state": "streaming"]
    let seen = try await samples(primary, port: port) {
      $0.value("pg_stat_replication_pg_wal_lsn_diff", labels) != nil
    }
    #expect((seen.value("pg_stat_replication_pg_wal_lsn_diff", labels) ?? -1) >= 0)
    try ServiceTemplate.expectRules("postgresql", seeWhatIs: linked)

    // A transaction that was replayed, then one that waits for it.
    #expect(try order("CREATE TABLE a (b int)", primary, port: port))
    _ = try await patiently(until: { $0 }) { try order("SELECT * FROM a", standby, port: copyPort) }
    #expect(try order("SELECT pg_wal_replay_pause()", standby, port: copyPort))
    #expect(try order("CREATE TABLE c (d int)", primary, port: port))
    let behind = try await samples(standby, port: copyPort) { (value("lag_seconds", $0) ?? 0) > 0 }
    #expect((value("lag_seconds", behind) ?? 0) > 0)
    #expect(try order("SELECT pg_wal_replay_resume()", standby, port: copyPort))
    _ = try await samples(standby, port: copyPort) { value("lag_seconds", $0) == 0 }

    primary.stop()
    isRunning = false
    let cut = try await samples(standby, port: copyPort) { value("is_linked", $0) == 0 }
    #expect(value("is_linked", cut) == 0)
    #expect(value("lag_seconds", cut) == 0, "which alone would look well")
  }
}
