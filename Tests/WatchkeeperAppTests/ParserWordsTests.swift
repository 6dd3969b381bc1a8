import ArgumentParser
import Journal
import Records
import Testing
import TimeSeriesStore
import Wording

@testable import WatchkeeperApp

/// The real parser says each, so that a new version of it with other words is noticed.
@Suite("The command line in Chinese")
struct ParserWordsTests {
  /// What the program says to a command line, and its status.
  private static func answer(_ arguments: [String], in language: Language = .simplifiedChinese) -> (
    text: String, status: WatchkeeperApp.ExitStatus?
  ) {
    Terminal.$language.withValue(language) {
      do {
        var command = try WatchkeeperCommand.parseAsRoot(arguments)
        try command.run()
        return ("", nil)
      } catch {
        if let help = WatchkeeperCommand.help(after: error) { return (help, .success) }
        let ending = WatchkeeperCommand.ending(after: error, arguments: arguments)
        return (ending?.message ?? WatchkeeperCommand.fullMessage(for: error), ending?.status)
      }
    }
  }

  /// Two English words in a row, outside of quotes, command lines and placeholders.
  private static func english(in text: String) -> [Substring] {
    let lines = text.split(separator: "\n").filter { line in
      !line.hasPrefix("用法：") && !line.hasPrefix("    zsh") && !line.hasPrefix("  详细说明：")
        && !line.contains("watchkeeper ")
    }
    let plain = lines.joined(separator: "\n").replacing(/“[^”]*”|'[^']*'|<[^>]*>/, with: "·")
    return plain.matches(of: /[A-Za-z]{2,}[.,:]? [a-z]{2,}/).map(\.output)
  }

  @Test(
    "every complaint of the parser",
    arguments: [
      ["status", "--wrnog"], ["status", "--outputs", "json"], ["status", "-x"], ["status", "-%"], ["status", "-ox"],
      ["status", "--output"], ["status", "--output", "xml"], ["status", "extra"], ["status", "one", "two"],
      ["incident", "show"], ["incident", "show", "x"], ["incident", "resolve", "INC-1"],
      ["incident", "list", "--which", "old"],
      ["incident", "list", "--priority", "x"], ["incident", "list", "--priority", "7"],
      ["incident", "list", "--page", "0"], ["incident", "list", "--words"],
      ["run", "--strict=yes"], ["plan", "list", "--week", "tomorrow"], ["plan", "done", "1"], ["query"],
      ["query", "up", "--at", "1", "--start", "1"], ["query", "up", "--end", "1"], ["token", "create"],
      ["token", "create", "--role", "god"], ["token", "create", "--role", "viewer", "--expires", "0"],
      ["ci", "list", "--class", "hots"], ["ci", "list", "--class", "zzzzzzzz"], ["chekc"], ["incident", "frobnicate"],
      ["--generate-completion-script", "tcsh"],
    ])
  func complaint(_ arguments: [String]) {
    let answer = Self.answer(arguments)
    #expect(answer.status == .usage)
    #expect(answer.text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(answer.text)")
    #expect(Self.english(in: answer.text) == [], "\(answer.text)")
  }

  private static let commands = [[]] + words(WatchkeeperCommand.self, after: [])

  private static func words(_ command: any ParsableCommand.Type, after words: [String]) -> [[String]] {
    command.configuration.subcommands.flatMap { below in
      let own = words + [below.configuration.commandName ?? ""]
      return [own] + Self.words(below, after: own)
    }
  }

  @Test("help of every command is in Chinese and fits 80 columns", arguments: commands)
  func help(_ command: [String]) {
    let answer = Self.answer(command + ["--help"])
    #expect(answer.status == .success)
    #expect(answer.text.hasPrefix("概述："), "\(answer.text)")
    #expect(Self.english(in: answer.text) == [], "\(answer.text)")
    for line in answer.text.split(separator: "\n") where !line.hasPrefix("用法：") {
      #expect(TextTable.width(String(line)) <= 80, "\(line)")
      #expect(!line.drop { $0 == " " }.hasPrefix("。"), "\(line)")
    }
    #expect(Self.answer(["help"] + command).text == answer.text)
  }

  @Test("there are as many commands as there should be") func counted() { #expect(Self.commands.count > 25) }

  @Test("in English nothing is touched, and scripts and versions never are") func untouched() {
    let help = Self.answer(["check", "--help"], in: .english)
    #expect(help.status == nil)
    #expect(help.text.hasPrefix("OVERVIEW: Read files"))
    #expect(Self.answer(["--version"]).text == programVersion)
    #expect(Self.answer(["--generate-completion-script", "bash"]).text.contains("_watchkeeper"))
  }

  @Test("a template finds its arguments again")
  func arguments() {
    let template = MessageTemplate("The value '{value}' is invalid for '{option}'")
    #expect(
      template.arguments(in: "The value 'it's' is invalid for '-o'") == ["value": "it's", "option": "-o"])
    #expect(template.arguments(in: "The value 'x' is fine") == nil)
    #expect(MessageTemplate("OPTIONS:").arguments(in: "OPTIONS: x") == nil)
    #expect(MessageTemplate("{a} (x {b})").arguments(in: "1 (x (2))") == ["a": "1", "b": "(2)"])
  }
}

@Suite("What commands say in Chinese")
struct ChineseResultTests {
  private func chinese<Value>(_ body: () throws -> Value) rethrows -> Value {
    try Terminal.$language.withValue(.simplifiedChinese, operation: body)
  }

  @Test("check and test") func checked() {
    chinese {
      var report = CheckReport(language: .simplifiedChinese)
      report.read.rules = 3
      report.read.ruleTests = 2
      #expect(report.text == "通过：0 个探测，0 组共 3 条规则，0 个配置项，0 个计划，2 个规则测试\n")
      let results = TestResults(files: [
        .init(path: "a.test.yaml", cases: [.init(title: "x", outcome: .failed, lines: ["y"])])
      ])
      #expect(results.text == "a.test.yaml：失败\n  x\n    y\n0 个通过，1 个失败\n")
    }
  }

  @Test("verify words its findings for the reader, and gives programs a code") func verified() throws {
    let report = VerificationReport(findings: [
      .init(.missing(JournalPosition(5), JournalPosition(8))), .init(.cutTailCannotBeSeen(after: nil)),
    ])
    let text = chinese { report.text }
    #expect(text.contains("日志  损坏  记录 5–8 缺失（4 条）"), "\(text)")
    #expect(text.hasSuffix("采样  正常  与写入时一致\n1 处损坏，1 条提示\n"), "\(text)")
    let json = try chinese { try JSONOutput.text(report) }
    #expect(json.contains(#""code" : "journal.missing""#), "\(json)")
    #expect(report.text.contains("journal  damage  facts 5–8 are missing"), "\(report.text)")
  }

  @Test("a refused start and a silent program") func refused() {
    chinese {
      #expect(StartError("taken", ["address": "127.0.0.1:1"]).description.hasPrefix("127.0.0.1:1 已被占用——"))
      #expect(StartError.words(for: JournalError.damaged("x")) == "日志已损坏：x——请运行：watchkeeper verify")
      #expect(
        StartError.words(for: StoreError.newerFormat(file: "f", version: 9)) == "f：采样格式 9 比本程序的 1 新——请重新安装较新的程序")
      #expect(ControlError(.noProgram, "none", ["path": "/d"]).description == "/d 上没有程序应答——启动程序：watchkeeper run")
      #expect(UsageError("usage.two-programs").description == "--server 与 --data 指向两个程序——请只给其一")
    }
  }
}
