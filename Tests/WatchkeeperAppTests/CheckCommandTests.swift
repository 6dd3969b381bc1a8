import Foundation
import Alerting
import PromQL
import ArgumentParser
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp

@Suite("watchkeeper check")
struct CheckCommandTests {
  private let folder: TemporaryFolder
  private let check = ConfigurationCheck(hostName: "web01")

  init() throws { folder = try TemporaryFolder() }

  /// The output with the folder's own path left out.
  private func output(_ paths: String...) -> String {
    check.run(paths.map { $0.isEmpty ? folder.path : folder.path + "/" + $0 }).text
      .replacingOccurrences(of: folder.path + "/", with: "")
  }

  @Test("a side file gives rules their keys; its faults are told where they stand") func sideFile() throws {
    try folder.write(
      "groups: [{name: g, rules: [{alert: Low, expr: free < 10}, {record: r, expr: free}]}]\n", to: "rules/a.yaml")
    try folder.write("g: {Low: {recover: free > 20, no_data: keep}}\n", to: "rules/watchkeeper/a.yaml")
    let read = try ConfigurationReader.read(
      ConfigurationFiles.read(folder.path), hostName: "web01", notifiers: CommandWorld.offlineNotifiers)
    let rules = read.ruleGroups.filter { $0.file == "rules/a.yaml" }.flatMap(\.rules)
    guard case .alerting(let rule)? = rules.first else {
      Issue.record("no rule")
      return
    }
    #expect(rule.policy.recovery?.text == "free > 20" && rule.policy.noData == .keep)
    #expect(check.run(ruleFiles: [folder.path + "/rules"]).isClean)
    for (text, line) in [
      ("g: {Low: {recover: free >}}\n", "a.yaml:1:20: g.Low.recover: "),
      ("g: {Low: {recovr: 1}}\n", "a.yaml:1:11: g.Low.recovr: "),
      ("g: {r: {no_data: keep}}\n", "a.yaml:1:8: g.r: group 'g' has no alert 'r'"),
      ("h: {Low: {no_data: keep}}\n", "a.yaml:1:10: h.Low: group 'h' has no alert 'Low'"),
    ] {
      try folder.write(text, to: "rules/watchkeeper/a.yaml")
      for report in [check.run(ruleFiles: [folder.path + "/rules"]), check.run([folder.path])] {
        #expect(report.text.contains("/rules/watchkeeper/" + line), "\(report.text)")
        #expect(report.errors.count == 1, "\(report.text)")
      }
    }
    try folder.write("g: {Low: {no_data: keep}}\n", to: "rules/watchkeeper/a.yaml")
    try folder.write("g: {Low: {no_data: keep}}\n", to: "rules/watchkeeper/b.yaml")
    #expect(check.run([folder.path]).errors.map(\.fault.id) == ["fault.rule.no-rule-file"])
  }

  @Test("a path falls into folder and name, also where it is one character long") func paths() {
    for (path, folder, name) in [
      ("-", "", "-"), ("a.yaml", "", "a.yaml"), ("/a", "/", "a"), ("x/a.yaml", "x", "a.yaml"), ("/x/y/a", "/x/y", "a"),
    ] {
      #expect(SourcePath.folder(of: path) == folder && SourcePath.name(of: path) == name, "\(path)")
    }
    #expect(RuleSideFile.path(beside: "-") == "watchkeeper/-")
    #expect(RuleSideFile.rules(of: "-") == nil)
  }

