import Synchronization
import Telemetry
import Testing

@testable import Interchange

/// A store that numbers series and refuses those it is told to.
struct Numbering {
  var labels: [LabelSet] = []
  /// Of all references handed out from now on.
  var generation: UInt32 = 1
  var refuses: (LabelSet) -> Bool = { _ in false }

  mutating func reference(_ series: LabelSet) throws(AppendError) -> SeriesReference {
    if refuses(series) { throw .tooManySeries(limit: labels.count) }
    let known = labels.firstIndex(of: series)
    if known == nil { labels.append(series) }
    return SeriesReference(slot: UInt32(known ?? labels.count - 1), generation: generation)
  }
}

/// Reads bodies one after the other and shows what reached the store.
struct ScrapeBench {
  var table: ScrapeTable
  var store = Numbering()
  var time: Int64 = 0

  init(
    _ labelling: SeriesLabelling = SeriesLabelling(target: .empty), limits: ScrapeLimits = ScrapeLimits(),
    within allowance: SeriesAllowance = SeriesAllowance()
  ) {
    table = ScrapeTable(labelling: labelling, limits: limits, within: allowance)
  }

  mutating func read(_ body: String, _ format: ExpositionFormat = .text) throws(ExpositionError) -> ScrapeRound {
    time += 1000
    var store = self.store
    defer { self.store = store }
    return try table.read(Array(body.utf8), format, at: Timestamp(milliseconds: time)) { labels throws(AppendError) in
      try store.reference(labels)
    }
  }

  /// `series value @time`, ascending; a staleness marker is `stale`.
  func lines(_ batch: SampleBatch) -> [String] {
    batch.references.indices.map { index in
      let value = batch.values[index].isStaleMarker ? "stale" : "\(batch.values[index])"
      return "\(store.labels[Int(batch.references[index].slot)]) \(value) @\(batch.milliseconds[index])"
    }.sorted()
  }

  mutating func shown(_ body: String, _ format: ExpositionFormat = .text) throws(ExpositionError) -> [String] {
    let round = try read(body, format)
    return lines(round.batch)
  }
}

