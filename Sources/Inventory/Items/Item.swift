public import Records
public import Telemetry

/// Where in its life an item is.
public enum Lifecycle: String, CaseIterable, Hashable, Sendable, Codable {
  case planned, inStock = "in-stock", installed, inService = "in-service", underMaintenance = "under-maintenance"
  case retired, disposed
}

/// Where a record is changed: read-only everywhere else.
public enum RecordHome: String, Hashable, Sendable, Codable {
  /// A file under `inventory/`.
  case file
  case desk
  /// Found by a probe; a file or the desk may adopt it.
  case discovery
}

/// What files, the desk or discovery say about an item.
public struct ItemDeclaration: Hashable, Sendable, Codable {
  public let id: ItemID
  public let className: String
  public let name: String
  public let home: RecordHome
  public let criticality: Criticality
  /// The level of a protection scheme, for example 等保 2; `nil` when none applies.
  public let protectionLevel: Int?
  public let lifecycle: Lifecycle
  public let attributes: [String: String]
  /// Labels by which samples and alerts name it, for example `instance` or `mountpoint`.
  public let labels: [String: String]
  /// The item of which this one is a part; it fails with it.
  public let parent: ItemID?

  public init(
    id: ItemID, className: String, name: String, home: RecordHome = .file, criticality: Criticality = .standard,
    protectionLevel: Int? = nil, lifecycle: Lifecycle = .inService, attributes: [String: String] = [:],
    labels: [String: String] = [:], parent: ItemID? = nil
  ) {
    self.id = id
    self.className = className
    self.name = name
    self.home = home
    self.criticality = criticality
    self.protectionLevel = protectionLevel
    self.lifecycle = lifecycle
    self.attributes = attributes
    self.labels = labels
    self.parent = parent
  }

  /// The value by which an alert names this item below its parent.
  var identity: String? { ItemClass.named(className)?.identityLabel.flatMap { labels[$0] } }
}

/// The value of one attribute as a probe saw it. When it was last seen is a plain row in `SightingLedger`.
public struct ObservedAttribute: Hashable, Sendable, Codable {
  public struct Instability: Hashable, Sendable, Codable {
    public let since: Timestamp
    /// The values before and after the changes of that hour.
    public let first: String
    public let last: String
  }

  public struct Change: Hashable, Sendable, Codable {
    public let at: Timestamp
    public let before: String
  }

  public internal(set) var value: String
  public internal(set) var source: String
  /// When this value was first seen.
  public internal(set) var since: Timestamp
  /// The newest changes, oldest first, at most 64.
  public internal(set) var changes: [Change]
  /// Not `nil` while it changes too often to be recorded: a finding.
  public internal(set) var instability: Instability?
}

/// A configuration item: what is declared, what is observed, how it hangs together.
public struct Item: Hashable, Sendable, Codable {
  public internal(set) var declaration: ItemDeclaration
  public internal(set) var observed: [String: ObservedAttribute]
  /// Outgoing relations, ascending.
  public internal(set) var relations: [Relation]
  public let createdAt: Timestamp
  public internal(set) var changedAt: Timestamp
  public internal(set) var retired: Retirement?

  public struct Retirement: Hashable, Sendable, Codable {
    public let at: Timestamp
    public let reason: Reason
  }

  public var id: ItemID { declaration.id }
  public var name: String { declaration.name }
  public var className: String { declaration.className }
  public var criticality: Criticality { declaration.criticality }
  public var home: RecordHome { declaration.home }
  public var parent: ItemID? { declaration.parent }
  public var entity: EntityID { id.entity }
  public var lifecycle: Lifecycle { retired == nil ? declaration.lifecycle : .retired }
  public var isRetired: Bool { retired != nil }

  /// Attributes whose declared value is not what is seen.
  public var drift: [String: (declared: String, observed: String)] {
    var found: [String: (declared: String, observed: String)] = [:]
    for (name, declared) in declaration.attributes {
      let wanted = ItemClass.named(className)?.normalise(declared, of: name) ?? declared
      if let seen = observed[name]?.value, seen != wanted { found[name] = (declared, seen) }
    }
    return found
  }
}
