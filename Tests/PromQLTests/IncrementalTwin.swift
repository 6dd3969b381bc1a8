import PromQL
import Telemetry

/// Numbers that come again with the same seed.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state = state &+ 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// The same samples twice: in a memory store for the plain evaluator, and in the incremental engine.
final class IncrementalTwin {
  private(set) var store = MemorySeries()
  let engine: IncrementalEngine
  private var numbers: [LabelSet: UInt32] = [:]
  private var nextNumber: UInt32 = 0
  private var feed = LiveFeed()
  private var waiting = LiveFeed.Samples()

  init(limits: IncrementalLimits = .init(), at now: Timestamp = Timestamp(milliseconds: 1)) {
    engine = IncrementalEngine(limits: limits, at: now)
  }

  func append(_ labels: LabelSet, at milliseconds: Int64, _ value: Double) {
    let number = number(of: labels)
    let time = Timestamp(milliseconds: milliseconds)
    // What was stored first stays, as in the store.
    let known = store.slices[labels]?.milliseconds.contains(milliseconds) ?? false
    if !known { store.append(labels, at: time, value) }
    waiting.numbers.append(number)
    waiting.milliseconds.append(milliseconds)
    waiting.bits.append((known ? .nan : value).bitPattern)
  }

  func append(_ labels: LabelSet, at milliseconds: Int64, _ histogram: NativeHistogram) {
    store.append(labels, at: Timestamp(milliseconds: milliseconds), histogram)
    feed.histograms.append(number(of: labels))
  }

  private func number(of labels: LabelSet) -> UInt32 {
    if let known = numbers[labels] { return known }
    let number = nextNumber
    nextNumber += 1
    numbers[labels] = number
    feed.changes.append(.made(LiveSeries(number: number, labels: labels)))
    return number
  }

  /// The store lets a series go; its samples stay on disk.
  func depart(_ labels: LabelSet) {
    if let number = numbers.removeValue(forKey: labels) { feed.changes.append(.gone(number)) }
  }

  /// Hands over what was appended.
  func deliver() {
    feed.samples = [waiting]
    engine.take(feed)
    feed = LiveFeed()
    waiting = LiveFeed.Samples()
  }

  /// What waits is lost on its way.
  func lose() {
    feed = LiveFeed()
    feed.isBroken = true
    waiting = LiveFeed.Samples()
    engine.take(feed)
    feed = LiveFeed()
  }

  func adopt(_ rules: [IncrementalRule], at now: Int64) {
    engine.adopt(rules)
    fill(at: now)
  }

  func fill(at now: Int64) {
    let now = Timestamp(milliseconds: now)
    for filling in engine.fillings() {
      let members = numbers.filter { entry in filling.matchers.allSatisfy { $0.accepts(entry.key) } }
        .map { LiveSeries(number: $0.value, labels: $0.key) }
      guard engine.adopt(members, for: filling, at: now) else { continue }
      let after = now.advanced(by: .zero - filling.retention)
      let slices = store.slices(
        for: SeriesSelection(filling.matchers, after: after, through: now.advanced(by: .seconds(3600))))
      engine.fill(filling, with: slices, after: after)
    }
  }

  enum Comparison: Equatable {
    case equal
    case plain(PlainReason)
    case differs(String)
  }

  func compare(_ rule: IncrementalRule, at milliseconds: Int64) -> Comparison {
    let time = Timestamp(milliseconds: milliseconds)
    let answer = engine.evaluate(rule, at: time)
    let plain = Result { () throws(PromQLError) -> QueryResult in
      let plan = rule.query.plan(over: .instant(time))
      return try plan.evaluate(over: plan.selections.map(store.slices(for:)))
    }
    switch (answer, plain) {
    case (.plain(let reason), _): return .plain(reason)
    case (.value(let value, _), .success(let result)):
      return Self.text(value) == Self.text(result.value)
        ? .equal : .differs("\(Self.text(value)) instead of \(Self.text(result.value))")
    case (.failed(let error, _), .failure(let expected)):
      return error == expected ? .equal : .differs("error \(error) instead of \(expected)")
    case (.failed(let error, _), .success(let result)):
      return .differs("error \(error) instead of \(Self.text(result.value))")
    case (.value(let value, _), .failure(let expected)):
      return .differs("\(Self.text(value)) instead of error \(expected)")
    }
  }

  /// Bit for bit; all NaNs are one.
  private static func text(_ value: QueryValue) -> [String] {
    switch value {
    case .scalar(let number): [text(number)]
    case .vector(let elements):
      elements.map { "\($0.labels) @\($0.timestamp.milliseconds) \(text($0.value))" }
    case .string(let string): [string]
    case .matrix: ["matrix"]
    }
  }

  private static func text(_ number: Double) -> String {
    number.isNaN ? "NaN" : "\(number) 0x\(String(number.bitPattern, radix: 16))"
  }
}
