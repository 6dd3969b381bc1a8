import Foundation
import LoopbackServers
import Records
import Telemetry
import Testing

@testable import Probes
@testable import Transfers

@Suite("Plugins", .timeLimit(.minutes(1)))
struct ExecProbeTests {
  static let folder = "/usr/lib/nagios/plugins/"
  static let areInstalled = ServerProcess.isInstalled(folder + "check_dummy", folder + "check_load")

  let environment = ProbeEnvironment(transfers: TransferEngine(), clock: ManualClock(), hostName: "h")

  private func run(_ words: [String], _ more: String = "", limit: Duration = .seconds(10)) async throws -> ProbeReport {
    let command = String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
    let json = #"{"command":\#(command)\#(more.isEmpty ? "" : ",")\#(more)}"#
    return await (try JSONDecoder().decode(ExecProbeSettings.self, from: Data(json.utf8))).makeProbe(in: environment)
      .run(within: limit)
  }

  @Test(
    "real plugins: each exit code is its verdict", .enabled(if: areInstalled, "needs monitoring-plugins-basic"),
    arguments: [
      ("0", "up", nil as String?), ("1", "up", nil), ("2", "down", "reason.exec.failed"),
      ("3", "unknown", "reason.exec.unknown"),
    ])
  func verdicts(_ code: String, _ verdict: String, _ reason: String?) async throws {
    let report = try await run([Self.folder + "check_dummy", code, "said so"])
    #expect("\(report.verdict)".hasPrefix(verdict))
    #expect(report.verdict.reason?.id == reason)
    #expect(report.samples.value("probe_exec_status") == Double(code))
    #expect(code == "0" || report.explanation.hasSuffix("said so"), "\(report.explanation)")
    let strict = try await run([Self.folder + "check_dummy", code], #""fail_on_warning":true"#)
    #expect((strict.verdict.reason?.id == "reason.exec.failed") == ["1", "2"].contains(code))
  }

  @Test("a real plugin's measurements become series", .enabled(if: areInstalled, "needs monitoring-plugins-basic"))
  func measurements() async throws {
    let report = try await run([Self.folder + "check_load", "-w", "9000,8000,7000", "-c", "9900,9800,9700"])
    #expect(report.verdict == .up, "\(report.explanation)")
    #expect(report.samples.value("probe_perfdata_value", ["label": "load5"]) != nil)
    #expect(report.samples.value("probe_perfdata_warning", ["label": "load5"]) == 8000)
    #expect(report.samples.value("probe_perfdata_critical", ["label": "load1"]) == 9900)
    #expect(report.samples.value("probe_perfdata_unread") == 0)
  }

  private func shell(_ script: String, _ more: String = "", limit: Duration = .seconds(10)) async throws -> ProbeReport
  {
    try await run(["/bin/sh", "-c", script], more, limit: limit)
  }

  @Test("a program sees a named environment, no descriptor of ours, its own group and no blocked signal")
  func surroundings() async throws {
    setenv("WATCHKEEPER_TEST_KEPT", "kept", 1)
    setenv("WATCHKEEPER_TEST_HIDDEN", "hidden", 1)
    let report = try await shell(
      #"echo "$(env | sort | cut -d= -f1 | tr '\n' ' ')/$WATCHKEEPER_TEST_KEPT/$TOKEN/$(ls /proc/$$/fd | tr '\n' ' ')/$(pwd)"; exit 2"#,
      #""pass_environment":["WATCHKEEPER_TEST_KEPT"],"environment":{"TOKEN":"t"},"working_directory":"/usr""#)
    // 3 is the shell's own, from which it reads what ls prints.
    #expect(report.explanation == "LC_ALL PATH PWD TOKEN WATCHKEEPER_TEST_KEPT /kept/t/0 1 2 3 //usr")
    let busy = try await shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")
    #expect(busy.cost.cpu ?? .zero > .milliseconds(1))
    let group = try await shell(
      #"read -r _ _ _ _ group _ < /proc/$$/stat; [ "$group" = $$ ] && grep -q 'SigBlk:.0*$' /proc/$$/status"#)
    #expect(group.verdict == .up, "\(group.explanation)")
  }

  @Test("what does not end is killed with all that it started, and says nothing about the target")
  func deadline() async throws {
    let report = try await shell("trap '' TERM; sleep 1000 & sleep 1000", limit: .milliseconds(300))
    #expect(report.verdict.reason?.id == "reason.exec.timed_out")
    // The group is gone: a second program sees none of its kind.
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    let left = try await shell("(sleep 1000; echo) & echo $! > \(folder)/pid; exit 0")
    #expect(left.verdict == .up)
    let pid = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
    // The signal was sent; the kernel ends the program in its own time.
    let gone = try await patiently(until: { $0.verdict == .up }) {
      try await shell(
        "! grep -q 'State:.[RSD]' /proc/\(pid.trimmingCharacters(in: .whitespacesAndNewlines))/status 2>/dev/null")
    }
    #expect(gone.verdict == .up)
  }

  @Test("output without end, signals, and what cannot be started each have a reason")
  func faults() async throws {
    #expect(try await run(["/usr/bin/yes"]).verdict.reason?.id == "reason.exec.output")
    #expect(try await shell("kill -9 $$").verdict.reason?.id == "reason.exec.unknown")
    #expect(try await shell("exit 77").verdict.reason?.id == "reason.exec.unknown")
    let missing = try await run(["/nonexistent/plugin"])
    #expect(missing.verdict.reason?.id == "reason.exec.not_started")
    #expect(missing.explanation.contains("No such file"), "\(missing.explanation)")
    #expect(try await run(["/etc/hostname"]).verdict.reason?.id == "reason.exec.not_started")
    let silent = try await shell("echo to the error stream >&2; exit 2")
    #expect(silent.explanation == "to the error stream")
    #expect(try await shell("exit 2").explanation == "the plugin said nothing")
  }

  @Test("hundreds at once all end, a few at a time")
  func many() async throws {
    let programs = environment.network.programs
    let ends = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 {
        group.addTask {
          guard
            case .success(let outcome) = await programs.run(ProgramRequest(words: ["/bin/true"]), within: .seconds(30))
          else { return false }
          return outcome.end == .code(0)
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(ends == 200)
  }

  @Test("secrets by file, variable and program reach the program and nobody else")
  func secrets() async throws {
    let folder = ServerProcess.makeFolder()
    defer { _ = try? ServerProcess.run("/bin/rm", ["-rf", folder]) }
    ServerProcess.write("in-file\n", to: folder + "/secret")
    ServerProcess.write("#!/bin/sh\necho x >> \(folder)/runs; echo printed\n", to: folder + "/vault", mode: 0o700)
    setenv("WATCHKEEPER_TEST_SECRET", "in-variable", 1)
    let sources = """
      "environment":{"A":{"file":"\(folder)/secret"},"B":{"env":"WATCHKEEPER_TEST_SECRET"},
      "C":{"command":["\(folder)/vault"]},"D":"clear"}
      """
    for _ in 0..<3 {
      let report = try await shell("[ \"$A/$B/$C/$D\" = in-file/in-variable/printed/clear ]", sources)
      #expect(report.verdict == .up, "\(report.explanation)")
    }
    #expect(try String(contentsOfFile: folder + "/runs", encoding: .utf8) == "x\n", "the answer is kept")
    let settings = try JSONDecoder().decode(
      ExecProbeSettings.self, from: Data(#"{"command":["/bin/true"],\#(sources)}"#.utf8))
    var text = ""
    dump(settings, to: &text)
    #expect(!"\(settings)\(text)".contains("clear"))
    ServerProcess.write("in-file\n", to: folder + "/open", mode: 0o644)
    let exposed = try await shell("true", #""environment":{"A":{"file":"\#(folder)/open"}}"#)
    #expect(exposed.verdict.reason?.id == "fault.secret.exposed")
    #expect(exposed.explanation.contains(folder + "/open"))
    for bad in [#"{"env":"WATCHKEEPER_TEST_NONE"}"#, #"{"command":["/bin/false"]}"#, #"{"command":["/nonexistent"]}"#] {
      let report = try await shell("true", #""environment":{"A":\#(bad)}"#)
      #expect(report.verdict.reason?.id.hasPrefix("fault.secret.") == true)
    }
    for bad in ["{}", #"{"file":"a","env":"b"}"#, "7", #"{"command":["relative"]}"#, #"{"command":[]}"#] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(SecretSource.self, from: Data(bad.utf8)) }
    }
    #expect(try environment.network.secrets.answerNow(of: [folder + "/vault"]).reveal() == "printed")
  }
}

@Suite("Performance data")
struct PerformanceDataTests {
  private func values(_ text: String) -> [PerformanceValue] { PluginOutput(Array(text.utf8)).values }

  @Test(
    "values come in base units",
    arguments: [
      ("a=1", "", 1.0 as Double?), ("a=1.5s", "seconds", 1.5), ("a=250ms", "seconds", 0.25), ("a=5us", "seconds", 5e-6),
      ("a=2KB", "bytes", 2048), ("a=3MB", "bytes", 3_145_728), ("a=50%", "percent", 50), ("a=7c", "count", 7),
      ("a=-3", "", -3), ("a=U", "", nil), ("a=1,5s", "seconds", 1.5), ("a=1e3", "", 1000), ("a=2W", "W", 2),
      ("a=1E", "E", 1),
    ])
  func units(_ text: String, _ unit: String, _ value: Double?) {
    #expect(values("OK | " + text).map(\.unit) == [unit])
    #expect(values("OK | " + text).map(\.value) == [value])
  }

  @Test("labels may be quoted, hold blanks, quotes and equal signs")
  func labels() {
    let text = "OK | 'a b'=1 'it''s'=2 'x=y'=3 /=4;;;0;10 ''=5 c"
    #expect(values(text).map(\.label) == ["a b", "it's", "x=y", "/"])
    #expect(PluginOutput(Array(text.utf8)).unread == 2)
    #expect(values(text).last?.maximum == 10)
  }

  @Test("ranges: open ends, insides, and what stands before the colon")
  func ranges() {
    let value = values("OK|a=5s;10:20;@~:3;0;")[0]
    #expect(value.warning == PerformanceValue.Span(start: 10, end: 20, isInverted: false))
    #expect(value.critical == PerformanceValue.Span(start: nil, end: 3, isInverted: true))
    #expect(value.minimum == 0)
    #expect(value.maximum == nil)
    #expect(values("OK|a=5ms;10:;20")[0].warning == PerformanceValue.Span(start: 0.01, end: nil, isInverted: false))
    #expect(values("OK|a=5;x;y")[0].warning == nil)
  }

  @Test("measurements stand behind the bar of the first line, and behind that of a later line to the end")
  func lines() {
    let output = PluginOutput(Array("DISK OK  | a=1\nlong text\nmore | b=2\nc=3\nd=4 | e=5\n".utf8))
    #expect(output.summary == "DISK OK")
    #expect(output.values.map(\.label) == ["a", "b", "c", "d", "|"].filter { $0 != "|" } + ["e"])
  }

  @Test(
    "anything is read in bounded time and memory",
    arguments: ["", "|", "|'", "|'a", "|=", "|a=;;;;;;;;", "\u{0}|\u{0}=1"])
  func broken(_ text: String) { #expect(values(text).count <= 1) }

  @Test("at most 1,000 values of one run")
  func bound() {
    #expect(values("OK|" + (0..<5000).map { "a\($0)=1" }.joined(separator: " ")).count == PluginOutput.valuesMax)
  }
}
