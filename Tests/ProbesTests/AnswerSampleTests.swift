import Foundation
import Telemetry
import Testing

@testable import Probes

@Suite("Numbers of a page")
struct AnswerSampleTests {
  private func read(_ settings: String, _ body: String) throws -> (samples: [String: Double], lacking: [String]) {
    let wanted = try JSONDecoder().decode([AnswerSample].self, from: Data(settings.utf8))
    var series = AnswerSeries(wanted)
    var sink = HostSink()
    let bytes = Array(body.utf8)
    var outcomes: [(samples: [String: Double], lacking: [String])] = []
    // The second run has series that are known.
    for _ in 0..<2 {
      let lacking = series.put(bytes, { JSONReader.value(of: bytes) }, into: &sink).lacking
      let samples = sink.take().map { ($0.series.description, $0.value) }
      outcomes.append((Dictionary(samples) { first, _ in first }, lacking))
    }
    #expect(outcomes[0].samples == outcomes[1].samples)
    return outcomes[1]
  }

  @Test("paths into JSON, objects by a label, texts and truths that are numbers")
  func json() throws {
    let (samples, lacking) = try read(
      """
      [{"metric":"a","json":"body.x.n"},{"metric":"b","json":"body.types","label":"type","labels":{"k":"v"}},
       {"metric":"c","json":"body['p q'][-1]","scale":0.001},{"metric":"d","json":"body.ok"},
       {"metric":"e","json":"body.text"},{"metric":"f","json":"body.types"},{"metric":"g","json":"body.word"}]
      """, #"{"x":{"n":3},"types":{"A":1,"AAAA":2,"none":null},"p q":[1,2500],"ok":true,"text":"7.5","word":"x"}"#)
    #expect(
      samples == [
        "a": 3, #"b{k="v", type="A"}"#: 1, #"b{k="v", type="AAAA"}"#: 2,
        "c": 2.5, "d": 1, "e": 7.5,
      ], "\(samples)")
    #expect(lacking == ["f", "g"])
  }

  @Test("a number that is left out has its default where the object around it is there")
  func defaults() throws {
    let (samples, lacking) = try read(
      """
      [{"metric":"a","json":"body.x.n","default":0,"scale":5},{"metric":"b","json":"body.x.m","default":2,"scale":5},
       {"metric":"c","json":"body.y.n","default":0},{"metric":"d","json":"body.z","label":"l","default":0},
       {"metric":"e","json":"body.x.list","label":"l","default":0},{"metric":"f","json":"body.empty","label":"l"},
       {"metric":"g","json":"body.word","default":0},{"metric":"h","json":"body.words","label":"l","default":0},
       {"metric":"i","json":"body","default":0}]
      """, #"{"x":{"n":3},"z":{},"empty":{},"word":"n/a","words":{"a":"b"}}"#)
    #expect(samples == ["a": 15, "b": 2])
    #expect(lacking == ["c", "f", "g", "h", "i"])
  }

  @Test("a foreign page gives no number, whatever the defaults")
  func foreign() throws {
    let settings = """
      [{"metric":"a","json":"body.types","label":"type","default":0},{"metric":"b","json":"body.stats.n","default":0}]
      """
    var series = AnswerSeries(try JSONDecoder().decode([AnswerSample].self, from: Data(settings.utf8)))
    var sink = HostSink()
    let page = Array(#"{"error":"no such page"}"#.utf8)
    let harvest = series.put(page, { JSONReader.value(of: page) }, into: &sink)
    #expect(!harvest.hasNumbers)
    #expect(harvest.lacking == ["b"])
  }

  @Test("every match of a pattern, its groups, counts and sums")
  func patterns() throws {
    let (samples, lacking) = try read(
      #"""
      [{"metric":"a","regexp":"jobs=(\\d+)"},{"metric":"b","regexp":"(?P<pool>\\w+)=(?P<value>\\d+)"},
       {"metric":"c","regexp":"x"},{"metric":"d","regexp":"(?P<letter>[xy])"},{"metric":"e","regexp":"nowhere"},
       {"metric":"f","regexp":"nowhere (\\d+)"},{"metric":"g","regexp":"(?P<l>z*)"}]
      """#, "jobs=3 x\nidle=4 y\njobs=5 x\n")
    #expect(samples["a"] == 8)
    #expect(samples[#"b{pool="jobs"}"#] == 8)
    #expect(samples[#"b{pool="idle"}"#] == 4)
    #expect(samples["c"] == 2)
    #expect(samples[#"d{letter="x"}"#] == 2)
    #expect(samples[#"d{letter="y"}"#] == 1)
    #expect(samples["e"] == 0)
    // A match of nothing does not stand still.
    #expect(samples["g"] ?? samples[#"g{l=""}"#] == 28)
    #expect(lacking == ["f"])
  }

  @Test("a page of many names costs a bounded number of series")
  func bounded() throws {
    let body = (0..<5000).map { "n\($0)=1" }.joined(separator: "\n")
    let samples = try read(#"[{"metric":"a","regexp":"(?P<n>n\\d+)=(\\d)"}]"#, body).samples
    #expect(samples.count == 1000)
  }

  @Test(
    "what is wrong with an entry is said",
    arguments: [
      (#"{"metric":"1a","json":"body"}"#, "fault.sample.metric"),
      (#"{"metric":"probe_success","json":"body"}"#, "fault.sample.metric"),
      (#"{"metric":"a"}"#, "fault.sample.source"),
      (#"{"metric":"a","json":"body","regexp":"a"}"#, "fault.sample.source"),
      (#"{"metric":"a","label":"b","regexp":"a"}"#, "fault.sample.source"),
      (#"{"metric":"a","regexp":"a","default":0}"#, "fault.sample.default"),
      (#"{"metric":"a","json":"boby.x"}"#, "fault.condition.word"),
      (#"{"metric":"a","regexp":"("}"#, "fault.value.pattern"),
      (#"{"metric":"a","json":"body","labels":{"a-b":"c"}}"#, "fault.probe.label"),
      (#"{"metric":"a","json":"body","label":"b","labels":{"b":"c"}}"#, "fault.sample.twice"),
    ])
  func faults(_ entry: String, _ id: String) {
    do {
      _ = try JSONDecoder().decode(AnswerSample.self, from: Data(entry.utf8))
      Issue.record("this should be refused: \(entry)")
    } catch {
      #expect("\(error)".contains(id), "\(error)")
    }
  }
}
