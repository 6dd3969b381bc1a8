import Foundation
import Testing

@testable import SNMP

@Suite("MIB files")
struct MIBTests {
  /// Two modules as a vendor writes them: underscores, a trailing comma, comments of hyphens, an import that is missing, an
  /// end without a line.
  static let sloppy = """
    -------------------------------------------------
    ACME_SENSORS-MIB DEFINITIONS ::= BEGIN
    IMPORTS
        enterprises, OBJECT-TYPE, MODULE-IDENTITY FROM SNMPv2-SMI
        ifIndex FROM IF-MIB;
    acme MODULE-IDENTITY
        LAST-UPDATED "202601010000Z" ORGANIZATION "Acme -- not a comment" CONTACT-INFO "x" DESCRIPTION "y"
        ::= { enterprises 99999 }
    acme_objects OBJECT IDENTIFIER ::= { acme objects(1) }
    BoardName ::= TEXTUAL-CONVENTION DISPLAY-HINT "255a" STATUS current DESCRIPTION "" SYNTAX OCTET STRING (SIZE (0..32))
    Ladder ::= INTEGER { up(1), down(2), lost(-1), }
    OWN-MACRO MACRO ::= BEGIN TYPE NOTATION ::= "a" "b" VALUE NOTATION ::= value(VALUE INTEGER) END
    sensorTable OBJECT-TYPE SYNTAX SEQUENCE OF SensorEntry MAX-ACCESS not-accessible STATUS current
        DESCRIPTION "Sensors." ::= { acme_objects 2 }
    sensorEntry OBJECT-TYPE SYNTAX SensorEntry MAX-ACCESS not-accessible STATUS current
        DESCRIPTION "A sensor." INDEX { ifIndex, sensorKey, IMPLIED sensorName } ::= { sensorTable 1 }
    SensorEntry ::= SEQUENCE { sensorKey MacAddress, sensorName BoardName, sensorState Ladder, sensorCount Counter64 }
    sensorKey OBJECT-TYPE SYNTAX MacAddress MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { sensorEntry 1 }
    sensorName OBJECT-TYPE SYNTAX BoardName MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { sensorEntry 2 }
    sensorState OBJECT-TYPE SYNTAX Ladder MAX-ACCESS read-only STATUS current
        DESCRIPTION "State of
          the \\sensor. More." DEFVAL { up } ::= { sensorEntry 3 }
    sensorCount OBJECT-TYPE SYNTAX Counter64 UNITS "packets" MAX-ACCESS read-only STATUS current
        DESCRIPTION "Packets." ::= { sensorEntry 4 }
    sensorBlob OBJECT-TYPE SYNTAX OCTET STRING (SIZE (4)) ACCESS read-only STATUS mandatory
        DESCRIPTION "Blob." DEFVAL { '00'H } ::= { acme_objects 3 }
    sensorLost NOTIFICATION-TYPE OBJECTS { sensorState, sensorCount } STATUS current DESCRIPTION "" ::= { acme 0 7 }
    sensorOld TRAP-TYPE ENTERPRISE acme VARIABLES { sensorState } DESCRIPTION "" ::= 5
    acmeLevel MODULE-COMPLIANCE STATUS current DESCRIPTION "" MODULE MANDATORY-GROUPS { g }
        OBJECT sensorState SYNTAX INTEGER { up(1) } DESCRIPTION "" ::= { acme 8 }
    acmeAgent AGENT-CAPABILITIES PRODUCT-RELEASE "1" STATUS current DESCRIPTION ""
        SUPPORTS IF-MIB INCLUDES { g } VARIATION ifType SYNTAX INTEGER { other(1) } DESCRIPTION "" ::= { acme 9 }
    END
    """

  private func library(_ text: String) throws -> MIBLibrary {
    var library = MIBLibrary()
    for module in try MIBParser.modules(in: Array(text.utf8), file: "acme.mib") { library.add(module) }
    return library
  }

  private func identifier(_ name: String, in library: MIBLibrary) throws -> String {
    "\(try library.identifier(of: try #require(library.entry(name), "\(name)")))"
  }

