import Testing
import Wording

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

  private func messages(_ yaml: String) throws -> [String] {
    do {
      _ = try decode(yaml)
      return []
    } catch let error as SettingsError {
      return [error.description]
    } catch let errors as SettingsErrors {
      return errors.errors.map(\.description)
    }
  }

  @Test("one reading names the faults of every entry, and several of one mapping") func several() throws {
    let yaml = """
      entries:
        - {name: a, every: x}
        - {name: b, evrey: 1}
        - {every: y, name: [c]}
      flag: maybe
      labels: {a: [], b: {}}
      """
    let found = try messages(yaml)
    #expect(
      found == [
        "probes/a.yaml:2:22: entries[0].every: 'x' is not a whole number – write digits, e.g. 5",
        "probes/a.yaml:3:15: entries[1].evrey: unknown key – did you mean 'every'?",
        "probes/a.yaml:4:22: entries[2].name: a single value is expected, this is a list – write one value behind the colon",
        "probes/a.yaml:4:13: entries[2].every: 'y' is not a whole number – write digits, e.g. 5",
        "probes/a.yaml:6:13: labels.a: a single value is expected, this is a list – write one value behind the colon",
        "probes/a.yaml:6:20: labels.b: a single value is expected, this is a mapping – write one value behind the colon",
        "probes/a.yaml:5:7: flag: 'maybe' is not true or false – write true or false",
      ])
  }

  @Test("a reading names at most a hundred faults") func bounded() throws {
    let entries = (0..<300).map { "  - {name: a\($0), every: x}\n" }.joined()
    let found = try messages("entries:\n" + entries)
    #expect(found.count == SettingsErrors.limit)
  }

  @Test("what << merges in is read, and what stands beside it wins") func merges() throws {
    let sample = try decode("entries: [{<<: &base {name: a, every: 1}, every: 2}, {<<: *base}]\n")
    #expect(sample.entries.map(\.every) == [2, 1])
    for faulty in ["12", "[{every: 1}, x]", "{<<: [[]], every: 1}"] {
      let found = try messages("entries: [{name: b, <<: \(faulty)}]\n")
      #expect(found.count == 1 && found[0].contains(": entries[0].<<: a mapping to merge is expected, this is a "))
    }
    let misspelt = try messages("entries: [{<<: {nmae: a}, name: b}]\n")
    #expect(misspelt.count == 1, "a merged key may be misspelt too")
  }

  @Test("a file without a character is refused, one with comments alone is not") func empty() throws {
    let error = #expect(throws: SettingsError.self) { _ = try SettingsDocument(text: " \n", file: "rules/a.yaml") }
    #expect(
      error?.description == "rules/a.yaml:1:1: the file is empty – restore its content, or delete the file")
    let comments = try SettingsDocument(text: "# nothing yet\n", file: "rules/a.yaml")
    #expect(comments.root == nil)
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
      ("entries:\n  - {every: 1}\n", "probes/a.yaml:2:5: entries[0]: the key 'name' is missing – add 'name: …'"),
      (
        "entries:\n  - name: a\n    evrey: 5\n",
        "probes/a.yaml:3:5: entries[0].evrey: unknown key – did you mean 'every'?"
      ),
      ("entries: []\nzzz: 1\n", "probes/a.yaml:2:1: zzz: unknown key – write one of: entries, flag, labels"),
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
  func faults(_ example: (yaml: String, message: String)) throws {
    let found = try messages(example.yaml)
    #expect(found == [example.message])
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
    #expect(error?.fault.sides(in: .english).problem.contains("aliases expand") == true)
  }
}
