import Foundation
import PromQL
import Telemetry
import Testing

/// The `expr:` values of a rule file, by lines: enough for the packs' regular style, not a YAML reader.
func expressions(inRuleFile text: String) -> [String] {
  let lines = text.components(separatedBy: "\n")
  var found: [String] = []
  var index = 0
  while index < lines.count {
    let line = lines[index]
    index += 1
    guard let range = line.range(of: #"^\s*(- )?expr:"#, options: .regularExpression) else { continue }
    let indent = line.prefix { $0 == " " || $0 == "-" }.count
    var value = line[range.upperBound...].trimmingCharacters(in: .whitespaces)
    if ["|", "|-", ">", ">-"].contains(value) { value = "" }
    while index < lines.count, lines[index].isEmpty || lines[index].prefix(while: { $0 == " " }).count > indent {
      value += "\n" + lines[index].trimmingCharacters(in: .whitespaces)
      index += 1
    }
    value = value.trimmingCharacters(in: .whitespacesAndNewlines)
    if value.hasPrefix("'"), value.hasSuffix("'") {
      value = value.dropFirst().dropLast().replacingOccurrences(of: "''", with: "'")
    } else if value.hasPrefix("\""), value.hasSuffix("\"") {
      value = value.dropFirst().dropLast().replacingOccurrences(of: "\\\n", with: "")
      for (escape, text) in [("\\n", "\n"), ("\\\"", "\""), ("\\ ", " "), ("\\\\", "\\")] {
        value = value.replacingOccurrences(of: escape, with: text)
      }
    }
    found.append(value)
  }
  return found
}

@Suite("Public rule packs", .enabled(if: SharedData.exists("awesome"), "needs ../shared/conformance"))
struct RulePackTests {
  @Test("every expression parses, reads back and evaluates on an empty store", arguments: ["awesome", "mixins"])
  func evaluates(_ folder: String) throws {
    var count = 0
    for file in SharedData.files(folder, suffixes: ["yml", "yaml"]) {
      for text in expressions(inRuleFile: try String(contentsOf: file, encoding: .utf8)) {
        count += 1
        do {
          let query = try Query(parsing: text)
          #expect(try Query(parsing: query.description).expression == query.expression)
          _ = try evaluate(text, over: MemorySeries(), .instant(Timestamp(milliseconds: 1_700_000_000_000)))
        } catch {
          Issue.record("\(file.lastPathComponent): \(text): \(error)")
        }
      }
    }
    #expect(count >= (folder == "awesome" ? 653 : 100), "only \(count) expressions found")
  }
}
