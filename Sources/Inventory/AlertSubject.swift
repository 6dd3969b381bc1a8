public import Records

/// What an alert needs to know about its item, as it was when the alert was offered.
public struct ItemReference: Hashable, Sendable, Codable {
  public let id: ItemID
  public let name: String
  public let className: String
  public let criticality: Criticality
  public let redundancy: RedundancyStanding

  public init(
    id: ItemID, name: String, className: String, criticality: Criticality = .standard,
    redundancy: RedundancyStanding = .alone
  ) {
    self.id = id
    self.name = name
    self.className = className
    self.criticality = criticality
    self.redundancy = redundancy
  }
}

/// The item that an alert is about, or why none was found. An unbound alert is a finding, never dropped.
public enum AlertSubject: Hashable, Sendable, Codable {
  case bound(ItemReference, why: Reason)
  case unbound(why: Reason)

  public var item: ItemReference? {
    switch self {
    case .bound(let item, _): item
    case .unbound: nil
    }
  }

  public var why: Reason {
    switch self {
    case .bound(_, let why), .unbound(let why): why
    }
  }
}
