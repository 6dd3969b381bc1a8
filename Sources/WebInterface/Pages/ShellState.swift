internal import Records
public import Telemetry

/// What the frame around every page shows: Watchkeeper about itself.
public struct ShellState: Sendable, Encodable {
  /// `ok` only while probes deliver, rules are evaluated and the stores take writes.
  public var health: PageState
  /// What is wrong, or `nil` to show the count of probes.
  public var problem: Phrase?
  /// The page that tells more about it.
  public var target: PageTarget
  public var probesDelivering: Int
  public var probesExpected: Int
  /// When the newest sample was taken; `nil` before the first.
  public var newestSample: Timestamp?
  /// Incidents that nobody has.
  public var incidentsWaiting: Int
  /// Tasks that are due or late.
  public var tasksWaiting: Int
  /// When a notification was last proved delivered.
  public var lastDelivery: Timestamp?
  /// Faults of Watchkeeper itself that last, such as a refused configuration: shown on every page, worst first.
  public var notices: [StatedPhrase]

  public init(
    health: PageState, problem: Phrase? = nil, target: PageTarget = .probes, probesDelivering: Int,
    probesExpected: Int, newestSample: Timestamp? = nil, incidentsWaiting: Int = 0, tasksWaiting: Int = 0,
    lastDelivery: Timestamp? = nil,
    notices: [StatedPhrase] = []
  ) {
    self.health = health
    self.problem = problem
    self.target = target
    self.probesDelivering = probesDelivering
    self.probesExpected = probesExpected
    self.newestSample = newestSample
    self.incidentsWaiting = incidentsWaiting
    self.tasksWaiting = tasksWaiting
    self.lastDelivery = lastDelivery
    self.notices = notices
  }

  /// Differs when the notices do, by which an open page learns that its own are old. An age grows all the time and is
  /// left out.
  var noticesMark: String {
    let words = notices.map { notice in
      [notice.state.rawValue] + [notice.phrase, notice.detail].flatMap { Self.parts(of: $0) }
    }
    return String(Digest(of: Array("\(words)".utf8)).hexadecimal.prefix(16))
  }

  private static func parts(of phrase: Phrase?) -> [String] {
    switch phrase {
    case .none: []
    case .verbatim(let text): [text]
    case .both(let english, let chinese): [english, chinese]
    case .message(let reason):
      [reason.id]
        + reason.arguments.filter { $0.key != "age" }.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }
  }
}