@Suite("Scraped bodies")
struct ScrapeTableTests {
  @Test("samples keep their labels, values and times")
  func samples() throws {
    var bench = ScrapeBench()
    let body = """
      # HELP up Whether.
      # TYPE up gauge
      up 1
      \t go_gc{ quantile="0.9", a = "b" , }  8.3835e-05

      # a comment
      text{v="a \\"b\\" \\\\ \\n \\x"} NaN 1234
      {"quoted.name", "la bel"="x"} -2
      """
    #expect(
      try bench.shown(body)
        == [
          #"go_gc{a="b", quantile="0.9"} 8.3835e-05 @1000"#, #"text{v="a \"b\" \\ \n \\x"} nan @1234"#, "up 1.0 @1000",
          #"{"quoted.name", la bel="x"} -2.0 @1000"#,
        ].map { $0.replacing(#"{"quoted.name", la bel="x"}"#, with: #"quoted.name{la bel="x"}"#) }.sorted())
  }

  @Test("the same lines cost no look-up and give the same series; changed order does too")
  func rounds() throws {
    var bench = ScrapeBench()
    let first = try bench.read("a{x=\"1\"} 1\na{x=\"2\"} 2\nab 3\n")
    #expect(first.added == 3)
    for body in ["a{x=\"1\"} 4\na{x=\"2\"} 5\nab 6\n", "ab 6\na{x=\"2\"} 5\na{x=\"1\"} 4\n"] {
      let round = try bench.read(body)
      #expect(round.added == 0)
      #expect(bench.lines(round.batch).count == 3)
    }
    #expect(try bench.shown("a{x=\"1\"} 1\nab 1\nabc 1\n").count == 4)
    #expect(bench.store.labels.count == 4)
  }

  @Test("a name that begins another one, and labels behind a blank, are not mistaken for it")
  func prefixes() throws {
    var bench = ScrapeBench()
    _ = try bench.read("a 1\n")
    #expect(
      try bench.shown("a {x=\"1\"} 1\n")
        == [#"a 0"#, #"a{x="1"} 1.0 @2000"#].map { $0 == "a 0" ? "a stale @2000" : $0 })
    #expect(try bench.shown("ab 1\n") == ["ab 1.0 @3000", #"a{x="1"} stale @3000"#])
  }

  @Test("a series that is gone ends once, and all end when told to")
  func staleness() throws {
    var bench = ScrapeBench()
    _ = try bench.read("a 1\nb 1\nc 1 77\n")
    #expect(try bench.shown("b 1\n") == ["a stale @2000", "b 1.0 @2000"])
    #expect(try bench.shown("b 1\n") == ["b 1.0 @3000"])
    #expect(bench.table.end().count == 1)
    #expect(bench.table.end().isEmpty)
    #expect(try bench.shown("a 1\n") == ["a 1.0 @4000"])
  }

  @Test("a body with one bad line changes nothing")
  func refusedWhole() throws {
    var bench = ScrapeBench()
    _ = try bench.read("a 1\nb 1\n")
    #expect(throws: ExpositionError.self) { try bench.read("a 1\nc 1\nb{ 2\n") }
    #expect(bench.store.labels.count == 2)
    #expect(bench.table.end().count == 2)
  }

  @Test(
    "says in which line what was expected",
    arguments: [
      ("a", "line 1: expected a value, found the end of the line"), ("a 1\na b", "line 2: expected a value, found 'b'"),
      ("a{b=\"c\" 1", "line 1: expected '}' after the labels"),
      ("a{b=\"c} 1", "line 1: expected '\"' before the end of the line"),
      ("a{b='c'} 1", "line 1: expected the label's value in double quotes, found ''c'}'"),
      ("a{=\"c\"} 1", "line 1: expected a label's name, found '=\"c\"}'"),
      ("{a=\"b\"} 1", "line 1: expected a metric's name"),
      ("a{b=\"1\",b=\"2\"} 1", "line 1: the label 'b' is there twice"),
      ("a 1 1.5", "line 1: expected a time in milliseconds, found '1.5'"),
      ("a 1 2 3", "line 1: expected the end of the line, found '3'"),
      ("9a 1", "line 1: expected a metric's name, of letters, digits, _ and :, found ''"),
      (
        "# TYPE a thing",
        "line 1: expected one of the types counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown, found 'thing'"
      ),
      ("# TYPE \n", "line 1: expected a metric's name"),
      ("a{b\"c\"} 1", "line 1: expected '=' after the label's name, found '\"c\"}'"),
      ("a{b=\"c\"d=\"e\"} 1", "line 1: expected ',' or '}', found 'd=\"e\"}'"),
      ("a-b 1", "line 1: expected a metric's name, of letters, digits, _ and :, found '-b'"),
    ])
  func errors(_ body: String, _ message: String) {
    var bench = ScrapeBench()
    #expect { try bench.read(body) } throws: { error in
      let found = "\(error)"
      return found == message || message.hasSuffix("found ''") && found.hasPrefix(message.dropLast(2))
    }
  }

  @Test("invalid UTF-8 is refused")
  func encoding() {
    var table = ScrapeTable(labelling: SeriesLabelling(target: .empty))
    #expect(throws: ExpositionError(line: 1, problem: "'\u{fffd}' is not valid UTF-8")) {
      try table.read(Array("a{b=\"".utf8) + [0xff] + Array("\"} 1".utf8), .text, at: .epoch) { _ throws(AppendError) in
        SeriesReference(slot: 0, generation: 1)
      }
    }
  }

  @Test("OpenMetrics: seconds, exemplars, the end")
  func openMetrics() throws {
    var bench = ScrapeBench()
    let body = """
      # TYPE a counter
      # UNIT a seconds
      a_total{x="1"} 5 1.5 # {trace="k q"} 0.5 1.25
      b 1 # {} 1
      # EOF
      """
    #expect(try bench.shown(body, .openMetrics) == [#"a_total{x="1"} 5.0 @1500"#, "b 1.0 @1000"])
    for (body, problem) in [
      ("a 1\n", "line 2: expected '# EOF' at the end, the body is cut off"),
      ("# EOF\na 1\n", "line 2: expected nothing after '# EOF'"),
      ("a 1\n\n# EOF\n", "line 2: expected a sample or a comment, found an empty line"),
      ("a 1 # x 1\n# EOF\n", "line 1: expected '{' after '#'"),
      ("# hello\n# EOF\n", "line 1: expected # HELP, # TYPE, # UNIT or # EOF"),
    ] {
      #expect { try bench.read(body, .openMetrics) } throws: { "\($0)" == problem }
    }
  }

  @Test("a series that the store refuses costs only itself, and is offered again")
  func refusals() throws {
    var bench = ScrapeBench()
    bench.store.refuses = { $0.metric == "b" }
    let round = try bench.read("a 1\nb 2\nc 3\n")
    #expect(round.refused == 1 && round.added == 2 && round.batch.count == 2)
    bench.store.refuses = { _ in false }
    #expect(try bench.shown("a 1\nb 2\nc 3\n").contains("b 2.0 @2000"))
  }

  @Test("series over the probe's limit are refused by name and cost only themselves; those it had stay")
  func allowance() throws {
    let allowance = SeriesAllowance(limit: 3)
    var (bench, other) = (ScrapeBench(within: allowance), ScrapeBench(within: allowance))
    #expect(try bench.shown("a 1\nb 1\n").count == 2)
    var round = try other.read("x 1\ny 1\nx 2\n")
    #expect(round.refused == 1 && round.refusal == .tooManySeriesOfProbe(limit: 3) && round.added == 1)
    // The second value of a series is the store's to refuse; what is over the limit the store is not asked for.
    #expect(other.lines(round.batch) == ["x 1.0 @1000", "x 2.0 @1000"] && other.store.labels.count == 1)
    // What was there stays, wherever it stands in the body.
    round = try bench.read("c 2\na 2\nb 2\n")
    #expect(round.refused == 1 && bench.lines(round.batch) == ["a 2.0 @2000", "b 2.0 @2000"])
    // What ends makes room in the next round, for the other target too.
    #expect(try bench.shown("a 3\n") == ["a 3.0 @3000", "b stale @3000"])
    #expect(try other.shown("x 2\ny 2\n") == ["x 2.0 @2000", "y 2.0 @2000"])
    // One that comes back is a new one.
    round = try bench.read("a 4\nb 4\n")
    #expect(round.refused == 1 && bench.lines(round.batch) == ["a 4.0 @4000"])
    _ = other.table.end()
    #expect(allowance.count == 1)
    #expect(try bench.shown("a 5\nb 5\n") == ["a 5.0 @5000", "b 5.0 @5000"])
    _ = bench.table.end()
    #expect(allowance.count == 0)
    #expect(try bench.shown("a 6\n") == ["a 6.0 @6000"])
    #expect(allowance.count == 1)
  }

  @Test("a series that the store refuses, or whose renewal it refuses, takes none of the probe's room")
  func allowanceOfRefused() throws {
    let allowance = SeriesAllowance(limit: 2)
    var bench = ScrapeBench(within: allowance)
    bench.store.refuses = { $0.metric == "a" }
    #expect(try bench.shown("a 1\nb 1\nc 1\n").count == 1)
    #expect(allowance.count == 1, "a's room is given back when the round has ended")
    let references = try bench.read("b 2\n").batch.references
    _ = bench.table.renew(Set(references)) { _ throws(AppendError) in throw .tooManySeries(limit: 1) }
    #expect(allowance.count == 0)
  }

  @Test("the target's labels win, or the exporter's")
  func precedence() throws {
    let target = LabelSet(["job": "node", "instance": "h"])
    let body = "a{job=\"mine\",exported_job=\"x\"} 1\n"
    var bench = ScrapeBench(SeriesLabelling(target: target))
    #expect(
      try bench.shown(body) == [
        #"a{exported_exported_job="mine", exported_job="x", instance="h", job="node"} 1.0 @1000"#
      ])
    bench = ScrapeBench(SeriesLabelling(target: target, precedence: .exporter))
    #expect(try bench.shown(body) == [#"a{exported_job="x", instance="h", job="mine"} 1.0 @1000"#])
  }

