import Foundation
import Inventory
import Records
import Telemetry
import Testing
import WebInterface
import Wording

@testable import Probes
@testable import WatchkeeperApp

@Suite("Why there is a gap")
struct GapAnswerTests {
  private func ago(_ seconds: Int64) -> Timestamp { ConsoleBench.ago(seconds) }

  private func question(_ subject: String, since seconds: Int64 = 3600) -> GapQuestion {
    GapQuestion(subject: subject, from: ago(seconds), to: ConsoleBench.now)
  }

  /// Two probes; the one of the shop failed for ten minutes.
  private func bench() async throws -> ConsoleBench {
    let bench = try await ConsoleBench()
    let probes = try ["shop", "wiki"].map { name in
      let json = #"{"name":"\#(name)","kind":"http","settings":{"url":"http://\#(name)"}}"#
      return try JSONDecoder().decode(ProbeDefinition.self, from: Data(json.utf8))
    }
    bench.configuration = Configuration(
      files: ConfigurationFiles(files: []), settings: WatchkeeperSettings(), probes: probes, ruleGroups: [],
      inventory: InventoryDeclaration(), plans: [])
    var record = GapRecord(knownSince: ago(1800))
    record.miss(
      GapObservation(
        cause: .failed, extent: .measurements, reason: Reason("reason.probe.refused", ["text": "shop:80"])),
      at: ago(1200))
    record.close(at: ago(600))
    bench.gaps = [
      "shop": GapHistory(probe: "shop", record), "wiki": GapHistory(probe: "wiki", GapRecord(knownSince: ago(9000))),
    ]
    return bench
  }

  @Test("a probe is asked by its name, and what its record does not reach is said")
  func byName() async throws {
    let page = try await bench().sources.gapsPage(question("shop"))
    #expect(page.probes.map(\.probe) == ["shop"])
    #expect(page.probes[0].gaps.map(\.cause) == ["failed"])
    #expect(page.probes[0].remarks == [Phrase("gaps.unknown-before", ["at": ago(1800).argument])])
    let later = try await bench().sources.gapsPage(question("shop", since: 300))
    #expect(later.probes[0].gaps.isEmpty && later.probes[0].remarks.isEmpty)
  }

  @Test(
    "a selector finds the probe of a stored series, and a gap that leaves its metric whole is not told",
    arguments: [
      (#"probe_http_status_code{instance="http://shop"}"#, ["shop"], 1),
      (#"probe_success{instance="http://shop"}"#, ["shop"], 0),
      (#"probe_http_status_code{job="blackbox"}"#, ["shop"], 1),
      // Not stored: whoever has such labels could have given it.
      (#"probe_http_redirects{job="blackbox"}"#, ["shop", "wiki"], 1),
    ])
  func bySelector(_ subject: String, _ probes: [String], _ gaps: Int) async throws {
    let bench = try await bench()
    for metric in ["probe_http_status_code", "probe_success"] {
      bench.series.append(
        LabelSet(["__name__": metric, "job": "blackbox", "instance": "http://shop"]), at: ago(1500), 200)
    }
    let page = try await bench.sources.gapsPage(question(subject))
    #expect(page.probes.map(\.probe) == probes)
    #expect(page.probes.map(\.gaps.count).reduce(0, +) == gaps)
  }

  @Test("what names no probe and no series of one is not found", arguments: ["shpo", "sum(up)", "{", #"up{job="x"}"#])
  func unknown(_ subject: String) async throws {
    let bench = try await bench()
    await #expect(throws: ConsoleError.notFound) { _ = try await bench.sources.gapsPage(question(subject)) }
  }

  @Test("the terminal tells each gap with its reason, in the reader's language", arguments: Language.allCases)
  func text(_ language: Language) async throws {
    let reader = Reader(language: language, now: ConsoleBench.now.milliseconds)
    let words = reader.text("reason.probe.refused", ["text": "shop:80"])
    let json = """
      {"from": \(ago(3600).milliseconds), "to": \(ago(0).milliseconds), "probes": [{"probe": "shop", "metric": "m", "series": "m{x=1}", "remarks": [], "gaps":
      [{"from": \(ago(1200).milliseconds), "extent": "measurements", "runs": 3, "reason": {"text": "\(words)"}}]}]}
      """
    let answer = try JSONDecoder().decode(GapsAnswer.self, from: Data(json.utf8))
    let lines = GapsText(answer: answer, reader: reader).text.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("shop  m{x=1}  "))
    for part in [words, reader.text("gaps.extent.measurements"), reader.text("gaps.lasts")] {
      #expect(lines.last?.contains(part) == true)
    }
  }
}
