import Incidents
import Inventory
import Notifiers
import Records
import Synchronization
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp

/// Answers each attempt as the test scripted, and remembers the keys.
private final class ScriptedNotifier: Notifier {
  private let state: Mutex<(script: [Notifiers.DeliveryOutcome], seen: [NotificationMessage])>

  init(_ script: [Notifiers.DeliveryOutcome]) { state = Mutex((script, [])) }

  var sendsRecoveries: Bool { true }
  var description: String { "scripted" }
  var seen: [NotificationMessage] { state.withLock { $0.seen } }

  func deliver(_ message: NotificationMessage, at now: Timestamp) async -> Notifiers.DeliveryOutcome {
    state.withLock { state in
      state.seen.append(message)
      return state.script.isEmpty ? .delivered(evidence: "ok") : state.script.removeFirst()
    }
  }
}

/// The outcomes that became durable.
private final class Settled: Sendable {
  private let list = Mutex<[(IntentKey, Incidents.DeliveryOutcome)]>([])

  func add(_ key: IntentKey, _ outcome: Incidents.DeliveryOutcome) { list.withLock { $0.append((key, outcome)) } }
  var all: [(IntentKey, Incidents.DeliveryOutcome)] { list.withLock { $0 } }
}

@Suite("Delivery")
struct DeliveryServiceTests {
  private let clock = TestClock()
  private let settled = Settled()

  /// Intents as a book decides them: one incident that fires and recovers, to one receiver.
  private func intents() throws -> [NotificationIntent] {
    let policy = NotificationPolicy(receivers: [NotificationPolicy.Receiver("a/webhook")])
    var book = IncidentBook(
      settings: IncidentSettings(verification: Verification(rounds: 1, duration: .zero), notification: policy))
    var tally = BreachTally()
    let rule = RuleReference(group: "g", alertName: "Down")
    let alert = AlertReport(
      rule: rule, labels: LabelSet(["instance": "h1", "severity": "critical"]),
      annotations: [
        "summary": "h1 is down", "summary_zh_cn": "h1 无响应", "runbook_url": "docs/runbooks/host.md#hostmemorylow",
      ], activeAt: clock.now, value: 0,
      subject: .unbound(why: Reason("reason.binding.no-labels")))
    _ = try book.process(.round(RuleRound(rule, firing: [alert])), counting: &tally, at: clock.now)
    let later = clock.now.advanced(by: .seconds(60))
    _ = try book.process(.round(RuleRound(rule, firing: [])), counting: &tally, at: later)
    return book.pendingIntentsInOrder
  }

  private func service(_ notifier: ScriptedNotifier?, settles: Bool = true) -> DeliveryService {
    let settled = settled
    return DeliveryService(
      channels: notifier.map { ["a/webhook": $0] } ?? [:],
      composer: MessageComposer(language: .english, zone: .utc, consoleURL: "http://127.0.0.1:9464"),
      world: .test(clock), log: .test
    ) { key, outcome in
      settled.add(key, outcome)
      return settles
    }
  }

  private func drain(_ service: DeliveryService, until done: () -> Bool) async {
    for _ in 0..<10_000 where !done() {
      await service.pump()
      await Task.yield()
    }
  }

