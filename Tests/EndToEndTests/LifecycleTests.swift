import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("Starting and stopping")
  struct LifecycleTests {
    @Test("a second program on the same data folder ends with status 1, names the first and touches nothing")
    func secondProgram() async throws {
      let first = try await Watchkeeper.quiet()
      try await first.startAndAwaitReady()
      // Stopped, the first one writes nothing either: every difference would be the second one's.
      first.send(SIGSTOP)
      defer { first.send(SIGCONT) }
      let before = first.folder.fingerprint(of: "data")
      let second = try await first.refusedStart()
      #expect(second.ending == .exited(1))
      #expect(second.output.contains("process \(try #require(first.pid)) uses the data folder"), "\(second.output)")
      #expect(second.output.split(separator: "\n").count == 1, "\(second.output)")
      #expect(first.folder.fingerprint(of: "data") == before)
      #expect(!before.isEmpty)
      first.send(SIGCONT)
      #expect(try first.ask("GET", "/-/ready").status == 200)
    }

    @Test("a named port that is taken ends the start with status 1, before anything is written")
    func portTaken() async throws {
      let taken = try Sockets.listen()
      defer { close(taken.descriptor) }
      let watchkeeper = try await Watchkeeper.quiet()
      let start = try await watchkeeper.refusedStart(["--listen", "127.0.0.1:\(taken.port)"])
      #expect(start.ending == .exited(1))
      #expect(start.output.contains("127.0.0.1:\(taken.port) is taken"), "\(start.output)")
      #expect(start.output.split(separator: "\n").count == 1, "\(start.output)")
      #expect(watchkeeper.folder.fingerprint(of: "data/journal").isEmpty)
    }

    @Test("when the standard port is taken the next free one is used, and the start says so")
    func standardPortTaken() async throws {
      // Taken by this test, or by whoever was here before.
      let taken = try? Sockets.listen(port: 9464)
      defer { if let taken { close(taken.descriptor) } }
      let watchkeeper = try await Watchkeeper.quiet()
      try await watchkeeper.startAndAwaitReady([])
      #expect(watchkeeper.output.contains("port 9464 is taken"), "\(watchkeeper.output)")
      let link = try #require(watchkeeper.link)
      #expect(!link.contains(":9464/") && link.hasPrefix("http://127.0.0.1:9"), "\(link)")
    }

    @Test("SIGTERM ends with status 0 within seconds, and says so")
    func stop() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try await watchkeeper.startAndAwaitReady()
      let began = Waiting.uptime
      #expect(try await watchkeeper.stop() == .exited(0))
      #expect(Waiting.uptime - began < 5)
      #expect(try await watchkeeper.command("verify").ending == .exited(0))
    }

    @Test(
      "a second run resumes: same incident, no second alarm, samples on both sides of the gap",
      .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
    func resumes() async throws {
      let story = try await Story(.fast)
      try await story.watchkeeper.startAndAwaitReady()
      try await Waiting.untilTrue("the alarm; it said: \(story.watchkeeper.output)") { story.isAlarmed }
      let selector = "probe_success{instance=\"\(story.target.url)\"}[10m]"
      let before = try #require(try story.watchkeeper.query(selector).first).points
      let stopped = Date().timeIntervalSince1970
      #expect(try await story.watchkeeper.stop() == .exited(0))

      try await story.watchkeeper.startAndAwaitReady()
      let restarted = Date().timeIntervalSince1970
      let said = try #require(story.watchkeeper.output.firstMatch(of: /goes on: (\d+) series, 1 open incident\)/))
      #expect(try #require(Int(said.1)) > 0)
      try await Waiting.untilTrue("samples after the gap") {
        try story.watchkeeper.query(selector).first?.points.contains { $0.time > restarted + 1 } == true
      }
      let after = try #require(try story.watchkeeper.query(selector).first).points
      #expect(before.count > 1)
      #expect(after.filter { $0.time <= stopped }.map(\.time).starts(with: before.map(\.time)))
      #expect(try story.watchkeeper.incidents().map { $0["number"] as? String } == ["INC-1"])
      #expect(story.hook.requests.count == 1)
      try await story.target.start()
      try await Waiting.untilTrue("the recovery; it said: \(story.watchkeeper.output)") { story.isRecovered }
      try await story.expectOneIncident(repeatsMax: 0, "resumed")
    }

    @Test(
      "SIGTERM during a delivery waits for its outcome, so that the next run does not repeat it",
      .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
    func stopDuringDelivery() async throws {
      let story = try await Story(.fast)
      story.hook.answer(after: 1)
      try await story.watchkeeper.startAndAwaitReady()
      try await Waiting.untilTrue("the webhook; it said: \(story.watchkeeper.output)") {
        !story.hook.requests.isEmpty
      }
      #expect(try await story.watchkeeper.stop() == .exited(0))
      #expect(try await story.watchkeeper.facts(of: "incidents")["notification.delivered"] == 2)
      try await story.watchkeeper.startAndAwaitReady()
      try await Waiting.untilTrue("four rounds") {
        try story.watchkeeper.metric("watchkeeper_rule_rounds_total") ?? 0 >= 4
      }
      #expect(story.hook.requests.count == 1)
    }

    @Test("who starts it may ignore the ends of children: how a plugin ended is known all the same")
    func ignoredChildren() async throws {
      let folder = try ScratchFolder()
      try folder.write(
        "plugin.yaml",
        "probes: [{name: bad, kind: exec, settings: {command: [/bin/sh, -c, 'echo so it is; exit 2']}}]\n")
      let start = """
        import os, signal, sys
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        os.execv(sys.argv[1], sys.argv[1:])
        """
      let trial = try await ChildProcess.run(
        Tools.python, ["-c", start, Watchkeeper.executable, "probe", "try", "\(folder.path)/plugin.yaml"], in: folder)
      #expect(trial.ending == .exited(1) && trial.output.contains("so it is"), "\(trial.output)")
    }

    @Test(
      "a disk that is full at the start is refused with the remedy, and nothing is written",
      .enabled(if: Tools.isRoot && Tools.unshare != nil, "needs root, to mount a small file system of its own"))
    func diskFull() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try FileManager.default.createDirectory(atPath: watchkeeper.dataFolder, withIntermediateDirectories: true)
      let script =
        "mount -t tmpfs -o size=16m tmpfs \"$1\" || exit 77; shift; \"$@\"; code=$?; ls -A \(watchkeeper.dataFolder); exit $code"
      let start = try await ChildProcess.run(
        Tools.unshare ?? "",
        ["-m", "sh", "-c", script, "sh", watchkeeper.dataFolder, Watchkeeper.executable]
          + watchkeeper.arguments(Watchkeeper.anyPort), in: watchkeeper.folder)
      if start.ending == .exited(77) { try Test.cancel("a mount is not permitted here") }
      #expect(start.ending == .exited(1))
      #expect(start.output.contains("MiB free, 32 MiB are needed"), "\(start.output)")
      #expect(start.output.split(separator: "\n").count == 1, "\(start.output)")
    }
  }
}

extension Watchkeeper {
  /// With nothing to do but one recording rule.
  static func quiet() async throws -> Watchkeeper {
    let folder = try ScratchFolder()
    try folder.write("config/watchkeeper.yaml", "packaged: {probes: false, rules: false, plans: false}\n")
    try folder.write(
      "config/rules/own.yaml",
      """
      groups:
        - name: own
          interval: 1s
          rules:
            - {record: tick, expr: vector(1)}
      """)
    return Watchkeeper(in: folder)
  }
}
