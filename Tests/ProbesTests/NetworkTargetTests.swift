import Testing

@testable import Probes

@Suite("Network targets")
struct NetworkTargetTests {
  @Test(
    "an address leads back to the host when it is a loopback one or the host's name",
    arguments: [
      ("http://127.0.0.1:8080/x", true), ("http://LOCALHOST", true), ("https://[::1]:8443/", true),
      ("http://web01/", true), ("http://user:pw@127.1.2.3/", true), ("http://api.localhost:80/", true),
      ("http://127.0.0.1.example.org/", false), ("https://shop.example.org/?q=localhost", false),
      ("http://127.0.0.1@example.org/", false), ("http://[2001:db8::1]/", false), ("http://web011/", false),
    ])
  func place(_ url: String, _ isOnHost: Bool) {
    #expect(NetworkTarget(url: url).isOnHost(named: "web01") == isOnHost)
  }

  @Test("a host and port leads there too", arguments: [("127.0.0.1:22", true), ("[::1]:22", true), ("db:5432", false)])
  func port(_ text: String, _ isOnHost: Bool) {
    #expect(NetworkTarget(hostAndPort: text).isOnHost(named: "web01") == isOnHost)
    #expect(NetworkTarget(hostAndPort: text).address == text)
  }

  @Test("a password is no part of what is recorded")
  func credentials() {
    let target = NetworkTarget(url: "https://ann:secret@shop.example.org/a?b=c@d")
    #expect(target.address == "https://shop.example.org/a?b=c@d")
    #expect(target.hasCredentials)
    #expect(!NetworkTarget(url: "https://shop.example.org/a@b").hasCredentials)
  }
}
