import Foundation
import PromQL
import Telemetry
import Testing

/// Every public rule, evaluated both ways over series made to its selectors' measure.
@Suite("Public rule packs, incrementally", .enabled(if: SharedData.exists("awesome"), "needs ../shared/conformance"))
struct IncrementalPackTests {
  /// Labels that satisfy equality and simple patterns; other patterns are left to chance.
  private static func labels(for selector: VectorSelector, variant: Int) -> LabelSet? {
    var labels = [
      "instance": "i\(variant % 3)", "job": "j\(variant % 2)", "le": ["0.1", "1", "+Inf"][variant % 3],
      "device": "d\(variant)",
    ]
    for matcher in selector.matchers {
      switch matcher.test {
      case .equals(let value): labels[matcher.name] = value
      case .matches(let pattern):
        let choices = pattern.text.replacingOccurrences(of: ".*", with: "x").replacingOccurrences(of: ".+", with: "x")
          .trimmingCharacters(in: CharacterSet(charactersIn: "^$()")).components(separatedBy: "|")
        labels[matcher.name] = choices[variant % choices.count]
      case .differs, .misses: continue
      }
    }
    let set = LabelSet(labels)
    return selector.matchers.allSatisfy { $0.accepts(set) } ? set : nil
  }

  private static func feed(
    _ rules: [IncrementalRule], into twin: IncrementalTwin, round: Int, _ numbers: inout SeededNumbers
  ) {
    var seen: Set<LabelSet> = []
    for rule in rules {
      for selector in rule.query.expression.selectors {
        for variant in 0..<4 where (round / 7 + variant) % 5 != 0 {
          guard let labels = labels(for: selector, variant: variant), seen.insert(labels).inserted else { continue }
          let value = Double(round * (variant + 1) % 40) + Double.random(in: 0..<1, using: &numbers)
          twin.append(labels, at: Int64(round) * 30_000 - Int64(variant) * 1000, value)
        }
      }
    }
    twin.deliver()
  }

  @Test(
    "every rule that compiles answers what the plain evaluator answers", arguments: [("awesome", 652), ("mixins", 130)])
  func equal(_ folder: String, atLeast: Int) throws {
    var reasons: [String: Int] = [:]
    var count = 0
    for file in SharedData.files(folder, suffixes: ["yml", "yaml"]) {
      let text = try String(contentsOf: file, encoding: .utf8)
      let rules = try expressions(inRuleFile: text).map { IncrementalRule(try Query(parsing: $0)) }
      var numbers = SeededNumbers(UInt64(text.utf8.count))
      let twin = IncrementalTwin()
      twin.adopt(rules, at: 0)
      for rule in rules { reasons[twin.engine.reason(for: rule)?.code ?? "incremental", default: 0] += 1 }
      count += rules.count
      for round in 1...24 {
        Self.feed(rules, into: twin, round: round, &numbers)
        guard round % 3 == 0 else { continue }
        for rule in rules where twin.engine.reason(for: rule) == nil {
          let comparison = twin.compare(rule, at: Int64(round) * 30_000 - 500)
          #expect(comparison == .equal, "\(file.lastPathComponent): \(rule.query.text)")
        }
      }
    }
    print("\(folder): \(count) rules: \(reasons.sorted { $0.value > $1.value })")
    #expect(reasons["incremental", default: 0] >= atLeast, "\(reasons)")
  }
}
