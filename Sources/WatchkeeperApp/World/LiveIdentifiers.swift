internal import COpenSSL
internal import Records

/// Identifiers and secrets from libcrypto's generator, which the kernel seeds.
struct LiveIdentifiers: IdentifierSource {
  func next() -> String { Self.hexadecimal(byteCount: 16) }

  func nextSecret() -> Secret { Secret(Self.hexadecimal(byteCount: 32)) }

  private static func hexadecimal(byteCount: Int) -> String {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let outcome = RAND_bytes(&bytes, Int32(byteCount))
    precondition(outcome == 1, "libcrypto has no randomness to give; going on would make tokens guessable")
    return bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }
}
