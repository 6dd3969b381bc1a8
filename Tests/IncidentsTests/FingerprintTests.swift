import Foundation
import Inventory
import Records
import Telemetry
import Testing

@testable import Incidents

@Suite("Fingerprint and priority")
struct FingerprintTests {
  private static let rule = RuleReference(group: "disk", alertName: "DiskFull")

  @Test("version 2 is the digest of the parts that decision 12 lists")
  func parts() {
    let labels = LabelSet(["mountpoint": "/var", "severity": "critical", "pod": "a-1", "alertname": "DiskFull"])
    let fingerprint = Fingerprint(
      subject: Stage.bound, rule: Self.rule, labels: labels, volatileLabels: ["pod"])
    let digest = Digest(ofParts: ["2", "/", "item:host/web01", "disk", "DiskFull", "mountpoint", "/var"])
    #expect(fingerprint.text == "2-\(digest.hexadecimal)")
    #expect(fingerprint.version == 2)
    #expect(Fingerprint(fingerprint.text) == fingerprint)
    #expect(Fingerprint("1-ab") == nil)
  }

  @Test("severity and volatile labels do not count; item, group, name and other labels do")
  func distinguishes() {
    func make(_ labels: [String: String], item: String = "a", group: String = "g", name: String = "n") -> Fingerprint {
      let item = ItemReference(id: ItemID(item), name: item, className: "host")
      return Fingerprint(
        subject: .bound(item, why: Reason("r")), rule: RuleReference(group: group, alertName: name),
        labels: LabelSet(labels), volatileLabels: ["pod"])
    }
    let base = make(["x": "1"])
    #expect(base == make(["x": "1", "severity": "warning", "pod": "z"]))
    let others = [
      make(["x": "2"]), make([:]), make(["x": "1"], item: "b"), make(["x": "1"], group: "h"),
      make(["x": "1"], name: "m"), Fingerprint(source: "a", key: "n"), Fingerprint(source: "b", key: "n"),
    ]
    #expect(Set(others + [base]).count == others.count + 1)
  }

  @Test("a rule is known by its file too; a reference without one can be read")
  func ruleFile() throws {
    let rule = RuleReference(file: "rules/a.yaml", group: "g", alertName: "Down")
    #expect(try JSONDecoder().decode(RuleReference.self, from: JSONEncoder().encode(rule)) == rule)
    let old = try JSONDecoder().decode(RuleReference.self, from: Data(#"{"group":"g","alertName":"Down"}"#.utf8))
    #expect(old.file.isEmpty && old.description == rule.description)
    let prints = [rule, old].map { Fingerprint(subject: Stage.bound, rule: $0, labels: .empty) }
    #expect(prints[0] != prints[1])
  }

  @Test("the matrix is the table of domain.md 3.2, and monotone")
  func matrix() {
    let table: [[Priority]] = [
      [.urgent, .urgent, .high, .medium],
      [.urgent, .high, .medium, .medium],
      [.high, .medium, .medium, .low],
      [.medium, .medium, .low, .low],
    ]
    for impact in Impact.allCases {
      for urgency in Urgency.allCases {
        let priority = PriorityMatrix.priority(impact, urgency)
        #expect(priority == table[impact.rawValue][urgency.rawValue])
        if let lower = Impact(rawValue: impact.rawValue + 1) {
          #expect(priority <= PriorityMatrix.priority(lower, urgency))
        }
      }
    }
  }

  @Test(
    "priority of a breach by criticality, severity and redundancy",
    arguments: [
      (Criticality.vital, Severity.critical, RedundancyStanding.alone, Priority.urgent),
      (.vital, .critical, .covered, .urgent), (.vital, .warning, .alone, .medium),
      (.important, .critical, .alone, .urgent), (.important, .critical, .covered, .high),
      (.ordinary, .critical, .alone, .high), (.ordinary, .critical, .covered, .medium),
      (.ordinary, .warning, .alone, .medium), (.ordinary, .information, .alone, .low),
      (.minor, .critical, .exhausted, .medium), (.minor, .warning, .alone, .low),
    ])
  func assessment(
    _ criticality: Criticality, _ severity: Severity, _ redundancy: RedundancyStanding, _ expected: Priority
  ) {
    let item = ItemReference(
      id: ItemID("x"), name: "x", className: "host", criticality: criticality, redundancy: redundancy)
    #expect(PriorityAssessment(of: severity, on: item).priority == expected)
  }
}
