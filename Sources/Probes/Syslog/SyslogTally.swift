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

  private let patterns: [SyslogPattern]
  /// A match is known by what the pattern's groups caught.
  private let tally: Mutex<ReceivedTally<Source, [[UInt8]]>>

  init(_ patterns: [SyslogPattern]) {
    self.patterns = patterns
    let metrics = ReceivedTally<Source, [[UInt8]]>.Metrics(
      messages: "syslog_messages_total", unattributed: "syslog_unattributed_messages_total",
      matches: "syslog_pattern_matches_total", dropped: "syslog_dropped_messages_total")
    tally = Mutex(ReceivedTally(metrics, patterns: patterns.count))
  }

  func take(_ bytes: UnsafeRawBufferPointer, from sender: SocketAddress) {
    do throws(SyslogMessage.Fault) {
      count(try SyslogMessage(bytes), from: sender)
    } catch {
      tally.withLock { $0.refuse("syslog_malformed_messages_total", host: "", reason: error.rawValue) }
    }
  }

  func drop(_ reason: Receiver.Drop) { tally.withLock { $0.drop(reason) } }

  func refuse(_ reason: HandshakeRefusal, from sender: SocketAddress) {
    tally.withLock {
      $0.refuse("syslog_tls_handshake_failures_total", host: sender.host, reason: reason.rawValue)
    }
  }

  private func count(_ message: SyslogMessage, from sender: SocketAddress) {
    let source = Source(
      facility: message.facility, severity: message.severity,
      host: message.host.isEmpty ? Array(sender.host.utf8) : Array(message.host),
      application: Array(message.application))
    // Outside of the lock: a pattern may take its time.
    var matches: [(pattern: Int, groups: [[UInt8]])] = []
    if !patterns.isEmpty {
      let text = Array(message.text)
      for (index, pattern) in patterns.enumerated() where message.severity <= pattern.severity {
        guard let match = pattern.pattern.firstMatch(in: text) else { continue }
        matches.append((index, pattern.groups.map { group in match.groups[group.index].map { Array(text[$0]) } ?? [] }))
      }
    }
    tally.withLock { tally in
      tally.count(source) { Self.labels(of: source) }
      for match in matches {
        tally.count(match.groups, ofPattern: match.pattern) { labels(of: match.groups, patterns[match.pattern]) }
      }
    }
  }

  private static func labels(of source: Source) -> [Label] {
    let labels = [
      Label("app", text(source.application)), Label("facility", SyslogMessage.facilities[Int(source.facility)]),
      Label("host", text(source.host)), Label("severity", SyslogMessage.severities[Int(source.severity)]),
    ]
    return labels.filter { !$0.value.isEmpty }
  }

  private func labels(of groups: [[UInt8]], _ pattern: SyslogPattern) -> [Label] {
    var labels = [Label("pattern", pattern.name)]
    for (group, value) in zip(pattern.groups, groups) where group.name != "pattern" && !value.isEmpty {
      labels.append(Label(group.name, Self.text(value)))
    }
    return labels
  }

  /// What is not UTF-8 is marked as such.
  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix(ReceivedCounts.labelBytesMax), as: UTF8.self)
  }

  func tell() -> [ProbeSample] { tally.withLock { $0.tell() } }
}
