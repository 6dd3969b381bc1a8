internal import Glibc
internal import Telemetry

/// Reads all sources of one probe and counts. One instance is used by one thread at a time.
final class LogWatcher {
  private let settings: LogsSettings
  private let statePath: String?
  private var stored: LogPositions
  private var files: [String: LogFile] = [:]
  private var journal: JournalReader?
  private var counters: [LogCounter]
  private var volumes: [String: Volume] = [:]
  private var sink = HostSink()
  private(set) var problems: [String] = []
  /// Whether no source could be read.
  private(set) var isBlind = false

  private struct Volume {
    let slot: Int
    var lines = 0.0, bytes = 0.0, cut = 0.0
  }

  init(_ settings: LogsSettings, statePath: String?) {
    self.settings = settings
    self.statePath = statePath
    stored = statePath.flatMap { StateFile.load(LogPositions.self, from: $0) } ?? LogPositions()
    counters = settings.patterns.map { LogCounter($0) }
  }

  func read() -> [ProbeSample] {
    problems = []
    // What was counted last time is in the store by now: a crash before this line counts it again, and loses nothing.
    keepPositions()
    var (read, failed) = (0, 0)
    for path in paths() {
      do {
        try readFile(path)
        read += 1
      } catch {
        failed += 1
        problems.append(Self.explained(error))
      }
    }
    if let choice = settings.journal {
      do {
        try readJournal(choice)
        read += 1
      } catch {
        failed += 1
        problems.append(Self.explained(error))
      }
    }
    isBlind = read == 0 && failed > 0
    for index in counters.indices { counters[index].put(into: &sink) }
    for volume in volumes.values {
      sink.put(volume.slot, volume.lines)
      sink.put(volume.slot + 1, volume.bytes)
      sink.put(volume.slot + 2, volume.cut)
    }
    return sink.take()
  }

  private static func explained(_ error: HostReadError) -> String {
    guard error.code == EACCES || error.code == EPERM else { return "\(error)" }
    return "\(error) – put the service into the group that may read it (systemctl edit watchkeeper, and write under "
      + "[Service] SupplementaryGroups=adm systemd-journal), or \(LackingRight.files.remedy)"
  }

  private func readFile(_ path: String) throws(HostReadError) {
    let file = files[path] ?? LogFile(path, resuming: stored.files[path])
    // A file that comes after the first round is new, and all of it counts.
    let start = isFirstRound ? settings.start : .start
    files[path] = file
    begin(path)
    var volume = self.volume(path)
    volume.cut += Double(
      try file.read(startingAt: start) { line in
        volume.lines += 1
        volume.bytes += Double(line.count + 1)
        for index in counters.indices { counters[index].count(line, from: path, into: &sink) }
      })
    volumes[path] = volume
  }

  private func readJournal(_ choice: JournalChoice) throws(HostReadError) {
    if journal == nil { journal = try JournalReader(choice, resuming: stored.cursor, startingAt: settings.start) }
    guard let reader = journal else { return }
    begin("journal")
    var volume = self.volume("journal")
    try reader.read { message in
      volume.lines += 1
      volume.bytes += Double(message.count)
      for index in counters.indices { counters[index].count(message, from: "journal", into: &sink) }
    }
    volumes["journal"] = volume
  }

  private func begin(_ source: String) {
    for index in counters.indices { counters[index].begin(source, into: &sink) }
  }

  private var isFirstRound: Bool { rounds == 1 }
  private var rounds = 0

  private func volume(_ source: String) -> Volume {
    volumes[source]
      ?? Volume(
        slot: sink.bind(["lines_read", "bytes_read", "lines_cut"].map { "log_\($0)_total" }, [Label("source", source)]))
  }

  private func keepPositions() {
    rounds += 1
    guard let statePath else { return }
    var now = stored
    for (path, file) in files { now.files[path] = file.position }
    now.cursor = journal?.cursor ?? stored.cursor
    if now.files.count > 4 * LogsSettings.filesMax { now.files = now.files.filter { files[$0.key] != nil } }
    guard now != stored else { return }
    do {
      try StateFile.store(now, at: statePath)
      stored = now
    } catch {
      problems.append("how far the logs were read cannot be kept: \(error)")
    }
  }

  private func paths() -> [String] {
    var found: [String] = []
    for entry in settings.files {
      guard entry.contains(where: { "*?[".contains($0) }) else {
        found.append(entry)
        continue
      }
      let names = FileNames.matching(entry)
      found += names.filter { !["gz", "xz", "bz2", "zst"].contains($0.split(separator: ".").last ?? "") }
    }
    if found.count > LogsSettings.filesMax {
      problems.append("\(found.count) files match, the first \(LogsSettings.filesMax) are read – name fewer")
    }
    return Array(found.prefix(LogsSettings.filesMax))
  }
}

/// The files that a path with `*` and `?` stands for.
enum FileNames {
  static func matching(_ path: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(path, 0, nil, &found) == 0, let list = found.gl_pathv else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { list[$0].map { String(cString: $0) } }
  }
}

/// The series of one pattern.
struct LogCounter {
  private let pattern: LogPattern
  /// The places of the named groups.
  private let groups: [(number: Int, name: String)]
  private var series: [[String]: (slot: Int, value: Double)] = [:]

  init(_ pattern: LogPattern) {
    self.pattern = pattern
    groups = pattern.match.pattern.groupNames.enumerated().compactMap { index, name in name.map { (index + 1, $0) } }
  }

  /// A pattern without labels has its series before the first line: a rate needs the zero.
  mutating func begin(_ source: String, into sink: inout HostSink) {
    if groups.isEmpty, series[[source]] == nil { bind([source], into: &sink) }
  }

  mutating func count(_ line: Bytes, from source: String, into sink: inout HostSink) {
    let bytes = Array(line)
    guard let match = pattern.match.pattern.firstMatch(in: bytes) else { return }
    var values = [source]
    for group in groups {
      let range = match.groups[group.number] ?? 0..<0
      values.append(String(decoding: bytes[range].prefix(LogPattern.valueBytesMax), as: UTF8.self))
    }
    if series[values] == nil, series.count >= pattern.valuesMax {
      values = [source] + groups.map { _ in "other" }
    }
    if series[values] == nil { bind(values, into: &sink) }
    series[values]?.value += 1
  }

  private mutating func bind(_ values: [String], into sink: inout HostSink) {
    let labels = zip(["source"] + groups.map(\.name), values).map { Label($0, $1) }
    series[values] = (sink.bind(pattern.metric, labels), 0)
  }

  func put(into sink: inout HostSink) { for (slot, value) in series.values { sink.put(slot, value) } }
}
