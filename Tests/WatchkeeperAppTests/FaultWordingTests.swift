import Foundation
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp

/// What the sources say about faults of configuration files, against what the catalogue has.
@Suite("Every fault of a configuration file has its words")
struct FaultWordingTests {
  static let messages = Catalogue.messages.filter { $0.id.hasPrefix("fault.") }

  @Test("each fault that the sources name has a message, and each message has a fault") func named() {
    let ids = FaultSite.all.map(\.id)
    #expect(ids.count > 130)
    #expect(Set(ids).subtracting(Self.messages.map(\.id)).sorted() == [])
    #expect(Set(Self.messages.map(\.id)).subtracting(ids).sorted() == [])
  }

  @Test("each fault gives the arguments of its message, no more and no less", arguments: messages.map(\.id))
  func argued(_ id: String) throws {
    let message = try #require(Self.messages.first { $0.id == id })
    let wanted = MessageTemplate(message.english).names
    for site in FaultSite.all where site.id == id {
      // The setting that leaves packaged plans out is given to both messages about two of a name.
      #expect(site.arguments == wanted || site.isOneOfTwo && site.arguments.isSuperset(of: wanted), "\(site)")
    }
  }

  @Test("both languages say what to do, or neither", arguments: messages.map(\.id))
  func divided(_ id: String) {
    let advices = Language.allCases.map { Reader(language: $0).sides(id).advice }
    #expect(advices.allSatisfy { $0 == nil } || advices.allSatisfy { $0?.isEmpty == false })
  }

  @Test("no Chinese message has English words, but names and what is written in files", arguments: messages.map(\.id))
  func translated(_ id: String) throws {
    let message = try #require(Self.messages.first { $0.id == id })
    let text = message.chinese.replacing(#/\{[^}]*\}/#, with: "")
    #expect(EnglishWords.left(in: text) == [])
  }

  @Test(
    "what check says of a bad file to a Chinese reader has no English sentence",
    arguments: CheckCommandTests.badFiles.map { BadFile($0.path, $0.text) }
      + ConfigurationReaderTests.badFiles.map { BadFile($0.path, $0.text) }
      + ConfigurationReaderTests.misspelt.map { BadFile($0.path, $0.text) } + BadFile.more)
  func checked(_ file: BadFile) throws {
    let folder = try TemporaryFolder()
    try folder.write(file.text, to: file.path)
    let report = ConfigurationCheck(hostName: "web01", language: .simplifiedChinese).run([folder.path])
    #expect(!report.errors.isEmpty)
    for error in report.errors {
      var arguments = error.fault.arguments
      // The words of the YAML library and of the parsers, and lists of keys.
      for name in ["problem", "known"] where arguments[name] != nil { arguments[name] = "" }
      let text = Reader(language: .simplifiedChinese).text(error.fault.id, arguments)
      #expect(EnglishWords.left(in: text) == [], "\(text)")
      #expect(report.text.contains(error.line(in: .simplifiedChinese)))
    }
  }

  @Test("the check finds English that is left")
  func finds() {
    #expect(EnglishWords.left(in: "“a b”不是时长 – write a number") == ["write", "a", "number"])
    #expect(EnglishWords.left(in: "请写 url_file，例如 5s、GET 或 'x y'") == [])
  }
}

/// A file that `check` refuses.
struct BadFile: Sendable, CustomTestStringConvertible {
  let path: String
  let text: String

  init(_ path: String, _ text: String) { (self.path, self.text) = (path, text) }

  var testDescription: String { "\(path): \(text)" }

  private static func plan(_ keys: String) -> BadFile {
    let rest =
      ["name: p", "activity: a", "classes: [host]", "start: 2026-01-01T00:00", "repeat: FREQ=DAILY"]
      + ["window: quiet-hours", "duration: 1h"]
    let given = keys.prefix { $0 != ":" }
    return BadFile(
      "plans/a.yaml", "plans: [{\((rest.filter { !$0.hasPrefix(given + ":") } + [keys]).joined(separator: ", "))}]\n")
  }

