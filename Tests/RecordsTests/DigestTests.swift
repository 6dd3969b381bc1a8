import Records
import Testing

@Suite("Digest")
struct DigestTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let message: [UInt8]
    let expected: String
    var testDescription: String { "\(message.count) bytes" }
  }

  /// Messages of FIPS 180-4's example values and of the empty string.
  @Test(
    "agrees with the standard's examples",
    arguments: [
      Vector(message: [], expected: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      Vector(message: Array("abc".utf8), expected: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      Vector(
        message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
        expected: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
      Vector(
        message: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
        expected: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func agrees(_ vector: Vector) {
    #expect(Digest(of: vector.message).hexadecimal == vector.expected)
  }

  @Test("parts do not run into one another")
  func partsAreApart() {
    #expect(Digest(ofParts: ["ab", "c"]) != Digest(ofParts: ["a", "bc"]))
    #expect(Digest(ofParts: ["ab"]) != Digest(ofParts: ["ab", ""]))
  }

  @Test("is made of 32 bytes only", arguments: [0, 31, 33])
  func demandsLength(_ count: Int) {
    #expect(Digest(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }
}
