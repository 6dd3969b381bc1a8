import Foundation
import LoopbackServers
import Probes
import Records
import Telemetry
import Testing
import Transfers
import Wording

@testable import WatchkeeperApp

@Suite("watchkeeper probe try")
struct ProbeCommandTests {
  private let folder: TemporaryFolder
  private let search = ProbeSearch(hostName: "web01")

  init() throws { folder = try TemporaryFolder() }

  private func environment(_ clock: any WallClock = LiveClock()) -> ProbeEnvironment {
    ProbeEnvironment(transfers: TransferEngine(), clock: clock, hostName: "web01")
  }

  @Test("the packaged host probe gives node_ series with the target's labels") func host() async throws {
    let definition = try search.subject("this-host", name: nil, configuration: nil).definition
    let trial = await ProbeTrial.run(definition, in: environment())
    #expect(trial.status == .success)
    let text = Exposition.text(trial.samples)
    #expect(text.contains("\nnode_load1{instance=\"web01\",job=\"node\"} "))
    #expect(text.contains("\nup{instance=\"web01\",job=\"node\"} 1\n"))
    #expect(trial.text.contains("verdict  up\n"))
  }

  @Test("a template is tried by its name, or from a file beside templates of one's own") func template() throws {
    #expect(try search.subject("redis", name: nil, configuration: nil).definition.kind == "redis")
    let file = try folder.write("probes: [{template: mine}, {template: nginx}]\n", to: "probes/a.yaml")
    try folder.write("{kind: tcp, settings: {target: 'a:1'}}\n", to: "probes/templates/mine.yaml")
    #expect(try search.subject(file, name: "mine", configuration: nil).definition.kind == "tcp")
    #expect(try search.subject("mine", name: nil, configuration: folder.path).definition.kind == "tcp")
  }

  @Test("a closed port is down, in every format") func down() async throws {
    let file = try folder.write("{name: closed, kind: tcp, settings: {target: '127.0.0.1:1'}}\n", to: "closed.yaml")
    let trial = await ProbeTrial.run(
      try search.subject(file, name: nil, configuration: nil).definition, in: environment())
    #expect(trial.status == .failure)
    #expect(trial.text.contains("verdict  down\n"))
    #expect(Exposition.text(trial.samples).contains("probe_success{instance=\"127.0.0.1:1\",job=\"blackbox\"} 0\n"))
    #expect(try JSONOutput.text(trial).contains("\"verdict\" : \"down\""))
  }

  private struct Hanging: Probe {
    func run(within limit: Duration) async -> ProbeReport {
      // Deaf to cancellation, as a call into the kernel is.
      await withUnsafeContinuation { (_: UnsafeContinuation<ProbeReport, Never>) in }
    }
  }

  @Test("a probe that never comes back is given up a second after its timeout") func watchdog() async throws {
    let clock = TestClock()
    let definition = try search.subject("this-host", name: nil, configuration: nil).definition
    let environment = environment(clock)
    async let trial = ProbeTrial.run(definition, with: Hanging(), in: environment)
    let feeding = Task {
      while !Task.isCancelled {
        clock.advance(by: .milliseconds(100))
        await Task.yield()
      }
    }
    let outcome = await trial
    feeding.cancel()
    #expect(outcome.status == .usage)
    #expect(outcome.took >= definition.timeout + ProbeTrial.grace)
    #expect(outcome.explanation.contains("did not come back"))
  }