  @Test("each bound has its error")
  func bounds() {
    var limits = ScrapeLimits()
    limits.samplesMax = 2
    limits.labelsMax = 2
    limits.labelNameBytesMax = 8
    limits.labelValueBytesMax = 3
    limits.seriesBytesMax = 60
    for (body, problem) in [
      ("a 1\nb 1\nc 1\n", "line 3: more than 2 samples"), ("a{b=\"1\",c=\"1\"} 1\n", "line 1: 3 labels"),
      ("a{b=\"1234\"} 1\n", "line 1: the value of label 'b'"), ("a{b23456789=\"1\"} 1\n", "line 1: the label name"),
      ("a{b=\"\(String(repeating: "x", count: 60))\"} 1\n", "line 1: a series of"),
    ] {
      var bench = ScrapeBench(limits: limits)
      #expect { try bench.read(body) } throws: { "\($0)".hasPrefix(problem) }
    }
  }

  @Test("series that come and go are forgotten")
  func churn() throws {
    var bench = ScrapeBench()
    for round in 0..<40 {
      let body = (0..<100).map { "a{n=\"\(round)-\($0)\"} 1\n" }.joined() + "b 1\n"
      let result = try bench.read(body)
      #expect(result.added == (round == 0 ? 101 : 100))
    }
    #expect(bench.table.entryCount < 1400)
  }

