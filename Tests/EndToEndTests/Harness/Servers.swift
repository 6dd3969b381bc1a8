import Foundation
import Synchronization

/// nginx answering 200 on a loopback port, from Debian's package.
final class WebTarget: Sendable {
  let port: Int
  private let folder: ScratchFolder
  private let process = Mutex<ChildProcess?>(nil)

  init(in folder: ScratchFolder) throws {
    self.folder = folder
    port = try Sockets.freePort()
    let home = folder.path + "/nginx"
    try folder.write(
      "nginx/nginx.conf",
      """
      daemon off; master_process off; pid \(home)/nginx.pid; error_log stderr;
      events { worker_connections 64; }
      http {
        access_log off;
        client_body_temp_path \(home)/a; proxy_temp_path \(home)/b; fastcgi_temp_path \(home)/c;
        uwsgi_temp_path \(home)/d; scgi_temp_path \(home)/e;
        server { listen 127.0.0.1:\(port); location / { return 200 'well'; } }
      }
      """)
  }

  deinit { kill() }

  var url: String { "http://127.0.0.1:\(port)/" }

  func start() async throws {
    let home = folder.path + "/nginx"
    let nginx = try ChildProcess(Tools.nginx ?? "nginx", ["-p", home, "-c", home + "/nginx.conf"], in: folder)
    process.withLock { $0 = nginx }
    try await Waiting.untilTrue("nginx; it said: \(nginx.output)", seconds: 10) { Sockets.isListening(port) }
  }

  func kill() {
    process.withLock { process in
      process?.kill()
      process = nil
    }
  }
}

/// aiosmtpd, from Debian's package, which files every mail in a Maildir.
final class MailSink: Sendable {
  struct Mail: Sendable {
    let text: String

    func header(_ name: String) -> String? {
      text.split(separator: "\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    var identifier: String { header("Message-ID") ?? "" }
    var isRecovery: Bool { header("Subject")?.hasPrefix("RECOVERED") == true }
  }

  let port: Int
  private let box: String
  private let process: ChildProcess

  init(in folder: ScratchFolder) async throws {
    let port = try Sockets.freePort()
    let box = folder.path + "/mail"
    let process = try ChildProcess(
      Tools.python,
      ["-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Mailbox", box], in: folder)
    (self.port, self.box, self.process) = (port, box, process)
    try await Waiting.untilTrue("aiosmtpd; it said: \(process.output)", seconds: 15) { Sockets.isListening(port) }
  }

  deinit { process.kill() }

  /// The mails so far, oldest first.
  var mails: [Mail] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: box + "/new")) ?? []
    return names.sorted().compactMap { try? String(contentsOfFile: box + "/new/" + $0, encoding: .utf8) }
      .map { Mail(text: $0) }
  }
}
