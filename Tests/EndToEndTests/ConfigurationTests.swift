import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("Configurations, good and bad")
  struct ConfigurationTests {
    /// An unknown key in the fifth line.
    private static let badRules = """
      groups:
        - name: own
          interval: 1s
          rules:
            - {record: tick, exprr: vector(1)}
      """
    private static let place = "rules/own.yaml:5:"

    @Test("a bad configuration without a good one before ends the start with its place")
    func firstStart() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try watchkeeper.folder.write("config/rules/own.yaml", Self.badRules)
      let start = try await watchkeeper.refusedStart()
      #expect(start.ending == .exited(1))
      expectPlace(in: start.output)
      #expect(watchkeeper.folder.fingerprint(of: "data/journal").isEmpty)
    }

    @Test("after a good one, the last good one runs and the start says so before anything else; --strict refuses")
    func laterStart() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try await watchkeeper.startAndAwaitReady()
      try await watchkeeper.stop()
      try watchkeeper.folder.write("config/rules/own.yaml", Self.badRules)

      let strict = try await watchkeeper.refusedStart(Watchkeeper.anyPort + ["--strict"])
      #expect(strict.ending == .exited(1))
      expectPlace(in: strict.output)

      try await watchkeeper.startAndAwaitReady()
      let lines = watchkeeper.output.split(separator: "\n")
      #expect(lines.first?.contains("the last good one") == true, "\(watchkeeper.output)")
      expectPlace(in: watchkeeper.output)
      #expect(try watchkeeper.metric("watchkeeper_config_last_reload_successful") == 0)
      try await Waiting.untilTrue("the rule of the last good configuration") {
        try watchkeeper.query("tick").count == 1
      }
    }

    @Test("a start that forgets --config leaves the last good configuration alone")
    func forgotten() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try await watchkeeper.startAndAwaitReady()
      try await watchkeeper.stop()
      let path = watchkeeper.dataFolder + "/configuration.last-good.json"
      let kept = try #require(FileManager.default.contents(atPath: path))
      try await watchkeeper.startWithoutConfiguration()
      watchkeeper.send(SIGHUP)
      try await Waiting.untilTrue("the reload") {
        try watchkeeper.metric("watchkeeper_config_reloads_total") == 1
      }
      try await watchkeeper.stop()
      #expect(FileManager.default.contents(atPath: path) == kept)
    }

    @Test("SIGHUP with a bad configuration keeps the running one and tells; a good one is taken over")
    func reload() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try await watchkeeper.startAndAwaitReady()
      #expect(try watchkeeper.metric("watchkeeper_config_last_reload_successful") == 1)
      try watchkeeper.folder.write("config/rules/own.yaml", Self.badRules)
      watchkeeper.send(SIGHUP)
      try await Waiting.untilTrue("the metric") {
        try watchkeeper.metric("watchkeeper_config_last_reload_successful") == 0
      }
      expectPlace(in: watchkeeper.output)
      let rounds = try watchkeeper.metric("watchkeeper_rule_rounds_total") ?? 0
      try await Waiting.untilTrue("the old rules") {
        try watchkeeper.metric("watchkeeper_rule_rounds_total") ?? 0 >= rounds + 2
      }

      try watchkeeper.folder.write(
        "config/rules/own.yaml", Self.badRules.replacing("record: tick, exprr", with: "record: tock, expr"))
      watchkeeper.send(SIGHUP)
      try await Waiting.untilTrue("the new rule; it said: \(watchkeeper.output)") {
        try watchkeeper.query("tock").count == 1
      }
      #expect(try watchkeeper.metric("watchkeeper_config_last_reload_successful") == 1)
    }

    @Test("what is odd in a configuration is told at the start, and at a reload once it is new")
    func odd() async throws {
      let watchkeeper = try await Watchkeeper.quiet()
      try watchkeeper.folder.write(
        "config/watchkeeper.yaml", "packaged: {probes: false, rules: false, plans: false}\nmibs: [absent]\n")
      func count(_ text: String) -> Int { watchkeeper.output.split(separator: "\n").count { $0.contains(text) } }
      func reload(_ number: Int) async throws {
        watchkeeper.send(SIGHUP)
        try await Waiting.untilTrue("the reload") { count(" is in force") == number }
      }
      let absent = "configuration: \(watchkeeper.folder.path)/config/absent:1:1: "
      let unread = "configuration: \(watchkeeper.folder.path)/config/rules/team:1:1: "
      try await watchkeeper.startAndAwaitReady()
      #expect(count(absent) == 1, "\(watchkeeper.output)")
      try watchkeeper.folder.write("config/rules/team/own.yaml", "groups: []\n")
      for number in 1...2 {
        try await reload(number)
        #expect(count(absent) == 1 && count(unread) == 1, "\(watchkeeper.output)")
      }
      try FileManager.default.removeItem(atPath: watchkeeper.folder.path + "/config/rules/team")
      try await reload(3)
      try watchkeeper.folder.write("config/rules/team/own.yaml", "groups: []\n")
      try await reload(4)
      #expect(count(absent) == 1 && count(unread) == 2, "it is new again; \(watchkeeper.output)")
    }

    private func expectPlace(in output: String) {
      #expect(
        output.contains(/rules\/own\.yaml:5:\d+: .*exprr/), "\(output)")
    }

    @Test(
      "reloads without change under load: no gap in any series, no state reset, no page",
      .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
    func reloadUnderLoad() async throws {
      let interval = 0.5
      var pace = Story.Pace(probe: "500ms", rule: "500ms")
      let story = try await Story(pace)
      pace.probes = (1...20).map { number in
        "  - {name: load-\(number), kind: http, interval: 500ms, settings: {url: \"\(story.target.url)\(number)\"}}"
      }.joined(separator: "\n")
      pace.rules = """
              - {alert: Pending, expr: vector(1), for: 1h}
              - {alert: Firing, expr: vector(1)}
        """
      try story.configure(pace)
      try await story.target.start()
      let watchkeeper = story.watchkeeper
      try await watchkeeper.startAndAwaitReady()
      try await Waiting.untilTrue("the alarm; it said: \(watchkeeper.output)") { story.isAlarmed }
      let states = try activeSince(watchkeeper)
      #expect(states.count == 2)
      let began = Date().timeIntervalSince1970

      for round in 1...6 {
        // Half of them with another text that means the same.
        if round % 2 == 0 {
          pace.probes += "\n# \(round)"
          try story.configure(pace)
        }
        watchkeeper.send(SIGHUP)
        try await Waiting.untilTrue("reload \(round)") {
          try watchkeeper.metric("watchkeeper_config_reloads_total") == Double(round)
        }
        let rounds = try watchkeeper.metric("watchkeeper_rule_rounds_total") ?? 0
        try await Waiting.untilTrue("a round after reload \(round)") {
          try watchkeeper.metric("watchkeeper_rule_rounds_total") ?? 0 > rounds
        }
      }
      let ended = Date().timeIntervalSince1970
      try await Waiting.untilTrue("samples after the last reload") {
        let series = try watchkeeper.query("probe_success")
        return series.count == 21 && series.allSatisfy { $0.points.allSatisfy { $0.time > ended + interval } }
      }

      #expect(try activeSince(watchkeeper) == states)
      for series in try watchkeeper.query("probe_success[2m]") + watchkeeper.query("ALERTS[2m]") {
        let times = series.points.map(\.time).filter { $0 > began - 1 }
        let gap = zip(times.dropFirst(), times).map { $0 - $1 }.max() ?? .infinity
        #expect(gap < 1.9 * interval, "\(series.labels) was silent for \(gap) s")
      }
      #expect(try watchkeeper.incidents().count == 1)
      #expect(story.hook.requests.count == 1)
      #expect(story.mail.mails.count == 1)
    }

    private func activeSince(_ watchkeeper: Watchkeeper) throws -> [String: Double] {
      let states = try watchkeeper.query("ALERTS_FOR_STATE")
      return Dictionary(uniqueKeysWithValues: states.map { ($0.labels["alertname"] ?? "", $0.points.last?.value ?? 0) })
    }
  }
}
