public import Records
public import Telemetry

/// The open maintenance window that covers an item, as others cite it.
public struct WindowReference: Hashable, Sendable, Codable {
  /// For example `MW-17`.
  public let number: RecordNumber
  public let title: BilingualText
  /// The planned end; a window may end earlier, or overrun.
  public let until: Timestamp
  /// Why the item is covered: named itself, or as the dependant of a named one, with the path.
  public let why: Reason
  public let mode: MaintenanceWindow.Mode

  public init(
    number: RecordNumber, title: BilingualText, until: Timestamp, why: Reason,
    mode: MaintenanceWindow.Mode = .suppressOpen
  ) {
    self.number = number
    self.title = title
    self.until = until
    self.why = why
    self.mode = mode
  }
}
