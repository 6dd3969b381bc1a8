internal import FoundationEssentials
internal import Interchange
internal import Synchronization
internal import Telemetry

/// Settings of the kind `textfile`.
public struct TextfileSettings: ProbeSettings {
  /// Where the `*.prom` files lie.
  public let directory: String

  private enum CodingKeys: String, CodingKey, CaseIterable { case directory }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    directory = try fields.decode(String.self, forKey: .directory)
    guard directory.hasPrefix("/") else {
      throw fields.problem(.directory, "fault.textfile.directory", ["text": directory])
    }
  }

  public var instance: String? { nil }

  public var network: NetworkTarget? { nil }

  public func makeProbe(in environment: ProbeEnvironment) -> any Probe { TextfileProbe(self, in: environment) }

  static let kind = ProbeKind(
    name: "textfile", summary: "Reads *.prom files that scripts write, as node_exporter's textfile collector.",
    example: """
      name: scripts
      kind: textfile
      interval: 30s
      settings:
        directory: /var/lib/prometheus/node-exporter
      """,
    job: "textfile", interval: .seconds(30), timeout: .seconds(10), settings: TextfileSettings.self)
}

/// Each file has a table of its own, so that a bad one costs only itself.
final class TextfileProbe: Probe {
  /// One file as it was found.
  private struct File {
    let path: String
    /// `nil` when it could not be read.
    let content: RegularFile?
  }

  private struct Unreadable: Error { let why: String }

  private let settings: TextfileSettings
  private let environment: ProbeEnvironment
  private let runs = ThreadedRuns("reading of files", ())
  private let tables = Mutex<[String: ScrapeTable]>([:])

  /// A longer file is refused; the default is 16 MiB.
  static let fileBytesMax = 16 << 20
  /// Files that are read; the default is 1000.
  static let filesMax = 1000

  init(_ settings: TextfileSettings, in environment: ProbeEnvironment) {
    self.settings = settings
    self.environment = environment
  }

  func run(within limit: Duration) async -> ProbeReport {
    let time = environment.clock.now
    return await runs.report { self.report(self.files(), at: time) }
  }

  func endSeries() -> [SeriesReference] {
    tables.withLock { tables in
      defer { tables = [:] }
      return tables.keys.flatMap { tables[$0]?.end() ?? [] }
    }
  }

  func renewSeries(_ gone: Set<SeriesReference>) -> [SeriesReference: SeriesReference] {
    tables.withLock { tables in
      var renewed: [SeriesReference: SeriesReference] = [:]
      for path in tables.keys {
        let found = tables[path]?.renew(gone) { labels throws(AppendError) in
          try environment.store.reference(for: labels)
        }
        renewed.merge(found ?? [:]) { $1 }
      }
      return renewed
    }
  }

  private func files() -> Result<[File], Unreadable> {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: settings.directory) else {
      return .failure(Unreadable(why: "the directory '\(settings.directory)' cannot be read – check its path and mode"))
    }
    let wanted = names.filter { $0.hasSuffix(".prom") }.sorted()
    guard wanted.count <= Self.filesMax else {
      return .failure(
        Unreadable(why: "\(wanted.count) files in '\(settings.directory)', the limit is \(Self.filesMax)"))
    }
    return .success(
      wanted.map { name in
        let path = settings.directory + "/" + name
        return File(path: path, content: RegularFile(path, bytesMax: Self.fileBytesMax))
      }
    )
  }

  private func report(_ files: Result<[File], Unreadable>, at time: Timestamp) -> ProbeReport {
    var report = ProbeReport(.up)
    report.measuredAt = time
    var problems: [String] = []
    switch files {
    case .failure(let failure):
      problems.append(failure.why)
      report = .unknown("reason.probe.local", failure.why)
      for reference in endSeries() { report.batch.append(reference, at: time, .staleMarker) }
    case .success(let files):
      tables.withLock { tables in
        for path in tables.keys where !files.contains(where: { $0.path == path }) {
          for reference in tables[path]?.end() ?? [] { report.batch.append(reference, at: time, .staleMarker) }
          tables[path] = nil
        }
        for file in files {
          if let modified = file.content?.modified {
            report.samples.append(ProbeSample("node_textfile_mtime_seconds", [Label("file", file.path)], modified))
          }
          if let problem = read(file, at: time, into: &report, &tables) { problems.append("\(file.path): \(problem)") }
        }
      }
    }
    report.samples.append(ProbeSample("node_textfile_scrape_error", problems.isEmpty ? 0 : 1))
    report.explanation = problems.joined(separator: "; ")
    return report
  }

  /// - Returns: what is wrong with the file.
  private func read(
    _ file: File, at time: Timestamp, into report: inout ProbeReport, _ tables: inout [String: ScrapeTable]
  ) -> String? {
    var table =
      tables[file.path]
      ?? ScrapeTable(labelling: SeriesLabelling(target: environment.target), within: environment.allowance)
    defer { tables[file.path] = table }
    var problem = "cannot be read, or is longer than \(Self.fileBytesMax) bytes"
    if let bytes = file.content?.bytes {
      do throws(ExpositionError) {
        let round = try table.read(bytes, .text, at: time) { labels throws(AppendError) in
          try environment.store.reference(for: labels)
        }
        if round.timed == 0 {
          report.batch.append(contentsOf: round.batch)
          environment.tellMetadata(round.metadata)
          report.refuse(round)
          return round.refusal.map { "\(round.refused) series were refused: \($0)" }
        }
        // A file may be old, its samples are of now, as node_exporter has it.
        problem = "the file states times, which is not allowed here – leave them out"
      } catch {
        problem = error.description
      }
    }
    for reference in table.end() { report.batch.append(reference, at: time, .staleMarker) }
    return problem
  }
}
