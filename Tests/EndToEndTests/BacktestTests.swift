import Foundation
import Testing

extension EndToEnd {
  @Suite("Rules on the stored past", .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
  struct BacktestTests {
    @Test("a rule file is tried on what the program stored; it names the real incident, and gates by exit status")
    func backtest() async throws {
      let story = try await Story()
      try await story.target.start()
      try await story.watchkeeper.startAndAwaitReady()
      try await story.awaitFirstGoodSample()
      story.target.kill()
      try await Waiting.untilTrue("the alarm; it said: \(story.watchkeeper.output)", seconds: 20) { story.isAlarmed }

      let file = story.watchkeeper.configurationFolder + "/rules/site.yaml"
      let tried = try await story.watchkeeper.command("backtest", file, "--since", "10m", "--output", "json")
      #expect(tried.ending == .exited(0), "\(tried.output)")
      let answer = try JSONSerialization.jsonObject(with: Data(tried.output.utf8)) as? [String: Any]
      let rules = (answer?["result"] as? [String: Any])?["rules"] as? [[String: Any]]
      let rule = try #require(rules?.first)
      #expect(rule["fires"] as? Int == 1)
      let incident = try #require((rule["incidents"] as? [[String: Any]])?.first)
      #expect(incident["same"] as? [String] == ["INC-1"])
      #expect((rule["missed"] as? [String])?.isEmpty == true)
      // Nothing that runs was touched.
      #expect(try story.watchkeeper.incidents().count == 1)

      let gated = try await story.watchkeeper.command("backtest", file, "--since", "10m", "--max-fires", "0")
      #expect(gated.ending == .exited(1), "\(gated.output)")
      #expect(gated.output.contains("SiteDown fires 1 time, --max-fires allows 0"), "\(gated.output)")
      let passed = try await story.watchkeeper.command("backtest", file, "--since", "10m", "--max-fires", "1")
      #expect(passed.ending == .exited(0), "\(passed.output)")

      try story.folder.write("broken.yaml", "groups:\n  - name: g\n    rules: [{alert: A, expr: \"up ==\"}]\n")
      let broken = try await story.watchkeeper.command("backtest", story.folder.path + "/broken.yaml")
      #expect(broken.ending == .exited(1) && broken.output.contains("broken.yaml:3:"), "\(broken.output)")
    }
  }
}