  @Test("series that left the store are resolved anew; only what the last body shows comes back")
  func renewal() throws {
    var bench = ScrapeBench(SeriesLabelling(target: LabelSet(["job": "web"])))
    let body = "a 1\nb{c=\"x\"} 2\n"
    let first = try bench.read("old 0\n" + body).batch.references
    let shown = try bench.read(body)
    bench.store.generation = 3
    var store = bench.store
    let renewed = bench.table.renew(Set(first)) { labels throws(AppendError) in try store.reference(labels) }
    #expect(renewed.keys.map(\.slot).sorted() == [1, 2])
    #expect(renewed.allSatisfy { $0.key.slot == $0.value.slot && $0.value.generation == 3 })
    #expect(
      bench.lines(shown.batch.renewed(renewed)) == [
        #"a{job="web"} 1.0 @2000"#, #"b{c="x", job="web"} 2.0 @2000"#,
      ], "the marker of the one that was gone anyway is not")
    let next = try bench.read(body + "old 1\n")
    #expect(next.added == 1)
    #expect(next.batch.references.allSatisfy { $0.generation == 3 } && next.batch.count == 3)
  }

  @Test("a series that the store refuses when it left is asked for again in the next round")
  func refusedRenewal() throws {
    var bench = ScrapeBench()
    let first = try bench.read("a 1\nb 2\n").batch.references
    let renewed = bench.table.renew([first[0]]) { _ throws(AppendError) in throw .tooManySeries(limit: 1) }
    #expect(renewed.isEmpty)
    #expect(bench.table.end() == [first[1]])
    #expect(try bench.shown("a 3\nb 4\n") == ["a 3.0 @2000", "b 4.0 @2000"])
  }

  @Test("an entry takes 16 bytes")
  func entrySize() { #expect(ScrapeTable.entrySize == 16) }
}
