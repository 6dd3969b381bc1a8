import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("What is promised is on disk", .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
  struct DurabilityTests {
    @Test(
      "an acknowledgement is answered only after the journal is synced, and survives a kill",
      .enabled(if: Tools.strace != nil, "needs the package strace: apt-get install strace"))
    func acknowledgement() async throws {
      let story = try await Story(.fast)
      let watchkeeper = story.watchkeeper
      try await watchkeeper.startAndAwaitReady()
      try await Waiting.untilTrue("the alarm; it said: \(watchkeeper.output)") { story.isAlarmed }

      let file = story.folder.path + "/strace"
      let calls = "read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,fsync,fdatasync"
      let strace = try ChildProcess(
        Tools.strace ?? "strace",
        ["-f", "-y", "-s", "200", "-e", "trace=" + calls, "-o", file, "-p", "\(watchkeeper.pid ?? 0)"],
        in: story.folder)
      try await Waiting.untilTrue("strace; it said: \(strace.output)", seconds: 15) {
        strace.output.contains("attached") || !strace.isRunning
      }
      if strace.output.contains("not permitted") { try Test.cancel("tracing is not permitted here") }
      let answer = try watchkeeper.ask("POST", "/incidents/INC-1/acknowledge")
      #expect(answer.status == 200, "\(answer.body)")
      strace.send(SIGINT)
      _ = try await strace.end()

      let trace = SystemCallTrace(try String(contentsOfFile: file, encoding: .utf8))
      let asked = try #require(trace.first("POST /incidents/INC-1/acknowledge"), "\(trace.lines.count) lines")
      let answered = try #require(trace.first("HTTP/1.1 200", after: asked))
      let syncs = trace.syncs(of: "/journal/journal.sqlite", after: asked, before: answered)
      #expect(!syncs.isEmpty, "no sync between the lines \(asked) and \(answered) of \(trace.lines.count)")
      for line in [asked] + syncs + [answered] { print("strace \(line): \(trace.lines[line].prefix(160))") }

      watchkeeper.kill()
      try await watchkeeper.startAndAwaitReady()
      #expect(try watchkeeper.incidents().first?["progress"] as? String == "acknowledged")
    }

    @Test("a sync that comes late, fails or is of another file does not count")
    func syncsThatDoNotCount() {
      let trace = SystemCallTrace(
        """
        7 fdatasync(9</data/journal/journal.sqlite-wal>) = 0
        7 read(3<socket:[1]>, "POST /incidents/INC-1/acknowledge HTTP/1.1", 2048) = 99
        8 fdatasync(9</data/samples/day.db-wal>) = 0
        9 fdatasync(9</data/journal/journal.sqlite-wal>) = -1 EIO (Input/output error)
        8 fdatasync(9</data/journal/journal.sqlite-wal> <unfinished ...>
        7 write(3<socket:[1]>, "HTTP/1.1 200 OK", 99) = 99
        8 <... fdatasync resumed>) = 0
        """)
      #expect(trace.first("POST") == 1 && trace.first("HTTP/1.1 200", after: 1) == 5)
      #expect(trace.syncs(of: "/journal/journal.sqlite", after: 1, before: 5).isEmpty)
      #expect(trace.syncs(of: "/journal/journal.sqlite", after: 1, before: 7) == [6])
      #expect(trace.syncs(of: "/journal/journal.sqlite", after: -1, before: 1) == [0])
    }

    @Test("1,000 firing rounds: one incident, counted 1,000, and hardly more facts than transitions")
    func rounds() async throws {
      var pace = Story.Pace.fast
      pace.groups = """
          - name: rounds
            interval: 20ms
            rules:
              - {alert: Always, expr: vector(1)}
        """
      let story = try await Story(pace)
      try await story.target.start()
      try await story.watchkeeper.startAndAwaitReady()
      let began = Waiting.uptime
      try await Waiting.untilTrue("1,000 rounds", seconds: 120) {
        (try story.watchkeeper.incidents().first?["count"] as? Int ?? 0) >= 1000
      }
      let minutes = (Waiting.uptime - began) / 60
      #expect(try story.watchkeeper.incidents().count == 1)
      try await story.watchkeeper.stop()
      let facts = try await story.watchkeeper.facts(of: "incidents")
      print("1,000 rounds in \(minutes * 60) s; facts: \(facts)")
      let transitions = ["incident.opened": 1, "notification.intended": 2, "notification.delivered": 2]
      let others = facts.filter { transitions[$0.key] == nil }
      #expect(facts["incident.opened"] == 1)
      #expect(facts.values.reduce(0, +) <= 5 + Int(minutes / 5) + 1, "\(others)")
    }
  }
}

/// What `strace -f -o` wrote, a line a call or a half of one.
struct SystemCallTrace {
  let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n") }

  func first(_ text: String, after start: Int = -1) -> Int? {
    lines.indices.first { $0 > start && lines[$0].contains(text) }
  }

  /// Lines at which a sync of `file` ended well that began after `start`.
  func syncs(of file: String, after start: Int, before end: Int) -> [Int] {
    var unfinished: Set<Substring> = []
    var ended: [Int] = []
    for index in lines.indices where index > start && index < end {
      let line = lines[index]
      let thread = line.prefix { $0 != " " }
      if line.contains("sync(") && line.contains(file) {
        if line.contains("<unfinished") {
          unfinished.insert(thread)
        } else if line.hasSuffix("= 0") {
          ended.append(index)
        }
      } else if line.contains("sync resumed>"), line.hasSuffix("= 0"), unfinished.remove(thread) != nil {
        ended.append(index)
      }
    }
    return ended
  }
}