  /// Of kinds that the other suites do not have.
  static let more: [BadFile] =
    [
      "repeat: FREQ=YEARLY", "repeat: FREQ=DAILY;COLOUR=RED", "repeat: FREQ=WEEKLY;BYDAY=1MO", "repeat: COUNT=1",
      "repeat: FREQ=DAILY;INTERVAL=0", "repeat: FREQ=MONTHLY;BYDAY=6MO", "repeat: FREQ=DAILY;UNTIL=x",
      "opening: sometimes", "priority: 9", "tolerance: 1s", "duration: 8d", "start: tomorrow", "name: P P",
      "zone: Europe/Atlantis", "activity: ''", "lead: 400d", "checklist: ['']", "classes: []",
    ].map(plan)
    + [
      "storage: {retention: 5m, series_max: 0}", "web: {listen: '0.0.0.0:1'}", "web: {listen: x}",
      "web: {external_url: x}", "incidents: {verify_rounds: 0}", "heartbeat: {interval: 1m}",
      "receivers: [{name: a}]", "receivers: [{name: a/b}]", "receivers: [{name: a, webhook_configs: [{}]}]",
      "receivers: [{name: a, email_configs: [{to: x}]}]", "receivers: [{name: a, email_configs: [{to: a@b.c}]}]",
      "heartbeat: {url_file: /nowhere}", "route: {receiver: a, repeat_interval: 1s}", "query: {timeout: 0s}",
      "query: {memory_max: 1KiB}",
    ].map { BadFile("watchkeeper.yaml", $0 + "\n") }
    + [
      "{kind: http, settings: {url: x}}", "{kind: tcp}", "{kind: http, settings: {url: 'http://a', method: get}}",
      "{kind: linux-host, timeout: 2h}",
      "{kind: http, settings: {url: 'http://a', fail_if_body_matches: ['(']}}", "{kind: linux-host, labels: {a-b: c}}",
      "{kind: linux-host, interval: 1ms}", "{kind: scrape}", "{kind: scrape, settings: {targets: ['http://a/']}}",
      "{kind: scrape, settings: {targets: ['a:1'], metric_relabel_configs: [{action: repalce, target_label: a}]}}",
      "{kind: scrape, settings: {targets: ['a:1'], relabel_configs: [{source_labels: [a]}]}}",
      "{kind: textfile, settings: {directory: a}}",
      "{kind: http, settings: {url: 'http://a', conditions: [statsu == 1]}}",
      "{kind: http, settings: {url: 'http://a', conditions: ['status == ']}}",
      "{kind: http, settings: {url: 'http://a', compression: zip}}",
      "{kind: http, settings: {url: 'http://a', basic_auth: {username: a, password: {fil: a}}}}",
      "{kind: linux-host, settings: {collectors: {enable: [cpuu]}}}",
      "{kind: linux-host, settings: {collectors: {process_groups: {by: colour}}}}",
      "{kind: logs, settings: {files: [a], patterns: [{metric: a_total, match: a}]}}",
      "{kind: logs, settings: {patterns: [{metric: a_total, match: a}]}}",
      "{kind: logs, settings: {files: [/a], patterns: []}}",
      "{kind: logs, settings: {files: [/a], begin_at: middle, patterns: [{metric: a_total, match: a}]}}",
      "{kind: logs, settings: {files: [/a], patterns: [{metric: a, match: a}]}}",
      "{kind: logs, settings: {files: [/a], patterns: [{metric: a_total, match: '(?P<source>a)'}]}}",
    ].map {
      BadFile("probes/a.yaml", "probes: [\($0.replacing("{kind", with: "{name: a, kind", maxReplacements: 1))]\n")
    }
    + [
      "{alert: A, expr: 'up[5m]'}", "{expr: up}", "{alert: A, record: b, expr: up}", "{record: 'a{}', expr: up}",
      "{record: a, expr: up, for: 1m}", "{alert: A}", "{alert: A, expr: up, labels: {__name__: b}}",
      "{alert: A, expr: up, annotations: {a: '{{ 1 + 2 }}'}}",
    ].map { BadFile("rules/a.yaml", "groups: [{name: g, rules: [\($0)]}]\n") }
    + [
      "items: [{id: host/a, parent: host/a}]", "items: [{id: host/a, depends-on: host/a}]",
      "items: [{id: host/a, criticality: 9}]", "items: [{id: x, class: toaster}]", "items: [{id: ''}]",
      "items: [{id: host/a, depends-on: {group: g, item: host/b}}]", "groups: [{name: g, members: [a], min_alive: 2}]",
    ].map { BadFile("inventory/a.yaml", $0 + "\n") }
}

/// Where the sources make a fault.
struct FaultSite: Sendable, CustomStringConvertible {
  let id: String
  let arguments: Set<String>
  /// The id is chosen between two for the same arguments.
  let isOneOfTwo: Bool

  var description: String { "\(id) with \(arguments.sorted())" }

  static let all: [FaultSite] = {
    // The id, what may follow of a choice, and the dictionary of the arguments.
    let pattern = #/(\? )?"(fault\.[a-z.\-]+)"(?: : "(fault\.[a-z.\-]+)")?(?:,\s*\[((?:[^\[\]]|\[[^\]]*\])*)\])?/#
    return ProductText.texts(of: modules).flatMap { text in
      text.matches(of: pattern).flatMap { match -> [FaultSite] in
        let names = (match.output.4 ?? "").matches(of: #/"([A-Za-z]+)":/#).map { String($0.output.1) }
        let arguments = names.isEmpty ? Self.shared[String(match.output.2)] ?? [] : Set(names)
        return [match.output.2, match.output.3].compactMap { $0 }.map {
          FaultSite(id: String($0), arguments: arguments, isOneOfTwo: match.output.3 != nil)
        }
      }
    }
  }()

  private static let modules = [
    "Alerting", "Interchange", "Inventory", "Notifiers", "Planner", "Probes", "Records", "ServiceTime", "Telemetry",
    "Transfers",
    "WatchkeeperApp",
  ]

  /// Of ids that are given on to where the arguments are added: `choice(forKey:else:)`.
  private static let shared: [String: Set<String>] = [
    "fault.host.group-key": ["word", "known"], "fault.logs.begin": ["word", "known"],
    "fault.item.lifecycle": ["word", "known"], "fault.item.strength": ["word", "known"],
    "fault.relabel.action": ["word", "known"], "fault.remote-write.message": ["word", "known"],
    "fault.rule.no-such-alert": ["group", "alert"],
    "fault.http.choice": ["word", "known"],
    "fault.network.choice": ["word", "known"],
  ]
}

/// Latin words that a Chinese reader should not meet.
enum EnglishWords {
  /// What is written in files or has no Chinese name.
  private static let names: Set<String> = [
    "MiB", "KiB", "PromQL", "true", "false", "alert", "record", "url", "credentials", "global", "tolerance",
    "duration", "checklist", "ssh", "chmod", "tzdata", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "Name", "NaN",
    "http", "https", "authorization", "modulus", "WebSocket",
  ]

  static func left(in text: String) -> [String] {
    text.replacing(#/“[^”]*”|'[^']*'|"[^"]*"/#, with: " ").matches(of: #/[!-~]+/#).map { String($0.output) }
      .filter { word in
        // A key, a number, a path, an address: no word of a sentence.
        let isWord = word.allSatisfy { $0.isLetter } && word.contains { $0.isLowercase }
        return isWord && !names.contains(word)
      }
  }
}
