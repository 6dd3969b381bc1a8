internal import Records
public import Telemetry

/// One line per notification on the program's own output.
public struct ConsoleNotifier: Notifier {
  public let sendsRecoveries: Bool
  private let write: @Sendable (String) -> Void

  public static let kind = NotifierKind(
    name: "console", settingsKey: "console_configs", summary: "one line on the program's output",
    example: "send_resolved: true"
  ) { decoder, environment in
    let settings = try Settings(from: decoder)
    return ConsoleNotifier(sendsRecoveries: settings.sendsRecoveries ?? true, write: environment.write)
  }

  public init(sendsRecoveries: Bool, write: @escaping @Sendable (String) -> Void) {
    self.sendsRecoveries = sendsRecoveries
    self.write = write
  }

  public var description: String { "console" }

  public func deliver(_ message: NotificationMessage, at now: Timestamp) async -> DeliveryOutcome {
    write(Self.line(message))
    return .delivered(evidence: "written")
  }

  /// Without control characters: a label must not move the terminal's cursor.
  static func line(_ message: NotificationMessage) -> String {
    let parts = [
      WireTime(message.decidedAt).rfc3339, message.priority.text, message.kind.rawValue,
      message.incident?.description, message.title, message.item,
    ]
    return parts.compactMap { $0.map(PlainText.oneLine) }.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// An entry of `console_configs`.
  private struct Settings: Decodable {
    let sendsRecoveries: Bool?

    private enum CodingKeys: String, CodingKey, CaseIterable { case sendsRecoveries = "send_resolved" }
  }
}
