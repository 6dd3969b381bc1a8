import Alerting
import Testing
import Wording
import Yams

@testable import WatchkeeperApp
@testable import WebInterface

@Suite("Runbooks of the packaged rules")
struct PackagedRunbookTests {
  @Test("every packaged rule has its section in both languages, and no section is without a rule")
  func sections() throws {
    var expected: [String: Set<String>] = [:]
    for file in PackagedFiles.all where file.kind == .rules {
      let groups = try YAMLDecoder().decode(RuleFileDefinition.self, from: file.text).groups
      for rule in groups.flatMap(\.rules) {
        guard let alert = rule.alert else { continue }
        let link = try #require(rule.annotations["runbook_url"], "\(alert)")
        let match = try #require(link.wholeMatch(of: #/docs/runbooks/(\w+)\.md#(\w+)/#), "\(link)")
        #expect(match.2 == alert.lowercased())
        expected[String(match.1), default: []].insert(alert)
      }
    }
    let assets = AssetStore(overrideFolder: nil)
    #expect(Set(expected.keys) == RunbookLink.packagedNames)
    for (name, alerts) in expected {
      for language in Language.allCases {
        let page = try #require(RunbookPage(packaged: name, in: language, assets))
        #expect(Set(page.sections.map(\.heading)) == alerts, "\(name) \(language)")
        #expect(page.sections.map(\.anchor) == page.sections.map { $0.heading.lowercased() })
      }
    }
  }
}
