import Foundation

/// A process that a test starts and stops by its own id.
final class RunningProgram {
  let process = Process()
  private let outputFile: String

  init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder)
    throws
  {
    outputFile = folder.path + "/output-" + UUID().uuidString.prefix(8)
    _ = FileManager.default.createFile(atPath: outputFile, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(filePath: outputFile))
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    var all = ProcessInfo.processInfo.environment
    all["SWIFT_BACKTRACE"] = "enable=no"
    for (name, value) in environment { all[name] = value }
    process.environment = all
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { stop() }

  var output: String { (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? "" }

  /// kill -9, as a power cut of one process.
  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// SIGTERM, then SIGKILL after 10 s.
  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    try? Waiting.untilTrue("the end of \(process.executableURL?.lastPathComponent ?? "")", seconds: 10) {
      !process.isRunning
    }
    kill()
  }

  func send(_ signal: Int32) { Glibc.kill(process.processIdentifier, signal) }

  /// Runs a command to its end.
  static func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder
  ) throws -> (status: Int32, output: String) {
    let program = try RunningProgram(executable, arguments, environment: environment, in: folder)
    program.process.waitUntilExit()
    return (program.process.terminationStatus, program.output)
  }

  /// The path of a program of this machine, for tests that skip when it is missing.
  static func find(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/sbin", "/sbin"]
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

import Glibc
