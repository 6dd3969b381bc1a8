internal import Synchronization
internal import Telemetry

/// A pattern whose matches are counted.
struct SyslogPattern: Decodable, Hashable, Sendable {
  /// The label `pattern`.
  let name: String
  /// RE2 over the message's text; named groups become labels.
  let pattern: Pattern
  /// Only messages at least as grave; the default is all of them.
  let severity: UInt8
  let groups: [(index: Int, name: String)]

  /// Label sets that one pattern may make; the default is 1,000.
  static let seriesMax = 1000

  private enum CodingKeys: String, CodingKey, CaseIterable { case name, match, severity }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    let text = try fields.decode(String.self, forKey: .match)
    do throws(PatternError) {
      pattern = try Pattern(text)
    } catch {
      throw fields.problem(.match, error.fault)
    }
    let word = try fields.decodeIfPresent(String.self, forKey: .severity) ?? "debug"
    guard let severity = SyslogMessage.severities.firstIndex(of: word) else {
      throw fields.problem(
        .severity, "fault.network.choice",
        ["word": word, "known": Spelling.argument(for: word, among: SyslogMessage.severities)])
    }
    self.severity = UInt8(severity)
    groups = pattern.groupNames.enumerated().compactMap { index, name in name.map { (index + 1, $0) } }
  }

  static func == (one: SyslogPattern, other: SyslogPattern) -> Bool {
    one.name == other.name && one.pattern == other.pattern && one.severity == other.severity
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(pattern)
    hasher.combine(severity)
  }
}

/// What has been received since the probe began. The engine's thread counts, the probe's runs read.
final class SyslogTally: Sendable {
  private struct Source: Hashable {
    let facility: UInt8
    let severity: UInt8
    let host: [UInt8]
    let application: [UInt8]
  }

  private struct Match: Hashable {
    let pattern: Int
    let groups: [[UInt8]]
  }

  private struct State {
    var counts = ReceivedCounts()
    var bySource: [Source: Int] = [:]
    var byMatch: [Match: Int] = [:]
    var matchesOfPattern: [Int]
    var faults: [SyslogMessage.Fault: Int] = [:]
    var drops: [Receiver.Drop: Int] = [:]
    var overflow: Int?
  }

  /// Combinations of host, facility, severity and application; the default is 10,000. Messages of others are counted
  /// without them.
  static let sourcesMax = 10_000

  private let patterns: [SyslogPattern]
  private let state: Mutex<State>

  init(_ patterns: [SyslogPattern]) {
    self.patterns = patterns
    state = Mutex(State(matchesOfPattern: [Int](repeating: 0, count: patterns.count)))
  }

  func take(_ bytes: UnsafeRawBufferPointer, from sender: SocketAddress) {
    do throws(SyslogMessage.Fault) {
      count(try SyslogMessage(bytes), from: sender)
    } catch {
      state.withLock { state in
        let slot =
          state.faults[error] ?? state.counts.slot("syslog_malformed_messages_total", [Label("reason", error.rawValue)])
        state.faults[error] = slot
        state.counts.count(slot)
      }
    }
  }

  func drop(_ reason: Receiver.Drop) {
    state.withLock { state in
      let slot =
        state.drops[reason] ?? state.counts.slot("syslog_dropped_messages_total", [Label("reason", reason.rawValue)])
      state.drops[reason] = slot
      state.counts.count(slot)
    }
  }

  private func count(_ message: SyslogMessage, from sender: SocketAddress) {
    let source = Source(
      facility: message.facility, severity: message.severity,
      host: message.host.isEmpty ? Array(sender.host.utf8) : Array(message.host),
      application: Array(message.application))
    // Outside of the lock: a pattern may take its time.
    var matches: [Match] = []
    if !patterns.isEmpty {
      let text = Array(message.text)
      for (index, pattern) in patterns.enumerated() where message.severity <= pattern.severity {
        guard let match = pattern.pattern.firstMatch(in: text) else { continue }
        let groups = pattern.groups.map { group in match.groups[group.index].map { Array(text[$0]) } ?? [] }
        matches.append(Match(pattern: index, groups: groups))
      }
    }
    state.withLock { state in
      state.counts.count(slot(of: source, &state))
      for match in matches {
        if let slot = slot(of: match, &state) { state.counts.count(slot) }
      }
    }
  }

  private func slot(of source: Source, _ state: inout State) -> Int {
    if let known = state.bySource[source] { return known }
    guard state.bySource.count < Self.sourcesMax else {
      let slot = state.overflow ?? state.counts.slot("syslog_unattributed_messages_total", [])
      state.overflow = slot
      return slot
    }
    let labels = [
      Label("app", Self.text(source.application)), Label("facility", SyslogMessage.facilities[Int(source.facility)]),
      Label("host", Self.text(source.host)), Label("severity", SyslogMessage.severities[Int(source.severity)]),
    ]
    let slot = state.counts.slot("syslog_messages_total", labels.filter { !$0.value.isEmpty })
    state.bySource[source] = slot
    return slot
  }

  /// - Returns: `nil` when the pattern has made all the series that it may.
  private func slot(of match: Match, _ state: inout State) -> Int? {
    if let known = state.byMatch[match] { return known }
    guard state.matchesOfPattern[match.pattern] < SyslogPattern.seriesMax else { return nil }
    state.matchesOfPattern[match.pattern] += 1
    let pattern = patterns[match.pattern]
    var labels = [Label("pattern", pattern.name)]
    for (group, value) in zip(pattern.groups, match.groups) where group.name != "pattern" && !value.isEmpty {
      labels.append(Label(group.name, Self.text(value)))
    }
    let slot = state.counts.slot("syslog_pattern_matches_total", labels)
    state.byMatch[match] = slot
    return slot
  }

  /// What is not UTF-8 is marked as such.
  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix(ReceivedCounts.labelBytesMax), as: UTF8.self)
  }

  func tell() -> [ProbeSample] { state.withLock { $0.counts.tell() } }
}
