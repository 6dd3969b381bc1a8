internal import Alerting
internal import Telemetry

/// What became of tests, and how it is written for people and for build servers.
struct TestResults: Sendable, Encodable {
  enum Outcome: String, Sendable, Encodable { case passed, failed }

  struct Case: Sendable, Encodable, Equatable {
    let title: String
    let outcome: Outcome
    /// What was expected and what was found.
    let lines: [String]
    /// For scores by kind; `nil` where there is but one.
    var kind: String?
  }

  struct File: Sendable, Encodable, Equatable {
    let path: String
    let cases: [Case]

    func count(_ outcome: Outcome) -> Int { cases.count { $0.outcome == outcome } }
  }

  let files: [File]

  var passed: Int { count(.passed) }
  var failed: Int { count(.failed) }

  private func count(_ outcome: Outcome) -> Int { files.reduce(0) { $0 + $1.count(outcome) } }

  private enum CodingKeys: String, CodingKey { case passed, failed, files }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(passed, forKey: .passed)
    try fields.encode(failed, forKey: .failed)
    try fields.encode(files, forKey: .files)
  }

  // MARK: For people

  /// Each file with what is not as expected; the last line has the sum.
  var text: String {
    var lines: [String] = []
    for file in files {
      lines.append(
        Terminal.words(file.count(.failed) == 0 ? "test.file-passed" : "test.file-failed", ["path": file.path]))
      for example in file.cases where example.outcome != .passed {
        lines.append("  " + example.title)
        lines += example.lines.map { "    \($0)" }
      }
    }
    lines.append(
      Terminal.words("test.sum", ["passed": String(passed), "failed": String(failed)]))
    return lines.map { $0 + "\n" }.joined()
  }

  // MARK: For build servers

  /// - Source: Test Anything Protocol, version 13.
  var testAnythingText: String {
    let all = files.flatMap { file in file.cases.map { (file.path, $0) } }
    var lines = ["TAP version 13", "1..\(all.count)"]
    for (index, (path, example)) in all.enumerated() {
      // '#' would begin a directive.
      let title = "\(path): \(example.title)".replacing("#", with: "\\#")
      lines.append("\(example.outcome == .failed ? "not ok" : "ok") \(index + 1) - \(title)")
      if example.outcome == .failed { lines += example.lines.map { "# \($0)" } }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// - Source: the JUnit XML that Jenkins, GitLab and GitHub actions read.
  var junitText: String {
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuites tests=\"\(passed + failed)\" failures=\"\(failed)\">",
    ]
    for file in files {
      let name = TextNotation.markup.escaped(file.path)
      lines.append(
        "  <testsuite name=\"\(name)\" tests=\"\(file.cases.count)\" failures=\"\(file.count(.failed))\">")
      lines += file.cases.map { Self.junitLine($0, suite: name) }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>"]).map { $0 + "\n" }.joined()
  }

  private static func junitLine(_ example: Case, suite: String) -> String {
    let head = "    <testcase classname=\"\(suite)\" name=\"\(TextNotation.markup.escaped(example.title))\""
    let text = TextNotation.markup.escaped(example.lines.joined(separator: "\n"))
    return switch example.outcome {
    case .passed: head + "/>"
    case .failed: head + "><failure message=\"\(Terminal.words("test.differs"))\">\(text)</failure></testcase>"
    }
  }
}

extension TestResults.Case {
  init(_ verdict: UnitTestVerdict) {
    let title = Terminal.words(verdict.title)
    switch verdict.outcome {
    case .passed: self.init(title: title, outcome: .passed, lines: [])
    case .failed(let lines): self.init(title: title, outcome: .failed, lines: lines.map { Terminal.words($0) })
    }
  }
}
