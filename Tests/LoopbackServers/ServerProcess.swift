import Glibc

/// A program of the system that a test runs, in a folder of its own under /tmp.
///
/// Spawned by hand: Foundation's `Process` waits in a run loop, which on the test's own thread never ends.
package final class ServerProcess: Sendable {
  package let folder: String
  private let process: pid_t

  package struct SpawnFailed: Error {}

  /// - Parameters:
  ///   - files: written into the folder before the start. `FOLDER` in their text and in the arguments stands for it.
  package init(_ program: String, _ arguments: [String], files: [String: String] = [:]) throws {
    let folder = Self.makeFolder()
    for (name, text) in files { Self.write(text.replacingFolder(folder), to: folder + "/" + name) }
    self.folder = folder
    process = try Self.spawn(program, arguments.map { $0.replacingFolder(folder) })
  }

  package static func isInstalled(_ programs: String...) -> Bool { programs.allSatisfy { access($0, X_OK) == 0 } }

  /// Runs a program to its end. - Returns: whether it ended with 0.
  @discardableResult
  package static func run(_ program: String, _ arguments: [String]) throws -> Bool {
    let process = try spawn(program, arguments)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status == 0
  }

  package static func makeFolder() -> String {
    var template = Array("/tmp/watchkeeper-server-XXXXXX".utf8CString)
    return template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, mkdtemp(start) != nil else { return "/tmp" }
      return String(cString: start)
    }
  }

  package static func write(_ text: String, to path: String, mode: UInt32 = 0o600) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard descriptor >= 0 else { return }
    var bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, &bytes, bytes.count)
    fchmod(descriptor, mode)
    close(descriptor)
  }

  /// SIGTERM, and SIGKILL after two seconds.
  package func stop() {
    kill(process, SIGTERM)
    var status: Int32 = 0
    var patience = 200
    while waitpid(process, &status, WNOHANG) == 0 {
      patience -= 1
      if patience == 0 { kill(process, SIGKILL) }
      usleep(10_000)
    }
    _ = try? Self.run("/bin/rm", ["-rf", folder])
  }

  private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in Int32(0)...2 { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) }
    // A connection that a program inherits stays open when the test beside it has closed its own.
    for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    // The threads of tests block signals, and a program inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    guard posix_spawn(&process, program, &actions, &attributes, words, environ) == 0 else { throw SpawnFailed() }
    return process
  }
}

extension String {
  fileprivate func replacingFolder(_ folder: String) -> String { self.replacing("FOLDER", with: folder) }
}
