internal import Alerting
internal import PromQL
internal import Telemetry

/// Evaluates rules over samples kept in memory, and keeps those fed from the store.
actor IncrementalRules {
  private let source: any LiveSeriesSource
  private let queries: QueryService
  private let clock: any WallClock
  private let log: Log
  private let engine: IncrementalEngine
  private var isFilling = false
  private var fillingAfter = Duration.zero
  private var sweptAt: Duration
  private var breaks: UInt64 = 0

  /// Samples that may wait between two rounds; the default is 4 million, 80 MB.
  static let waitingSamplesMax = 4_000_000
  /// How often memory without samples is given back; the default is a minute.
  static let sweepInterval = Duration.seconds(60)

  init(source: any LiveSeriesSource, queries: QueryService, clock: any WallClock, log: Log) {
    self.source = source
    self.queries = queries
    self.clock = clock
    self.log = log
    engine = IncrementalEngine(lookback: queries.lookback, at: clock.now)
    sweptAt = clock.uptime
    source.follow(samplesMax: Self.waitingSamplesMax)
  }

  struct Statistics: Sendable {
    var engine = IncrementalEngine.Statistics()
    /// How often too many samples waited and everything was read anew.
    var breaks: UInt64 = 0
  }

  var statistics: Statistics { Statistics(engine: engine.statistics, breaks: breaks) }

  /// Takes the rules in force. Until their windows are read, they are evaluated plainly.
  func adopt(_ groups: [RuleGroup]) {
    engine.adopt(
      groups.lazy.flatMap { group in group.rules.map { IncrementalRule($0.query, offset: group.queryOffset) } })
    beginFilling()
  }

  func evaluate(_ rule: IncrementalRule, at time: Timestamp) -> IncrementalEngine.Answer {
    drain()
    return engine.evaluate(rule, at: time)
  }

  /// Sends a rule to the plain evaluator until the next reload.
  func demote(_ rule: IncrementalRule) { engine.demote(rule, because: .differed) }

  private func drain() {
    var hasMore = true
    while hasMore {
      let feed = source.take()
      hasMore = feed.hasMore
      if feed.isBroken {
        breaks += 1
        log.warning(
          "rules: more than \(Self.waitingSamplesMax) samples waited; the windows are read from the store anew")
      }
      engine.take(feed)
    }
    if clock.uptime - sweptAt >= Self.sweepInterval {
      sweptAt = clock.uptime
      engine.sweep(at: clock.now)
    }
    beginFilling()
  }

  // MARK: Filling

  private func beginFilling() {
    guard engine.hasFillings, !isFilling, clock.uptime >= fillingAfter else { return }
    isFilling = true
    Task {
      if await !fill() { fillingAfter = clock.uptime + Self.retryInterval }
      isFilling = false
    }
  }

  /// Reads one selection after the other, so that no more than one is in memory twice.
  ///
  /// - Returns: whether all could be read. Until then the rules stay with the plain evaluator.
  private func fill() async -> Bool {
    while case let fillings = engine.fillings(), !fillings.isEmpty {
      for filling in fillings {
        let now = clock.now
        guard engine.adopt(source.series(matching: filling.matchers), for: filling, at: now) else { continue }
        let after = now.advanced(by: .zero - filling.retention)
        let selection = SeriesSelection(
          filling.matchers, after: after, through: now.advanced(by: Self.aheadMax))
        do {
          let slices = try await queries.reader.select([selection], limits: queries.limits)
          engine.fill(filling, with: slices.first ?? [], after: after)
        } catch {
          log.warning("rules: windows of \(filling.matchers): \(error)")
          return false
        }
      }
    }
    return true
  }

  /// Samples may be ahead of the clock; what is asked for is what the store holds.
  private static let aheadMax = Duration.seconds(86_400)
  /// After a read that failed; the default is 30 seconds.
  private static let retryInterval = Duration.seconds(30)
}
