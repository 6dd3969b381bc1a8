import Foundation
import ServiceTime
import Telemetry
import Testing

/// The part of the public RRULE test tables that this program supports; the rest must be refused, not misread.
@Suite("Recurrence conformance", .enabled(if: RecurrenceCorpus.isPresent, "needs ../shared/recurrence"))
struct RecurrenceConformanceTests {
  @Test("names the expected instances", arguments: RecurrenceCorpus.supported)
  func names(_ example: RecurrenceCorpus.Case) throws {
    let rule = try RecurrenceRule(example.rule)
    let recurrence = Recurrence(start: try local(example.start), rule: rule, zone: .utc)
    // libical's START-AT tells its iterator where to begin; its list of instances may begin earlier.
    let from = try example.from.map { TimeZoneRules.utc.instant(of: try local($0)) }
    let expected = try example.instances.map { try local($0.hasSuffix("Z") ? String($0.dropLast()) : $0) }
      .filter { instance in from.map { TimeZoneRules.utc.instant(of: instance) >= $0 } ?? true }
    let found = recurrence.occurrences(from: from, limit: expected.count + 1).occurrences.map(\.local)
    let isEndless = rule.ending == .never
    #expect((isEndless ? Array(found.prefix(expected.count)) : found) == expected)
  }

  @Test("refuses by name what it does not support", arguments: RecurrenceCorpus.unsupported)
  func refuses(_ example: RecurrenceCorpus.Case) {
    #expect(throws: RecurrenceError.self) { try RecurrenceRule(example.rule) }
  }

  @Test("the tables are not empty")
  func present() {
    #expect(RecurrenceCorpus.supported.count >= 30)
    #expect(RecurrenceCorpus.unsupported.count >= 100)
  }
}

enum RecurrenceCorpus {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: String
    let start: String
    let from: String?
    let instances: [String]
    var testDescription: String { "\(name): \(rule)" }
  }

  static let folder: String = {
    let shared = ProcessInfo.processInfo.environment["WATCHKEEPER_SHARED"]
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared").path
    let candidates = [shared, beside].compactMap(\.self).map { $0 + "/recurrence" }
    return candidates.first { FileManager.default.fileExists(atPath: $0 + "/libical_cases.txt") } ?? ""
  }()

  static let isPresent = !folder.isEmpty
  static let all = ["libical_cases.txt", "dateutil_cases.txt"].flatMap(cases)
  static let supported = all.filter(isSupported)
  static let unsupported = all.filter { !isSupported($0) }

  /// Decided from the text alone, independently of the parser under test.
  private static func isSupported(_ example: Case) -> Bool {
    let rule = example.rule
    let later = [
      "YEARLY", "HOURLY", "MINUTELY", "SECONDLY", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND", "BYYEARDAY", "BYWEEKNO",
      "BYMONTH=", "RSCALE", "SKIP",
    ]
    if later.contains(where: { rule.contains($0) }) || example.name.contains("rfc5545-invalid") { return false }
    return true
  }

  private static func cases(_ file: String) -> [Case] {
    guard isPresent, let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8) else { return [] }
    var found: [Case] = []
    var name = ""
    var fields: [String: String] = [:]
    for line in (text + "\n\n").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        if let rule = fields["RRULE"], let start = fields["DTSTART"], let instances = fields["INSTANCES"] {
          let strip = { (text: String) in text.hasSuffix("Z") ? String(text.dropLast()) : text }
          found.append(
            Case(
              name: name, rule: rule, start: strip(start), from: fields["START-AT"].map(strip),
              instances: instances.split(separator: ",").map(String.init)))
        }
        fields = [:]
      } else if line.hasPrefix("#") {
        name = String(line.dropFirst(2))
      } else if let colon = line.firstIndex(of: ":") {
        fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
      }
    }
    return found
  }
}
