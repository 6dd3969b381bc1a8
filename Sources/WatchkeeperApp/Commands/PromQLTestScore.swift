internal import PromQL
internal import Telemetry

/// What became of the statements of one file in Prometheus' test language.
struct PromQLTestScore {
  /// Why a file was not run: a file's name, with a line when there is one, and what is wrong there.
  struct Unread: Error, CustomStringConvertible {
    let description: String
  }

  let path: String
  let outcomes: [TestOutcome]

  init(_ path: String) throws(Unread) {
    let text: String
    do { text = try SourceFile.text(of: path) } catch { throw Unread(description: error.line(in: Terminal.language)) }
    do {
      outcomes = try TestScript(parsing: text).run()
    } catch {
      throw Unread(description: "\(path):\(error)")
    }
    self.path = path
  }

  /// Each statement as a case for build servers.
  var file: TestResults.File {
    TestResults.File(
      path: path,
      cases: outcomes.map { outcome in
        TestResults.Case(
          title: "\(outcome.line): \(outcome.query)", outcome: outcome.passed ? .passed : .failed,
          lines: outcome.difference.map { [$0] } ?? [], kind: outcome.testClass.group.rawValue)
      })
  }

  // MARK: For people

  /// The failed statements, then a row for each file with passed of total by class, then the sum.
  ///
  /// - Parameter failuresMax: how many failed statements are shown.
  static func text(of scores: [PromQLTestScore], failuresMax: Int) -> String {
    let failed = scores.flatMap { score in score.outcomes.filter { !$0.passed }.map { (score.path, $0) } }
    var lines = failed.prefix(failuresMax).map { path, outcome in
      "\(path):\(outcome.line): \(outcome.query): \(outcome.difference ?? "")"
    }
    if failed.count > failuresMax {
      lines.append(Terminal.words("test.more", ["count": String(failed.count - failuresMax)]))
    }
    if !lines.isEmpty { lines.append("") }
    let groups = TestClass.Group.allCases
    var table = TextTable([Terminal.words("test.file")] + groups.map { Terminal.words("test.class.\($0)") })
    for score in scores { table.add(row: [score.path] + groups.map { counts(score.outcomes, $0) }) }
    let all = scores.flatMap(\.outcomes)
    if scores.count > 1 { table.add(row: [Terminal.words("test.total")] + groups.map { counts(all, $0) }) }
    lines += [table.text, ""]
    let passed = all.count(where: \.passed)
    lines.append(
      Terminal.words("test.sum", ["passed": String(passed), "failed": String(all.count - passed)]))
    return lines.map { $0 + "\n" }.joined()
  }

  private static func counts(_ outcomes: [TestOutcome], _ group: TestClass.Group) -> String {
    let members = outcomes.filter { $0.testClass.group == group }
    return "\(members.count(where: \.passed))/\(members.count)"
  }
}
