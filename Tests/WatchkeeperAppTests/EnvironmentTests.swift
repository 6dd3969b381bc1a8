import ArgumentParser
import ServiceTime
import Telemetry
import Testing
import Wording

@testable import WatchkeeperApp

@Suite("What the environment says")
struct EnvironmentTests {
  @Test(
    "TZ goes before the machine's own zone",
    arguments: [
      ("Asia/Tokyo", "Asia/Tokyo"), (":Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("CET-1CEST", "UTC"),
      ("../../etc/passwd", "UTC"),
    ])
  func zone(_ example: (wish: String, name: String)) {
    let library = ZoneLibrary(localFile: "/nowhere", environment: ["TZ": example.wish])
    #expect(library.local.name == example.name)
  }

  @Test("without TZ the machine's zone counts") func machineZone() {
    let library = ZoneLibrary(localFile: "/usr/share/zoneinfo/Asia/Shanghai", environment: [:])
    #expect(library.local.local(at: .epoch).description.hasPrefix("1970-01-01T08:00"))
  }

  @Test(
    "the language is that of LC_ALL, LC_MESSAGES and LANG, in this order",
    arguments: [
      (["LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"], Language.simplifiedChinese),
      (["LC_ALL": "", "LC_MESSAGES": "en_GB", "LANG": "zh_CN"], .english), (["LANG": "C"], nil), ([:], nil),
    ] as [([String: String], Language?)])
  func language(_ example: (environment: [String: String], language: Language?)) throws {
    #expect(try LanguageOption.parse([]).chosen(environment: example.environment) == example.language)
  }

  @Test("--lang goes before it, and another language is refused") func option() throws {
    #expect(try LanguageOption.parse(["--lang", "zh"]).chosen(environment: ["LANG": "en_US"]) == .simplifiedChinese)
    let french = try LanguageOption.parse(["--lang", "fr"])
    #expect(throws: UsageError.self) { try french.chosen(environment: [:]) }
  }

  @Test(
    "help is in the language of the option, else of the environment, else English",
    arguments: [
      (["status", "--lang", "zh-CN", "--help"], [:], Language.simplifiedChinese),
      (["status", "--lang=en"], ["LANG": "zh_CN"], .english), (["--help"], ["LANG": "zh_CN"], .simplifiedChinese),
      (["--help"], ["LANG": "de_DE"], .english), (["--lang"], [:], .english),
    ] as [([String], [String: String], Language)])
  func spoken(_ example: (arguments: [String], environment: [String: String], language: Language)) {
    #expect(LanguageOption.spoken(example.arguments, environment: example.environment) == example.language)
  }

  @Test("what came from elsewhere reaches a terminal and the log without control characters") func harmless() throws {
    #expect(Terminal.harmless("a\tb\n磁盘 é 👩‍👩‍👧") == "a\tb\n磁盘 é 👩‍👩‍👧")
    #expect(Terminal.harmless("\u{1b}[31mred\u{1b}]0;x\u{7}\r\u{9b}2J\u{202e}") == "�[31mred�]0;x���2J�")
  }

  @Test("the console answers to the name in web.external_url") func hostNames() throws {
    let document = try SettingsDocument(text: "external_url: https://Watch.Example.org:8443/x", file: "a.yaml")
    let root = try #require(document.root)
    let settings = try SettingsDecoder.decode(ConsoleSettings.self, from: root, of: document)
    #expect(settings.hostNames == ["watch.example.org"])
  }

  @Test("an error for programs is one line of JSON with message and remedy") func jsonError() {
    let error = ControlError(.notFound, said: "there is no INC-9", remedy: "see watchkeeper incident list")
    #expect(
      error.json == #"{"error":{"message":"there is no INC-9","remedy":"see watchkeeper incident list"}}"#)
  }
}
