public import Records

/// The key of a configuration item, for example `host/web01` or `host/web01/filesystem/var`.
///
/// Chosen by the file that declares the item, or by discovery; it never changes afterwards, names may.
public struct ItemID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  /// The journal's key of the item.
  public var entity: EntityID { EntityID(Self.prefix + text) }

  /// - Returns: `nil` when `entity` is not an item's.
  public init?(_ entity: EntityID) {
    guard entity.text.hasPrefix(Self.prefix) else { return nil }
    text = String(entity.text.dropFirst(Self.prefix.count))
  }

  private static let prefix = "item/"

  public var description: String { text }
  public static func < (left: ItemID, right: ItemID) -> Bool { left.text < right.text }

  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