  @Test("labels that the target has too are kept as exported") func exported() async throws {
    struct Labelled: Probe {
      func run(within limit: Duration) async -> ProbeReport {
        ProbeReport(.up, [ProbeSample("temperature", [Label("instance", "rack-3")], 21)])
      }
    }
    let definition = try search.subject("this-host", name: nil, configuration: nil).definition
    let trial = await ProbeTrial.run(definition, with: Labelled(), in: environment())
    #expect(
      Exposition.text(trial.samples).contains(
        "temperature{exported_instance=\"rack-3\",instance=\"web01\",job=\"node\"} 21\n"))
  }

  @Test("a file with several probes wants a name, a wrong name is answered with the right one") func picks() throws {
    let file = try folder.write(
      """
      probes:
        - {name: shop, kind: tcp, settings: {target: 'shop:443'}}
        - {name: mail, kind: tcp, settings: {target: 'mail:25'}}
      """, to: "probes/a.yaml")
    #expect(try search.subject(file, name: "mail", configuration: nil).definition.name == "mail")
    #expect(try search.subject("shop", name: nil, configuration: folder.path).definition.name == "shop")
    func message(_ subject: String, _ name: String?) -> String? {
      do {
        _ = try search.subject(subject, name: name, configuration: folder.path).definition
        return nil
      } catch {
        return "\(error)".replacingOccurrences(of: folder.path, with: "…")
      }
    }
    #expect(message(file, nil) == "2 probes in …/probes/a.yaml – name one with --name; there are: mail, shop")
    #expect(message("shpo", nil) == "no probe 'shpo' in … – did you mean 'shop'?")
    #expect(message("…none.yaml", nil) == "…none.yaml:1:1: there is no such file or folder – check the path")
  }

  // MARK: Targets of lists

  /// What is tried of a definition with lists, in a configuration with one open and one closed port.
  private func tried(
    _ name: String, containing text: String? = nil, atMost most: Int = 20, open: Int
  ) async throws -> ListedTrials {
    try folder.write(
      "probes: [{name: ports, kind: tcp, file_sd_configs: [{files: ['targets/*.json']}], settings: {}}]\n",
      to: "probes/a.yaml")
    try folder.write(
      #"[{"targets": ["127.0.0.1:\#(open)", "127.0.0.1:1", "bad"], "labels": {"team": "web"}}]"#, to: "targets/a.json")
    let subject = try search.subject(name, name: nil, configuration: folder.path)
    return await ListedTrials.run(subject, containing: text, atMost: most, in: environment())
  }

  @Test("targets that lists name are tried, within a bound, and chosen by a part of their names")
  func listed() async throws {
    let server = try LoopbackServer { connection, _ in connection.waitForClose() }
    defer { server.stop() }
    let open = "ports/127.0.0.1:\(server.port)"
    let english = Reader(language: .english)
    let all = try await tried("ports", open: server.port)
    #expect(all.trials.map(\.definition.name) == ["ports/127.0.0.1:1", open])
    #expect(all.trials.map(\.status) == [.failure, .success] && all.status == .failure)
    #expect(all.text.contains(open) && all.remarks(english).map { $0.prefix(5) } == ["bad: "])
    #expect(Exposition.text(all.trials.flatMap(\.samples)).contains("team=\"web\""))
    let one = try await tried("ports", containing: String(server.port), open: server.port)
    #expect(one.trials.map(\.definition.name) == [open] && one.status == .success)
    let named = try await tried(open, open: server.port)
    #expect(named.trials.map(\.definition.name) == [open])
    let few = try await tried("ports", atMost: 1, open: server.port)
    #expect(few.trials.count == 1 && few.left == 1)
    #expect(few.remarks(english).last?.hasPrefix("1 further target was not tried") == true)
    let none = try await tried("ports", containing: "elsewhere", open: server.port)
    #expect(none.status == .usage)
    #expect(
      none.remarks(english) == ["none of the 2 targets of 'ports' is named so – there is e.g. 'ports/127.0.0.1:1'"])
    #expect(try JSONOutput.text(few).contains("\"left\" : 1"))
  }

  @Test("a server's list is asked for, and one that cannot be had is told and no success")
  func listedByServer() async throws {
    let server = try LoopbackServer { connection, server in
      let isList = connection.readHead().hasPrefix("GET /list ")
      let body = isList ? #"[{"targets": ["127.0.0.1:\#(server.port)", "nowhere"]}]"# : "<p>"
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: \(isList ? "application/json" : "text/html")\r\n"
          + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    }
    defer { server.stop() }
    func trials(_ path: String) async throws -> ListedTrials {
      let file = try folder.write(
        "{name: ports, kind: tcp, http_sd_configs: [{url: 'http://127.0.0.1:\(server.port)/\(path)'}], settings: {}}\n",
        to: "ports.yaml")
      let subject = try search.subject(file, name: nil, configuration: nil)
      return await ListedTrials.run(subject, containing: nil, atMost: 20, in: environment())
    }
    let found = try await trials("list")
    #expect(found.trials.map(\.status) == [.success] && found.status == .usage)
    #expect(found.remarks(Reader(language: .english)).map { $0.prefix(9) } == ["nowhere: "])
    let lost = try await trials("page")
    #expect(lost.trials.isEmpty && lost.status == .usage)
    #expect(lost.listFaults.map(\.fault.id) == ["fault.targets.content"])
    #expect(lost.remarks(Reader(language: .simplifiedChinese)).count == 2)
  }
}