  @Test("names lead to their places, whatever a vendor's file looks like")
  func places() throws {
    let library = try library(Self.sloppy)
    for (name, place) in [
      ("acme", "1.3.6.1.4.1.99999"), ("ACME_SENSORS-MIB::sensorCount", "1.3.6.1.4.1.99999.1.2.1.4"),
      ("sensorLost", "1.3.6.1.4.1.99999.0.7"), ("sensorOld", "1.3.6.1.4.1.99999.0.5"),
      ("acmeLevel", "1.3.6.1.4.1.99999.8"), ("acmeAgent", "1.3.6.1.4.1.99999.9"),
    ] { #expect(try identifier(name, in: library) == place) }
    #expect(
      library.columns(of: "sensorTable").map(\.definition.name) == [
        "sensorKey", "sensorName", "sensorState", "sensorCount",
      ])
    #expect(library.entry("OTHER-MIB::acme") == nil)
    #expect(library.entry("nothing") == nil)
  }

  @Test("a type is followed to its base")
  func types() throws {
    let library = try library(Self.sloppy)
    func type(_ name: String) throws -> MIBType {
      let entry = try #require(library.entry(name))
      guard case .object(let object) = entry.definition.content else { throw CancellationError() }
      return library.type(object.type, in: entry.module)
    }
    #expect(try type("sensorState").enumeration.map(\.number) == [1, 2, -1])
    #expect(try type("sensorName") == MIBType(base: "OCTET STRING", displayHint: "255a"))
    #expect(try type("sensorKey").fixedSize == 6)
    #expect(try type("sensorBlob").fixedSize == 4)
  }

