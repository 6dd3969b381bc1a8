internal import Probes
internal import Alerting
internal import Foundation
internal import Inventory
internal import PromQL
internal import Telemetry
internal import Wording

/// Reads configurations as `run` would, and lists every fault of every file.
struct ConfigurationCheck {
  let hostName: String
  /// Whoever reads the report reads this.
  var language = Language.english
  /// What holds for rule files that are checked alone.
  var ruleFeatures = LanguageFeatures.stable

  /// What one argument of the command line stands for.
  private enum Subject {
    /// A folder or a settings file, with all that belongs to it.
    case whole(String)
    case single(ConfigurationFiles.Kind, ConfigurationFiles.File)
    case ruleTest(SettingsDocument)
    case ruleSettings(String)
  }

  /// - Parameter paths: none: the packaged definitions alone.
  func run(_ paths: [String]) -> CheckReport {
    var report = CheckReport(language: language)
    var singles: [ConfigurationFiles.File] = []
    for path in paths {
      do throws(SettingsErrors) {
        for subject in try Self.subjects(at: path, &report) {
          switch subject {
          case .whole(let path): try checkWhole(path, into: &report)
          case .single(_, let file): singles.append(file)
          case .ruleTest(let document): Self.checkRuleTest(document, into: &report)
          case .ruleSettings(let path): checkRules([path], into: &report)
          }
        }
      } catch {
        report.errors += error.errors
      }
    }
    do throws(SettingsErrors) {
      if !singles.isEmpty { try check(alone(singles), into: &report) }
      if paths.isEmpty { try check(ConfigurationFiles(files: []), into: &report) }
    } catch {
      report.errors += error.errors
    }
    report.errors.sort { ($0.place, $0.key) < ($1.place, $1.key) }
    return report
  }

  /// Rule files alone.
  ///
  /// - Parameter paths: files, folders with rule files in them, `-` for standard input.
  func run(ruleFiles paths: [String]) -> CheckReport {
    var report = CheckReport(language: language)
    var files: [String] = []
    for path in paths {
      let found = ConfigurationFiles.ruleFiles(at: path)
      if found.isEmpty { report.errors.append(SettingsError(ofFile: path, "fault.rule.empty-folder")) }
      files += found
    }
    checkRules(files, into: &report)
    return report
  }

  // MARK: Reading

  /// A side file stands for the rule file that it speaks of.
  private func checkRules(_ paths: [String], into report: inout CheckReport) {
    var files: [ConfigurationFiles.File] = []
    for named in paths {
      let path = RuleSideFile.rules(of: named) ?? named
      if files.contains(where: { $0.path == path }) { continue }
      do throws(SettingsError) {
        if path != named, !FileManager.default.fileExists(atPath: path) {
          throw SettingsError(ofFile: named, "fault.rule.no-rule-file")
        }
        files.append(.init(kind: .rules, path: path, text: try SourceFile.text(of: path)))
        let side = RuleSideFile.path(beside: path)
        if path != SourceFile.standardInput, FileManager.default.fileExists(atPath: side) {
          files.append(.init(kind: .ruleSettings, path: side, text: try SourceFile.text(of: side)))
        }
      } catch {
        report.errors.append(error)
      }
    }
    do throws(SettingsErrors) {
      if !files.isEmpty { try check(alone(files), into: &report) }
    } catch {
      report.errors += error.errors
    }
  }

  private func checkWhole(_ path: String, into report: inout CheckReport) throws(SettingsErrors) {
    let folder = FileManager.default.isFolder(path) ? path : SourcePath.folder(of: path)
    do throws(SettingsErrors) {
      try check(try ConfigurationFiles.read(path), below: folder, into: &report)
    } catch {
      throw SettingsErrors(errors: error.errors.map { $0.below(folder) })
    }
  }

