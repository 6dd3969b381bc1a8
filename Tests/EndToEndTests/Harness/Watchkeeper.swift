import Foundation

/// The real binary, with a data folder that outlives its crashes.
final class Watchkeeper {
  let folder: ScratchFolder
  private(set) var program: RunningProgram?
  private(set) var link = ""

  var dataFolder: String { folder.path + "/data" }
  var configurationFolder: String { folder.path + "/config" }

  /// Built by `swift build`, beside the test bundle.
  static let executable: String = {
    let products = Bundle.allBundles.map { $0.bundlePath } + [CommandLine.arguments[0]]
    let folder = products.map { ($0 as NSString).deletingLastPathComponent }
      .first { FileManager.default.isExecutableFile(atPath: $0 + "/watchkeeper") }
    return (folder ?? FileManager.default.currentDirectoryPath + "/.build/debug") + "/watchkeeper"
  }()

  init(in folder: ScratchFolder) { self.folder = folder }

  deinit { program?.stop() }

  func start(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
    let program = try RunningProgram(
      Self.executable,
      ["run", "--config", configurationFolder, "--data", dataFolder, "--listen", "127.0.0.1:0"] + arguments,
      environment: environment, in: folder)
    self.program = program
  }

  /// Waits for the log-in link.
  func awaitReady() throws {
    link = try Waiting.until("the log-in link", seconds: 60) { [program] in
      let line = program?.output.split(separator: "\n").first { $0.contains("http://") && $0.contains("t=") }
      if let line, let start = line.range(of: "http://") {
        return String(line[start.lowerBound...].prefix { $0 != " " })
      }
      if program?.process.isRunning == false {
        throw Waiting.TimedOut(what: "a start; it said: \(program?.output ?? "")", seconds: 0)
      }
      return nil
    }
  }

  var address: String {
    link.range(of: "/", range: link.index(link.startIndex, offsetBy: 7)..<link.endIndex).map {
      String(link[..<$0.lowerBound])
    } ?? link
  }

  func kill() { program?.kill() }
  func stop() { program?.stop() }
  var output: String { program?.output ?? "" }

  /// Runs a command against this data folder.
  @discardableResult
  func command(_ arguments: String...) throws -> (status: Int32, output: String) {
    try RunningProgram.run(Self.executable, arguments + ["--data", dataFolder], in: folder)
  }

  /// The incidents as the command line prints them.
  func incidents() throws -> [[String: Any]] {
    let answer = try command("incident", "list", "--all", "--output", "json")
    let object = try? JSONSerialization.jsonObject(with: Foundation.Data(answer.output.utf8))
    return (object as? [String: Any])?["rows"] as? [[String: Any]] ?? []
  }
}
