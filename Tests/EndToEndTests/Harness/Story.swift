import Foundation
import Glibc
import Synchronization
import Testing

/// One target that dies and returns, one incident, two receivers: the story that every test here tells in its own way.
final class Story: Sendable {
  /// How fast the story goes.
  struct Pace: Sendable {
    var probe = "1s"
    var rule = "1s"
    var hold = "1s"
    var verify = "1s"
    /// Added to the settings file.
    var settings = ""
    /// Added to the probe file: a list entry each.
    var probes = ""
    /// Added to the rule group: a list entry each.
    var rules = ""
    /// Added to the rule file: a group each.
    var groups = ""

    static let operatorLike = Pace()
    static let fast = Pace(probe: "250ms", rule: "250ms", hold: "250ms", verify: "250ms")
  }

  let folder: ScratchFolder
  let target: WebTarget
  let hook: WebhookSink
  let mail: MailSink
  let watchkeeper: Watchkeeper
  private let deaths = Mutex<[ChildProcess.Ending]>([])

  init(_ pace: Pace = .operatorLike) async throws {
    folder = try ScratchFolder()
    target = try WebTarget(in: folder)
    hook = try WebhookSink()
    mail = try await MailSink(in: folder)
    watchkeeper = Watchkeeper(in: folder)
    try configure(pace)
  }

  func configure(_ pace: Pace) throws {
    try folder.write(
      "config/watchkeeper.yaml",
      """
      packaged: {probes: false, rules: false, plans: false}
      incidents: {verify_rounds: 1, verify_for: \(pace.verify)}
      global:
        smtp_smarthost: 127.0.0.1:\(mail.port)
        smtp_from: watchkeeper@example.org
        smtp_require_tls: false
      route: {receiver: on-call}
      receivers:
        - name: on-call
          webhook_configs: [{url: "\(hook.url)"}]
          email_configs: [{to: ops@example.org}]
      \(pace.settings)
      """)
    try folder.write(
      "config/probes/site.yaml",
      """
      probes:
        - {name: site, kind: http, interval: \(pace.probe), timeout: \(pace.probe), settings: {url: "\(target.url)"}}
      \(pace.probes)
      """)
    try folder.write(
      "config/rules/site.yaml",
      """
      groups:
        - name: site
          interval: \(pace.rule)
          rules:
            - alert: SiteDown
              expr: probe_success{instance="\(target.url)"} == 0
              for: \(pace.hold)
              labels: {severity: critical}
              annotations: {summary: "{{ $labels.instance }} does not answer"}
      \(pace.rules)
      \(pace.groups)
      """)
  }

  // MARK: What the receivers have

  func hooks(_ status: String) -> [WebhookSink.Request] { hook.requests.filter { $0.status == status } }
  func alarmMails() -> [MailSink.Mail] { mail.mails.filter { !$0.isRecovery } }
  func recoveryMails() -> [MailSink.Mail] { mail.mails.filter(\.isRecovery) }

  var isAlarmed: Bool { !hooks("firing").isEmpty && !alarmMails().isEmpty }
  var isRecovered: Bool { !hooks("resolved").isEmpty && !recoveryMails().isEmpty }

  /// The target answers and the store has seen it.
  func awaitFirstGoodSample() async throws {
    try await Waiting.untilTrue("a good sample of the target", seconds: 20) {
      try watchkeeper.query("probe_success{instance=\"\(target.url)\"}").first?.points.last?.value == 1
    }
  }

  // MARK: Crashes

  var crashes: Int { endings.count }
  /// How the program's lives ended.
  var endings: [ChildProcess.Ending] { deaths.withLock { $0 } }

  /// kill -9, and the next life at once.
  func crash() throws {
    watchkeeper.kill()
    try revive()
  }

  /// Starts the program again when it is dead.
  func revive() throws {
    guard let ending = watchkeeper.ending else { return }
    deaths.withLock { $0.append(ending) }
    try watchkeeper.start()
  }

  /// Waits for `condition`; whatever kills the program in between, it is started again.
  func await(_ what: String, seconds: Double = 30, _ condition: () -> Bool) async throws {
    try await Waiting.untilTrue(
      "\(what); after \(crashes) crashes the program said: \(watchkeeper.output)", seconds: seconds
    ) {
      try revive()
      return condition()
    }
  }

  // MARK: The moral

  /// One incident, both transitions told to both receivers, and whatever was told twice has the same key and text.
  func expectOneIncident(repeatsMax: Int, _ context: String) async throws {
    if watchkeeper.ending != nil || watchkeeper.link == nil {
      try revive()
      try await watchkeeper.awaitReady()
    }
    let incidents = try watchkeeper.incidents()
    #expect(incidents.map { $0["number"] as? String } == ["INC-1"], "\(context)")
    #expect(incidents.first?["progress"] as? String == "resolved", "\(context)")

    let requests = hook.requests
    for status in ["firing", "resolved"] {
      let told = requests.filter { $0.status == status }
      #expect(Set(told.map(\.idempotencyKey)).count == 1, "\(context): \(status): \(told.map(\.idempotencyKey))")
      #expect(Set(told.map(\.fingerprintAndStart)).count == 1, "\(context)")
    }
    #expect(requests.allSatisfy { $0.idempotencyKey.hasPrefix("INC-1.") }, "\(context)")
    #expect(requests.map(\.status) == requests.map(\.status).sorted(), "\(context): the recovery overtook the alarm")
    #expect(requests.count - 2 <= repeatsMax, "\(context): \(requests.count - 2) repeats")

    let mails = mail.mails
    #expect(Set(mails.filter { !$0.isRecovery }.map(\.identifier)).count == 1, "\(context)")
    #expect(Set(mails.filter(\.isRecovery).map(\.identifier)).count == 1, "\(context)")
    #expect(mails.count - 2 <= repeatsMax, "\(context): \(mails.count - 2) repeated mails")

    #expect(try await watchkeeper.stop() == .exited(0), "\(context)")
    let verdict = try await watchkeeper.command("verify")
    #expect(verdict.ending == .exited(0), "\(context): \(verdict.output)")
    let facts = try await watchkeeper.facts(of: "incidents")
    for kind in ["incident.opened", "incident.resolved"] { #expect(facts[kind] == 1, "\(context): \(facts)") }
    // Two transitions for two receivers.
    #expect(facts["notification.delivered"] == 4, "\(context): \(facts)")
  }
}

extension WebhookSink.Request {
  var alerts: [[String: Any]] { json["alerts"] as? [[String: Any]] ?? [] }

  /// What must not change from one attempt to the next.
  var fingerprintAndStart: String {
    "\(alerts.first?["fingerprint"] ?? "") \(alerts.first?["startsAt"] ?? "") \(json["groupKey"] ?? "")"
  }
}

/// All end-to-end tests, one after the other: they share two processors with everything that they start.
@Suite("End to end", .serialized)
enum EndToEnd {}
