import Foundation
import Records
import Telemetry
import Testing
import Yams

@testable import Probes
@testable import SNMP

@Suite("MIB files of an installation")
struct MIBFilesTests {
  static let text = """
    ACME-MIB DEFINITIONS ::= BEGIN
    acme OBJECT IDENTIFIER ::= { enterprises 99999 }
    acmeLoad OBJECT-TYPE SYNTAX Gauge32 MAX-ACCESS read-only STATUS current DESCRIPTION "Load." ::= { acme 1 }
    acmeTable OBJECT-TYPE SYNTAX SEQUENCE OF AcmeEntry MAX-ACCESS not-accessible STATUS current
        DESCRIPTION "Fans." ::= { acme 2 }
    acmeEntry OBJECT-TYPE SYNTAX AcmeEntry MAX-ACCESS not-accessible STATUS current
        DESCRIPTION "A fan." INDEX { acmeFan } ::= { acmeTable 1 }
    AcmeEntry ::= SEQUENCE { acmeFan Integer32, acmeSpeed Gauge32 }
    acmeFan OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeEntry 1 }
    acmeSpeed OBJECT-TYPE SYNTAX Gauge32 MAX-ACCESS read-only STATUS current DESCRIPTION "Speed." ::= { acmeEntry 2 }
    acmeText OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS accessible-for-notify STATUS current DESCRIPTION ""
        ::= { acme 3 }
    acmeFanStopped NOTIFICATION-TYPE OBJECTS { acmeText } STATUS current DESCRIPTION "" ::= { acme 0 7 }
    END
    """

  private func files() throws -> MIBFiles {
    var files = MIBFiles()
    try files.add(Array(Self.text.utf8), file: "acme.mib")
    return files
  }

  @Test("a module's tables and scalars become a profile that reads them, and nothing twice")
  func profile() throws {
    let profile = try YAMLDecoder().decode(
      DeviceProfile.self, from: try files().profileText(named: "acme", of: []))
    #expect(profile.scalars.map { "\($0.metric) \($0.oid)" } == ["acmeLoad 1.3.6.1.4.1.99999.1"])
    #expect(profile.tables.map(\.name) == ["acmeTable"])
    #expect(profile.tables.first?.metrics.map { "\($0.metric) \($0.oid)" } == ["acmeSpeed 1.3.6.1.4.1.99999.2.1.2"])
    #expect(profile.tables.first?.labels.map(\.label) == ["acmeFan"])
  }

  @Test("profiles and traps name objects of the files; an unknown name is refused")
  func names() throws {
    let lookups: [CodingUserInfoKey: any Sendable] = [MIBFiles.key: try files()]
    let profile = try YAMLDecoder().decode(
      DeviceProfile.self,
      from: """
        profile: acme
        match: [ACME-MIB::acme]
        scalars: [{metric: acmeLoad, oid: ACME-MIB::acmeLoad}]
        notifications: {stopped: acmeFanStopped}
        """, userInfo: lookups)
    #expect(profile.match.map(\.description) == ["1.3.6.1.4.1.99999"])
    #expect(profile.scalars.first?.oid.description == "1.3.6.1.4.1.99999.1")
    #expect(profile.notifications["stopped"]?.description == "1.3.6.1.4.1.99999.0.7")
    let traps = try YAMLDecoder().decode(
      TrapsProbeSettings.self,
      from: "{communities: [a], patterns: [{name: a, trap: ACME-MIB::acmeFanStopped, labels: {text: acmeText}}]}",
      userInfo: lookups)
    let stopped = try #require(ObjectIdentifier("1.3.6.1.4.1.99999.0.7"))
    #expect(traps.names[stopped] == "acmeFanStopped")
    let error = #expect(throws: DecodingError.self) {
      try YAMLDecoder().decode(
        DeviceProfile.self, from: "{profile: a, scalars: [{metric: b, oid: ACME-MIB::acmeLaod}]}", userInfo: lookups)
    }
    #expect(error?.settingsFault?.id == "fault.snmp.oid")
  }

  @Test("a fault is told with its place")
  func faults() {
    var files = MIBFiles()
    let fault = #expect(throws: MIBFiles.Fault.self) {
      try files.add(Array("A-MIB DEFINITIONS ::= BEGIN\n  a OBJECT IDENTIFIER := { b 1 }\nEND".utf8), file: "a.mib")
    }
    #expect(fault?.description.hasPrefix("a.mib:2:") == true, "\(String(describing: fault))")
  }
}
