internal import CLinux
internal import Telemetry

/// Settings of the kind `files`.
public struct FilesProbeSettings: ProbeSettings {
  /// Absolute; `*` and `?` stand for parts of names. The newest file that a path stands for is looked at.
  let paths: [String]
  /// How old the newest file may be, for rules; the default is no limit.
  let ageMax: Duration?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case paths
    case ageMax = "age_max"
  }

  /// Paths of one probe: 100.
  static let pathsMax = 100

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    paths = try fields.decode([String].self, forKey: .paths)
    guard (1...Self.pathsMax).contains(paths.count), Set(paths).count == paths.count else {
      throw fields.problem(.paths, "fault.files.paths", ["most": String(Self.pathsMax)])
    }
    if let wrong = paths.first(where: { !$0.hasPrefix("/") || $0.hasSuffix("/") || $0.utf8.contains(0) }) {
      throw fields.problem(.paths, "fault.logs.file", ["text": wrong.replacing("\0", with: "\\0")])
    }
    ageMax = try fields.decodeIfPresent(DurationSetting.self, forKey: .ageMax)?.duration
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { FilesProbe(self) }

  static let kind = ProbeKind(
    name: "files", summary: "How many files there are, and how old and large the newest is: backups, spools, exports.",
    example: """
      name: shop-backup
      kind: files
      interval: 1m
      labels: {job: backup}
      settings:
        paths: [/srv/backup/shop/*.dump]
        age_max: 26h
      """,
    job: "files", interval: .seconds(60), timeout: .seconds(10), settings: FilesProbeSettings.self)
}

final class FilesProbe: Probe {
  private let runs: ThreadedRuns<FileLook>

  init(_ settings: FilesProbeSettings) { runs = ThreadedRuns("look at the files", FileLook(settings)) }

  func run(within limit: Duration) async -> ProbeReport { await runs.report { $0.report() } }
}

/// Looks at names, times and sizes and opens nothing: who watches a backup need not be able to read it.
private final class FileLook {
  private let settings: FilesProbeSettings
  private var sink = HostSink()
  /// Of each path, the number of the first of its series.
  private var numbers: [Int] = []

  private static let metrics = [
    "file_glob_match_number", "file_glob_size_bytes", "file_newest_modified_timestamp_seconds",
    "file_newest_size_bytes", "file_age_max_seconds",
  ]

  init(_ settings: FilesProbeSettings) {
    self.settings = settings
    numbers = settings.paths.map { sink.bind(Self.metrics, [Label("path", $0)]) }
  }

  private struct Figures {
    var count = 0.0
    var bytes = 0.0
    /// Time and size.
    var newest: (modified: Double, bytes: Double)?

    init(_ path: String) {
      for name in FileNames.matching(path) {
        var size: Int64 = 0
        var modified = 0.0
        // What is gone meanwhile, and what is no file, does not count.
        guard watchkeeper_file_status(name, &size, &modified) == 0 else { continue }
        count += 1
        bytes += Double(size)
        if newest.map({ $0.modified < modified }) ?? true { newest = (modified, Double(size)) }
      }
    }
  }

  func report() -> ProbeReport {
    var empty: [String] = []
    for (first, path) in zip(numbers, settings.paths) {
      let figures = Figures(path)
      sink.put(first, figures.count)
      sink.put(first + 1, figures.bytes)
      if let newest = figures.newest {
        sink.put(first + 2, newest.modified)
        sink.put(first + 3, newest.bytes)
      } else {
        empty.append(path)
      }
      if let limit = settings.ageMax { sink.put(first + 4, limit.inSeconds) }
    }
    let remark = empty.isEmpty ? "" : "no file, or none that may be seen: \(empty.joined(separator: ", "))"
    return ProbeReport(.up, sink.take(), explanation: remark)
  }
}
