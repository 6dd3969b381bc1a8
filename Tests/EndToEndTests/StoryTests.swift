import Foundation
import Testing

extension EndToEnd {
  @Suite("The story of one failing endpoint", .enabled(if: Tools.canTellStories, Comment(rawValue: Tools.storyNeeds)))
  struct StoryTests {
    @Test("a dead target is one incident, one webhook, one mail in time; its return is told to both")
    func story() async throws {
      let story = try await Story()
      try await story.target.start()
      try await story.watchkeeper.startAndAwaitReady()
      try await story.awaitFirstGoodSample()
      #expect(story.hook.requests.isEmpty)

      let died = Waiting.uptime
      story.target.kill()
      try await Waiting.untilTrue("the alarm; it said: \(story.watchkeeper.output)", seconds: 20) { story.isAlarmed }
      let alarmed = Waiting.uptime
      // Interval of the probe, and of the rule, 1 s each; `for` 1 s; 5 s to spare.
      #expect(alarmed - died <= 1 + 1 + 5, "the alarm took \(alarmed - died) s")

      try await Waiting.untilTrue("five more firing rounds", seconds: 20) {
        (try story.watchkeeper.incidents().first?["count"] as? Int ?? 0) >= 5
      }
      #expect(try story.watchkeeper.incidents().count == 1)
      #expect(story.hook.requests.count == 1)
      #expect(story.mail.mails.count == 1)
      expectAlertmanagerBody(try #require(story.hook.requests.first), story)

      let returned = Waiting.uptime
      try await story.target.start()
      try await Waiting.untilTrue("the recovery; it said: \(story.watchkeeper.output)", seconds: 20) {
        story.isRecovered
      }
      print("alarm after \(alarmed - died) s, recovery after \(Waiting.uptime - returned) s")
      let end = try #require(story.hooks("resolved").first?.alerts.first?["endsAt"] as? String)
      #expect(!end.hasPrefix("0001"))
      try await story.expectOneIncident(repeatsMax: 0, "the story")
    }

    /// - Source: Alertmanager, "webhook_config", version 4.
    private func expectAlertmanagerBody(_ request: WebhookSink.Request, _ story: Story) {
      let body = request.json
      #expect(request.head.hasPrefix("POST /hook HTTP/1.1"))
      #expect(request.header("Content-Type") == "application/json")
      #expect(request.idempotencyKey.hasPrefix("INC-1."))
      #expect(body["version"] as? String == "4")
      #expect(body["status"] as? String == "firing")
      #expect(body["receiver"] as? String == "on-call")
      #expect(body["truncatedAlerts"] as? Int == 0)
      #expect((body["groupLabels"] as? [String: String])?["alertname"] == "SiteDown")
      for key in ["groupKey", "externalURL", "commonLabels", "commonAnnotations"] { #expect(body[key] != nil) }
      let alert = request.alerts.first ?? [:]
      #expect(request.alerts.count == 1)
      #expect(alert["status"] as? String == "firing")
      #expect(
        alert["labels"] as? [String: String]
          == ["alertname": "SiteDown", "instance": story.target.url, "job": "blackbox", "severity": "critical"])
      #expect(
        alert["annotations"] as? [String: String] == ["summary": "\(story.target.url) does not answer"])
      #expect((alert["startsAt"] as? String)?.hasSuffix("Z") == true)
      #expect((alert["endsAt"] as? String)?.hasPrefix("0001-01-01") == true)
      #expect((alert["generatorURL"] as? String)?.hasSuffix("/incidents/INC-1") == true)
      #expect((alert["fingerprint"] as? String)?.count == 16)
    }
  }
}
