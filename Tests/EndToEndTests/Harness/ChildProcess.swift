import Foundation
import Glibc
import Synchronization

/// A process that a test starts and ends by its own id, in a process group of its own.
///
/// Foundation's `Process` is not used: its `waitUntilExit` needs a run loop and hangs on the threads of tests.
final class ChildProcess: Sendable {
  enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(bySignal: Int32)
  }

  struct SpawnFailed: Error, CustomStringConvertible {
    let executable: String
    let code: Int32
    var description: String { "\(executable) cannot be started: \(String(cString: strerror(code)))" }
  }

  let pid: pid_t
  private let name: String
  private let outputFile: String
  private let known = Mutex<Ending?>(nil)

  init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder)
    throws
  {
    name = (executable as NSString).lastPathComponent
    outputFile = folder.path + "/output-" + name + "-" + UUID().uuidString.prefix(8)
    var all = ProcessInfo.processInfo.environment
    all["SWIFT_BACKTRACE"] = "enable=no"
    all["NOTIFY_SOCKET"] = nil
    // What the tests look for is English, whatever the developer reads.
    all["LC_ALL"] = "C.UTF-8"
    for (name, value) in environment { all[name] = value }
    pid = try Self.spawn([executable] + arguments, all.map { "\($0)=\($1)" }, output: outputFile)
  }

  deinit { kill() }

  private static func spawn(_ arguments: [String], _ environment: [String], output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    // What this process has open without close-on-exec, such as the pipes of other tests.
    for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap(Int32.init)
      ?? []
    where descriptor > STDERR_FILENO { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let texts = [arguments, environment].map { $0.map { strdup($0) } + [nil] }
    defer { for text in texts.joined() { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, arguments[0], &actions, &attributes, texts[0], texts[1])
    guard code == 0 else { throw SpawnFailed(executable: arguments[0], code: code) }
    return pid
  }

  /// How it ended; `nil` while it runs.
  var ending: Ending? { reap(WNOHANG) }

  /// - Parameter options: of waitpid(2): `WNOHANG` asks, 0 waits.
  private func reap(_ options: Int32) -> Ending? {
    known.withLock { known in
      if let known { return known }
      var status: Int32 = 0
      var reaped: pid_t
      repeat { reaped = waitpid(pid, &status, options) } while reaped < 0 && errno == EINTR
      guard reaped == pid else { return nil }
      let signal = status & 0x7f
      let ending: Ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(bySignal: signal)
      known = ending
      return ending
    }
  }

  var isRunning: Bool { ending == nil }

  /// Standard output and standard error, in the order in which they were written.
  var output: String { (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? "" }

  /// Asked first, so that a process id that was given to another process is never hit.
  func send(_ signal: Int32) { if isRunning { Glibc.kill(pid, signal) } }

  /// kill -9, as a power cut of one process; returns when it is gone.
  func kill() {
    send(SIGKILL)
    _ = reap(0)
  }

  /// Waits for the end without ending it.
  func end(within seconds: Double = 30) async throws -> Ending {
    try await Waiting.until("the end of \(name)", seconds: seconds) { ending }
  }

  /// SIGTERM, and kill -9 when that is not obeyed in time.
  @discardableResult
  func stop(within seconds: Double = 15) async throws -> Ending {
    send(SIGTERM)
    return try await end(within: seconds)
  }

  /// Runs a command to its end.
  static func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder,
    within seconds: Double = 30
  ) async throws -> (ending: Ending, output: String) {
    let process = try ChildProcess(executable, arguments, environment: environment, in: folder)
    let ending = try await process.end(within: seconds)
    return (ending, process.output)
  }
}

/// Programs of this machine that tests lean on. What is missing skips a test, and the message names the package.
enum Tools {
  static let nginx = find("nginx")
  static let strace = find("strace")
  static let unshare = find("unshare")
  static let snmpd = find("snmpd")
  static let prometheus = find("prometheus")
  static let promtool = find("promtool")
  static let nodeExporter = find("prometheus-node-exporter")
  /// Debian's own, because its packages are for it; one of pyenv's may come first in PATH.
  static let python = "/usr/bin/python3"
  static let hasMailSink = FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/aiosmtpd")
  static let isRoot = getuid() == 0

  static let canTellStories = nginx != nil && hasMailSink
  static let storyNeeds: String = "needs the packages nginx-light and python3-aiosmtpd: apt-get install them"

  static let hasDoors = prometheus != nil && promtool != nil && nodeExporter != nil
  static let doorsNeed: String = "needs the packages prometheus and prometheus-node-exporter: apt-get install them"

  private static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    // Not everybody's path leads to the programs of the system.
    let folders: [String] = path.split(separator: ":").map { String($0) } + ["/usr/sbin", "/sbin"]
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
