import Testing

@testable import SNMP

@Suite("Credentials")
struct CredentialsTests {
  @Test("neither a community nor a password is printed, whoever prints what holds them")
  func hidden() {
    struct Holder { let credentials: [Credentials] }
    let user = SecurityUser(
      name: "monitor", authentication: .init(.sha, password: "hidden-one"),
      privacy: .init(.aes, password: "hidden-two"))
    let holder = Holder(credentials: [.version2c(community: "hidden-three"), .version3(user)])
    var dumped = ""
    dump(holder, to: &dumped)
    for text in ["\(holder)", String(reflecting: holder), dumped] { #expect(!text.contains("hidden")) }
    #expect("\(holder)".contains("monitor"))
  }
}
