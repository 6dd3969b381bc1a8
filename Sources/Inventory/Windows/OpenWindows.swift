internal import HashTreeCollections
internal import Records
public import Telemetry

/// The windows that may hold something back, by item. The Planner's facts decide what is in it.
public struct OpenWindows: Sendable, Equatable {
  private var windows: TreeDictionary<RecordNumber, MaintenanceWindow> = [:]
  private var byItem: TreeDictionary<ItemID, TreeSet<RecordNumber>> = [:]

  public init() {}

  public init(_ windows: some Sequence<MaintenanceWindow>) {
    for window in windows { take(window) }
  }

  /// Replaces what was known of the window; one that is not open leaves.
  public mutating func take(_ window: MaintenanceWindow) {
    if let old = windows[window.number] {
      for covered in old.covered {
        byItem[covered.item]?.remove(window.number)
        if byItem[covered.item]?.isEmpty == true { byItem[covered.item] = nil }
      }
    }
    guard window.state == .open else {
      windows[window.number] = nil
      return
    }
    windows[window.number] = window
    for covered in window.covered { byItem[covered.item, default: []].insert(window.number) }
  }

  /// The window in force over an item: of several the one that ends last.
  public func withholding(_ item: ItemID, at now: Timestamp) -> WindowReference? {
    guard let window = inForce(over: item, at: now) else { return nil }
    return window.covered.first { $0.item == item }.map(window.reference)
  }

  /// The same, for the mode and the items.
  public func inForce(over item: ItemID, at now: Timestamp) -> MaintenanceWindow? {
    (byItem[item] ?? []).compactMap { windows[$0] }.filter { $0.isInForce(at: now) }
      .max { ($0.to, $0.number) < ($1.to, $1.number) }
  }

  /// The windows that still cover the items of an ended one: what `IncidentInput.windowEnded` wants to know.
  public func successors(of ended: MaintenanceWindow, at now: Timestamp) -> [ItemID: WindowReference] {
    var found: [ItemID: WindowReference] = [:]
    for covered in ended.covered {
      guard let window = withholding(covered.item, at: now), window.number != ended.number else { continue }
      found[covered.item] = window
    }
    return found
  }

  public var all: [MaintenanceWindow] { windows.values.sorted { $0.number < $1.number } }
}
