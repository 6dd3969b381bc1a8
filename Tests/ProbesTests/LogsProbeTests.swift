import Foundation
import LoopbackServers
import Telemetry
import Testing

@testable import Probes

/// A folder with one log, and probes that follow it one after another as over restarts.
private final class LogFixture {
  let folder = NSTemporaryDirectory() + "watchkeeper-logs-\(UUID().uuidString.prefix(8))"
  var log: String { folder + "/app.log" }

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func append(_ text: String, to name: String = "app.log") throws {
    let path = "\(folder)/\(name)"
    if !FileManager.default.fileExists(atPath: path) {
      try Data().write(to: URL(fileURLWithPath: path))
    }
    let handle = try #require(FileHandle(forWritingAtPath: path))
    handle.seekToEndOfFile()
    handle.write(Data(text.utf8))
    try handle.close()
  }

  func watcher(_ more: String = "", match: String = "error", keeping: Bool = true) throws -> LogWatcher {
    let json =
      #"{"files": ["\#(folder)/app.log"], "patterns": [{"metric": "errors_total", "match": "\#(match)"}]\#(more)}"#
    let settings = try JSONDecoder().decode(LogsSettings.self, from: Data(json.utf8))
    return LogWatcher(settings, statePath: keeping ? folder + "/state.json" : nil)
  }

  func errors(_ watcher: LogWatcher) -> Double? { watcher.read().value("errors_total", ["source": log]) }
}

@Suite("Log patterns")
struct LogsProbeTests {
  @Test("new lines are counted, old ones and an unfinished one are not")
  func counts() throws {
    let fixture = try LogFixture()
    try fixture.append("an error long ago\nan err")
    let watcher = try fixture.watcher()
    #expect(fixture.errors(watcher) == 0)
    try fixture.append("or here\nall well\nerror again\nerror unfin")
    #expect(fixture.errors(watcher) == 2)
    try fixture.append("ished\n")
    let samples = watcher.read()
    #expect(samples.value("errors_total", ["source": fixture.log]) == 3)
    #expect(samples.value("log_lines_read_total", ["source": fixture.log]) == 4)
  }

  @Test("reading may begin at the start")
  func start() throws {
    let fixture = try LogFixture()
    try fixture.append("error\nerror\n")
    #expect(fixture.errors(try fixture.watcher(#", "begin_at": "start""#)) == 2)
  }

  @Test("rotation by renaming loses no line of either file")
  func rotation() throws {
    let fixture = try LogFixture()
    try fixture.append("old\n")
    let watcher = try fixture.watcher()
    #expect(fixture.errors(watcher) == 0)
    try fixture.append("error 1\n")
    try FileManager.default.moveItem(atPath: fixture.log, toPath: fixture.log + ".1")
    try fixture.append("error 2\n", to: "app.log.1")
    try fixture.append("error 3\n")
    #expect(fixture.errors(watcher) == 3)
    try fixture.append("error 4\n")
    #expect(fixture.errors(watcher) == 4)
  }

  @Test(
    "a file cut off and written anew is read from its start, also when it is longer than before",
    arguments: ["error\n", "another beginning\n" + String(repeating: "fill\n", count: 20) + "error\n"])
  func truncation(_ content: String) throws {
    let fixture = try LogFixture()
    try fixture.append("this is the first line\nand the second\n")
    let watcher = try fixture.watcher()
    #expect(fixture.errors(watcher) == 0)
    let handle = try #require(FileHandle(forWritingAtPath: fixture.log))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(content.utf8))
    try handle.close()
    #expect(fixture.errors(watcher) == 1)
  }

  @Test("what was written while the program was away is counted, also in a file rotated meanwhile")
  func restart() throws {
    let fixture = try LogFixture()
    try fixture.append("old error\n")
    let first = try fixture.watcher()
    #expect(fixture.errors(first) == 0)
    try fixture.append("error\n")
    #expect(fixture.errors(first) == 1)
    _ = first.read()  // positions are kept when the samples before are stored
    try fixture.append("error while away\n")
    let second = try fixture.watcher()
    #expect(fixture.errors(second) == 1)
    _ = second.read()
    try fixture.append("error in the old file\n")
    try FileManager.default.moveItem(atPath: fixture.log, toPath: fixture.log + ".1")
    try fixture.append("error in the new file\n")
    #expect(fixture.errors(try fixture.watcher()) == 2)
    // Told to forget: what is there already is past.
    #expect(fixture.errors(try fixture.watcher(keeping: false)) == 0)
  }

