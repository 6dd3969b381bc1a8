internal import Telemetry

/// Settings of the kind `logs`.
public struct LogsSettings: ProbeSettings {
  /// Files by absolute path; `*` and `?` stand for parts of the last name.
  let files: [String]
  /// systemd's journal, when the block is there.
  let journal: JournalChoice?
  let patterns: [LogPattern]
  /// Where reading begins that never began before: at the end, which is the default, or at the start.
  let start: Start

  enum Start: String, CaseIterable, Sendable { case end, start }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case files, journal, patterns
    case start = "begin_at"
  }

  /// Files that one probe follows; the default is 100.
  static let filesMax = 100
  /// Patterns that one probe has; the default is 200.
  static let patternsMax = 200

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    files = try fields.decodeIfPresent([String].self, forKey: .files) ?? []
    journal = try fields.decodeIfPresent(JournalChoice.self, forKey: .journal)
    patterns = try fields.decode([LogPattern].self, forKey: .patterns)
    start = try fields.choice(forKey: .start, else: "fault.logs.begin") ?? .end
    if let wrong = files.first(where: { !$0.hasPrefix("/") || $0.hasSuffix("/") }) {
      throw fields.problem(.files, "fault.logs.file", ["text": wrong])
    }
    if files.isEmpty, journal == nil { throw fields.problem(.files, "fault.logs.nothing") }
    if patterns.isEmpty || patterns.count > Self.patternsMax {
      throw fields.problem(.patterns, "fault.logs.patterns", ["limit": String(Self.patternsMax)])
    }
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { LogsProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "logs", summary: "Counts the lines of files and of the journal that match patterns.",
    example: """
      name: logins
      kind: logs
      interval: 15s
      settings:
        files: [/var/log/auth.log]
        patterns:
          - metric: sshd_login_failures_total
            match: 'sshd\\[\\d+\\]: Failed (?P<method>password|publickey) for'
      """,
    job: "logs", interval: .seconds(15), timeout: .seconds(10), settings: LogsSettings.self)
}

/// Entries of the journal.
struct JournalChoice: Decodable, Hashable, Sendable {
  /// Only those of these units; by default all.
  let units: [String]
  /// Files of a journal in another folder; by default this host's own.
  let directory: String?

  private enum CodingKeys: String, CodingKey, CaseIterable { case units, directory }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    units = try fields.decodeIfPresent([String].self, forKey: .units) ?? []
    directory = try fields.decodeIfPresent(String.self, forKey: .directory)
  }
}

/// A counter of lines.
struct LogPattern: Decodable, Hashable, Sendable {
  let metric: String
  /// Its named groups are the counter's labels.
  let match: PatternSetting
  /// Label sets that the counter may have; lines beyond count under the value `other`. The default is 100.
  let valuesMax: Int

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case metric, match
    case valuesMax = "values_max"
  }

  /// A longer value of a label is cut; the default is 128 bytes.
  static let valueBytesMax = 128

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    metric = try fields.decode(String.self, forKey: .metric)
    match = try fields.decode(PatternSetting.self, forKey: .match)
    valuesMax = try fields.decodeIfPresent(Int.self, forKey: .valuesMax) ?? 100
    guard metric.isMetricName, metric.hasSuffix("_total") else {
      throw fields.problem(.metric, "fault.logs.metric", ["text": metric])
    }
    guard valuesMax > 0 else { throw fields.problem(.valuesMax, "fault.settings.limit", ["number": String(valuesMax)]) }
    let reserved = ["source", LabelSet.metricName]
    if let wrong = match.pattern.groupNames.compactMap({ $0 }).first(where: { reserved.contains($0) }) {
      throw fields.problem(.match, "fault.logs.group", ["name": wrong])
    }
  }
}

extension String {
  fileprivate var isMetricName: Bool {
    guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return asMetricPart == self
  }
}

final class LogsProbe: Probe {
  private let runs: ThreadedRuns<LogWatcher>

  init(_ settings: LogsSettings, in environment: ProbeEnvironment) {
    let state = environment.stateFolder.map { StateFile.path(in: $0, of: "logs", for: environment.target) }
    runs = ThreadedRuns("reading of the logs", LogWatcher(settings, statePath: state))
  }

  func run(within limit: Duration) async -> ProbeReport {
    await runs.report { watcher in
      let samples = watcher.read()
      let problems = watcher.problems.joined(separator: "; ")
      return watcher.isBlind
        ? .unknown("reason.probe.local", problems, samples) : ProbeReport(.up, samples, explanation: problems)
    }
  }
}
