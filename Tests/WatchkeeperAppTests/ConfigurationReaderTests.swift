import Alerting
import Foundation
import Notifiers
import Planner
import Probes
import Records
import ServiceTime
import Telemetry
import Testing
import TimeSeriesStore
import Transfers
import Wording

@testable import WatchkeeperApp

@Suite("Configuration")
struct ConfigurationReaderTests {
  private static let notifiers = NotifierEnvironment(
    carry: { _ in preconditionFailure("reading a configuration sends nothing") },
    readSecret: { try SecretFile.read($0) }, write: { _ in })

  private func read(_ files: (kind: ConfigurationFiles.Kind, path: String, text: String)...) throws -> Configuration {
    let list = files.map { ConfigurationFiles.File(kind: $0.kind, path: $0.path, text: $0.text) }
    return try ConfigurationReader.read(
      ConfigurationFiles(files: list), hostName: "web01", notifiers: Self.notifiers)
  }

  @Test("what a group does not say comes from the settings") func ruleDefaults() throws {
    let groups = """
      groups:
        - {name: a, rules: [{record: r, expr: 1}]}
        - {name: b, interval: 5s, query_offset: 0s, rules: [{record: s, expr: 1}]}

      """
    let files = ConfigurationFiles(files: [
      .init(
        kind: .settings, path: "watchkeeper.yaml",
        text: "packaged: {rules: false}\nrules: {interval: 20s, query_offset: 3s}\n"),
      .init(kind: .rules, path: "rules/a.yaml", text: groups),
    ])
    let read = try ConfigurationReader.read(files, hostName: "web01", notifiers: CommandWorld.offlineNotifiers)
    #expect(read.ruleGroups.map(\.interval) == [.seconds(20), .seconds(5)])
    #expect(read.ruleGroups.map(\.queryOffset) == [.seconds(3), .zero])
  }

