import Testing

@testable import WatchkeeperApp

@Suite("Settings decoder")
struct SettingsDecoderTests {
  struct Sample: Decodable {
    struct Entry: Decodable {
      let name: String
      let every: Int?
    }
    let entries: [Entry]
    let labels: [String: String]?
    let flag: Bool?
  }

  private func decode(_ yaml: String) throws -> Sample {
    let document = try SettingsDocument(text: yaml, file: "probes/a.yaml")
    return try SettingsDecoder.decode(Sample.self, from: try #require(document.root), of: document)
  }

  @Test("a good file is taken") func good() throws {
    let sample = try decode("entries:\n  - {name: a, every: 5}\n  - name: b\nlabels: {x: 1, y: yes}\nflag: true\n")
    #expect(sample.entries.map(\.name) == ["a", "b"])
    #expect(sample.entries[0].every == 5)
    #expect(sample.labels == ["x": "1", "y": "yes"])
  }

  @Test(
    "each fault names its place and its remedy",
    arguments: [
      ("entries:\n  - {nmae: a}\n", "probes/a.yaml:2:5: entries[0]: the key 'name' is missing – add 'name: …'"),
      (
        "entries:\n  - name: a\n    evrey: 5\n",
        "probes/a.yaml:3:5: entries[0].evrey: unknown key – did you mean 'every'?"
      ),
      ("entries: []\nzzz: 1\n", "probes/a.yaml:2:1: zzz: unknown key – keys here: entries, flag, labels"),
      (
        "entries:\n  - name: a\n    every: 5x\n",
        "probes/a.yaml:3:12: entries[0].every: '5x' is not a whole number – write digits, e.g. 5"
      ),
      (
        "entries: {}\n",
        "probes/a.yaml:1:10: entries: a list is expected, this is a mapping – write '- item' lines, or [item, item]"
      ),
      ("entries: []\nflag: maybe\n", "probes/a.yaml:2:7: flag: 'maybe' is not true or false – write true or false"),
      ("entries: []\nentries: []\n", "probes/a.yaml:1:1: entries: the key stands twice in one mapping – remove one"),
    ])
  func faults(_ example: (yaml: String, message: String)) {
    let error = #expect(throws: SettingsError.self) { try decode(example.yaml) }
    #expect(error?.description == example.message)
  }

  @Test("YAML that does not parse names its line") func malformed() {
    let error = #expect(throws: SettingsError.self) { try decode("entries:\n  - name: [a\n") }
    #expect(error?.place.line ?? 0 >= 2)
  }

  @Test("a document that explodes by aliases is refused") func billionLaughs() {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...8 {
      yaml += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    let error = #expect(throws: SettingsError.self) { try decode(yaml) }
    #expect(error?.problem.contains("aliases expand") == true)
  }

  @Test(
    "the word that was meant is found",
    arguments: [("intervall", "interval"), ("evrey", "every"), ("tiemout", "timeout"), ("x", nil), ("colour", nil)])
  func spelling(_ example: (word: String, meant: String?)) {
    #expect(Spelling.nearest(to: example.word, among: ["interval", "every", "timeout", "name"]) == example.meant)
  }
}