  @Test("a table becomes a profile")
  func profile() throws {
    let text = try library(Self.sloppy).profileText(named: "acme", of: ["sensorTable", "sensorBlob"])
    #expect(
      text == """
        profile: acme
        present: 1.3.6.1.4.1.99999.1.2
        scalars:
          - {metric: sensorBlob, oid: 1.3.6.1.4.1.99999.1.3, type: info, help: "Blob."}
        tables:
          - name: sensorTable
            index: [{name: ifIndex, type: integer}, {name: sensorKey, type: mac}, {name: sensorName, type: rest}]
            labels:
              - {label: ifIndex, index: ifIndex}
              - {label: sensorKey, index: sensorKey}
              - {label: sensorName, index: sensorName}
            metrics:
              - {metric: sensorState, oid: 1.3.6.1.4.1.99999.1.2.1.3, help: "State of the \\\\sensor. Values: 1 up, 2 down, -1 lost."}
              - {metric: sensorCount, oid: 1.3.6.1.4.1.99999.1.2.1.4, type: counter, help: "Packets. Unit: packets."}

        """)
    #expect(throws: MIBError.self) { try library(Self.sloppy).profileText(named: "x", of: ["nothing"]) }
  }

  @Test(
    "what is wrong is said with its place",
    arguments: [
      ("", "1:1: the file holds no module – it begins with NAME DEFINITIONS ::= BEGIN"),
      ("A DEFINITIONS ::= BEGIN", "1:24: the file ends where a definition is due"),
      (
        "A DEFINITIONS ::= BEGIN\nx OBJECT-TYPE\n  SYNTAX \"a",
        "3:10: the text has no end – close it with a double quote"
      ),
      (
        "A DEFINITIONS ::= BEGIN\nx OBJECT IDENTIFIER ::= { y 4294967296 } END",
        "2:29: '4294967296' stands where a number below 4294967296 is due"
      ),
      (
        "A DEFINITIONS ::= BEGIN x OBJECT-TYPE ::= { y 1 } END", "1:39: the object has no SYNTAX – add one before '::='"
      ),
      ("A DEFINITIONS ::= BEGIN\n§ END", "2:1: '\u{c2}' has no place in a MIB – remove it, or put it in a comment"),
    ])
  func errors(_ text: String, _ message: String) {
    let error = #expect(throws: MIBError.self) { try MIBParser.modules(in: Array(text.utf8), file: "acme.mib") }
    #expect(error?.description == "acme.mib:" + message)
  }

  @Test("circles and unknown parents are said, not followed")
  func circles() throws {
    let library = try library(
      """
      A DEFINITIONS ::= BEGIN IMPORTS far FROM B-MIB;
      x OBJECT IDENTIFIER ::= { y 1 }
      y OBJECT IDENTIFIER ::= { x }
      z OBJECT IDENTIFIER ::= { far 1 }
      T ::= U
      U ::= T
      i OBJECT-TYPE SYNTAX T MAX-ACCESS read-only ::= { mib-2 1 }
      END
      """)
    for (name, problem) in [
      ("x", "acme.mib:2:1: the place of 'x' leads in a circle, or too deep"),
      ("z", "acme.mib:4:1: 'far' is not known – add the file of module B-MIB"),
    ] {
      let error = #expect(throws: MIBError.self) { try identifier(name, in: library) }
      #expect(error?.description == problem)
    }
    #expect(["T", "U"].contains(library.type(MIBType(base: "T"), in: "A").base))
  }

  static let installed = "/usr/share/snmp/mibs"

  @Test(
    "every file that Debian installs is read, and every object has a place",
    .enabled(if: FileManager.default.fileExists(atPath: installed), "needs the package libsnmp-base"))
  func installedFiles() throws {
    var library = MIBLibrary()
    var modules: [MIBModule] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.installed).sorted() {
      let path = Self.installed + "/" + name
      let bytes = try Data(contentsOf: URL(filePath: path))
      let own = try MIBParser.modules(in: Array(bytes), file: name)
      // As many objects as their keyword stands in the file outside of comments and imports.
      let text = String(decoding: bytes, as: UTF8.self)
      let written = text.split(separator: "\n").filter { $0.contains(/^\s*\w+\s+OBJECT-TYPE\s*(--.*)?$/) }.count
      let objects = own.flatMap(\.definitions).count { if case .object = $0.content { true } else { false } }
      #expect(objects == written, "\(name)")
      modules += own
    }
    for module in modules { library.add(module) }
    for module in modules {
      for definition in module.definitions {
        if case .type = definition.content { continue }
        #expect(throws: Never.self, "\(definition.name)") {
          try library.identifier(of: MIBLibrary.Entry(module: module.name, definition: definition))
        }
      }
    }
    #expect(try identifier("UCD-SNMP-MIB::memTotalReal", in: library) == "1.3.6.1.4.1.2021.4.5")
    #expect(try identifier("UCD-DISKIO-MIB::diskIONReadX", in: library) == "1.3.6.1.4.1.2021.13.15.1.1.12")
    #expect(try identifier("nsCacheStatus", in: library) == "1.3.6.1.4.1.8072.1.5.3.1.3")
    #expect(
      try library.profileText(named: "d", of: ["laTable"]).contains("{metric: laLoadInt, oid: 1.3.6.1.4.1.2021.10.1.5"))
  }

  @Test("any bytes are read or refused in bounded time")
  func garbage() {
    var generator = Steps()
    let words = [
      "A", "DEFINITIONS", "::=", "BEGIN", "END", "{", "}", "(", ")", "SYNTAX", "OBJECT-TYPE", "OBJECT", "IDENTIFIER",
      "1", "\"",
      "SIZE", "INDEX", "FROM", "IMPORTS", ";", "[", "]", "MACRO", "SEQUENCE", "OF", "x", "TRAP-TYPE", "--", "\n", "-",
      "'", ",",
    ]
    for _ in 0..<3000 {
      let count = Int.random(in: 0..<60, using: &generator)
      let text =
        "A DEFINITIONS ::= BEGIN "
        + (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined(separator: " ")
      var library = MIBLibrary()
      guard let modules = try? MIBParser.modules(in: Array(text.utf8), file: "f") else { continue }
      for module in modules {
        library.add(module)
        for definition in module.definitions {
          _ = try? library.identifier(of: MIBLibrary.Entry(module: module.name, definition: definition))
          _ = try? library.profileText(named: "p", of: [definition.name])
        }
      }
    }
  }
}

/// The same numbers each time.
private struct Steps: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
