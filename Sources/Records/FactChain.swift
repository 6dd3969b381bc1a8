internal import Telemetry

/// Links every fact to all facts before it: h = SHA-256(previous h ‖ header ‖ SHA-256(payload)).
///
/// Only the payload's digest enters, so a payload can be erased or moved away and the chain still verifies. A cut tail
/// cannot be seen from inside; that takes a digest published elsewhere.
public enum FactChain {
  /// What stands before the first fact.
  public static let origin = Digest.zero

  public static func digest(after previous: Digest, header: [UInt8], payloadDigest: Digest) -> Digest {
    Digest(of: previous.bytes + header + payloadDigest.bytes)
  }

  public static func digest(after previous: Digest, _ fact: Fact) -> Digest {
    digest(after: previous, header: header(of: fact), payloadDigest: Digest(of: fact.payload))
  }

  /// Fixed numbers big-endian, texts preceded by their length. The layout is part of the format: never change it.
  public static func header(of fact: Fact) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt64(bitPattern: fact.position.number))
    bytes.append(bigEndian: UInt64(bitPattern: fact.version.number))
    bytes.append(bigEndian: UInt64(bitPattern: fact.recordedAt.milliseconds))
    bytes.append(bigEndian: UInt64(bitPattern: fact.validAt.milliseconds))
    bytes.append(bigEndian: UInt64(bitPattern: fact.content.cause?.number ?? 0))
    bytes.append(bigEndian: UInt64(fact.kind.schema))
    for text in [
      fact.stream.rawValue, fact.entity.text, fact.kind.name, fact.actor.description, fact.content.scope.path,
    ] {
      bytes.append(bigEndian: UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }
    return bytes
  }
}