  @Test("a side file named alone is checked with its rule file; without one the fault says so") func sideFileAlone()
    throws
  {
    try folder.write("groups: [{name: g, rules: [{alert: Low, expr: free < 10}]}]\n", to: "rules/a.yaml")
    try folder.write("g: {Low: {no_data: keep}}\n", to: "rules/watchkeeper/a.yaml")
    let (rules, side) = (folder.path + "/rules/a.yaml", folder.path + "/rules/watchkeeper/a.yaml")
    for report in [check.run(ruleFiles: [side]), check.run(ruleFiles: [rules, side]), check.run([side])] {
      #expect(report.isClean && report.read.rules == 1, "\(report.text)")
    }
    try folder.write("g: {Low: {no_data: later}}\n", to: "rules/watchkeeper/a.yaml")
    for report in [check.run(ruleFiles: [side]), check.run([side])] {
      #expect(report.text.contains("/rules/watchkeeper/a.yaml:1:20: g.Low.no_data: "), "\(report.text)")
    }
    try folder.write("g: {Low: {no_data: keep}}\n", to: "rules/watchkeeper/b.yaml")
    for report in [check.run(ruleFiles: [folder.path + "/rules/watchkeeper/b.yaml"])] {
      #expect(report.errors.map(\.fault.id) == ["fault.rule.no-rule-file"])
    }
    // A configuration folder of that name is none of rules' side.
    try folder.write("groups: [{name: g, rules: [{alert: Low, expr: free < 10}]}]\n", to: "watchkeeper/rules.yaml")
    #expect(check.run(ruleFiles: [folder.path + "/watchkeeper/rules.yaml"]).isClean)
  }

  @Test("experimental PromQL in rules is refused at its character, by the setting's name, until the setting allows it")
  func experimental() throws {
    let rule = """
      groups:
        - name: g
          rules:
            - alert: A
              expr: |
                up
                  and sort_by_label(up, "a")

      """
    try folder.write(rule, to: "rules/a.yaml")
    let line = check.run([folder.path]).text
    #expect(line.contains("rules/a.yaml:5:15: groups[0].rules[0].expr: "), "\(line)")
    #expect(line.contains("2:7: ") && line.contains("experimental: true under rules:"), "\(line)")
    #expect(!check.run(ruleFiles: [folder.path + "/rules"]).isClean)
    try folder.write("rules: {experimental: true}\n", to: "watchkeeper.yaml")
    #expect(check.run([folder.path]).isClean)
    var allowing = check
    allowing.ruleFeatures = ConfigurationCheck.ruleFeatures(of: folder.path)
    #expect(allowing.run(ruleFiles: [folder.path + "/rules"]).isClean)
    #expect(ConfigurationCheck.ruleFeatures(of: nil) == .stable)
    try folder.write(
      "rules: {experimental: true}\nreceivers: [{name: a, webhook_configs: [{url: 'http://127.0.0.1/'}]}]\n",
      to: "watchkeeper.yaml")
    #expect(ConfigurationCheck.ruleFeatures(of: folder.path) == .all, "receivers beside the rules are no hindrance")
    try folder.write("rules: {experimental: perhaps}\n", to: "watchkeeper.yaml")
    #expect(check.run([folder.path]).text.contains("watchkeeper.yaml:1:23: rules.experimental: "))
  }

  @Test("a folder stands for the rule files in it and in its folders; none at all is a fault, not a success of nothing")
  func folders() throws {
    try folder.write("groups: []\n", to: "pack/inner/notes.txt")
    #expect(check.run(ruleFiles: [folder.path + "/pack"]).errors.map(\.fault.id) == ["fault.rule.empty-folder"])
    let rule = "groups: [{name: g, rules: [{alert: Low, expr: free < 10}]}]\n"
    try folder.write(rule, to: "pack/a.yaml")
    try folder.write(rule, to: "pack/inner/deep/b.yml")
    try folder.write("g: {High: {no_data: keep}}\n", to: "pack/inner/deep/watchkeeper/b.yml")
    // Not rules of this pack: what packaged rules have beside them, tests, and what git keeps.
    try folder.write("host: {Low: {no_data: keep}}\n", to: "pack/rules/watchkeeper/host.yaml")
    try folder.write("tests: []\n", to: "pack/inner/b.test.yaml")
    try folder.write("nonsense\n", to: "pack/.git/c.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/pack/inner/round", withDestinationPath: folder.path + "/pack")
    let report = check.run(ruleFiles: [folder.path + "/pack"])
    #expect(report.errors.map(\.fault.id) == ["fault.rule.no-such-alert"], "\(report.text)")
    try folder.write("g: {Low: {no_data: keep}}\n", to: "pack/inner/deep/watchkeeper/b.yml")
    #expect(check.run(ruleFiles: [folder.path + "/pack"]).read.rules == 2)
  }

