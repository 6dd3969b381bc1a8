public import Telemetry

/// What a clock in a zone shows beside UTC.
public struct LocalOffset: Hashable, Sendable {
  /// East of Greenwich is positive.
  public let seconds: Int
  /// For example `CEST`.
  public let abbreviation: String
  public let season: Season

  public enum Season: Hashable, Sendable { case standard, daylight }

  public init(seconds: Int, abbreviation: String, season: Season) {
    self.seconds = seconds
    self.abbreviation = abbreviation
    self.season = season
  }
}

/// An IANA time zone: past transitions, and the yearly rule for the time after them.
///
/// The bytes come from the system's tzdata (the program reads them); zones are never bundled, so that a change of law
/// arrives with the next `apt upgrade`.
public struct TimeZoneRules: Hashable, Sendable {
  struct Transition: Hashable, Sendable {
    /// UTC seconds since 1970.
    let second: Int
    /// In force from `second` on.
    let offset: LocalOffset
  }

  /// For example `Europe/Berlin`.
  public let name: String
  private let initial: LocalOffset
  private let transitions: [Transition]
  private let footer: YearlyZoneRule?

  public static let utc = TimeZoneRules(
    name: "UTC", initial: LocalOffset(seconds: 0, abbreviation: "UTC", season: .standard), transitions: [],
    footer: nil)

  init(name: String, initial: LocalOffset, transitions: [Transition], footer: YearlyZoneRule?) {
    self.name = name
    self.initial = initial
    self.transitions = transitions
    self.footer = footer
  }

  /// - Parameter bytes: the content of a TZif file of version 1 to 4, for example `/usr/share/zoneinfo/Europe/Berlin`;
  ///   256 KiB at most.
  public init(name: String, tzif bytes: [UInt8]) throws(TimeZoneError) {
    self = try TZifReader.read(bytes, zone: name)
  }

  /// - Parameter rule: a POSIX `TZ` rule that holds for all time, for example `CET-1CEST,M3.5.0,M10.5.0/3`.
  public init(name: String, rule: String) throws(TimeZoneError) {
    let yearly = try YearlyZoneRule(rule, zone: name)
    self.init(name: name, initial: yearly.standard, transitions: [], footer: yearly)
  }

  /// What a clock in this zone shows beside UTC at `instant`.
  public func offset(at instant: Timestamp) -> LocalOffset { offset(atSecond: instant.wholeSeconds) }

  /// What calendar and clock in this zone show at `instant`, without fractions of a second.
  public func local(at instant: Timestamp) -> CivilDateTime {
    let second = instant.wholeSeconds
    return CivilDateTime(secondsSinceEpoch: second.addingClamped(offset(atSecond: second).seconds))
  }

  private func offset(atSecond second: Int) -> LocalOffset {
    let later = firstTransition(after: second)
    if later == transitions.count, let footer { return footer.offset(at: second) }
    return later == 0 ? initial : transitions[later - 1].offset
  }

  private func nextTransition(after second: Int) -> Transition? {
    let later = firstTransition(after: second)
    return later < transitions.count ? transitions[later] : footer?.nextTransition(after: second)
  }

  /// The index of the first listed transition later than `second`.
  private func firstTransition(after second: Int) -> Int {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].second <= second { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The instant that a local time names.
public enum LocalResolution: Hashable, Sendable {
  case unique(Timestamp)
  /// Clocks were put forward over this time, so no clock showed it: the instant that the offset before the change
  /// gives. 02:30 becomes 03:30.
  case gap(Timestamp)
  /// Clocks were put back and showed this time twice.
  case overlap(first: Timestamp, second: Timestamp)

  /// The instant that recurrences and windows use: of two the first.
  public var instant: Timestamp {
    switch self {
    case .unique(let instant), .gap(let instant), .overlap(let instant, _): instant
    }
  }
}

extension TimeZoneRules {
  /// The instant at which clocks in this zone show `local`.
  /// - Source: RFC 5545 section 3.3.5: a time in a gap is read with the offset before the gap, of a time that occurs
  ///   twice the first is meant.
  public func resolve(_ local: CivilDateTime) -> LocalResolution {
    let wanted = local.secondsSinceEpoch
    let periods = periods(around: wanted)
    let hits = periods.filter { $0.from <= wanted - $0.offset && wanted - $0.offset < $0.to }
    if hits.count >= 2 {
      return .overlap(
        first: Timestamp(wholeSeconds: wanted - hits[0].offset),
        second: Timestamp(wholeSeconds: wanted - hits[1].offset))
    }
    if let only = hits.first { return .unique(Timestamp(wholeSeconds: wanted - only.offset)) }
    let before = zip(periods, periods.dropFirst()).first { $0.to <= wanted - $0.offset && wanted - $1.offset < $0.to }
    return .gap(Timestamp(wholeSeconds: wanted - (before?.0.offset ?? periods[0].offset)))
  }

  public func instant(of local: CivilDateTime) -> Timestamp { resolve(local).instant }

  /// Offsets and when they held, over two days either side: no zone is farther from UTC, and Apia once skipped a day.
  private func periods(around second: Int) -> [(from: Int, to: Int, offset: Int)] {
    let end = second + Self.reach
    var from = second - Self.reach
    var offset = offset(atSecond: from).seconds
    var found: [(from: Int, to: Int, offset: Int)] = []
    while let change = nextTransition(after: from), change.second < end, found.count < Self.periodsMax {
      found.append((from, change.second, offset))
      from = change.second
      offset = self.offset(atSecond: from).seconds
    }
    found.append((from, end, offset))
    return found
  }

  private static let reach = 2 * 86_400
  /// No zone ever had more changes within four days.
  private static let periodsMax = 16
}