  @Test("nothing at all runs on what is packaged") func packaged() throws {
    let configuration = try read()
    #expect(configuration.probes.map(\.name) == ["this-host"])
    #expect(configuration.ruleGroups.count == 20)
    #expect(configuration.plans.map(\.name) == ["restore-test", "security-updates"])
    #expect(
      configuration.plans.allSatisfy { plan in
        ([plan.activity.title] + plan.activity.checklist).allSatisfy { $0.chinese != nil }
      })
  }

  @Test("the compiled table holds every shipped file, byte for byte") func table() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var expected: [String: String] = [:]
    for folder in ["plans", "probes", "probes/snmp", "probes/templates", "rules"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
      where name.hasSuffix(".yaml") && !name.hasSuffix(".test.yaml") {
        expected["packaged/\(folder)/\(name)"] = try String(
          contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8)
      }
    }
    #expect(Dictionary(uniqueKeysWithValues: PackagedFiles.all.map { ($0.path, $0.text) }) == expected)
  }

  @Test("a probe begins with a template, and what it says itself takes precedence") func templates() throws {
    let text = """
      probes:
        - template: nginx
        - {name: web02, template: nginx, interval: 1m, labels: {site: b}, settings: {url: "http://web02.example.org/s"}}
        - {name: odd, template: mine}
      """
    let configuration = try read(
      (.settings, "watchkeeper.yaml", "packaged: {probes: false}\n"), (.probes, "probes/a.yaml", text),
      (.probeTemplates, "probes/templates/mine.yaml", "kind: tcp\nsettings: {target: 'a:1'}\n"),
      (.probeTemplates, "probes/templates/ssh.yaml", "kind: tcp\nsettings: {target: 'a:1'}\n"))
    #expect(configuration.probes.map(\.name) == ["nginx", "web02", "odd"])
    #expect(configuration.probes.map(\.kind) == ["http", "http", "tcp"])
    #expect(configuration.probes.map(\.interval) == [.seconds(15), .seconds(60), .seconds(15)])
    #expect(configuration.probes[0].targetLabels(hostName: "h")["instance"] == "http://127.0.0.1/nginx_status")
    let labels = configuration.probes[1].targetLabels(hostName: "h")
    #expect(labels["instance"] == "http://web02.example.org/s")
    #expect(labels["job"] == "nginx" && labels["site"] == "b")
  }

  @Test(
    "what is wrong with a probe out of a template stands where it is written",
    arguments: [
      ("template: nignx", "probes/a.yaml:1:21: probes.template: unknown template 'nignx' – did you mean 'nginx'?"),
      ("template: nginx, settings: {ulr: x}", "probes/a.yaml:1:39: probes[0].settings.ulr"),
      ("template: nginx, interval: 1s", "probes/a.yaml:1:21: probes[0].timeout"),
    ])
  func templateFaults(_ probe: String, _ expected: String) {
    do {
      _ = try read((.probes, "probes/a.yaml", "probes: [{\(probe)}]\n"))
      Issue.record("this should be refused")
    } catch let errors as SettingsErrors {
      #expect(errors.errors.contains { $0.description.hasPrefix(expected) }, "\(errors.errors)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("an operator's probe takes the place of a packaged one with its name") func overrides() throws {
    let text = "probes: [{name: this-host, kind: linux-host, interval: 5s}]"
    let configuration = try read((.probes, "probes/a.yaml", text))
    #expect(configuration.probes.map(\.interval) == [.seconds(5)])
  }

  @Test("a plan and a window that are named as packaged ones are the operator's fault") func packagedNames() {
    let text = """
      windows: [{name: quiet-hours, from: "01:00", to: "02:00", zone: UTC}]
      plans: [{name: security-updates, activity: a, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY,
        zone: UTC, window: quiet-hours, duration: 1h}]
      """
    // A path behind the packaged ones, and one before.
    for path in ["plans/a.yaml", "/etc/a.yaml"] {
      let error = #expect(throws: SettingsErrors.self) { try read((.plans, path, text)) }
      #expect(error?.errors.map(\.place.file) == [path, path])
      #expect(
        error?.errors.allSatisfy { $0.fault.sides(in: .english).advice?.contains("packaged: {plans: false}") == true }
          == true)
    }
  }

  @Test("keys that a reload does not take over are named, others are not") func restartKeys() throws {
    let old = try read((.settings, "watchkeeper.yaml", "language: en\n")).settings
    let text = """
      language: zh-CN
      storage: {retention: 30d, size_max: 1GB, series_max: 7, out_of_order_window: 2h}
      query: {timeout: 5s, lookback: 1m, samples_max: 9, experimental: true, memory_max: 1MiB, concurrency_max: 1}
      web: {listen: "127.0.0.1:9470", external_url: https://watch.example.org}
      incidents: {verify_rounds: 4}
      """
    let new = try read((.settings, "watchkeeper.yaml", text)).settings
    #expect(
      new.keysForRestart(since: old) == [
        "language", "storage.retention", "storage.size_max", "storage.series_max",
        "storage.out_of_order_window", "query.samples_max", "query.timeout", "query.lookback", "query.experimental",
        "query.memory_max", "query.concurrency_max", "web.listen",
        "web.external_url",
      ])
    #expect(new.keysForRestart(since: new).isEmpty)
    let store = StoreSettings(new.storage)
    #expect(store.outOfOrderWindow == .seconds(7200) && store.retentionBytes == 1_000_000_000 && store.seriesMax == 7)
    #expect(StoreSettings(StorageSettings()) == StoreSettings())
    let tooLong = "storage: {out_of_order_window: 25h}\n"
    #expect(throws: SettingsErrors.self) { try read((.settings, "watchkeeper.yaml", tooLong)) }
    let other = try read((.settings, "watchkeeper.yaml", "language: en\nincidents: {verify_rounds: 4}\n")).settings
    #expect(other.keysForRestart(since: old).isEmpty)
  }

  @Test("a window may end with the day") func windowToTheEndOfTheDay() throws {
    for (from, expected) in [("18:00", 6), ("00:00", 24)] {
      let text = """
        windows: [{name: w, from: "\(from)", to: "24:00", zone: UTC, days: [mon]}]
        plans: [{name: p, activity: a, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, zone: UTC,
          window: w, duration: 1h}]
        """
      let configuration = try read((.plans, "plans/a.yaml", text))
      let window = try #require(configuration.plans.first { $0.name == "p" }?.window.definition)
      let week = try #require(Interval(from: .epoch, lasting: .seconds(7 * 86_400)))
      #expect(window.intervals(over: week).intervals.map(\.duration) == [.seconds(expected * 3600)])
    }
  }

  static let badFiles: [(path: String, text: String, message: String)] = [
    (
      "watchkeeper.yaml", "storage: {retention: 5x}\n",
      "watchkeeper.yaml:1:22: storage.retention: '5x' is not a duration – write a number and a unit, e.g. 5s, 2m, 1h30m"
    ),
    (
      "watchkeeper.yaml", "receivers: [{name: a}]\nroute: {receiver: a}\n",
      "watchkeeper.yaml:1:20: receivers[0].name: receiver 'a' has no channel, so nobody would be told"
    ),
    (
      "watchkeeper.yaml", "receivers: [{name: a, webhook_configs: [{url: http://h}]}]\nroute: {receiver: b}\n",
      "watchkeeper.yaml:2:8: route: there is no receiver 'b' – write one of: a"
    ),
    (
      "watchkeeper.yaml", "web: {listen: '0.0.0.0:80'}\n",
      "watchkeeper.yaml:1:15: web.listen: '0.0.0.0' is not the loopback"
    ),
    (
      "watchkeeper.yaml", "receivers: [{name: a, webhook_cfgs: []}]\nroute: {receiver: a}\n",
      "watchkeeper.yaml:1:23: receivers[0].webhook_cfgs: unknown key – did you mean 'webhook_configs'?"
    ),
    (
      "plans/a.yaml", "windows:\n  - {name: w, from: \"22:00\", to: \"22:00\"}\n",
      "plans/a.yaml:2:34: windows[0].to: the window is empty: it ends at 22:00, when it begins – a whole day is"
    ),
    (
      "probes/a.yaml", "probes:\n  - name: a\n    kind: htp\n",
      "probes/a.yaml:3:11: probes[0].kind: unknown kind 'htp' – did you mean 'http'?"
    ),
    (
      "rules/a.yaml", "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum(\n",
      "rules/a.yaml:5:15: groups[0].rules[0].expr: cannot be parsed: 1:5:"
    ),
    (
      "rules/a.yaml",
      "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up\n        annotation: {}\n",
      "rules/a.yaml:6:9: groups[0].rules[0].annotation: unknown key – did you mean 'annotations'?"
    ),
    (
      "inventory/a.yaml", "items:\n  - id: host/a\n    clas: host\n",
      "inventory/a.yaml:3:5: items[0].clas: unknown key – did you mean 'class'?"
    ),
    (
      "inventory/a.yaml", "groups: [{name: g, members: []}]\n",
      "inventory/a.yaml:1:29: groups[0].members: a group without members – write the ids of items"
    ),
    (
      "inventory/a.yaml", "items: [{id: host/a}, {id: host/a}]\n",
      "item 'host/a' is declared twice – give each item its own id"
    ),
    (
      "plans/a.yaml",
      "plans:\n  - {name: p, activity: a, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, window: n, duration: 1h}\n",
      "plans.window: there is no window 'n' – write one of: quiet-hours"
    ),
  ]

  @Test("each fault names file, line, column and remedy", arguments: badFiles)
  func faults(_ example: (path: String, text: String, message: String)) throws {
    let name = String(example.path.prefix { $0 != "/" && $0 != "." })
    let kind = ConfigurationFiles.Kind(rawValue: name) ?? .settings
    let error = #expect(throws: SettingsErrors.self) { try read((kind, example.path, example.text)) }
    #expect(error?.description.contains(example.message) == true, "\(error?.description ?? "no error")")
  }

  @Test("one run names the faults of all files") func all() {
    let error = #expect(throws: SettingsErrors.self) {
      try read((.probes, "probes/a.yaml", "probes: 1"), (.rules, "rules/a.yaml", "groups: 1"))
    }
    #expect(error?.errors.count == 2)
  }

  static let misspelt: [(path: String, text: String, advice: String)] = [
    (
      "rules/a.yaml", "groups: [{name: g, rules: [{alert: A, expr: up, watchkeeper: {impact: hihg}}]}]\n",
      "did you mean 'high'?"
    ),
    ("inventory/a.yaml", "items: [{id: host/a, lifecycle: instock}]\n", "did you mean 'in-stock'?"),
    (
      "inventory/a.yaml", "items: [{id: host/a, depends-on: {item: host/b, strength: sotf}}]\n",
      "did you mean 'soft'?"
    ),
    ("inventory/a.yaml", "items: [{id: hots/a}]\n", "did you mean 'host'?"),
    ("watchkeeper.yaml", "language: zh_CN\n", "did you mean 'zh-CN'?"),
    (
      "probes/a.yaml", "probes: [{name: a, kind: snmp, settings: {target: a, profiles: [system, prniter]}}]\n",
      "did you mean 'printer'?"
    ),
    (
      "probes/a.yaml", "probes: [{name: a, kind: snmp, settings: {target: a, rows: {only: {ifNmae: lo}}}}]\n",
      "did you mean 'ifName'?"
    ),
    (
      "probes/a.yaml",
      "probes: [{name: a, kind: snmp, settings: {target: a, user: u, auth_password: password, auth_protocol: SHA265}}]\n",
      "did you mean 'SHA256'?"
    ),
    ("plans/a.yaml", "windows: [{name: n, days: [mno], from: '22:00', to: '23:00'}]\n", "mon, tue, wed"),
    (
      "plans/a.yaml",
      "windows: [{name: night, from: '22:00', to: '23:00'}]\nplans: [{name: p, activity: a, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, window: nihgt, duration: 1h}]\n",
      "did you mean 'night'?"
    ),
    (
      "plans/a.yaml",
      "windows: [{name: n, from: '22:00', to: '23:00'}]\nplans: [{name: p, activity: a, checklist: [b, c], checklist_zh_cn: [d], classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, window: n, duration: 1h}]\n",
      "write one entry for each of the checklist's"
    ),
    (
      "plans/a.yaml",
      "windows: [{name: n, from: '22:00', to: '23:00'}]\nplans: [{name: p, activity: a, activity_zh: b, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, window: n, duration: 1h}]\n",
      "did you mean 'activity_zh_cn'?"
    ),
    (
      "probes/a.yaml", "probes: [{name: a, kind: tcp, settings: {target: 'a:1', tarrget: b}}]\n",
      "did you mean 'target'?"
    ),
  ]

  @Test("words of a list are refused with the one that was meant", arguments: misspelt)
  func words(_ example: (path: String, text: String, advice: String)) throws {
    let name = String(example.path.prefix { $0 != "/" && $0 != "." })
    let kind = ConfigurationFiles.Kind(rawValue: name) ?? .settings
    let error = try #require(throws: SettingsErrors.self) { try read((kind, example.path, example.text)) }
    #expect(error.errors.count == 1)
    #expect(error.errors.first?.fault.sides(in: .english).advice?.contains(example.advice) == true, "\(error)")
    #expect(error.errors.first?.place.file == example.path)
  }

  @Test("MIB files name objects of profiles and traps, and a faulty one is told with its place") func mibs() throws {
    let mib = """
      ACME-MIB DEFINITIONS ::= BEGIN
      acme OBJECT IDENTIFIER ::= { enterprises 99999 }
      acmeLoad OBJECT-TYPE SYNTAX Gauge32 MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acme 1 }
      acmeFanStopped NOTIFICATION-TYPE STATUS current DESCRIPTION "" ::= { acme 0 7 }
      END
      """
    let profile = "{profile: acme, match: [ACME-MIB::acme], scalars: [{metric: acmeLoad, oid: ACME-MIB::acmeLoad}]}\n"
    let probes = """
      probes:
        - {name: a, kind: snmp, settings: {target: a, profiles: [acme]}}
        - {name: b, kind: snmp-traps, settings: {communities: [c], patterns: [{name: d, trap: acmeFanStopped}]}}

      """
    let files: [(kind: ConfigurationFiles.Kind, path: String, text: String)] = [
      (.deviceProfiles, "probes/snmp/acme.yaml", profile), (.probes, "probes/a.yaml", probes),
    ]
    let whole = try read(files[0], files[1], (.mibs, "probes/snmp/mibs/acme.mib", mib))
    #expect(whole.probes.map(\.name).contains("b"))
    let without = try #require(throws: SettingsErrors.self) { try read(files[0], files[1]) }
    #expect(Set(without.errors.map(\.fault.id)).isSuperset(of: ["fault.snmp.oid", "fault.snmp.notification"]))
    let faulty = try #require(throws: SettingsErrors.self) {
      try read((.mibs, "probes/snmp/mibs/acme.mib", "ACME-MIB x"))
    }
    #expect(faulty.errors.map(\.fault.id) == ["fault.snmp.mib"])
    #expect(faulty.errors.first?.place == SourcePlace(file: "probes/snmp/mibs/acme.mib", line: 1, column: 10))
  }

  @Test("all faults of one file are named, and none that only follows from another") func severalInOneFile() {
    let text = """
      probes:
        - {name: a, kind: http, interval: 5x, timeout: 30s, settings: {url: 'http://a', methd: GET, tls_verify: perhaps}}
        - {name: b, kidn: tcp, kind: tcp, settings: {target: nowhere}}
        - {name: c, kind: htp}
        - {name: d, kind: snmp, settings: {target: a, profiles: [nothing]}}
      """
    let error = #expect(throws: SettingsErrors.self) { try read((.probes, "probes/a.yaml", text)) }
    #expect(
      error?.errors.map(\.key) == [
        "probes[0].interval", "probes[0].settings.methd", "probes[0].settings.tls_verify", "probes[1].kidn",
        "probes[1].settings.target", "probes[2].kind", "probes[3].settings.profiles",
      ])
  }

  @Test("a misspelt key does not hide a wrong expression of another rule") func expressionsToo() {
    let text = "groups: [{name: g, intervall: 5s, rules: [{alert: A, expr: up ==}, {alert: B, exprr: up}]}, {name: g}]"
    let error = #expect(throws: SettingsErrors.self) { try read((.rules, "rules/a.yaml", text)) }
    #expect(
      error?.errors.map(\.key) == [
        "groups[0].intervall", "groups[0].rules[0].expr", "groups[0].rules[1].exprr", "groups[1].name",
      ])
  }

  @Test(
    "a value in the place of a mapping or a list is not quoted, it may be a secret",
    arguments: [
      ("webhook_configs: [{url: 'http://h', http_config: {authorization: Bearer abc}}]", "a mapping", "abc"),
      ("webhook_configs: https://h/hidden", "a list", "hidden"),
      ("webhook_configs: [{url: [https://h/hidden]}]", "a mapping", "hidden"),
    ])
  func unquoted(_ channel: String, _ expected: String, _ secret: String) throws {
    let text = "receivers: [{name: a, \(channel)}]\nroute: {receiver: a}"
    let error = #expect(throws: SettingsErrors.self) { try read((.settings, "watchkeeper.yaml", text)) }
    let words = try #require(error?.description)
    #expect(words.contains("\(expected) is expected, this is a") && !words.contains(secret))
  }

  @Test("a refused value is not called missing as well") func notMissing() {
    let text = "receivers: [{name: a, webhook_configs: [{url: 'ftp://x'}]}]\nroute: {receiver: a}"
    let error = #expect(throws: SettingsErrors.self) { try read((.settings, "watchkeeper.yaml", text)) }
    #expect(error?.errors.map { $0.fault.sides(in: .english).problem } == ["is not a web address"])
  }

  @Test("a refused file does not make others wrong that refer to it") func followUps() {
    let error = #expect(throws: SettingsErrors.self) {
      try read(
        (.plans, "plans/a.yaml", "windows: [{name: night, from: '22:00', to: '2300'}]\n"),
        (
          .plans, "plans/b.yaml",
          "plans: [{name: p, activity: a, classes: [host], start: 2026-01-01T00:00, repeat: FREQ=DAILY, window: night, duration: 1h}]\n"
        ), (.inventory, "inventory/a.yaml", "items: [{id: host/a, clas: b}]\n"))
    }
    #expect(error?.errors.map(\.key) == ["items[0].clas", "windows[0].to"])
  }

  @Test("an empty file is refused by run as by check") func emptied() throws {
    let error = #expect(throws: SettingsErrors.self) { try read((.rules, "rules/a.yaml", "\n")) }
    #expect(
      error?.description == "rules/a.yaml:1:1: the file is empty – restore its content, or delete the file")
  }

  @Test("a secret file that everybody may read is refused") func secretFile() throws {
    let path = NSTemporaryDirectory() + "watchkeeper-secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "https://hook.example/token\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(throws: SecretFault.self) { try SecretFile.read(path) }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(try SecretFile.read(path).reveal() == "https://hook.example/token")
  }
}
