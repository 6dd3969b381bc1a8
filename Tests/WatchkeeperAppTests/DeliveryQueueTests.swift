import Incidents
import Inventory
import Records
import Telemetry
import Testing

@testable import WatchkeeperApp

@Suite("The queue of a channel")
struct DeliveryQueueTests {
  /// `count` incidents that fire and recover, to one receiver, in the order of the intents.
  private static func intents(_ count: Int) throws -> [NotificationIntent] {
    let policy = NotificationPolicy(receivers: [NotificationPolicy.Receiver("a/webhook")])
    var book = IncidentBook(
      settings: IncidentSettings(verification: Verification(rounds: 1, duration: .zero), notification: policy))
    var tally = BreachTally()
    let rule = RuleReference(group: "g", alertName: "Down")
    let start = Timestamp(seconds: 1_800_000_000)
    let firing = (0..<count).map { number in
      AlertReport(
        rule: rule, labels: LabelSet(["instance": "h\(number)"]), annotations: [:], activeAt: start, value: 0,
        subject: .unbound(why: Reason("reason.binding.no-labels")))
    }
    _ = try book.process(.round(RuleRound(rule, firing: firing)), counting: &tally, at: start)
    _ = try book.process(
      .round(RuleRound(rule, firing: [])), counting: &tally, at: start.advanced(by: .seconds(60)))
    return book.pendingIntentsInOrder
  }

  private static func ready(_ queue: DeliveryQueue, at now: Duration) -> NotificationIntent? {
    guard case .ready(let entry) = queue.next(at: now) else { return nil }
    return entry.intent
  }

  @Test("everything leaves in order, also when thousands were put away before")
  func drains() throws {
    let intents = try Self.intents(500)
    try #require(intents.count == 1000)
    var queue = DeliveryQueue()
    var left: [IntentKey] = []
    for half in [intents.prefix(600), intents.dropFirst(600)] {
      for intent in half { queue.append(intent, at: .zero) }
      queue.append(half[half.startIndex], at: .zero)
      #expect(queue.count == half.count, "a known one is left alone")
      while let next = Self.ready(queue, at: .zero) {
        #expect(queue.oldest == next.createdAt)
        queue[next.key] = nil
        left.append(next.key)
      }
      #expect(queue.isEmpty && queue.oldest == nil)
    }
    #expect(left == intents.map(\.key))
  }

  @Test("one that waits lets other incidents pass, never its own recovery; the queue says when it is due")
  func waits() throws {
    let intents = try Self.intents(2)
    let first = try #require(intents.first)
    var queue = DeliveryQueue()
    for intent in intents { queue.append(intent, at: .zero) }
    queue[first.key]?.attempts = 1
    queue[first.key]?.notBefore = .seconds(30)
    let other = try #require(Self.ready(queue, at: .seconds(1)))
    #expect(other.incident.number != first.incident.number && other.kind == .firing)
    queue[other.key] = nil
    let recovery = try #require(Self.ready(queue, at: .seconds(1)))
    #expect(recovery.incident.number == other.incident.number && recovery.kind == .recovered)
    queue[recovery.key] = nil
    guard case .later(let due) = queue.next(at: .seconds(1)) else {
      Issue.record("the recovery would overtake its alarm")
      return
    }
    #expect(due == .seconds(30))
    #expect(Self.ready(queue, at: .seconds(30))?.key == first.key)
    #expect(queue[first.key]?.attempts == 1)
  }
}
