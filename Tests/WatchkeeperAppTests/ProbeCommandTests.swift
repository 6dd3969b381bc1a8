import Foundation
import Probes
import Records
import Telemetry
import Testing
import Transfers

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
    let definition = try search.definition("this-host", name: nil, configuration: nil)
    let trial = await ProbeTrial.run(definition, in: environment())
    #expect(trial.status == .success)
    let text = Exposition.text(trial.samples)
    #expect(text.contains("\nnode_load1{instance=\"web01\",job=\"node\"} "))
    #expect(text.contains("\nup{instance=\"web01\",job=\"node\"} 1\n"))
    #expect(trial.text.contains("verdict  up\n"))
  }

  @Test("a template is tried by its name, or from a file beside templates of one's own") func template() throws {
    #expect(try search.definition("redis", name: nil, configuration: nil).kind == "redis")
    let file = try folder.write("probes: [{template: mine}, {template: nginx}]\n", to: "probes/a.yaml")
    try folder.write("{kind: tcp, settings: {target: 'a:1'}}\n", to: "probes/templates/mine.yaml")
    #expect(try search.definition(file, name: "mine", configuration: nil).kind == "tcp")
    #expect(try search.definition("mine", name: nil, configuration: folder.path).kind == "tcp")
  }

  @Test("a closed port is down, in every format") func down() async throws {
    let file = try folder.write("{name: closed, kind: tcp, settings: {target: '127.0.0.1:1'}}\n", to: "closed.yaml")
    let trial = await ProbeTrial.run(
      try search.definition(file, name: nil, configuration: nil), in: environment())
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
    let definition = try search.definition("this-host", name: nil, configuration: nil)
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
    let definition = try search.definition("this-host", name: nil, configuration: nil)
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
    #expect(try search.definition(file, name: "mail", configuration: nil).name == "mail")
    #expect(try search.definition("shop", name: nil, configuration: folder.path).name == "shop")
    func message(_ subject: String, _ name: String?) -> String? {
      do {
        _ = try search.definition(subject, name: name, configuration: folder.path)
        return nil
      } catch {
        return "\(error)".replacingOccurrences(of: folder.path, with: "…")
      }
    }
    #expect(message(file, nil) == "2 probes in …/probes/a.yaml – name one with --name; there are: mail, shop")
    #expect(message("shpo", nil) == "no probe 'shpo' in … – did you mean 'shop'?")
    #expect(message("…none.yaml", nil) == "…none.yaml:1:1: there is no such file or folder – check the path")
  }
}
