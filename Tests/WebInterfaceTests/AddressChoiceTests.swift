import Testing

@testable import WebInterface

@Suite("Choices in the address")
struct AddressChoiceTests {
  @Test("another language or theme keeps what the page shows, never the token of a login") func kept() async throws {
    let bench = try Bench()
    let page = await bench.get(
      "/explore", query: "q=up%7Ba%3D%221%22%7D&range=1h&lang=en&t=x", cookie: try await bench.logIn())
    let text = page.text
    #expect(text.contains(#"href="/explore?lang=zh-CN&amp;q=up%7Ba%3D%221%22%7D&amp;range=1h""#))
    #expect(text.contains("&amp;q=up%7Ba%3D%221%22%7D&amp;range=1h"))
    #expect(!text.contains("&amp;t=x"))
  }
}
