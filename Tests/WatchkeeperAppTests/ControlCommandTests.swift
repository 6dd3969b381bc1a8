import ArgumentParser
import Foundation
import Telemetry
import Testing

@testable import WatchkeeperApp

@Suite("Commands that ask a running program")
struct ControlCommandTests {
  @Test(
    "a wrong command line ends with status 2 before anybody is asked",
    arguments: [
      ["incident", "show", "MT-1"], ["incident", "show", "MT1"], ["incident", "show", "x"],
      ["incident", "show", "INC--1"], ["incident", "show", "1x"], ["incident", "list", "--which", "old"],
      ["incident", "list", "--priority", "5"], ["incident", "list", "--page", "0"], ["incident", "resolve", "INC-1"],
      ["plan", "done", "MT-1"],
      ["plan", "show", "INC-1"], ["plan", "list", "--week", "2026-13-01"], ["plan", "list", "--week", "tomorrow"],
      ["query"], ["query", "up", "--at", "1", "--start", "1"], ["query", "up", "--end", "5"],
      ["token", "create"], ["token", "create", "--role", "god"],
      ["token", "create", "--role", "viewer", "--expires", "0"],
      ["status", "--output", "xml"],
    ])
  func usage(_ arguments: [String]) throws {
    let error = #expect(throws: (any Error).self) { _ = try WatchkeeperCommand.parseAsRoot(arguments) }
    #expect(WatchkeeperCommand.ending(after: try #require(error))?.status == .usage)
  }

  @Test(
    "a command line may be short",
    arguments: [
      ["status"], ["incident", "show", "1"], ["incident", "ack", "inc-1"], ["incident", "show", "INC1"],
      ["incident", "show", "inc 1"], ["plan", "show", "#1"],
      ["incident", "resolve", "INC-1", "--note", "x"],
      ["ci", "list", "--class", "host"], ["ci", "impact", "host/web01"], ["plan", "done", "MT-1", "--note", "x"],
      ["login"], ["verify", "--lang", "zh-CN"], ["test", "rules", "--lang", "en"],
      ["test", "promql", "a.test", "--lang", "en"],
      ["query", "up", "-o", "json"], ["token", "create", "--role", "operator", "--expires", "never"],
    ])
  func accepted(_ arguments: [String]) throws { _ = try WatchkeeperCommand.parseAsRoot(arguments) }

  @Test("every command shows an example and says what its status means")
  func help() {
    var waiting: [any ParsableCommand.Type] = WatchkeeperCommand.configuration.subcommands
    var seen = 0
    while let command = waiting.popLast() {
      let below = command.configuration.subcommands
      waiting += below
      guard below.isEmpty else { continue }
      seen += 1
      let text = command.configuration.discussion
      #expect(text.contains("Example"), "\(command)")
      #expect(text.contains("Exit status: 0"), "\(command)")
    }
    #expect(seen > 18)
  }

  @Test(
    "the door is chosen from the options, contradictions are refused",
    arguments: [
      (["--token", "f"], "--token: the socket needs none"), (["--server", "https://w.example"], "needs --token FILE"),
      (["--server", "http://w.example", "--token", "f"], "in clear text to w.example"),
      (["--server", "nonsense", "--token", "f"], "is not a URL"),
      (["--server", "https://w.example", "--token", "f", "--data", "/d"], "name two programs"),
      (["--server", "http://127.0.0.1:1", "--token", "/nonexistent/f"], "/nonexistent/f cannot be opened"),
    ])
  func doors(_ arguments: [String], _ expected: String) throws {
    let options = try ControlOptions.parse(arguments)
    let error = #expect(throws: UsageError.self) { _ = try options.door() }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("without options the socket of the data folder is asked")
  func socket() throws {
    guard case .socket(let path) = try ControlOptions.parse(["--data", "/d"]).door() else {
      Issue.record("no socket")
      return
    }
    #expect(path == "/d/control.sock")
  }

  @Test("a range ends now, in steps of a minute, unless said otherwise")
  func ranges() throws {
    let now = Timestamp(milliseconds: 1_795_000_000_500)
    func fields(_ arguments: [String]) throws -> [String: String] {
      Dictionary(uniqueKeysWithValues: try QueryCommand.parse(arguments).fields(now: now).map { ($0.name, $0.value) })
    }
    #expect(try fields(["up"]) == ["query": "up"])
    #expect(try fields(["up", "--at", "5"]) == ["query": "up", "time": "5"])
    #expect(
      try fields(["up", "--start", "5"]) == ["query": "up", "start": "5", "end": "1795000000", "step": "1m"])
  }
}