  @Test("a message names day and zone, a recovery how long it lasted, a runbook of ours its page") func words() throws {
    let intents = try intents()
    let zone = ClockZone.fixed("Asia/Shanghai", offsetSeconds: 28_800)
    let composer = MessageComposer(language: .english, zone: zone, consoleURL: "http://127.0.0.1:9464")
    try #require(intents.count == 2)
    let alarm = try #require(composer.message(for: intents[0]).texts.first)
    let since = "\(zone.day(clock.now.milliseconds)) \(zone.time(clock.now.milliseconds)) UTC+8"
    #expect(alarm.lines.contains("Incident INC-1, since \(since)"))
    let recovery = composer.message(for: intents[1])
    #expect(recovery.texts.map(\.title) == ["RECOVERED after 1 min: h1 is down", "已恢复（历时 1 分钟）：h1 无响应"])
    #expect(
      recovery.texts.allSatisfy { $0.lines.contains { $0.contains("1 min") || $0.contains("1 分钟") } })
    #expect(
      recovery.links.map(\.url) == [
        "http://127.0.0.1:9464/incidents/INC-1", "http://127.0.0.1:9464/runbooks/host#hostmemorylow",
      ])
  }

  @Test("a recovery never overtakes its alarm, and each keeps its key over retries") func ordered() async throws {
    let intents = try intents()
    try #require(intents.map(\.kind) == [.firing, .recovered])
    let notifier = ScriptedNotifier([.retry(after: .seconds(30), why: "HTTP 503"), .delivered(evidence: "ok")])
    let service = service(notifier)
    await service.take { intents.reversed() }
    await drain(service) { notifier.seen.count == 1 && service.view.retried == 1 }
    await drain(service) { notifier.seen.count > 1 }
    #expect(notifier.seen.map(\.idempotencyKey) == [intents[0].key.text], "nothing before the wait is over")
    clock.advance(by: .seconds(31))
    await drain(service) { settled.all.count == 2 }
    #expect(notifier.seen.map(\.idempotencyKey) == [intents[0].key.text, intents[0].key.text, intents[1].key.text])
    #expect(settled.all.map(\.0) == intents.map(\.key))
    #expect(service.view.waiting.isEmpty)
  }

  @Test("what a receiver refuses is an outcome, and a channel that is gone refuses") func refused() async throws {
    let service = service(nil)
    let intents = try intents()
    await service.take { intents }
    await drain(service) { settled.all.count == 2 }
    guard case .refused(let problem) = settled.all[0].1 else {
      Issue.record("an intent without a channel must end as refused")
      return
    }
    #expect(
      problem == BilingualText("the receiver is no longer in the configuration", chinese: "配置中已没有该接收者"))
  }

  @Test("an outcome that is not durable is recorded again, and the message is not sent again") func notDurable()
    async throws
  {
    let notifier = ScriptedNotifier([])
    let service = service(notifier, settles: false)
    let intents = Array(try intents().prefix(1))
    await service.take { intents }
    await drain(service) { notifier.seen.count == 1 && settled.all.count == 1 }
    #expect(service.view.waiting["a/webhook"]?.count == 1)
    for round in 2...4 {
      clock.advance(by: .seconds(6))
      await drain(service) { settled.all.count == round }
    }
    #expect(settled.all.count == 4, "the outcome is offered to the journal until it takes it")
    #expect(notifier.seen.count == 1, "a journal that is full must not become a stream of pages")
  }

  @Test("how long a notification waits is told by the clock that never steps") func waitsByUptime() async throws {
    let service = service(ScriptedNotifier([.retry(after: .seconds(3600), why: "HTTP 503")]))
    let intents = try intents()
    clock.advance(by: .seconds(40))
    let begun = clock.uptime
    await service.take { intents }
    await drain(service) { service.view.retried == 1 }
    clock.set(by: .seconds(-7200))
    clock.advance(by: .seconds(60))
    await service.take { intents }
    #expect(service.view.waitingSince == begun)
    #expect(service.view.waiting["a/webhook"]?.count == 2)
  }

  @Test("a stop waits for the attempt under way, and begins no other") func stops() async throws {
    let notifier = ScriptedNotifier([])
    let service = service(notifier)
    let intents = try intents()
    await service.take { intents }
    await service.stop()
    #expect(settled.all.map(\.0) == [intents[0].key])
    #expect(service.view.waiting["a/webhook"]?.count == 1)
  }

  @Test("the message says the same in both languages, the installation's own first") func message() throws {
    let intent = try #require(try intents().first)
    let composer = MessageComposer(language: .simplifiedChinese, zone: .utc, consoleURL: "http://127.0.0.1:9464")
    let message = composer.message(for: intent)
    #expect(message.texts.map(\.language) == ["zh-CN", "en"])
    #expect(message.texts[0].title.hasSuffix("h1 无响应"))
    #expect(message.texts[1].title.hasSuffix("h1 is down"))
    #expect(message.texts.allSatisfy { text in text.lines.allSatisfy { !$0.contains("{") } })
    #expect(message.receiver == "a")
    #expect(message.links.first?.url == "http://127.0.0.1:9464/incidents/INC-1")
    #expect(message.priority.rawValue == intent.incident.priority.rawValue + 1)
  }
}
