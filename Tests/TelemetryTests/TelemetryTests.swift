import Telemetry
import Testing

@Suite("Label sets")
struct LabelSetTests {
  @Test("one identity has one spelling") func canonical() {
    let one = LabelSet([Label("b", "2"), Label("a", "1"), Label("c", "")])
    #expect(one == LabelSet(["a": "1", "b": "2"]))
    #expect(one.map(\.name) == ["a", "b"])
    #expect(one.setting("a", to: "") == LabelSet(["b": "2"]))
    #expect(one.setting("aa", to: "x").map(\.name) == ["a", "aa", "b"])
  }

  @Test("reads as PromQL") func description() {
    #expect(LabelSet(["__name__": "up", "job": "a\"b"]).description == #"up{job="a\"b"}"#)
    #expect(LabelSet.empty.description == "{}")
    #expect(LabelSet(["__name__": "up"]).description == "up")
  }

  @Test("orders by name, then value, then length") func order() {
    #expect(LabelSet(["a": "1"]) < LabelSet(["a": "1", "b": "1"]))
    #expect(LabelSet(["a": "1", "b": "1"]) < LabelSet(["a": "2"]))
    #expect(!(LabelSet(["a": "1"]) < LabelSet(["a": "1"])))
  }
}

@Suite("Label matchers")
struct LabelMatcherTests {
  @Test(
    "regular expressions match whole values",
    arguments: [
      ("a|bc", "abc", false), ("a$|b", "a", true), ("^a", "a", true), (".", "\n", true), ("a", "a\n", false),
      ("", "", true),
    ])
  func wholeMatch(_ example: (pattern: String, text: String, matches: Bool)) throws {
    let pattern = try Pattern(example.pattern)
    #expect(pattern.matchesWhole(example.text) == example.matches)
    #expect(LabelMatcher("x", .misses(pattern)).accepts(example.text) != example.matches)
  }

  @Test("an absent label is the empty string") func absence() throws {
    #expect(LabelMatcher.equal("x", "").accepts(LabelSet.empty))
    #expect(LabelMatcher("x", .matches(try Pattern("a?"))).accepts(LabelSet.empty))
    #expect(!LabelMatcher("x", .differs("")).accepts(LabelSet.empty))
  }

  @Test("what RE2 or Prometheus refuse is refused", arguments: ["(", "(?=x)", "a{1001}", #"\C"#, "[z-a]"])
  func refused(_ text: String) { #expect(throws: PatternError.self) { try Pattern(text) } }

  @Test("groups keep their byte ranges and names") func groups() throws {
    let pattern = try Pattern("(?P<user>[a-z]+)@(x)?(.*)")
    let match = try #require(pattern.firstMatch(in: Array("mail ann@host".utf8)))
    #expect(match.whole == 5..<13)
    #expect(match.groups[1] == 5..<8)
    #expect(match.groups[2] == nil)
    #expect(pattern.groupNames == ["user", nil, nil])
    #expect(pattern.firstMatch(in: Array("mail ann@host".utf8), from: 0, .whole) == nil)
    #expect(try Pattern("a*").firstMatch(in: []) != nil)
  }
}

@Suite("Timestamps")
struct TimestampTests {
  @Test("arithmetic saturates instead of trapping") func saturates() {
    #expect(Timestamp(milliseconds: .max).advanced(by: .seconds(1)) == Timestamp(milliseconds: .max))
    #expect(Timestamp(milliseconds: .min).advanced(by: .seconds(-1)) == Timestamp(milliseconds: .min))
    #expect(Timestamp(seconds: .infinity) == Timestamp(milliseconds: .max))
    #expect(Timestamp(seconds: .nan) == .epoch)
  }

  @Test("durations count whole milliseconds") func durations() {
    #expect(Timestamp(seconds: 1.5).advanced(by: .milliseconds(250)).milliseconds == 1750)
    #expect(Timestamp(milliseconds: 500).elapsed(since: Timestamp(milliseconds: 2000)) == .milliseconds(-1500))
    #expect(Duration.microseconds(-1500).wholeMilliseconds == -1)
  }
}

@Suite("Series in memory")
struct MemorySeriesTests {
  @Test("windows are open on the left and closed on the right") func windows() async throws {
    var series = MemorySeries()
    let labels = LabelSet(["__name__": "a"])
    for second in [3, 1, 2, 2] { series.append(labels, at: Timestamp(seconds: Double(second)), Double(second * 10)) }
    let selection = SeriesSelection(
      [.equal("__name__", "a")], after: Timestamp(seconds: 1), through: Timestamp(seconds: 3))
    let found = try await series.select([selection], limits: ReadLimits())
    #expect(found[0][0].milliseconds == [2000, 3000])
    #expect(found[0][0].values == [20, 30])
  }
}

@Suite("Spelling")
struct SpellingTests {
  @Test(
    "the word that was meant is found",
    arguments: [
      ("intervall", "interval"), ("evrey", "every"), ("tiemout", "timeout"), ("Interval", "interval"), ("x", nil),
      ("colour", nil), ("", nil),
    ])
  func nearest(_ example: (word: String, meant: String?)) {
    #expect(Spelling.nearest(to: example.word, among: ["interval", "every", "timeout", "name"]) == example.meant)
  }

  @Test("a word that shares no letter is no suggestion") func foreign() {
    #expect(Spelling.nearest(to: "b", among: ["a"]) == nil)
    #expect(Spelling.advice(for: "b", among: ["a", "c"]) == "write one of: a, c")
    #expect(Spelling.advice(for: "htp", among: ["tcp", "http"]) == "did you mean 'http'?")
  }

  @Test("of two words at the same distance the one that begins alike is named, else the first in the alphabet")
  func ties() {
    #expect(Spelling.nearest(to: "rat", among: ["rad", "rate"]) == "rate")
    #expect(Spelling.nearest(to: "cat", among: ["hat", "bat"]) == "bat")
  }
}

@Suite("Duration notation")
struct DurationNotationTests {
  @Test(
    "reads and writes",
    arguments: [("5s", 5000), ("1h30m", 5_400_000), ("1d", 86_400_000), ("15ms", 15), ("0", 0), ("2m3s4ms", 123_004)])
  func reads(_ example: (text: String, milliseconds: Int64)) {
    let duration = Duration(notation: example.text)
    #expect(duration == .milliseconds(example.milliseconds))
    #expect(Duration(notation: duration?.notation ?? "") == duration)
  }

  @Test(
    "refuses the rest",
    arguments: [
      "", "5", "5x", "s", "1m1h", "1s1s", "-5s", "5 s", "99999999999999999999s", "9999999999d", "293y", "1.5h", "٣s",
    ])
  func refuses(_ text: String) { #expect(Duration(notation: text) == nil) }

  @Test(
    "years and weeks are written only when nothing is left over",
    arguments: [
      (Duration.seconds(7 * 86_400), "1w"), (.seconds(370 * 86_400), "370d"), (.seconds(730 * 86_400), "2y"),
      (.seconds(8 * 86_400), "8d"), (.zero, "0s"), (.seconds(-5400), "-1h30m"),
    ])
  func writes(_ duration: Duration, _ text: String) { #expect(duration.notation == text) }
}
