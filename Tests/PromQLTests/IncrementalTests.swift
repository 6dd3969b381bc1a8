import PromQL
import Telemetry
import Testing

@Suite("Incremental evaluation")
struct IncrementalTests {
  /// Expressions made of what rules are made of, by chance.
  private struct Expressions {
    var numbers: SeededNumbers

    mutating func pick(_ list: [String]) -> String { list.randomElement(using: &numbers) ?? "" }

    mutating func selector() -> String {
      let matchers = pick([
        "", "", "{zone=\"a\"}", "{host=~\"h[0-3]\"}", "{zone!=\"b\"}", "{zone=~\"a|c\",host!~\"h1\"}", "{absent=\"\"}",
      ])
      return pick(["hits_total", "load", "up", "free", "missing"]) + matchers
    }

    /// Nothing as a rule.
    mutating func offset() -> String {
      pick(["", "", "", "", "", "", " offset 30s", " offset 1m", " offset 6m30s", " @ end()", " @ start() offset 15s"])
    }

    mutating func range() -> String { pick(["30s", "1m", "2m", "5m", "7m30s"]) }

    mutating func window() -> String {
      let function = pick([
        "rate", "rate", "increase", "delta", "irate", "idelta", "sum_over_time", "avg_over_time", "min_over_time",
        "max_over_time", "count_over_time", "last_over_time", "present_over_time", "stddev_over_time",
        "stdvar_over_time", "changes", "resets", "deriv",
      ])
      switch Int.random(in: 0..<12, using: &numbers) {
      case 0: return "predict_linear(\(selector())[\(range())]\(offset()), 600)"
      case 1: return "quantile_over_time(0.75, \(selector())[\(range())]\(offset()))"
      default: return "\(function)(\(selector())[\(range())]\(offset()))"
      }
    }

    mutating func scalar() -> String {
      pick(["0", "1", "-2.5", "100", "time()", "(time() - 300)", "scalar(up{host=\"h0\",zone=\"a\"})", "pi()", "NaN"])
    }

    mutating func leaf() -> String {
      switch Int.random(in: 0..<10, using: &numbers) {
      case 0...5: window()
      case 6...8: selector() + offset()
      default:
        pick([
          "vector(1)", "vector(time())", "timestamp(up)", "timestamp(up offset 40s)", "absent(missing{zone=\"a\"})",
          "hour()",
        ])
      }
    }

    mutating func by() -> String {
      pick(["", "by (zone) ", "by (host) ", "by (zone, host) ", "without (host) ", "without (zone) ", "by (__name__) "])
    }

    mutating func matching() -> String {
      pick([
        "", "", "on (host) ", "on (host, zone) ", "ignoring (zone) ", "on (zone) group_left () ", "on () ",
        "on (host) group_right () ", "ignoring (host) group_left (host) ",
      ])
    }

    mutating func vector(_ depth: Int) -> String {
      guard depth > 0 else { return leaf() }
      switch Int.random(in: 0..<14, using: &numbers) {
      case 0...2:
        let function = pick(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"])
        return "\(function) \(by())(\(vector(depth - 1)))"
      case 3: return "\(pick(["topk", "bottomk"])) \(by())(2, \(vector(depth - 1)))"
      case 4: return "quantile \(by())(0.9, \(vector(depth - 1)))"
      case 5...6:
        return
          "(\(vector(depth - 1)) \(pick([">", "<", ">=", "== bool", "!=", "< bool", "+", "/", "%", "^"])) \(scalar()))"
      case 7: return "(\(scalar()) \(pick(["-", ">", "/ ", "<= bool"])) \(vector(depth - 1)))"
      case 8: return "-\(vector(depth - 1))"
      case 9:
        let call = pick(["abs", "ceil", "clamp_max(3,", "round", "sgn", "timestamp", "absent", "sort", "ln", "label"])
        let inner = vector(depth - 1)
        if call == "clamp_max(3," { return "clamp_max(\(inner), 3)" }
        if call == "label" { return "label_replace(\(inner), \"place\", \"$1\", \"host\", \"h(.*)\")" }
        return "\(call)(\(inner))"
      case 10...11:
        let operation = pick(["+", "/", "*", ">", "< bool", "== bool"])
        return "(\(vector(depth - 1)) \(operation) \(matching())\(vector(depth - 1)))"
      default:
        let on = pick(["", "on (host) ", "on (zone) ", "ignoring (host) ", "on () "])
        return "(\(vector(depth - 1)) \(pick(["and", "or", "unless"])) \(on)\(vector(depth - 1)))"
      }
    }
  }