  /// - Parameter folder: what relative paths of target lists begin in; `nil`: they are not looked at.
  private func check(
    _ files: ConfigurationFiles, below folder: String? = nil, into report: inout CheckReport
  ) throws(SettingsErrors) {
    let read: Configuration
    do throws(SettingsErrors) {
      read = try ConfigurationReader.read(files, hostName: hostName, notifiers: CommandWorld.offlineNotifiers)
    } catch {
      // What a refused configuration lacks may lie there.
      report.warnings += files.warnings
      throw error
    }
    // A list with a fault is no fault of the configuration: it may be mended while the program runs.
    if let folder {
      report.warnings += read.patterns.flatMap { $0.listFaults(in: folder, TargetListFile.read) }.map { fault in
        let place = SourcePlace(file: fault.source, line: fault.line ?? 1, column: fault.column ?? 1)
        return SettingsError(at: place, key: fault.key, fault.fault)
      }
    }
    report.read.add(read)
    report.warnings += read.warnings
  }

  private static func checkRuleTest(_ document: SettingsDocument, into report: inout CheckReport) {
    do throws(SettingsErrors) {
      report.read.ruleTests += try RuleTestSuite.testFile(document).tests.count
    } catch {
      report.errors += error.errors
    }
  }

  /// Whether the settings of a configuration allow rules what is experimental.
  static func ruleFeatures(of configuration: String?) -> LanguageFeatures {
    guard let configuration, let files = try? ConfigurationFiles.read(configuration),
      let file = files.files(of: .settings).first,
      let document = try? SettingsDocument(text: file.text, file: file.path),
      // This part alone: receivers cannot be read without what they deliver with, and their faults are not asked for.
      let rules = document.root?.child(TextKey("rules")),
      let settings = try? SettingsDecoder.decode(RuleSettings.self, from: rules, of: document, at: [TextKey("rules")])
    else { return .stable }
    return settings.defaults.features
  }

  /// Single files are read without the packaged definitions: what is counted is theirs.
  private func alone(_ files: [ConfigurationFiles.File]) -> ConfigurationFiles {
    let settings = ConfigurationFiles.File(
      kind: .settings, path: ConfigurationFiles.settingsFileName,
      text: """
        packaged: {probes: false, rules: false, plans: false}
        rules: {experimental: \(ruleFeatures == .all)}
        """)
    return ConfigurationFiles(files: files + [settings])
  }

  // MARK: Telling kinds apart

  /// Parts of a folder that cannot be read are faults beside those of the others.
  private static func subjects(at path: String, _ report: inout CheckReport) throws(SettingsErrors) -> [Subject] {
    guard FileManager.default.isFolder(path) else { return [try subject(at: path)] }
    let files: ConfigurationFiles
    do throws(SettingsErrors) { files = try ConfigurationFiles.read(path) } catch { return [.whole(path)] }
    guard files.files.isEmpty, files.unreadable.isEmpty else { return [.whole(path)] }
    // Not a configuration folder: perhaps one of its parts, such as rules/.
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let parts = names.filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }
    guard !parts.isEmpty else {
      throw SettingsErrors(errors: [
        SettingsError(ofFile: path, "fault.file.no-parts", ["name": ConfigurationFiles.settingsFileName])
      ])
    }
    var subjects: [Subject] = []
    for part in parts {
      do throws(SettingsErrors) {
        subjects.append(try subject(at: SourcePath.join(path, part)))
      } catch {
        report.errors += error.errors
      }
    }
    return subjects
  }

  private static func subject(at path: String) throws(SettingsErrors) -> Subject {
    if RuleSideFile.rules(of: path) != nil { return .ruleSettings(path) }
    if SourcePath.name(of: path) == ConfigurationFiles.settingsFileName { return .whole(path) }
    do throws(SettingsError) {
      let text = try SourceFile.text(of: path)
      let document = try SettingsDocument(text: text, file: path)
      if path.hasSuffix(".test.yaml") || path.hasSuffix(".test.yml") { return .ruleTest(document) }
      guard let kind = kind(of: document, at: path) else {
        return document.root?.child(TextKey("tests")) == nil ? .whole(path) : .ruleTest(document)
      }
      return .single(kind, .init(kind: kind, path: path, text: text))
    } catch {
      throw SettingsErrors(errors: [error])
    }
  }

  /// The folder's name tells first, then the keys at the top; `nil`: a settings file or a rule test.
  private static func kind(of document: SettingsDocument, at path: String) -> ConfigurationFiles.Kind? {
    let folder = SourcePath.name(of: SourcePath.folder(of: path))
    if let kind = ConfigurationFiles.Kind.allCases.first(where: { $0.folder == folder }) { return kind }
    func has(_ key: String) -> Bool { document.root?.child(TextKey(key)) != nil }
    if has("probes") { return .probes }
    if has("items") { return .inventory }
    if has("groups") { return .rules }
    return has("plans") || has("windows") ? .plans : nil
  }
}