  @Test("a line without an end is cut, and the next one is whole")
  func longLine() throws {
    let fixture = try LogFixture()
    try fixture.append("x\n")
    let watcher = try fixture.watcher()
    _ = watcher.read()
    try fixture.append(String(repeating: "error ", count: 100_000))
    #expect(fixture.errors(watcher) == 1)
    try fixture.append("error\nerror\n")
    let samples = watcher.read()
    #expect(samples.value("errors_total", ["source": fixture.log]) == 2)
    #expect(samples.value("log_lines_cut_total", ["source": fixture.log]) == 1)
  }

  @Test("named groups are labels, and their values are bounded")
  func groups() throws {
    let fixture = try LogFixture()
    try fixture.append("x\n")
    let json =
      #"{"files": ["\#(fixture.log)"], "patterns": [{"metric": "a_total", "match": "user=(?P<user>\\w+)( from (?P<host>\\S+))?", "values_max": 2}]}"#
    let watcher = LogWatcher(try JSONDecoder().decode(LogsSettings.self, from: Data(json.utf8)), statePath: nil)
    _ = watcher.read()
    try fixture.append("user=ann from web\nuser=bob\nuser=ann from web\nuser=cid\nuser=dan\n")
    let samples = watcher.read()
    #expect(samples.value("a_total", ["source": fixture.log, "user": "ann", "host": "web"]) == 2)
    #expect(samples.value("a_total", ["source": fixture.log, "user": "bob"]) == 1)
    #expect(samples.value("a_total", ["source": fixture.log, "user": "other", "host": "other"]) == 2)
  }

  @Test("a file that is not there says so, and counts as soon as it comes")
  func absent() throws {
    let fixture = try LogFixture()
    let watcher = try fixture.watcher()
    #expect(fixture.errors(watcher) == 0)
    #expect(watcher.isBlind)
    #expect(watcher.problems == ["\(fixture.log): No such file or directory"])
    try fixture.append("error\n")
    #expect(fixture.errors(watcher) == 1)
    #expect(!watcher.isBlind)
  }

  @Test(
    "a folder of binary nonsense harms nothing", arguments: [[0xff, 0xfe, 0x0a, 0x00, 0x0a], [], [0x0a]] as [[UInt8]])
  func nonsense(_ bytes: [UInt8]) throws {
    let fixture = try LogFixture()
    let watcher = try fixture.watcher(#", "begin_at": "start""#, match: ".")
    try Data(bytes).write(to: URL(fileURLWithPath: fixture.log))
    _ = watcher.read()
    #expect(!watcher.isBlind)
  }

  static let journalWriter = "/lib/systemd/systemd-journal-remote"

  @Test(
    "entries of a journal are counted, and a restart goes on behind the last one",
    .enabled(if: ServerProcess.isInstalled(journalWriter), "needs the package systemd-journal-remote"))
  func journal() throws {
    let fixture = try LogFixture()
    func write(_ name: String, _ messages: [(unit: String, text: String)], from second: Int) throws {
      var export = ""
      for (number, message) in messages.enumerated() {
        let micros = 1_700_000_000_000_000 + (second + number) * 1_000_000
        export += "__REALTIME_TIMESTAMP=\(micros)\n__MONOTONIC_TIMESTAMP=\(micros)\n"
        export +=
          "_BOOT_ID=0123456789abcdef0123456789abcdef\n_SYSTEMD_UNIT=\(message.unit)\nMESSAGE=\(message.text)\n\n"
      }
      let input = fixture.folder + "/input"
      try export.write(toFile: input, atomically: false, encoding: .utf8)
      try #require(try ServerProcess.run(Self.journalWriter, ["-o", "\(fixture.folder)/\(name).journal", input]))
    }
    let json =
      #"{"journal": {"directory": "\#(fixture.folder)", "units": ["sshd.service"]}, "begin_at": "start", "patterns": [{"metric": "errors_total", "match": "error"}]}"#
    let settings = try JSONDecoder().decode(LogsSettings.self, from: Data(json.utf8))
    let state = fixture.folder + "/state.json"
    try write("one", [("sshd.service", "error 1"), ("cron.service", "error"), ("sshd.service", "fine")], from: 0)
    let watcher = LogWatcher(settings, statePath: state)
    let samples = watcher.read()
    #expect(watcher.problems == [])
    #expect(samples.value("errors_total", ["source": "journal"]) == 1)
    #expect(samples.value("log_lines_read_total", ["source": "journal"]) == 2)
    _ = watcher.read()
    try write("two", [("sshd.service", "error 2"), ("sshd.service", "error 3")], from: 10)
    #expect(LogWatcher(settings, statePath: state).read().value("errors_total", ["source": "journal"]) == 2)
    #expect(watcher.read().value("errors_total", ["source": "journal"]) == 3)
  }
}
