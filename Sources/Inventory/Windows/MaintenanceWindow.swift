public import Records
public import Telemetry

/// Why there is a window.
public enum WindowCause: Hashable, Sendable, Codable {
  case task(RecordNumber)
  case manual(Actor)
}

/// An item inside a window, and why.
public struct CoveredItem: Hashable, Sendable, Codable {
  public let item: ItemID
  public let why: Reason
  /// From a named item to this one, both included.
  public let path: [ItemID]

  public init(item: ItemID, why: Reason, path: [ItemID]) {
    self.item = item
    self.why = why
    self.path = path
  }
}

/// A time in which work on items is expected to disturb them and what depends on them. Sampling never pauses.
public struct MaintenanceWindow: Hashable, Sendable, Codable {
  public enum State: String, CaseIterable, Hashable, Sendable, Codable { case planned, open, closed }

  /// What it holds back.
  public enum Mode: String, CaseIterable, Hashable, Sendable, Codable {
    /// Incidents open, nobody is paged.
    case suppressNotify = "suppress-notify"
    /// Breaches are recorded with the window as their reason; what outlives the window opens then.
    case suppressOpen = "suppress-open"
  }

  public let number: RecordNumber
  public let title: BilingualText
  public let cause: WindowCause
  /// The items that the work is on.
  public let items: [ItemID]
  /// Those and their dependants, frozen when the window was made.
  public let covered: [CoveredItem]
  public var from: Timestamp
  /// Exclusive. Past it the window holds nothing back, closed or not.
  public var to: Timestamp
  public var state: State
  public let mode: Mode

  public init(
    number: RecordNumber, title: BilingualText, cause: WindowCause, items: [ItemID], covered: [CoveredItem],
    from: Timestamp, to: Timestamp, state: State = .planned, mode: Mode = .suppressOpen
  ) {
    self.number = number
    self.title = title
    self.cause = cause
    self.items = items
    self.covered = covered
    self.from = from
    self.to = to
    self.state = state
    self.mode = mode
  }

  /// Named items and all that fails with them; what merely degrades stays watched.
  public static func covering(
    _ items: [ItemID], in book: InventoryBook, unavailable: Set<ItemID> = []
  ) -> [CoveredItem] {
    book.impact(of: items, unavailable: unavailable).affected.filter { $0.effect == .fails }.map { affected in
      let why =
        affected.path.count == 1
        ? Reason("reason.window.named", ["item": book.name(of: affected.item)]) : affected.why
      return CoveredItem(item: affected.item, why: why, path: affected.path)
    }
  }

  /// Whether it holds something back at `now`.
  public func isInForce(at now: Timestamp) -> Bool { state == .open && from <= now && now < to }

  func reference(for item: CoveredItem) -> WindowReference {
    WindowReference(number: number, title: title, until: to, why: item.why, mode: mode)
  }
}
