import Foundation
import Testing
import Wording

@testable import WatchkeeperApp

@Suite("watchkeeper test promql")
struct PromQLTestCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let script = """
    load 1m
      up{a="b"} 1 2 3

    eval instant at 1m up
      up{a="b"} 2

    eval instant at 1m up + 1
      {a="b"} 4

    eval instant at 2m limitk(1, up)
      up{a="b"} 4

    """

  private func score() throws -> PromQLTestScore {
    try PromQLTestScore(try folder.write(Self.script, to: "a.test"))
  }

  private func text(_ scores: [PromQLTestScore], failuresMax: Int = .max) -> String {
    PromQLTestScore.text(of: scores, failuresMax: failuresMax).replacing(folder.path + "/", with: "")
      .replacing(#/ {2,}/#, with: "  ")
  }

  @Test("each failed statement has its place and its difference, each class its score") func scored() throws {
    let lines = text([try score()]).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("a.test:7: up + 1: ") && lines[0].count > 20, "\(lines[0])")
    #expect(lines[1].hasPrefix("a.test:10: limitk(1, up): "), "\(lines[1])")
    #expect(
      lines.dropFirst(2) == [
        "", "FILE  PLAIN FLOAT  NATIVE HISTOGRAM  EXPERIMENTAL", "a.test  1/2  0/0  0/1", "",
        "1 passed, 2 failed", "",
      ])
  }

  @Test("failures are cut where asked, several files have a sum") func cut() throws {
    let lines = text([try score(), try score()], failuresMax: 1).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[1] == "… and 3 more")
    #expect(lines.contains("total  2/4  0/0  0/2"))
    #expect(lines.dropLast().last == "2 passed, 4 failed")
  }

  @Test("statements are cases for build servers") func cases() throws {
    let results = TestResults(files: [try score().file])
    #expect((results.passed, results.failed) == (1, 2))
    #expect(results.testAnythingText.contains("not ok 2 - \(folder.path)/a.test: 7: up + 1\n# "))
    #expect(try JSONOutput.text(results).contains(#""kind" : "plain float""#))
  }

  @Test("a file that cannot be read says where and why") func unread() throws {
    let path = try folder.write("clear\nlaod 1m\n", to: "b.test")
    let error = #expect(throws: PromQLTestScore.Unread.self) { try PromQLTestScore(path) }
    #expect(error?.description.hasPrefix("\(path):2: 'laod' is no command") == true, "\(String(describing: error))")
    let absent = #expect(throws: PromQLTestScore.Unread.self) { try PromQLTestScore(folder.path + "/none.test") }
    #expect(absent?.description.contains("none.test:1:1: ") == true)
  }

  @Test("in Chinese") func chinese() throws {
    let score = try score()
    let text = Terminal.$language.withValue(.simplifiedChinese) { PromQLTestScore.text(of: [score], failuresMax: 0) }
    #expect(text.hasPrefix("……另有 2 个\n\n文件"))
    #expect(text.hasSuffix("1 个通过，2 个失败\n"))
  }
}
