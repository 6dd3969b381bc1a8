import Foundation
import Records
import Telemetry
import Testing

@Suite("Record numbers")
struct RecordNumberTests {
  @Test("read what they write", arguments: ["INC-1", "MT-214", "MW-9000000"])
  func roundTrip(_ text: String) { #expect(RecordNumber(text)?.description == text) }

  @Test("the prefix may be lower case")
  func lowerCase() { #expect(RecordNumber("inc-7") == RecordNumber(.incident, 7)) }

  @Test(
    "refuse what is no number",
    arguments: [
      "", "INC", "INC-", "-1", "INC-0", "INC--1", "XYZ-1", "INC-1a", "INC-99999999999999999999", "INC 1",
    ])
  func refuse(_ text: String) { #expect(RecordNumber(text) == nil) }

  @Test("sort by kind, then by number")
  func sort() {
    let sorted = [RecordNumber(.maintenanceTask, 1), RecordNumber(.incident, 10), RecordNumber(.incident, 9)].sorted()
    #expect(sorted.map(\.description) == ["INC-9", "INC-10", "MT-1"])
  }
}

@Suite("Text in both languages")
struct BilingualTextTests {
  @Test(
    "once written it is a string, as journals hold it from before",
    arguments: [
      (BilingualText("patch"), #"["patch"]"#),
      (BilingualText("patch", chinese: "补丁"), #"[{"en":"patch","zh-CN":"补丁"}]"#),
    ])
  func coding(_ text: BilingualText, _ json: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode([text]), as: UTF8.self) == json)
    #expect(try JSONDecoder().decode([BilingualText].self, from: Data(json.utf8)) == [text])
  }

  @Test("as an argument it brings its second language along")
  func arguments() {
    #expect(BilingualText("patch").arguments("title") == ["title": "patch"])
    #expect(
      BilingualText("patch", chinese: "补丁").arguments("title") == ["title": "patch", "title_zh_cn": "补丁"])
  }
}

@Suite("Actors")
struct ActorTests {
  static let all: [Records.Actor] = [
    .person("amy"), .localUser("root"), .token("ci"), .rule("disk:full"), .probe(""), .configuration("0123456789ab"),
    .program("planner"), .person("张三"),
  ]

  @Test("come back from their text and from JSON", arguments: all)
  func roundTrip(_ actor: Records.Actor) throws {
    #expect(Records.Actor(actor.description) == actor)
    #expect(try JSONDecoder().decode(Records.Actor.self, from: JSONEncoder().encode(actor)) == actor)
  }

  @Test("refuse an unknown kind", arguments: ["", "amy", "robot:1", "Person:amy"])
  func refuse(_ text: String) { #expect(Records.Actor(text) == nil) }
}

@Suite("Secrets")
struct SecretTests {
  struct Holder: Sendable { let name = "n", password = Secret("canary-7f3a") }

  @Test("never print, on their own or inside another value")
  func neverPrint() {
    let secret = Secret("canary-7f3a")
    var dumped = ""
    dump([Holder()], to: &dumped)
    let prints = [
      "\(secret)", String(describing: secret), String(reflecting: secret), secret.debugDescription, dumped,
      "\(Holder())", "\(Optional(secret) as Any)", String(reflecting: [secret: secret]),
    ]
    for print in prints { #expect(!print.contains("canary")) }
    #expect(secret.reveal() == "canary-7f3a")
  }
}

@Suite("Schema ladder")
struct SchemaLadderTests {
  struct Renamed: FactPayload, Equatable {
    static let kind = FactKind("thing.renamed", schema: 3)
    let name: String
    let count: Double
  }

  static let ladder = SchemaLadder<Renamed>([
    { bytes in Array(String(decoding: bytes, as: UTF8.self).replacing("title", with: "name").utf8) },
    { bytes in Array(String(decoding: bytes, as: UTF8.self).replacing("}", with: #","count":1}"#).utf8) },
  ])

  func fact(schema: Int, _ payload: String) -> Fact {
    let content = FactDraft(
      stream: .desk, entity: EntityID("e"), kind: FactKind("thing.renamed", schema: schema), validAt: .epoch,
      actor: .program("test"), payload: Array(payload.utf8))
    return Fact(position: JournalPosition(1), version: StreamVersion(1), recordedAt: .epoch, content: content)
  }

  @Test(
    "lifts every older schema to the newest",
    arguments: [
      (1, #"{"title":"x"}"#), (2, #"{"name":"x"}"#), (3, #"{"name":"x","count":1}"#),
    ])
  func lifts(_ schema: Int, _ payload: String) throws {
    #expect(try Self.ladder.read(fact(schema: schema, payload)) == Renamed(name: "x", count: 1))
  }

  @Test("refuses a newer schema and names both")
  func refusesNewer() {
    #expect(throws: FactReadError.newerSchema(kind: "thing.renamed", found: 4, known: 3)) {
      try Self.ladder.read(fact(schema: 4, "{}"))
    }
  }

  @Test("a damaged payload is an error with the kind", arguments: ["", "{", "[]", #"{"count":1}"#])
  func refusesDamage(_ payload: String) {
    #expect(throws: FactReadError.self) { try Self.ladder.read(fact(schema: 3, payload)) }
  }

  @Test("a schema that no program wrote is an error, not a trap", arguments: [0, -1])
  func refusesImpossibleSchema(_ schema: Int) {
    #expect(throws: FactReadError.self) { try Self.ladder.read(fact(schema: schema, #"{"name":"x","count":1}"#)) }
  }

  @Test("equal values have equal bytes, and odd numbers survive")
  func encodesAlike() throws {
    let odd = Renamed(name: "a/b", count: .infinity)
    #expect(String(decoding: odd.encoded(), as: UTF8.self) == #"{"count":"+Inf","name":"a/b"}"#)
    #expect(try Renamed(decoding: odd.encoded()) == odd)
  }
}
