import Foundation

/// nginx answering 200 on a loopback port, from Debian's package.
final class WebTarget {
  static var executable: String? { RunningProgram.find("nginx") }

  let port: Int
  private let folder: ScratchFolder
  private var program: RunningProgram?

  init(in folder: ScratchFolder) throws {
    self.folder = folder
    port = try FreePort.find()
    try folder.write(
      "nginx/nginx.conf",
      """
      daemon off; master_process off; pid \(folder.path)/nginx/nginx.pid; error_log stderr;
      events { worker_connections 64; }
      http {
        access_log off;
        client_body_temp_path \(folder.path)/nginx/a; proxy_temp_path \(folder.path)/nginx/b;
        fastcgi_temp_path \(folder.path)/nginx/c; uwsgi_temp_path \(folder.path)/nginx/d;
        scgi_temp_path \(folder.path)/nginx/e;
        server { listen 127.0.0.1:\(port); location / { return 200 'well'; } }
      }
      """)
  }

  var url: String { "http://127.0.0.1:\(port)/" }

  func start() throws {
    program = try RunningProgram(
      Self.executable ?? "nginx", ["-p", folder.path + "/nginx", "-c", folder.path + "/nginx/nginx.conf"], in: folder)
  }

  func kill() {
    program?.kill()
    program = nil
  }
}

/// aiosmtpd, from Debian's package, which files every mail in a Maildir.
final class MailSink {
  static var isAvailable: Bool {
    guard let python = RunningProgram.find("python3"), let folder = try? ScratchFolder() else { return false }
    return (try? RunningProgram.run(python, ["-c", "import aiosmtpd"], in: folder).status) == 0
  }

  let port: Int
  private let folder: ScratchFolder
  private let program: RunningProgram

  init(in folder: ScratchFolder) throws {
    self.folder = folder
    port = try FreePort.find()
    program = try RunningProgram(
      RunningProgram.find("python3") ?? "python3",
      ["-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Mailbox", folder.path + "/mail"],
      in: folder)
  }

  /// The mails so far, oldest first.
  var mails: [String] {
    let box = folder.path + "/mail/new"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: box)) ?? []
    return names.sorted().compactMap { try? String(contentsOfFile: box + "/" + $0, encoding: .utf8) }
  }
}
