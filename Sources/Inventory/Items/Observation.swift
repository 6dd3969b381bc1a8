/// What a probe saw of one item.
public struct Observation: Hashable, Sendable {
  public let item: ItemID
  public let attributes: [String: String]
  /// The probe, for example `host`.
  public let source: String

  public init(_ item: ItemID, _ attributes: [String: String], source: String) {
    self.item = item
    self.attributes = attributes
    self.source = source
  }
}

/// Everything of some classes that a probe found below one item: what is not listed is gone.
public struct Discovery: Hashable, Sendable {
  public struct Found: Hashable, Sendable {
    public let className: String
    /// The value of the class's identity label, for example `/var`.
    public let identity: String
    public let name: String
    public let attributes: [String: String]

    public init(_ className: String, identity: String, name: String? = nil, attributes: [String: String] = [:]) {
      self.className = className
      self.identity = identity
      self.name = name ?? identity
      self.attributes = attributes
    }
  }

  public let parent: ItemID
  /// The classes that were looked for; only their items can be gone.
  public let classes: Set<String>
  public let found: [Found]
  /// What is there but did not answer: it is not taken for gone, and becomes no item before it answers.
  public let silent: [Found]
  public let source: String

  public init(
    below parent: ItemID, classes: Set<String>, found: [Found], silent: [Found] = [], source: String
  ) {
    self.parent = parent
    self.classes = classes
    self.found = found
    self.silent = silent
    self.source = source
  }

  /// The id of a found child: stable while its parent and identity are.
  public static func id(of found: Found, below parent: ItemID) -> ItemID {
    ItemID("\(parent)/\(found.className)/\(found.identity)")
  }
}

/// What can happen to the inventory.
public enum InventoryInput: Sendable {
  /// The files, whole: a difference to the book becomes facts, what they no longer name is retired.
  case declare(InventoryDeclaration, digest: String)
  /// What the configured probes check without naming an item, whole: what they no longer check is retired.
  case endpoints([ProbedEndpoint], seenFrom: ItemID, digest: String)
  /// Something found that is nobody's child, such as this host. Does nothing when it is known.
  case register(ItemDeclaration, source: String)
  case discover(Discovery)
  case observe(Observation)
  /// Who is next to whom; becomes relations.
  case neighbours(NeighbourReport)
}

/// When an observation is believed.
public struct InventorySettings: Hashable, Sendable {
  /// A difference must be seen again after this time. The default is 60 s.
  public var confirmAfter: Duration
  /// A child that is not found for this time is retired. The default is 10 minutes.
  public var goneAfter: Duration
  /// More changes than this of one attribute within `unstablePeriod` are one finding. The default is 6.
  public var changesMax: Int
  /// The default is 1 hour; an unstable attribute that keeps one value for so long has settled.
  public var unstablePeriod: Duration

  public init(
    confirmAfter: Duration = .seconds(60), goneAfter: Duration = .seconds(600), changesMax: Int = 6,
    unstablePeriod: Duration = .seconds(3600)
  ) {
    self.confirmAfter = confirmAfter
    self.goneAfter = goneAfter
    self.changesMax = max(1, changesMax)
    self.unstablePeriod = unstablePeriod
  }

  public static let standard = InventorySettings()
}