/// What a check found and what it read.
struct CheckReport: Sendable {
  /// How much of each kind takes part.
  struct Read: Sendable, Encodable, Equatable {
    var probes = 0
    var ruleGroups = 0
    var rules = 0
    var items = 0
    var plans = 0
    var ruleTests = 0

    mutating func add(_ configuration: Configuration) {
      probes += configuration.probes.count
      ruleGroups += configuration.ruleGroups.count
      rules += configuration.ruleGroups.reduce(0) { $0 + $1.rules.count }
      items += configuration.inventory.items.count
      plans += configuration.plans.count
    }

    var text: String {
      let counts = [
        "probes": probes, "rules": rules, "groups": ruleGroups, "items": items, "plans": plans,
      ]
      let tests = ruleTests == 0 ? "" : Terminal.words("check.tests", ["count": String(ruleTests)])
      return Terminal.words("check.sound", counts.mapValues { String($0) }) + tests
    }
  }

  let language: Language
  var errors: [SettingsError] = []
  /// What is odd and taken all the same.
  var warnings: [SettingsError] = []
  var read = Read()

  var isClean: Bool { errors.isEmpty }

  /// A line for each fault and each warning, and one with the sum.
  var text: String {
    let files = Set(errors.map(\.place.file)).count
    let sum =
      isClean
      ? read.text
      : Terminal.words(
        errors.count < SettingsErrors.limit ? "check.faults" : "check.faults-cut",
        ["count": String(errors.count), "files": String(files)])
    let warned = warnings.map {
      Reader(language: language).text("check.warning", ["line": $0.line(in: language)])
    }
    return (errors.map { $0.line(in: language) } + warned + [sum]).map { $0 + "\n" }.joined()
  }
}

extension CheckReport: Encodable {
  private enum CodingKeys: String, CodingKey { case errors, warnings, read }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(errors.map { Fault($0, language) }, forKey: .errors)
    try fields.encode(warnings.map { Fault($0, language) }, forKey: .warnings)
    try fields.encode(read, forKey: .read)
  }

  /// `code` is for programs, `problem` and `hint` are for people.
  private struct Fault: Encodable {
    let file: String
    let line: Int
    let column: Int
    let key: String
    let code: String
    let problem: String
    let hint: String?

    init(_ error: SettingsError, _ language: Language) {
      (file, line, column) = (error.place.file, error.place.line, error.place.column)
      key = error.key
      code = error.fault.id
      (problem, hint) = error.fault.sides(in: language)
    }
  }
}

extension SettingsError {
  /// The same fault with its file as one names it from here, so that an editor opens it.
  func below(_ folder: String) -> SettingsError {
    guard !place.file.hasPrefix(PackagedFiles.prefix), !place.file.hasPrefix("/") else { return self }
    let file = SourcePath.join(folder, place.file)
    return SettingsError(at: SourcePlace(file: file, line: place.line, column: place.column), key: key, fault)
  }
}
