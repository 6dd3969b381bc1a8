internal import Alerting
internal import Foundation
internal import Glibc
internal import PromQL
internal import Telemetry

/// Finds rule test files, and runs them over series in memory.
enum RuleTestSuite {
  static let suffixes = [".test.yaml", ".test.yml"]

  /// - Parameters:
  ///   - paths: files as they are, folders for the test files in and below them; none: `./rules`, else the
  ///     configuration's.
  ///   - configuration: a folder or settings file.
  /// - Throws: `UsageError` when there is nothing to run: a run without tests must not look like a good one.
  static func files(_ paths: [String], configuration: String?) throws(UsageError) -> [String] {
    guard paths.isEmpty else {
      var files: [String] = []
      for path in paths {
        guard FileManager.default.isFolder(path) else {
          files.append(path)
          continue
        }
        let found = testFiles(in: path)
        guard !found.isEmpty else { throw UsageError("usage.tests-missing", ["path": path]) }
        files += found
      }
      return files
    }
    var folders = ["rules"]
    if let configuration {
      let folder =
        FileManager.default.isFolder(configuration)
        ? configuration : SourcePath.folder(of: configuration)
      folders.append(SourcePath.join(folder, "rules"))
    }
    guard let found = folders.map(testFiles).first(where: { !$0.isEmpty }) else {
      throw UsageError("usage.tests-nowhere", ["folders": folders.joined(separator: Terminal.words("usage.or"))])
    }
    return found
  }

  private static func testFiles(in folder: String) -> [String] {
    ConfigurationFiles.files(below: folder) { name in suffixes.contains { name.hasSuffix($0) } } ?? []
  }

  // MARK: One file

  /// Runs a test file. What keeps it from being run is a failed case of its own.
  ///
  /// - Parameter selection: tests whose name it matches somewhere; `nil`: all.
  static func run(_ path: String, only selection: Pattern? = nil) -> TestResults.File {
    do throws(SettingsErrors) {
      var (file, groups) = try read(path)
      if let selection { file.tests.removeAll { selection.firstMatch(in: Array($0.name.utf8)) == nil } }
      let cases = UnitTestRun(file, groups: groups).verdicts().map(TestResults.Case.init)
      return TestResults.File(path: path, cases: cases)
    } catch {
      let problem = TestResults.Case(
        title: Terminal.words("test.unread"), outcome: .failed,
        lines: error.errors.map { $0.line(in: Terminal.language) })
      return TestResults.File(path: path, cases: [problem])
    }
  }

  /// Decodes a test file. One that holds nothing tests nothing, which is a fault.
  static func testFile(_ document: SettingsDocument) throws(SettingsErrors) -> UnitTestFile {
    guard let root = document.root else {
      throw SettingsErrors(
        SettingsError(ofFile: document.file, "fault.file.no-tests"))
    }
    return try SettingsDecoder.decode(UnitTestFile.self, from: root, of: document)
  }

  private static func read(_ path: String) throws(SettingsErrors) -> (UnitTestFile, [RuleGroup]) {
    var errors: [SettingsError] = []
    var warnings: [SettingsError] = []
    var groups: [RuleGroup] = []
    var defaults = RuleDefaults()
    // A test says what a rule does; whether it may is what `check` says.
    defaults.features = .all
    let document = try SettingsDocument.reading(path)
    let file = try testFile(document)
    let folder = SourcePath.folder(of: path)
    for (index, pattern) in file.ruleFiles.enumerated() {
      let found = matches(SourcePath.join(folder, pattern))
      if found.isEmpty { errors.append(noMatch(pattern, index, document)) }
      for rulePath in found {
        do throws(SettingsErrors) {
          let rules = try SettingsDocument.reading(rulePath, .firstOfSeveral)
          let sidePath = RuleSideFile.path(beside: rulePath)
          let hasSide = FileManager.default.fileExists(atPath: sidePath)
          let side = try hasSide ? RuleSideFile(SettingsDocument.reading(sidePath)) : nil
          if let root = rules.root {
            groups += ConfigurationReader.ruleFile(
              root, of: rules, defaults: defaults, side: side, &errors, &warnings)
          }
        } catch {
          errors += error.errors
        }
      }
    }
    guard errors.isEmpty else { throw SettingsErrors(errors: errors) }
    return (file, groups)
  }

  private static func noMatch(_ pattern: String, _ index: Int, _ document: SettingsDocument) -> SettingsError {
    let list = document.root?.child(TextKey("rule_files"))
    let place = (list?.child(TextKey(index: index)) ?? list ?? document.root).map(document.place)
    return SettingsError(
      at: place ?? SourcePlace(file: document.file, line: 1, column: 1), key: "rule_files[\(index)]",
      "fault.file.no-match", ["pattern": pattern])
  }

  /// Paths that match, ascending.
  private static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
  }
}
