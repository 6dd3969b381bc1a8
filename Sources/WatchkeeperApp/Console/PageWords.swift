internal import Incidents
internal import Inventory
internal import Telemetry
internal import WebInterface

extension Phrase {
  /// What the author of a rule wrote, in both languages where there are both: `summary` and `summary_zh_cn`.
  static func annotation(_ name: String, in annotations: [String: String], otherwise text: String) -> Phrase {
    let english = annotations[name].flatMap { $0.isEmpty ? nil : $0 } ?? text
    guard let chinese = annotations[name + "_zh_cn"], !chinese.isEmpty else { return .verbatim(english) }
    return .both(english: english, chinese: chinese)
  }
}

extension Timestamp {
  /// The form that messages take: milliseconds.
  var argument: String { String(milliseconds) }
}

extension Duration {
  /// The form that messages take: seconds.
  var argument: String { String(wholeMilliseconds / 1000) }
}

extension Incident {
  var titlePhrase: Phrase { .annotation("summary", in: annotations, otherwise: title) }

  /// Whether the breach is over by the checks, and nobody says otherwise.
  private var isQuiet: Bool {
    if case .cleared = breach { return heldOpenBy == nil }
    return false
  }

  var pageState: PageState {
    guard status.isActive, !isQuiet else { return .ok }
    if window != nil { return .maintenance }
    return severity.pageState
  }

  var pageProgress: IncidentProgress {
    switch status {
    case .resolved, .closed: return .resolved
    case .resolvedUnverified: return .verifying
    case .open, .acknowledged: break
    }
    if isQuiet { return .verifying }
    if window != nil { return .withheld }
    return status == .acknowledged ? .acknowledged : .open
  }

  /// When the breach ended, `nil` while it lasts.
  var endedAt: Timestamp? {
    guard !status.isActive || isQuiet else { return nil }
    if case .cleared(let at) = breach { return at }
    return resolvedAt
  }

  /// Whether its item is what fails. A probe may name another item for its endpoint, such as the host; the item is
  /// then what answers for it.
  func isAboutItem(in inventory: InventoryBook) -> Bool {
    guard let item = subject.item, let instance = labels["instance"], labels["item"] == nil,
      let own = inventory[item.id]?.declaration.labels["instance"]
    else { return true }
    return own == instance
  }

  /// What fails, by name.
  func objectName(in inventory: InventoryBook) -> String {
    guard isAboutItem(in: inventory), let item = subject.item else { return labels["instance"] ?? alertName }
    return item.name
  }

  /// 1 to 4.
  var priorityNumber: Int { priority.rawValue + 1 }
}

extension Severity {
  var pageState: PageState { self == .critical ? .critical : .warning }
}

extension PageState {
  static func worst(_ states: some Sequence<PageState>) -> PageState { states.min { $0.rank < $1.rank } ?? .ok }
}