  /// A small fleet that misbehaves in all the ways that series do.
  private struct Fleet {
    var numbers: SeededNumbers
    private var counters: [LabelSet: Double] = [:]

    init(_ seed: UInt64) { numbers = SeededNumbers(seed) }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    mutating func scrape(into twin: IncrementalTwin, at time: Int64, round: Int) {
      for host in 0..<6 {
        for zone in ["a", "b", "c"] where chance(93) {
          // Hosts come and go.
          if (round / 17 + host) % 7 == 0 { continue }
          // Some scrapes are on the grid to the millisecond, so that samples fall on the edges of windows.
          let jitter = host < 3 ? 0 : Int64.random(in: 0..<9_000, using: &numbers)
          for metric in ["hits_total", "load", "up", "free"] where metric != "up" || zone == "a" {
            let labels = LabelSet([LabelSet.metricName: metric, "host": "h\(host)", "zone": zone])
            twin.append(labels, at: time - jitter, value(metric, labels))
          }
        }
      }
      if chance(30) {
        let host = Int.random(in: 0..<6, using: &numbers)
        let labels = LabelSet([LabelSet.metricName: "load", "host": "h\(host)", "zone": "b"])
        twin.append(labels, at: time - Int64.random(in: 1..<400_000, using: &numbers), value("load", labels))
      }
    }

    private mutating func value(_ metric: String, _ labels: LabelSet) -> Double {
      if chance(2) { return .staleMarker }
      switch metric {
      case "hits_total":
        let old = counters[labels, default: 0]
        let new =
          chance(3) ? Double.random(in: 0..<5, using: &numbers) : old + Double.random(in: 0..<40, using: &numbers)
        counters[labels] = new
        return new
      case "up": return chance(90) ? 1 : 0
      default:
        switch Int.random(in: 0..<60, using: &numbers) {
        case 0: return .nan
        case 1: return .infinity
        case 2: return -.infinity
        case 3: return 1e308
        case 4: return -0.0
        default:
          return metric == "free"
            ? Double(Int.random(in: 0..<4, using: &numbers)) : .random(in: -3..<9, using: &numbers)
        }
      }
    }
  }

  @Test("answers what the plain evaluator answers, bit for bit", arguments: 1...12 as ClosedRange<UInt64>)
  func equalsPlain(seed: UInt64) throws {
    var expressions = Expressions(numbers: SeededNumbers(seed))
    var fleet = Fleet(seed &+ 1000)
    let twin = IncrementalTwin()
    var rules: [IncrementalRule] = []
    while rules.count < 60 {
      let text = expressions.vector(Int.random(in: 0...3, using: &expressions.numbers))
      let offset = Duration.seconds(Int.random(in: 0..<8, using: &expressions.numbers) == 0 ? 20 : 0)
      rules.append(IncrementalRule(try Query(parsing: text), offset: offset))
    }
    twin.adopt(Array(rules.prefix(40)), at: 0)
    var compared = 0
    for round in 1...150 {
      let time = Int64(round) * 15_000
      fleet.scrape(into: twin, at: time, round: round)
      if round == 70 { twin.lose() } else { twin.deliver() }
      // The second half of the rules begins to look at series that are there already.
      if round == 50 { twin.adopt(rules, at: time) }
      if round == 70 { twin.fill(at: time) }
      if round == 110 { twin.adopt(Array(rules.suffix(45)), at: time) }
      if round % 20 == 0 { twin.engine.sweep(at: Timestamp(milliseconds: time)) }
      let inForce = round < 50 ? rules.prefix(40) : round < 110 ? rules[...] : rules.suffix(45)
      // On the grid, just behind it, and behind samples that are there already.
      let instant = time - [0, 0, 3_001, 8_000][round % 4]
      for rule in inForce {
        let queried = instant - rule.offset.wholeMilliseconds
        switch twin.compare(rule, at: queried) {
        case .equal: compared += 1
        // What was lost on the way, or never kept, is not covered for as long as a window reaches before it.
        case .plain(.notCovered): continue
        case .plain(let reason): Issue.record("\(rule.query.text): \(reason)")
        case .differs(let how): Issue.record("seed \(seed), round \(round): \(rule.query.text): \(how)")
        }
      }
    }
    #expect(compared > 6500, "only \(compared) answers were compared")
  }

  private static func load(_ host: String) -> LabelSet { LabelSet([LabelSet.metricName: "load", "host": host]) }

