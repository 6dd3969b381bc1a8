import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("Crashes", .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
  struct CrashTests {
    private static let kills = 25
    /// The target dies before this kill …
    private static let deathOfTarget = 4
    /// … and returns before this one.
    private static let returnOfTarget = 15

    /// `WATCHKEEPER_SEED=… scripts/test --filter CrashTests` repeats a run.
    private static let seed =
      ProcessInfo.processInfo.environment["WATCHKEEPER_SEED"].flatMap { UInt64($0) } ?? UInt64(Waiting.uptime * 1e6)

    @Test("25 kills spread over the story: same number, same keys, no transition lost, at most one repeat a kill")
    func kills() async throws {
      print("WATCHKEEPER_SEED=\(Self.seed)")
      var generator = SeededGenerator(seed: Self.seed)
      // A recovery is proven for longer than samples wait for their group commit: else a crash takes the good samples and
      // leaves the recovery, and the bad ones before them open the incident again.
      let story = try await Story(Story.Pace(probe: "500ms", rule: "500ms", hold: "1s", verify: "2s"))
      // A receiver that takes its time, so that kills meet deliveries whose outcome is not yet recorded.
      story.hook.answer(after: 0.6)
      try await story.target.start()
      try await story.watchkeeper.startAndAwaitReady()
      try await story.awaitFirstGoodSample()
      for kill in 0..<Self.kills {
        if kill == Self.deathOfTarget { story.target.kill() }
        if kill == Self.returnOfTarget {
          try await story.await("the alarm", seconds: 60) { story.isAlarmed }
          try await story.target.start()
        }
        let end = Waiting.uptime + Double.random(in: 0.1...1.6, using: &generator)
        try await Waiting.untilTrue("kill \(kill)") { Waiting.uptime >= end }
        try story.crash()
      }
      try await story.await("the recovery", seconds: 60) { story.isRecovered }
      #expect(story.crashes == Self.kills, "the program also ended by itself: \(story.endings)")
      print(
        "25 kills: \(story.hook.requests.count - 2) repeated webhooks, \(story.mail.mails.count - 2) repeated mails")
      try await story.expectOneIncident(repeatsMax: Self.kills, "WATCHKEEPER_SEED=\(Self.seed)")
    }

    /// Pass 1 meets the alarm; later ones its outcomes and the recovery. The two that need time come first.
    private static let failpoints = [
      "chunk-flush.before:1", "chunk-flush.after:1", "snapshot.before:1", "snapshot.after:1", "append.before:1",
      "append.after:1", "append.before:2", "append.after:2", "append.before:4", "append.after:4", "intent.after:1",
      "intent.after:2", "send.before:1", "send.after:1", "send.before:3", "send.after:3", "outcome.before:1",
      "outcome.after:1", "outcome.before:3", "outcome.after:3",
    ]

    /// Stories told at the same time; they mostly wait.
    private static let storiesAtOnce = 4

    @Test("a kill at each named failpoint: same number, same keys, no transition lost, at most one repeat")
    func failpoints() async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, failpoint) in Self.failpoints.enumerated() {
          if index >= Self.storiesAtOnce { try await group.next() }
          group.addTask { try await tell(dyingAt: failpoint) }
        }
        try await group.waitForAll()
      }
    }

    private func tell(dyingAt failpoint: String) async throws {
      var pace = Story.Pace.fast
      if failpoint.hasPrefix("chunk-flush") { pace.groups = Self.groupThatFillsChunks }
      let story = try await Story(pace)
      try await story.target.start()
      // A life before, so that the first append of the next one is not the discovery of this host.
      try await story.watchkeeper.startAndAwaitReady()
      try await story.awaitFirstGoodSample()
      try await story.watchkeeper.stop()

      try await story.watchkeeper.startAndAwaitReady(environment: ["WATCHKEEPER_FAILPOINT": failpoint])
      story.target.kill()
      try await story.await("the alarm of \(failpoint)") { story.isAlarmed }
      try await story.target.start()
      try await story.await("the recovery of \(failpoint)") { story.isRecovered }
      try await story.await("the death at \(failpoint)") { story.crashes > 0 }
      #expect(story.endings == [.killed(bySignal: SIGKILL)], "\(failpoint)")
      if failpoint.hasPrefix("send.after") || failpoint.hasPrefix("outcome.before") {
        // Told, but not yet recorded: at least once means that it is told again, beside the others or after them.
        try await story.await("the repetition after \(failpoint)") {
          story.hook.requests.count + story.mail.mails.count >= 5
        }
      }
      try await story.expectOneIncident(repeatsMax: 1, failpoint)
    }

    /// 120 samples close a chunk: ten a second do so in 12 s.
    private static let groupThatFillsChunks = """
        - name: filling
          interval: 100ms
          rules:
            - {record: filling, expr: vector(1)}
      """
  }
}
