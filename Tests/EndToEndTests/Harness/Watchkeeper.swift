import Foundation
import Glibc
import Synchronization

/// The real binary, with a data folder that outlives its crashes.
final class Watchkeeper: Sendable {
  struct Answer: Sendable {
    let status: Int
    let body: String

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Foundation.Data(body.utf8))) as? [String: Any] ?? [:]
    }
  }

  struct StartFailed: Error, CustomStringConvertible {
    let output: String
    var description: String { "the program ended at its start; it said: \(output)" }
  }

  struct Sample: Sendable {
    let labels: [String: String]
    /// Instants in seconds and values, ascending.
    let points: [(time: Double, value: Double)]
  }

  /// Where `--listen` is taken from: most tests want any port.
  static let anyPort = ["--listen", "127.0.0.1:0"]

  let folder: ScratchFolder
  private let process = Mutex<ChildProcess?>(nil)

  /// Built by `swift build`, beside the test bundle.
  static let executable: String = {
    let products = Bundle.allBundles.map(\.bundlePath) + [CommandLine.arguments[0]]
    let folder = products.map { ($0 as NSString).deletingLastPathComponent }
      .first { FileManager.default.isExecutableFile(atPath: $0 + "/watchkeeper") }
    return (folder ?? FileManager.default.currentDirectoryPath + "/.build/debug") + "/watchkeeper"
  }()

  init(in folder: ScratchFolder) { self.folder = folder }

  deinit { kill() }

  var dataFolder: String { folder.path + "/data" }
  var configurationFolder: String { folder.path + "/config" }
  /// The copy of the configuration that a restart may need.
  var lastGood: String { dataFolder + "/configuration.last-good.json" }
  var output: String { process.withLock { $0 }?.output ?? "" }
  var pid: Int32? { process.withLock { $0 }?.pid }
  var ending: ChildProcess.Ending? { process.withLock { $0 }?.ending }

  func arguments(_ more: [String]) -> [String] {
    ["run", "--config", configurationFolder, "--data", dataFolder] + more
  }

  /// As somebody would who forgot the option.
  func startWithoutConfiguration() async throws {
    let started = try ChildProcess(
      Self.executable, ["run", "--data", dataFolder] + Self.anyPort,
      environment: ["HOME": folder.path, "XDG_CONFIG_HOME": folder.path + "/none"], in: folder)
    process.withLock { $0 = started }
    try await awaitReady()
  }

  @discardableResult
  func start(_ more: [String] = anyPort, environment: [String: String] = [:]) throws -> ChildProcess {
    let started = try ChildProcess(Self.executable, arguments(more), environment: environment, in: folder)
    process.withLock { $0 = started }
    return started
  }

  func startAndAwaitReady(_ more: [String] = anyPort, environment: [String: String] = [:]) async throws {
    try start(more, environment: environment)
    try await awaitReady()
  }

  /// The log-in link is the last thing that a start says.
  var link: String? {
    output.split(separator: "\n").first { $0.hasPrefix("→ http://") }.map { String($0.dropFirst(2)) }
  }

  func awaitReady() async throws {
    try await Waiting.untilTrue("the log-in link; it said: \(output)", seconds: 60) {
      if ending != nil { throw StartFailed(output: output) }
      return link != nil
    }
  }

  /// Runs `run` to an end that is expected at once.
  func refusedStart(
    _ more: [String] = anyPort, environment: [String: String] = [:]
  ) async throws -> (ending: ChildProcess.Ending, output: String) {
    try await ChildProcess.run(Self.executable, arguments(more), environment: environment, in: folder)
  }

  func kill() { process.withLock { $0 }?.kill() }
  func send(_ signal: Int32) { process.withLock { $0 }?.send(signal) }

  @discardableResult
  func stop() async throws -> ChildProcess.Ending? { try await process.withLock { $0 }?.stop() }

  /// Runs another command on this data folder.
  func command(_ arguments: String...) async throws -> (ending: ChildProcess.Ending, output: String) {
    try await ChildProcess.run(Self.executable, arguments + ["--data", dataFolder], in: folder, within: 60)
  }

  /// How many facts of each kind a stream of the journal holds, read from the file of a stopped program.
  func facts(of stream: String) async throws -> [String: Int] {
    let script = """
      import json, sqlite3, sys
      rows = sqlite3.connect(sys.argv[1]).execute(
        "SELECT kind, count(*) FROM fact WHERE stream = ? GROUP BY kind", [sys.argv[2]])
      print(json.dumps(dict(rows)))
      """
    let answer = try await ChildProcess.run(
      Tools.python, ["-c", script, dataFolder + "/journal/journal.sqlite", stream], in: folder)
    return (try? JSONSerialization.jsonObject(with: Foundation.Data(answer.output.utf8))) as? [String: Int] ?? [:]
  }

  // MARK: Asking the running program

  /// Over the control socket, where file permissions authenticate.
  func ask(_ method: String = "GET", _ path: String, accepting type: String = "application/json") throws -> Answer {
    try Self.answer(
      on: try Sockets.connect(toFile: dataFolder + "/control.sock"), method, path, host: "localhost",
      head: "Accept: \(type)\r\n")
  }

  /// Over the network, as another program does.
  func call(_ method: String, _ path: String, token: String, form: String = "") throws -> Answer {
    let port = link.flatMap { URL(string: $0)?.port } ?? 0
    let type = form.isEmpty ? "" : "Content-Type: application/x-www-form-urlencoded\r\n"
    return try Self.answer(
      on: try Sockets.connect(toPort: port), method, path, host: "127.0.0.1:\(port)",
      head: "Authorization: Bearer \(token)\r\n\(type)", body: form)
  }

  private static func answer(
    on descriptor: Int32, _ method: String, _ path: String, host: String, head: String, body: String = ""
  ) throws -> Answer {
    defer { close(descriptor) }
    Sockets.writeAll(
      descriptor,
      "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(head)Content-Length: \(body.utf8.count)\r\n"
        + "Connection: close\r\n\r\n\(body)")
    let text = String(decoding: Sockets.readAll(descriptor), as: UTF8.self)
    guard let split = text.range(of: "\r\n\r\n"), let status = text.split(separator: " ").dropFirst().first else {
      throw Sockets.Failed(what: "\(method) \(path): no answer", code: ECONNRESET)
    }
    return Answer(status: Int(status) ?? 0, body: String(text[split.upperBound...]))
  }

  func query(_ expression: String, at time: Double? = nil) throws -> [Sample] {
    let escaped = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let answer = try ask("GET", "/api/v1/query?query=\(escaped)" + (time.map { "&time=\($0)" } ?? ""))
    let result = (answer.json["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
    return result.map { series in
      let pairs = series["values"] as? [[Any]] ?? (series["value"] as? [Any]).map { [$0] } ?? []
      return Sample(
        labels: series["metric"] as? [String: String] ?? [:],
        points: pairs.map { ($0.first as? Double ?? 0, ($0.last as? String).flatMap(Double.init) ?? .nan) })
    }
  }

  /// The value of an own metric without labels.
  func metric(_ name: String) throws -> Double? {
    try ask("GET", "/metrics").body.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  /// Every incident there is, as the console lists them.
  func incidents() throws -> [[String: Any]] {
    try ask("GET", "/incidents?which=all").json["rows"] as? [[String: Any]] ?? []
  }
}
