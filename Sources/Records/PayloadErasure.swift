/// Says that the payload of another fact was replaced on purpose, so that a gap in the chain's contents is told from
/// damage: the other fact's header, its payload's digest and so the whole chain stay as they were.
///
/// It lies in the stream `people`, under an entity of its own for each erased payload, so that readers find it by the
/// index they have.
public struct PayloadErasure: FactPayload, Equatable {
  public static let kind = FactKind("payload.erased")

  /// The fact that lost its payload.
  public let position: JournalPosition
  /// SHA-256 of the bytes that stand in its place, hexadecimal.
  public let replacement: String

  public init(of position: JournalPosition, leaving bytes: [UInt8]) {
    self.position = position
    replacement = Digest(of: bytes).hexadecimal
  }

  public static func entity(of position: JournalPosition) -> EntityID { EntityID("payload/\(position.number)") }
}
