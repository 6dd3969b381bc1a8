import Alerting
import Foundation
import Incidents
import Inventory
import Journal
import PromQL
import Records
import Testing
import TimeSeriesStore
import Wording

@testable import Planner

/// What the modules say about wording, against what the catalogue has.
@Suite("Every reason and every fact has its words")
struct WordingCompletenessTests {
  static let reasons = [IncidentReasons.catalogue, InventoryReasons.catalogue, PlannerReasons.catalogue]
    .reduce(into: [:]) { all, one in all.merge(one) { $0.union($1) } }

  @Test("each reason of a module has a message with no other arguments", arguments: reasons.keys.sorted())
  func stated(_ id: String) {
    #expect(WordingGap.gaps(of: id, arguments: Self.reasons[id] ?? []) == [])
  }

  @Test("no two modules give one id") func distinct() {
    let count = IncidentReasons.catalogue.count + InventoryReasons.catalogue.count + PlannerReasons.catalogue.count
    #expect(Self.reasons.count == count)
  }

  @Test("each reason that the sources name has a message") func named() {
    let ids = ProductText.literals(#/"(reason(?:\.[a-z_\-]+)+)"/#, in: ProductText.modules)
    #expect(ids.count > 100)
    #expect(ids.contains("reason.probe.hangs"))
    #expect(ids.filter { !Catalogue.contains($0) } == [])
  }

  @Test("each kind of fact has its title") func titled() {
    let kinds = ProductText.literals(#/FactKind\("([a-z.\-]+)"/#, in: ["Incidents", "Inventory", "Planner"])
    #expect(kinds.count > 40)
    #expect(kinds.contains(IncidentOpened.kind.name))
    #expect(kinds.filter { !Catalogue.contains("timeline.\($0)") } == [])
  }

  @Test("titles of facts use only the arguments of their fact") func argued() {
    let arguments: [String: Set<String>] = [
      "incident.progressed": ["count"], "incident.acknowledged": ["by"], "incident.noted": ["by"],
      "incident.resolved": ["by"],
      "alert.withheld": ["window"], "alert.released": ["window"], "notification.intended": ["receivers"],
      "notification.delivered": ["receiver"], "notification.refused": ["receiver"],
    ]
    let ids = Catalogue.messages.map(\.id).filter { $0.hasPrefix("timeline.") }
    let gaps = ids.flatMap { WordingGap.gaps(of: $0, arguments: arguments[String($0.dropFirst(9))] ?? []) }
    #expect(ids.count > 40)
    #expect(gaps == [])
  }

  @Test("each raw name has its word", arguments: RawNames.families.keys.sorted())
  func worded(_ family: String) {
    let names = RawNames.families[family] ?? []
    #expect(!names.isEmpty)
    #expect(names.filter { !Catalogue.contains(family + $0) } == [])
  }

  @Test("each finding of verify has a message with no other arguments", arguments: VerifyFindings.reasons)
  func found(_ reason: Reason) {
    #expect(WordingGap.gaps(of: reason.id, arguments: Set(reason.arguments.keys)) == [])
  }

  @Test("each finding that the journal names, and each damage of samples, is among them") func everyFinding() {
    let named = ProductText.literals(#/"(verify\.journal(?:\.[a-z\-]+)+)"/#, in: ["Journal", "WatchkeeperApp"])
    #expect(named.count > 20)
    #expect(named.filter { !VerifyFindings.reasons.map(\.id).contains($0) } == [])
    for kind in StoreDamage.Kind.allCases { #expect(Catalogue.contains("verify.samples.\(kind.rawValue)"), "\(kind)") }
  }

  @Test("the command line names no message that is missing") func commandTexts() {
    let ids = ProductText.literals(#/words\(\s*"([a-z\-]+(?:\.[a-zA-Z\-]+)+)"/#, in: ["WatchkeeperApp"])
    #expect(ids.count > 60)
    #expect(ids.filter { !Catalogue.contains($0) && !Catalogue.contains("help.\($0)") } == [])
    let plain = [
      ("usage", #/UsageError\(\s*"usage\.([a-z\-]+)"/#), ("refusal", #/StartError\(\s*"([a-z\-]+)"/#),
      ("control", #/ControlError\(\s*\.\w+, "([a-z\-]+)"/#),
    ]
    for (family, pattern) in plain {
      let names = ProductText.literals(pattern, in: ["WatchkeeperApp"])
      let ids = names.map { "\(family).\($0)" + (family == "control" ? ".problem" : "") }
      #expect(ids.count > 5)
      #expect(ids.filter { !Catalogue.contains($0) } == [])
    }
  }

  @Test("no reason shows a raw name, an unformatted number or a brace", arguments: reasons.keys.sorted())
  func rendered(_ id: String) {
    let names = Self.reasons[id] ?? []
    let arguments = Dictionary(uniqueKeysWithValues: names.map { ($0, RawNames.sample($0)) })
    for language in Language.allCases {
      let text = Reader(language: language).text(id, arguments)
      #expect(!text.contains("{") && !text.contains("1234567"))
    }
    let chinese = Reader(language: .simplifiedChinese).text(id, arguments)
    let raw = names.filter { RawNames.family(of: $0) != nil }.map(RawNames.sample)
    #expect(raw.filter(chinese.contains) == [])
  }

  @Test(
    "the check finds what is missing",
    arguments: [
      ("reason.made-up", [], [.missing]), ("reason.page.first", [], [.stranger("priority"), .stranger("priority")]),
      ("reason.page.first", ["priority"], []),
    ] as [(String, Set<String>, [WordingGap])])
  func finds(_ id: String, _ arguments: Set<String>, _ gaps: [WordingGap]) {
    #expect(WordingGap.gaps(of: id, arguments: arguments) == gaps)
  }
}

/// What may be wrong between a reason and its message.
enum WordingGap: Equatable {
  case missing
  /// The message wants an argument that the reason does not have.
  case stranger(String)

  /// One entry a language and stranger.
  static func gaps(of id: String, arguments: Set<String>) -> [WordingGap] {
    guard let message = Catalogue.messages.first(where: { $0.id == id }) else { return [.missing] }
    return Language.allCases.flatMap { language in
      MessageTemplate(message.template(in: language)).names.subtracting(arguments).sorted().map(WordingGap.stranger)
    }
  }
}

/// One of each thing that `verify` finds.
enum VerifyFindings {
  private static let digest = PublishedDigest(position: JournalPosition(7), digest: .zero)

  private static let journal: [JournalFinding] = [
    .unreadable("x"), .structure("x"), .columnUnreadable(JournalPosition(1), column: "x"),
    .headerChanged(JournalPosition(1)), .payloadChanged(JournalPosition(1)), .payloadMissing(JournalPosition(1)),
    .payloadErased(JournalPosition(1), by: JournalPosition(2)), .payloadDigestChanged(JournalPosition(1)),
    .payloadWithoutFact(JournalPosition(1)), .chainChanged(JournalPosition(1)),
    .missing(JournalPosition(1), JournalPosition(2)), .inserted(JournalPosition(1), JournalPosition(2)),
    .swapped(JournalPosition(1), JournalPosition(2)),
    .versionOutOfStep(JournalPosition(1), stream: .desk, expected: StreamVersion(1), found: StreamVersion(2)),
    .recordedAtBackwards(JournalPosition(1)), .publishedDigestDiffers(digest, agreed: .start),
    .tailCut(published: digest, last: JournalPosition(1)), .cutTailCannotBeSeen(after: nil),
    .cutTailCannotBeSeen(after: digest), .snapshotChanged(stream: "x", entity: "y"),
    .snapshotAhead(stream: "x", position: JournalPosition(1)), .tooManyFindings(limit: 1),
  ]

  static let reasons =
    journal.map(\.reason) + [
      Reason("verify.journal.file-missing", ["file": "x"]),
      Reason("verify.journal.published-unreadable", ["problem": "x"]),
      Reason("verify.samples.folder-missing", ["folder": "x"]),
    ]
}

/// The raw names that reasons carry.
enum RawNames {
  static let families: [String: [String]] = [
    "severity.": Severity.allCases.map(\.rawValue), "priority.": Priority.allCases.map { "\($0)" },
    "impact.": Impact.allCases.map { "\($0)" }, "urgency.": Urgency.allCases.map { "\($0)" },
    "action.incident.": IncidentStatus.allCases.map(\.rawValue),
    "test.class.": TestClass.Group.allCases.map { "\($0)" },
    "hold.": AlertHold.allCases.map(\.rawValue), "rule.holds.": AlertHold.allCases.map(\.rawValue),
    "redundancy.": [RedundancyStanding.alone, .covered, .exhausted].map(\.rawValue),
    "relation.": RelationType.allCases.map(\.rawValue), "constraint.": SlotConstraint.allCases.map(\.rawValue),
    "field.": ItemClass.catalogue.flatMap(\.attributes.keys) + RelationType.allCases.map(\.rawValue),
    "home.": [RecordHome.file, .desk, .discovery].map(\.rawValue), "lifecycle.": Lifecycle.allCases.map(\.rawValue),
    "resolution.": ["fixed", "self-recovered", "post-ended", "no-further-post", "rule-retired"],
  ]

  /// The family of an argument that holds raw names.
  static func family(of argument: String) -> String? {
    switch argument {
    case "severity", "severityBefore": "severity."
    case "priority", "priorityBefore": "priority."
    case "impact", "urgency", "redundancy", "relation": argument + "."
    case "status": "action.incident."
    case "constraints": "constraint."
    case "code": "resolution."
    default: nil
    }
  }

  /// A value as the modules write it.
  static func sample(_ argument: String) -> String {
    if let family = family(of: argument) { return families[family]?.last ?? "" }
    if argument.hasSuffix("At") || argument.hasSuffix("Seconds") || argument == "seconds" { return "1234567890" }
    return "名"
  }
}

/// Strings in the sources of the product.
enum ProductText {
  static let modules = ["Incidents", "Inventory", "Planner", "Probes", "WatchkeeperApp", "Alerting"]

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Ascending, distinct.
  static func literals(_ pattern: Regex<(Substring, Substring)>, in modules: [String]) -> [String] {
    Set(texts(of: modules).flatMap { $0.matches(of: pattern).map { String($0.output.1) } }).sorted()
  }

  /// Of every file.
  static func texts(of modules: [String]) -> [String] {
    modules.flatMap { module -> [String] in
      let folder = root.appending(path: "Sources").appending(path: module)
      guard let walker = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
      return walker.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        .map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }
    }
  }
}
