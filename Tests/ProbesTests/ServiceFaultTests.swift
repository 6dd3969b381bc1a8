import Foundation
import Glibc
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes

@Suite("What templates say of services that are full, closed or absent")
struct ServiceFaultTests {
  @Test(
    "the status page of PHP-FPM answers while all processes are busy, and tells who waits",
    .enabled(
      if: ServerProcess.isInstalled("/usr/sbin/php-fpm8.2", "/usr/sbin/nginx", "/bin/bash"),
      "needs the packages php8.2-fpm and nginx-light"))
  func busyPHP() async throws {
    let (port, pages, status) = (
      try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort(), try LoopbackServer.unusedPort()
    )
    let pool = try ServerProcess(
      "/usr/sbin/php-fpm8.2", ["-F", "-R", "-n", "-y", "FOLDER/conf"],
      files: [
        "slow.php": "<?php sleep(20);",
        "conf": """
        [global]
        error_log = FOLDER/log
        [www]
        user = nobody
        group = nogroup
        listen = 127.0.0.1:\(pages)
        pm = static
        pm.max_children = 2
        pm.status_path = /fpm-status
        pm.status_listen = 127.0.0.1:\(status)

        """,
      ])
    defer { pool.stop() }
    #expect(try ServerProcess.run("/bin/sh", ["-c", "chmod 755 \(pool.folder); chmod 644 \(pool.folder)/slow.php"]))
    let server = try ServerProcess.nginx(
      at: "127.0.0.1:\(port)",
      """
      root \(pool.folder);
      location = /fpm-status {
        fastcgi_pass 127.0.0.1:\(status); include /etc/nginx/fastcgi.conf; allow 127.0.0.1; deny all;
      }
      location = /slow.php { fastcgi_pass 127.0.0.1:\(pages); include /etc/nginx/fastcgi.conf; }
      """)
    defer { server.stop() }
    func ask(until isThere: ([ProbeSample]) -> Bool) async throws -> (report: ProbeReport, samples: [ProbeSample]) {
      try await patiently(until: { $0.report.verdict == .up && isThere($0.samples) }) {
        try await ServiceTemplate(name: "php-fpm").run("{url: 'http://127.0.0.1:\(port)/fpm-status?json'}")
      }
    }
    _ = try await ask { $0.value("phpfpm_total_processes") == 2 }
    let visitors = try ServerProcess(
      "/bin/bash",
      [
        "-c",
        """
        for number in 1 2 3 4 5; do
          exec {visit}<>/dev/tcp/127.0.0.1/\(port); printf 'GET /slow.php HTTP/1.0\\r\\n\\r\\n' >&$visit
        done
        exec sleep 600
        """,
      ])
    defer { visitors.stop() }
    let busy = try await ask { ($0.value("phpfpm_listen_queue") ?? 0) > 0 }
    #expect(busy.report.verdict == .up, "\(busy.report.explanation)")
    #expect(busy.samples.value("phpfpm_active_processes") == 2)
    #expect(busy.samples.value("phpfpm_listen_queue") == 3)
  }

  @Test("memcached that takes nobody more declines, and is not taken for another server")
  func fullMemcached() async throws {
    // The words of 1.6.18 at its limit.
    let full = try LoopbackServer { connection, _ in connection.write("ERROR Too many open connections\r\n") }
    defer { full.stop() }
    let report = try await ServiceTemplate(name: "memcached").run("{target: '127.0.0.1:\(full.port)'}").report
    #expect(report.verdict.reason?.id == "reason.stream.declined", "\(report.explanation)")
    #expect(report.explanation.contains("Too many open connections"))
  }

  @Test("a socket of this host that cannot be asked is named by its path")
  func absentSocket() async throws {
    let path = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", path]) }
    let report = try await ServiceTemplate(name: "docker").run("{unix_socket: '\(path)/docker.sock'}").report
    #expect(report.verdict.reason?.id == "reason.probe.refused")
    #expect(report.explanation == "\(path)/docker.sock: No such file or directory")
  }

  @Test("a metric of several entries is named once when the page has none of them")
  func otherPage() async throws {
    let server = try LoopbackServer { connection, _ in
      _ = connection.readLine()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
    }
    defer { server.stop() }
    let report = try await ServiceTemplate(name: "apache").run("{url: 'http://127.0.0.1:\(server.port)/'}").report
    #expect(report.verdict.reason?.id == "reason.probe.no_samples", "\(report.explanation)")
    #expect(report.explanation.components(separatedBy: "apache_workers").count == 2, "\(report.explanation)")
  }

  @Test("a host without a journal says so instead of counting nothing for ever")
  func absentJournal() throws {
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    #expect(JournalReader.fault(in: [folder, folder + "/none"]) == ENOENT)
    try FileManager.default.createDirectory(atPath: folder + "/0123", withIntermediateDirectories: false)
    ServerProcess.write("", to: folder + "/0123/system.journal")
    #expect(JournalReader.fault(in: [folder]) == nil)
  }
}