  @Test("a number that the engine gives to another series does not bring the old one's group along")
  func renumbered() throws {
    let rule = IncrementalRule(try Query(parsing: "sum by (zone) (load)"))
    let engine = IncrementalEngine(at: .epoch)
    engine.adopt([rule])
    for filling in engine.fillings() { #expect(!engine.adopt([], for: filling, at: .epoch)) }
    func make(_ number: UInt32, _ host: String, in zone: String) {
      let labels = LabelSet([LabelSet.metricName: "load", "host": host, "zone": zone])
      var feed = LiveFeed()
      feed.changes = [.made(LiveSeries(number: number, labels: labels))]
      engine.take(feed)
    }
    func feed(_ numbers: [UInt32], at time: Int64) {
      var feed = LiveFeed()
      feed.samples = [
        LiveFeed.Samples(
          numbers: numbers, milliseconds: numbers.map { _ in time }, bits: numbers.map { _ in 1.0.bitPattern })
      ]
      engine.take(feed)
    }
    func zones(at time: Int64) -> [String: Double] {
      guard case .value(.vector(let elements), _) = engine.evaluate(rule, at: Timestamp(milliseconds: time)) else {
        return [:]
      }
      return Dictionary(uniqueKeysWithValues: elements.map { ($0.labels["zone"] ?? "", $0.value) })
    }
    make(7, "a", in: "north")
    make(8, "b", in: "north")
    feed([7, 8], at: 1000)
    #expect(zones(at: 2000) == ["north": 2])
    var gone = LiveFeed()
    gone.changes = [.gone(7)]
    engine.take(gone)
    feed([8], at: 899_000)
    engine.sweep(at: Timestamp(milliseconds: 900_000))
    #expect(engine.statistics.series == 1)
    // In the same place of the order and under the same number of the engine, with another zone.
    make(7, "a", in: "south")
    feed([7, 8], at: 901_000)
    #expect(engine.statistics.series == 2)
    #expect(zones(at: 902_000) == ["north": 1, "south": 1])
  }

  @Test("windows hold while the origin of the kept times moves, after twelve days")
  func originMoves() throws {
    let twin = IncrementalTwin()
    let rules = try ["rate(load[5m])", "changes(load[2m])", "load"].map { IncrementalRule(try Query(parsing: $0)) }
    twin.adopt(rules, at: 0)
    let edge = Int64(1 << 30)
    for step in -30...30 {
      let time = edge + Int64(step) * 15_000
      twin.append(Self.load("a"), at: time, Double(step % 7))
      twin.deliver()
      for rule in rules { #expect(twin.compare(rule, at: time + 500) == .equal, "step \(step)") }
    }
  }

  @Test("more samples than the bound, and more memory than the bound, send a rule to the plain evaluator")
  func bounds() throws {
    let rule = IncrementalRule(try Query(parsing: "sum_over_time(load[5m])"))
    var few = IncrementalLimits()
    few.windowSamplesMax = 16
    var little = IncrementalLimits()
    little.sampleBytesMax = 100
    for limits in [few, little] {
      let twin = IncrementalTwin(limits: limits)
      twin.adopt([rule], at: 0)
      for second in 1...20 { twin.append(Self.load("a"), at: Int64(second) * 1000, 1) }
      twin.deliver()
      #expect(twin.compare(rule, at: 21_000) == .plain(.windowTooLong))
    }
  }

  @Test(
    "what is not evaluated incrementally says why",
    arguments: [
      ("load offset 61m", PlainReason.offset), ("load offset -1s", .offset), ("load @ 0", .anchor),
      ("max_over_time(load[5m:1m])", .subquery),
      ("load[5m]", .valueType), ("'text'", .valueType), ("sum(rate(load[30d]))", .windowTooLong),
    ])
  func reasons(_ example: (text: String, reason: PlainReason)) throws {
    let rule = IncrementalRule(try Query(parsing: example.text))
    let engine = IncrementalEngine(at: .epoch)
    engine.adopt([rule])
    #expect(engine.reason(for: rule) == example.reason)
  }

  private static func rules(_ texts: String...) throws -> [IncrementalRule] {
    try texts.map { IncrementalRule(try Query(parsing: $0)) }
  }

  @Test(
    "where the clock jumps, answers stay the plain evaluator's or the rule falls back, and forward it recovers",
    arguments: [-86_400, -3600, -90, 90, 3600, 86_400, 40 * 86_400])
  func clockJumps(_ seconds: Int64) throws {
    let rules = try Self.rules(
      "load", "rate(hits_total[5m])", "sum by (zone) (resets(hits_total[2m]))", "timestamp(up)", "absent(load)",
      "avg_over_time(free[7m30s])", "increase(hits_total[1m] offset 6m)", "changes(load[5m]) > 3")
    let twin = IncrementalTwin()
    var fleet = Fleet(UInt64(bitPattern: seconds))
    let base = 100 * 86_400_000 as Int64
    twin.adopt(rules, at: base)
    var equal = [0, 0, 0]
    for round in 1...120 {
      let time = base + Int64(round) * 15_000 + (round < 50 ? 0 : seconds * 1000)
      fleet.scrape(into: twin, at: time, round: round)
      twin.deliver()
      if round % 10 == 0 { twin.engine.sweep(at: Timestamp(milliseconds: time)) }
      for rule in rules {
        switch twin.compare(rule, at: time - (round % 3 == 0 ? 4001 : 0)) {
        case .equal: equal[round < 50 ? 0 : round < 85 ? 1 : 2] += 1
        case .plain(.notCovered): continue
        case .plain(let reason): Issue.record("\(rule.query.text): \(reason)")
        case .differs(let how): Issue.record("round \(round): \(rule.query.text): \(how)")
        }
      }
    }
    #expect(equal[0] > 250, "\(equal)")
    if seconds > 0 { #expect(equal[2] > 250, "\(equal)") }
  }

  @Test("a late sample, a marker, a series that departs and comes back: each inside the windows")
  func departures() throws {
    let rules = try Self.rules(
      "load", "rate(load[5m])", "resets(load[5m])", "sum(load)", "last_over_time(load[4m])", "load offset 2m",
      "count_over_time(load[5m] offset 1m)", "sum by (host) (increase(load[5m]))", "topk(1, load)")
    let twin = IncrementalTwin()
    twin.adopt(rules, at: 0)
    let hosts = ["a", "b", "c"].map(Self.load)
    for step in 1...120 {
      let time = Int64(step) * 15_000
      for (index, labels) in hosts.enumerated() {
        // The second departs twice, each time for another while; what comes back has another number.
        if index == 1, [30..<36, 60..<95].contains(where: { $0.contains(step) }) {
          if step == 33 || step == 75 { twin.depart(labels) }
          continue
        }
        if index == 2, step % 40 == 20 {
          twin.append(labels, at: time, .staleMarker)
        } else {
          twin.append(labels, at: time, Double((step * (index + 2)) % 17))
        }
      }
      // Late, above both neighbours: the counter fell where nothing had fallen.
      if step % 9 == 4 { twin.append(hosts[0], at: time - 37_000, 99) }
      if step % 25 == 0 { twin.append(hosts[2], at: time - 52_000, .staleMarker) }
      twin.deliver()
      if step % 7 == 0 { twin.engine.sweep(at: Timestamp(milliseconds: time)) }
      for rule in rules {
        for behind in [0, 1, 14_000] as [Int64] {
          #expect(twin.compare(rule, at: time - behind) == .equal, "step \(step), \(behind) ms behind: \(rule.query)")
        }
      }
    }
  }

  @Test("a native histogram that comes to a series of floats sends the rules that look at it to the plain evaluator")
  func histogramArrives() throws {
    let rules = try Self.rules("sum(load)", "rate(load[2m])", "load{host=\"b\"}")
    let twin = IncrementalTwin()
    twin.adopt(rules, at: 0)
    for step in 1...8 {
      for host in ["a", "b"] { twin.append(Self.load(host), at: Int64(step) * 15_000, Double(step)) }
    }
    twin.deliver()
    for rule in rules { #expect(twin.compare(rule, at: 121_000) == .equal) }
    twin.append(
      Self.load("a"), at: 135_000, NativeHistogram(schema: 0, zeroThreshold: 0, zeroCount: 1, count: 1, sum: 0))
    twin.deliver()
    #expect(rules.map { twin.compare($0, at: 136_000) } == [.plain(.histograms), .plain(.histograms), .equal])
  }

  @Test("rules share selections and leaves, and what no rule needs goes") func shared() throws {
    let rules = try [
      "rate(load[5m]) > 1", "sum by (host) (rate(load[5m]))", "rate(load[1m])", "load", "up",
    ].map { IncrementalRule(try Query(parsing: $0)) }
    let twin = IncrementalTwin()
    twin.adopt(rules, at: 0)
    twin.append(Self.load("a"), at: 1000, 1)
    twin.append(LabelSet([LabelSet.metricName: "up"]), at: 1000, 1)
    twin.deliver()
    #expect(twin.engine.statistics.selections == 2)
    #expect(twin.engine.statistics.leaves == 4)
    #expect(twin.engine.statistics.series == 2)
    twin.adopt([rules[4]], at: 2000)
    #expect(twin.engine.statistics.selections == 1)
    #expect(twin.engine.statistics.leaves == 1)
    #expect(twin.engine.statistics.series == 1)
  }
}
