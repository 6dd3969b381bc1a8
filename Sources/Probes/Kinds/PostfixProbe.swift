internal import Records
internal import Telemetry

/// Settings of the kind `postfix`.
public struct PostfixProbeSettings: StreamProbeSettings {
  let stream: StreamSettings

  private enum CodingKeys: String, CodingKey, CaseIterable { case target }

  public init(from decoder: any Decoder) throws {
    stream = try StreamSettings(decoder.container(keyedBy: CodingKeys.self))
  }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe {
    let clock = environment.clock
    return ServiceProbe(stream, nil, in: environment) { _ in PostfixDialogue(at: clock.now) }
  }

  static let kind = ProbeKind(
    name: "postfix", summary: "Reads what waits in the queues of Postfix, from its service showq.",
    example: """
      name: mail-queue
      kind: postfix
      interval: 1m
      timeout: 10s
      settings:
        target: unix:/var/spool/postfix/public/showq
      """,
    job: "postfix", interval: .seconds(60), timeout: .seconds(10), settings: PostfixProbeSettings.self)
}

/// The server tells its queues without being asked: names and values, each with a zero behind it; an empty name ends a
/// message.
/// - Source: Postfix, showq(8) and attr_print0(3).
struct PostfixDialogue: ServiceDialogue {
  /// Figures of one queue.
  private struct Queue: Sendable {
    var messages = 0.0
    var bytes = 0.0
    /// Seconds; 0 when there is no message.
    var oldest = 0.0
  }

  private let now: Timestamp
  private var queues: [String: Queue] = Dictionary(uniqueKeysWithValues: names.map { ($0, Queue()) })
  private var isPostfix = false
  /// The name whose value comes next.
  private var name: String?
  private var queue = ""

  private static let names = ["active", "deferred", "hold", "incoming", "maildrop"]
  private static let metrics = [
    "postfix_showq_queue_depth", "postfix_showq_queue_bytes", "postfix_showq_message_age_seconds_max",
  ]
  private static let series: [[LabelSet]] = names.map { queue in
    metrics.map { LabelSet([LabelSet.metricName: $0, "queue": queue]) }
  }

  init(at now: Timestamp) { self.now = now }

  var awaited: String { "the list of the queues" }

  var samples: [ProbeSample] {
    guard isPostfix else { return [] }
    return zip(Self.names, Self.series).enumerated().flatMap { place, entry in
      let queue = queues[entry.0] ?? Queue()
      return zip(entry.1, [queue.messages, queue.bytes, queue.oldest]).enumerated().map { index, figure in
        ProbeSample(figure.0, figure.1, own: place * Self.metrics.count + index)
      }
    }
  }

  mutating func next(_ event: DialogueEvent, _ input: inout StreamBuffer, _ output: inout [UInt8]) -> DialogueStep {
    while let end = input.end(of: [0]), let bytes = input.take(end) {
      let text = String(decoding: bytes.dropLast(), as: UTF8.self)
      if let name {
        self.name = nil
        take(name, text)
      } else if !text.isEmpty {
        name = text
      }
      guard isPostfix || name == "protocol" else {
        return .failed(.broken("\(ForeignText.quoted(bytes)) is not showq's"))
      }
    }
    guard event == .closed else { return .proceed }
    return isPostfix && name == nil && input.isEmpty ? .done : .failed(.broken("the list of the queues ends early"))
  }

  private mutating func take(_ name: String, _ value: String) {
    switch name {
    case "protocol": isPostfix = value == "mail_queue_list_protocol"
    case "queue_name":
      queue = value
      queues[queue]?.messages += 1
    case "time":
      guard let time = Double(value) else { return }
      let age = now.seconds - time
      if age > queues[queue]?.oldest ?? age { queues[queue]?.oldest = age }
    case "size": queues[queue]?.bytes += Double(value) ?? 0
    default: break
    }
  }
}
