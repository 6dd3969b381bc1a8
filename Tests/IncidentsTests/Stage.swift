import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

/// A book, its tally and a clock: what the shell holds, driven by hand. Checks the invariants after every step and
/// keeps every fact for replay.
struct Stage {
  var book: IncidentBook
  var tally = BreachTally()
  var now = Timestamp(milliseconds: 1_700_000_000_000)
  private(set) var facts: [IncidentFact] = []

  static let rule = RuleReference(group: "disk", alertName: "DiskFull")
  static let web = ItemReference(
    id: ItemID("host/web01"), name: "web01", className: "host", criticality: .important, redundancy: .alone)
  static let bound = AlertSubject.bound(web, why: Reason("reason.binding.label", ["item": "web01"]))
  static let operatorLi = Actor.person("li")

  init(
    receivers: [NotificationPolicy.Receiver] = [.init("on-call")], verification: Verification = Verification(),
    groupWait: Duration = .zero, closedRemembered: Int = 10_000
  ) {
    book = IncidentBook(
      settings: IncidentSettings(
        verification: verification, closedRemembered: closedRemembered,
        notification: NotificationPolicy(receivers: receivers, groupWait: groupWait)))
  }

  mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

  @discardableResult
  mutating func take(_ input: IncidentInput) throws -> [IncidentFact] {
    let taken = try book.process(input, counting: &tally, at: now)
    facts += taken
    let problems = book.checkInvariants()
    #expect(problems.isEmpty, "\(problems) after \(input)")
    return taken
  }

  @discardableResult
  mutating func fire(_ alerts: AlertReport...) throws -> [IncidentFact] {
    try take(.round(RuleRound(Self.rule, firing: alerts)))
  }

  /// Rounds in which nothing fires, 15 s apart, and a tick after each.
  @discardableResult
  mutating func stayGood(rounds: Int) throws -> [IncidentFact] {
    var taken: [IncidentFact] = []
    for _ in 0..<rounds {
      pass(.seconds(15))
      taken += try take(.round(RuleRound(Self.rule, firing: [])))
      taken += try take(.tick)
    }
    return taken
  }

  static func alert(
    _ path: String = "/var", severity: Severity = .critical, subject: AlertSubject = bound,
    window: WindowReference? = nil, value: Double = 97
  ) -> AlertReport {
    AlertReport(
      rule: rule, labels: LabelSet(["mountpoint": path, "severity": severity.rawValue]),
      annotations: ["summary": "\(path) is full"], severity: severity, activeAt: Timestamp(milliseconds: 1_000),
      value: value, subject: subject, withheldBy: window)
  }

  static func window(_ number: Int, mode: MaintenanceWindow.Mode = .suppressOpen) -> WindowReference {
    WindowReference(
      number: RecordNumber(.maintenanceWindow, number), title: "patching",
      until: Timestamp(milliseconds: 1_700_000_600_000), why: Reason("reason.window.named", ["item": "web01"]),
      mode: mode)
  }

  static func number(_ number: Int) -> RecordNumber { RecordNumber(.incident, number) }

  func status(_ number: Int) -> IncidentStatus? { book[Self.number(number)]?.status }

  /// What was intended, in order.
  var intended: [NotificationIntended] {
    facts.compactMap { if case .intended(let content) = $0.change { content } else { nil } }
  }
}

extension [IncidentFact] {
  var kinds: [String] { map(\.change.kindName) }
}
