/// How two items hang together, and which way failure travels.
public enum RelationType: String, CaseIterable, Hashable, Comparable, Sendable, Codable {
  case dependsOn = "depends-on"
  case runsOn = "runs-on"
  case hostedOn = "hosted-on"
  case connectedTo = "connected-to"
  case poweredBy = "powered-by"
  case memberOf = "member-of"
  case locatedIn = "located-in"
  case backedUpBy = "backed-up-by"
  case monitoredThrough = "monitored-through"
  case usedBy = "used-by"

  public enum Direction: Hashable, Sendable {
    /// The far end's failure hurts the near end.
    case targetHurtsSource
    case sourceHurtsTarget
  }

  public var direction: Direction {
    switch self {
    case .dependsOn, .runsOn, .hostedOn, .connectedTo, .poweredBy, .locatedIn, .backedUpBy, .monitoredThrough:
      .targetHurtsSource
    case .memberOf, .usedBy: .sourceHurtsTarget
    }
  }

  public var standardStrength: RelationStrength {
    switch self {
    case .dependsOn, .runsOn, .hostedOn, .poweredBy, .connectedTo, .locatedIn, .usedBy: .hard
    case .memberOf, .backedUpBy, .monitoredThrough: .soft
    }
  }

  public static func < (left: RelationType, right: RelationType) -> Bool { left.rawValue < right.rawValue }
}

/// Hard: failure passes on. Soft: it degrades, and stops there.
public enum RelationStrength: String, CaseIterable, Hashable, Sendable, Codable {
  case hard, soft
}

/// One typed edge. Two edges with equal ends and type are one.
public struct Relation: Hashable, Comparable, Sendable, Codable {
  public let source: ItemID
  public let type: RelationType
  public let target: ItemID
  public let strength: RelationStrength
  /// The redundancy group through which the dependence goes: it breaks only when the group fails.
  public let group: String?
  public let home: RecordHome

  public init(
    _ source: ItemID, _ type: RelationType, _ target: ItemID, strength: RelationStrength? = nil,
    group: String? = nil, home: RecordHome = .file
  ) {
    self.source = source
    self.type = type
    self.target = target
    self.strength = strength ?? type.standardStrength
    self.group = group
    self.home = home
  }

  func isSameEdge(as other: Relation) -> Bool {
    source == other.source && type == other.type && target == other.target
  }

  public static func < (left: Relation, right: Relation) -> Bool {
    (left.source, left.type, left.target) < (right.source, right.type, right.target)
  }
}

/// Items that stand in for one another: the group fails when fewer than `minimumAlive` of them are alive.
public struct RedundancyGroup: Hashable, Sendable, Codable {
  public let name: String
  /// Ascending, distinct.
  public let members: [ItemID]
  public let minimumAlive: Int

  /// - Parameter minimumAlive: clamped to 1 … the number of members; the default is 1.
  public init(_ name: String, members: some Sequence<ItemID>, minimumAlive: Int = 1) {
    self.name = name
    self.members = Set(members).sorted()
    self.minimumAlive = max(1, min(minimumAlive, self.members.count))
  }
}
