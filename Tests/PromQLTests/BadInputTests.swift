import PromQL
import Telemetry
import Testing

/// Queries that are short and mean much: refused by name before they take memory.
@Suite("Bad input")
struct BadInputTests {
  private var store: MemorySeries {
    var store = MemorySeries()
    store.append(LabelSet(["__name__": "m", "a": "xy"]), at: .epoch, 1)
    return store
  }

  @Test(
    "calls inside each other that double a label's value",
    arguments: [
      (#"label_replace("#, #", "a", "$1$1", "a", "(.*)")"#, "label_replace"),
      (#"label_join("#, #", "a", "", "a", "a")"#, "label_join"),
    ])
  func doubling(_ opening: String, _ closing: String, _ name: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: opening, count: depth) + "m" + String(repeating: closing, count: depth)
    }
    guard case .vector(let elements) = try evaluate(nested(15), over: store).value else {
      Issue.record("no vector")
      return
    }
    #expect(elements.first?.labels["a"]?.utf8.count == 65_536)
    #expect {
      try evaluate(nested(16), over: store)
    } throws: { error in
      "\(error)".contains("the query makes a label value of more than 65536 bytes")
    }
  }

  @Test("the texts of many series count as samples do")
  func texts() throws {
    var store = store
    for number in 0..<20 { store.append(LabelSet(["__name__": "m", "n": "\(number)"]), at: .epoch, 1) }
    var limits = EvaluationLimits()
    limits.samplesMax = 10_000
    let text = #"label_join(m, "a", "\#(String(repeating: "s", count: 5000))", "n", "n")"#
    #expect(throws: PromQLError.self) { try evaluate(text, over: store, limits: limits) }
    limits.samplesMax = 40_000
    #expect(throws: Never.self) { try evaluate(text, over: store, limits: limits) }
  }

  @Test("regular expressions are counted, for each takes memory")
  func patterns() throws {
    func query(_ count: Int) -> String { "m{" + (0..<count).map { "a=~\"\($0)\"" }.joined(separator: ",") + "}" }
    #expect(throws: Never.self) { try Query(parsing: query(Query.patternsMax)) }
    #expect {
      try Query(parsing: query(Query.patternsMax + 1))
    } throws: { error in
      "\(error)".contains("more than 200 regular expressions in one query")
    }
  }

  @Test("large regular expressions are refused before many of them were compiled")
  func largePatterns() throws {
    func query(_ count: Int) -> String {
      "m{" + (0..<count).map { "a=~`(?i)[\\pL\\pN]{60}\($0)`" }.joined(separator: ",") + "}"
    }
    #expect(throws: Never.self) { try Query(parsing: query(1)) }
    #expect {
      try Query(parsing: query(100))
    } throws: { error in
      "\(error)".contains("the regular expressions of one query take more than 500000 instructions")
    }
  }
}
