import Testing

@testable import SNMP

@Suite("Object identifiers")
struct ObjectIdentifierTests {
  @Test("they are written and read", arguments: ["1.3.6.1.2.1.1.3.0", "0.0", "2.999.4294967295", "1.3.16384.128.127"])
  func roundTrip(_ text: String) throws {
    let name = try #require(ObjectIdentifier(text))
    #expect(name.description == text)
    #expect(name.octets.withUnsafeBytes { ObjectIdentifier.isWellFormed($0) })
  }
}