  @Test("files in a folder that a configuration does not read are a warning, not a silence") func unreadFolder() throws
  {
    let rule = "groups: [{name: g, rules: [{alert: Low, expr: free < 10}]}]\n"
    try folder.write(rule, to: "rules/a.yaml")
    try folder.write("g: {Low: {no_data: keep}}\n", to: "rules/watchkeeper/a.yaml")
    try folder.write("nothing of ours", to: "rules/notes/read.me")
    #expect(output("").hasPrefix("ok: "))
    try folder.write(rule, to: "rules/team/b.yaml")
    let report = check.run([folder.path])
    #expect(report.isClean && report.warnings.map(\.fault.id) == ["fault.file.unread-folder"])
    #expect(report.text.contains("warning: \(folder.path)/rules/team"), "\(report.text)")
    let files = try ConfigurationFiles.read(folder.path)
    let read = try ConfigurationReader.read(files, hostName: "web01", notifiers: CommandWorld.offlineNotifiers)
    #expect(read.warnings == report.warnings, "the log says the same")
    try folder.write("groups: [{name: g, rules: [{alert: Low}]}]\n", to: "rules/a.yaml")
    #expect(check.run([folder.path]).warnings == report.warnings, "of a refused configuration, too")
  }

  @Test("rule files alone: duplicates and a second document are warnings, other files are refused") func ruleFiles()
    throws
  {
    let rule = "{record: a, expr: 1, labels: {b: c}}"
    try folder.write("groups: [{name: g, rules: [\(rule), \(rule)]}]\n---\ngroups: []\n", to: "a.yaml")
    let report = check.run(ruleFiles: [folder.path])
    #expect(report.isClean && report.read.rules == 2)
    #expect(
      report.text.replacingOccurrences(of: folder.path + "/", with: "") == """
        warning: a.yaml:3:1: a second YAML document begins here and is not read – move it to a file of its own
        warning: a.yaml:1:66: groups[0].rules[1]: 'a' stands twice in this file with the same labels – delete one, or tell them apart
        ok: 0 probes, 2 rules in 1 group, 0 items, 0 plans

        """)
    try folder.write("probes: []\n", to: "b.yaml")
    #expect(check.run(ruleFiles: [folder.path + "/b.yaml"]).errors.map(\.fault.id) == ["fault.setting.unknown"])
    #expect(check.run(ruleFiles: [folder.path + "/none.yaml"]).errors.map(\.fault.id) == ["fault.file.absent"])
  }

  @Test("without paths the packaged definitions are checked and counted") func packaged() {
    let report = check.run([])
    #expect(report.isClean)
    #expect(report.read.probes == 1)
    #expect(report.read.rules > 20)
    #expect(report.text.hasPrefix("ok: 1 probe, "))
  }

  @Test("the standard folder is the system's, else the user's, else none") func standardFolder() throws {
    try folder.write("", to: "user/watchkeeper/watchkeeper.yaml")
    try folder.write("", to: "system/watchkeeper.yaml")
    let environment = ["XDG_CONFIG_HOME": folder.path + "/user"]
    let system = folder.path + "/system"
    #expect(StandardFolders.configuration(environment: environment, system: system) == system)
    #expect(
      StandardFolders.configuration(environment: environment, system: "/nowhere") == folder.path + "/user/watchkeeper")
    #expect(StandardFolders.configuration(environment: ["HOME": folder.path], system: "/nowhere") == nil)
  }

  @Test("a folder in order is counted") func clean() throws {
    try folder.write("packaged: {probes: false, rules: false, plans: false}\n", to: "watchkeeper.yaml")
    try folder.write("probes: [{name: a, kind: tcp, settings: {target: 'db:5432'}}]\n", to: "probes/a.yaml")
    try folder.write(
      "groups: [{name: g, rules: [{alert: A, expr: up == 0}, {record: b, expr: sum(up)}]}]\n", to: "rules/a.yaml")
    try folder.write("items: [{id: host/a}]\n", to: "inventory/a.yaml")
    #expect(output("") == "ok: 1 probe, 2 rules in 1 group, 1 item, 0 plans\n")
  }

  static let badFiles: [(path: String, text: String, line: String)] = [
    (
      "probes/a.yaml", "probes:\n  - {name: a, kind: linux-host, intervall: 5s}\n",
      "probes/a.yaml:2:33: probes[0].intervall: unknown key – did you mean 'interval'?"
    ),
    (
      "probes/a.yaml", "probes: {name: a}\n",
      "probes/a.yaml:1:9: probes: a list is expected, this is a mapping – write '- item' lines, or [item, item]"
    ),
    (
      "probes/a.yaml", "probes:\n  - {name: a, kind: linux-host, interval: 5x}\n",
      "probes/a.yaml:2:43: probes[0].interval: '5x' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m"
    ),
    (
      "probes/a.yaml",
      """
      probes:
        - {name: a, kind: tcp, settings: {target: 'db:1'}}
        - {name: a, kind: tcp, settings: {target: 'db:2'}}

      """,
      "probes/a.yaml:3:5: probes: two probes are named 'a' – rename one"
    ),
    (
      "rules/a.yaml", "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up ==\n",
      "rules/a.yaml:5:15: groups[0].rules[0].expr: cannot be parsed: 1:6: "
    ),
    (
      "rules/a.yaml", "groups: [{name: g}, {name: g}]\n",
      "rules/a.yaml:1:28: groups[1].name: group 'g' exists twice in this file – rename one of them"
    ),
    (
      "rules/a.yaml", "groups: [{name: g, interval: 5z}]\n",
      "rules/a.yaml:1:30: groups[0].interval: '5z' is not a duration"
    ),
    ("rules/a.yaml", "\n", "rules/a.yaml:1:1: the file is empty – restore its content, or delete the file"),
    ("rules/a.yaml", "groups: [\n", "rules/a.yaml:2:1: not YAML: "),
  ]

  @Test("every fault is one line with place and remedy", arguments: badFiles)
  func faults(_ example: (path: String, text: String, line: String)) throws {
    try folder.write(example.text, to: example.path)
    let whole = output("")
    #expect(whole.hasPrefix(example.line), "\(whole)")
    #expect(whole.hasSuffix("\n1 error in 1 file\n"))
    let single = output(example.path)
    #expect(single.hasPrefix(example.line), "the file alone: \(single)")
  }

  @Test("what cannot be read is a fault") func unreadable() throws {
    try folder.write(Foundation.Data([0xff, 0xfe, 0x00]), to: "rules/a.yaml")
    #expect(output("") == "rules/a.yaml:1:1: is not UTF-8 text – save it as UTF-8\n1 error in 1 file\n")
    #expect(output("rules/a.yaml") == output(""))
    #expect(output("b") == "b:1:1: there is no such file or folder – check the path\n1 error in 1 file\n")
    try FileManager.default.createDirectory(atPath: folder.path + "/probes/x.yaml", withIntermediateDirectories: true)
    #expect(output("").contains("probes/x.yaml:1:1: cannot be opened – check the owner and the mode of "))
  }

  @Test("faults of several files stand in the order of their places") func several() throws {
    try folder.write("probes: 1\n", to: "probes/a.yaml")
    try folder.write("groups: 1\n", to: "rules/a.yaml")
    try folder.write("items: 1\n", to: "inventory/a.yaml")
    let lines = output("").split(separator: "\n")
    #expect(lines.map { $0.prefix { $0 != "/" } } == ["inventory", "probes", "rules", "3 errors in 3 files"])
  }

  @Test("a folder of one kind is read as such, a folder of nothing is a fault") func parts() throws {
    try folder.write("groups: [{name: g, rules: [{record: b, expr: sum(up)}]}]\n", to: "my/rules/a.yaml")
    #expect(output("my/rules") == "ok: 0 probes, 1 rule in 1 group, 0 items, 0 plans\n")
    try folder.write("", to: "other/readme.md")
    #expect(output("other").hasPrefix("other:1:1: the folder holds no configuration – "))
  }

  @Test("a file that cannot be read does not hide the faults of others, nor makes what refers to it wrong")
  func unreadableBesideOthers() throws {
    try folder.write(Foundation.Data([0xff, 0xfe, 0x00]), to: "rules/a.yaml")
    try folder.write("probes: 1\n", to: "probes/a.yaml")
    try folder.write(Foundation.Data([0xff, 0xfe, 0x00]), to: "inventory/a.yaml")
    try folder.write("items: [{id: host/a, depends-on: {group: web, item: host/b}}]\n", to: "inventory/b.yaml")
    let lines = output("").split(separator: "\n")
    #expect(
      lines.map { $0.prefix { $0 != ":" } }
        == ["inventory/a.yaml", "probes/a.yaml", "rules/a.yaml", "3 errors in 3 files"])
    try folder.write("groups: 1\n", to: "rules/b.yaml")
    #expect(output("rules").hasSuffix("\n2 errors in 2 files\n"), "a folder of one kind: \(output("rules"))")
  }

  @Test(
    "JSON holds place, key, code, problem and hint; the code is the same in every language",
    arguments: [(Language.english, "did you mean 'probes'?"), (.simplifiedChinese, "是否想写“probes”？")])
  func json(_ language: Language, _ hint: String) throws {
    try folder.write("packaged: {probez: true}\n", to: "watchkeeper.yaml")
    let check = ConfigurationCheck(hostName: "web01", language: language)
    let text = try JSONOutput.text(check.run([folder.path + "/watchkeeper.yaml"]))
    let object = try #require(try JSONSerialization.jsonObject(with: Foundation.Data(text.utf8)) as? [String: Any])
    let error = try #require((object["errors"] as? [[String: Any]])?.first)
    #expect(error["file"] as? String == folder.path + "/watchkeeper.yaml")
    #expect(error["line"] as? Int == 1)
    #expect(error["column"] as? Int == 12)
    #expect(error["key"] as? String == "packaged.probez")
    #expect(error["code"] as? String == "fault.setting.unknown")
    #expect(error["hint"] as? String == hint)
  }
}

@Suite("Command line")
struct CommandLineTests {
  @Test("a wrong command line ends with 2 and says why", arguments: [["frobnicate"], ["check", "--wrong"], ["probe"]])
  func usage(_ arguments: [String]) throws {
    do {
      var command = try WatchkeeperCommand.parseAsRoot(arguments)
      try command.run()
    } catch {
      // `probe` alone asks for help, which is no fault.
      let ending = WatchkeeperCommand.ending(after: error)
      #expect(ending?.status == (arguments == ["probe"] ? nil : .usage))
    }
  }

  @Test("every command's help shows an example", arguments: WatchkeeperCommand.configuration.subcommands)
  func examples(_ command: any ParsableCommand.Type) {
    for leaf in command.configuration.subcommands.isEmpty ? [command] : command.configuration.subcommands {
      #expect(leaf.configuration.discussion.contains("Example"), "\(leaf)")
    }
  }
}
