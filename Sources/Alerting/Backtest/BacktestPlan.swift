internal import PromQL
public import Telemetry

/// What is evaluated over which past, in which order and how much of it at a time. Pure.
public struct BacktestPlan: Sendable {
  /// How much of the past may be evaluated rule by rule before the next rule's turn.
  public enum Pace: Sendable, Equatable {
    /// Any stretch: no rule reads what a later one writes.
    case stretches
    /// One slot: rules read each other in a circle, so that each slot needs the one before.
    case slots
  }

  /// In an order in which each group finds written what it reads.
  public let groups: [RuleGroup]
  public let start: Timestamp
  public let end: Timestamp
  /// Rounds before `start` let `for` pass, so that what fired already then fires. They are not told of.
  public let begin: Timestamp
  public let pace: Pace
  public let written: WrittenNames
  /// How long before a slot the queries may look; `nil` when that cannot be known.
  let reach: Duration?

  /// The longest time before `start` that is evaluated too; the default is 1 day.
  public static let warmUpMax = Duration.seconds(86_400)

  /// - Parameters:
  ///   - interval: instead of each group's own.
  ///   - lookback: of the engine that will evaluate.
  public init(
    _ groups: [RuleGroup], from start: Timestamp, through end: Timestamp, interval: Duration? = nil, lookback: Duration
  ) {
    let groups = groups.map { $0.replacing(interval: interval) }
    self.start = start
    self.end = end
    begin = start.advanced(by: .zero - groups.map(\.warmUp).reduce(.zero, max))
    written = WrittenNames(groups)
    reach = Self.reach(of: groups, lookback)
    if let order = Self.order(groups, written) {
      self.groups = order.map { groups[$0] }
      pace = .stretches
    } else {
      self.groups = groups
      pace = .slots
    }
  }

  /// The slots of a group in (`after`, `through`].
  public func slots(of group: RuleGroup, after: Timestamp, through: Timestamp) -> [Timestamp] {
    let schedule = GroupSchedule(group)
    var slots: [Timestamp] = []
    var slot = schedule.nextSlot(after: after)
    while slot <= through {
      slots.append(slot)
      slot = slot.advanced(by: schedule.interval)
    }
    return slots
  }

  /// Rounds of all groups together.
  public var roundCount: Int {
    groups.reduce(0) { $0 + Int(end.elapsed(since: begin) / GroupSchedule($1).interval) }
  }

  // MARK: Who reads whom

  /// The groups' places in an order in which all is written before it is read; `nil` when there is none.
  private static func order(_ groups: [RuleGroup], _ written: WrittenNames) -> [Int]? {
    // A group that looks further back than another finds what that one writes only later.
    let offsets = Set(groups.map(\.queryOffset))
    var waiting = Array(groups.indices)
    var order: [Int] = []
    for group in groups where readsLaterRule(group) { return nil }
    while !waiting.isEmpty {
      let ready = waiting.firstIndex { index in
        !waiting.contains { $0 != index && groups[index].reads(from: groups[$0]) }
      }
      guard let ready else { return nil }
      order.append(waiting.remove(at: ready))
    }
    if offsets.count > 1,
      groups.contains(where: { reader in groups.contains { $0.key != reader.key && reader.reads(from: $0) } })
    {
      return nil
    }
    return order
  }

  private static func readsLaterRule(_ group: RuleGroup) -> Bool {
    group.rules.indices.contains { reader in
      group.rules[reader...].contains { group.rules[reader].reads(from: $0) }
    }
  }

  private static func reach(of groups: [RuleGroup], _ lookback: Duration) -> Duration? {
    var longest = Duration.zero
    for group in groups {
      for rule in group.rules {
        guard !rule.asksInTemplates, let reach = rule.query.reach(lookback: lookback) else { return nil }
        longest = max(longest, reach + group.queryOffset)
      }
    }
    return longest
  }
}

/// The names under which rules write.
public struct WrittenNames: Sendable {
  private let recorded: Set<String>
  private let alerts: Set<String>
  /// Those that some rule reads; others need not be kept.
  private let read: Set<String>

  static let alertSeries: Set<String> = ["ALERTS", "ALERTS_FOR_STATE"]

  init(_ groups: [RuleGroup]) {
    let rules = groups.flatMap(\.rules)
    recorded = Set(rules.compactMap { if case .recording(let rule) = $0 { rule.name } else { nil } })
    alerts = Set(rules.compactMap { if case .alerting(let rule) = $0 { rule.name } else { nil } })
    read = recorded.union(Self.alertSeries).filter { name in rules.contains { $0.mayRead(name) } }
  }

  /// Whether a stored series is written by the rules under test: from the span's beginning on, theirs counts.
  public func contains(_ labels: LabelSet) -> Bool {
    guard let name = labels.metric else { return false }
    if recorded.contains(name) { return true }
    return Self.alertSeries.contains(name) && alerts.contains(labels["alertname"] ?? "")
  }

  func isRead(_ labels: LabelSet) -> Bool { labels.metric.map(read.contains) ?? false }
}

extension RuleGroup {
  fileprivate var warmUp: Duration {
    let needed = rules.map { rule in
      if case .alerting(let alerting) = rule { alerting.holdDuration + alerting.keepFiringFor } else { Duration.zero }
    }
    return min(BacktestPlan.warmUpMax, (needed.max() ?? .zero) + interval * 2)
  }

  /// The same group at another pace, or with other rules.
  public func replacing(interval: Duration? = nil, rules: [Rule]? = nil) -> RuleGroup {
    RuleGroup(
      name: name, file: file, place: place, interval: interval ?? self.interval, limit: limit,
      queryOffset: queryOffset, labels: labels, rules: rules ?? self.rules)
  }

  fileprivate func reads(from other: RuleGroup) -> Bool {
    rules.contains { reader in other.rules.contains { reader.reads(from: $0) } }
  }
}

extension Rule {
  /// Whether it may read what another writes.
  fileprivate func reads(from writer: Rule) -> Bool {
    switch writer {
    case .recording(let rule): mayRead(rule.name)
    case .alerting: WrittenNames.alertSeries.contains(where: mayRead)
    }
  }

  fileprivate func mayRead(_ name: String) -> Bool {
    asksInTemplates
      || query.expression.selectors.contains { selector in
        selector.matchers.allSatisfy { $0.name != LabelSet.metricName || $0.accepts(name) }
      }
  }

  /// Whether its texts call `query`: what they read is known only when they are expanded.
  fileprivate var asksInTemplates: Bool {
    guard case .alerting(let rule) = self else { return false }
    return (rule.labels + rule.annotations).contains { $0.template.asks }
  }
}

extension Template {
  /// Whether it may call `query`; a word in plain text counts too.
  var asks: Bool { text.contains("{{") && text.contains("query") }
}
