internal import Glibc
internal import Telemetry

/// Where collectors put values. A series' labels are made once; afterwards it is a number.
struct HostSink {
  private(set) var series: [LabelSet] = []
  private(set) var samples: [ProbeSample] = []

  /// Series that one sampler may make in its life, against names that never repeat; the default is 50,000.
  static let seriesMax = 50_000

  /// Stands for series that were refused; it stays negative when a place among several is added.
  static let refused = -1_000_000

  /// - Returns: the number of a new series.
  mutating func bind(_ metric: String, _ labels: [Label] = []) -> Int { bind([metric], labels) }

  /// - Returns: the number of the first of several new series with the same labels; the others follow it.
  mutating func bind(_ metrics: [String], _ labels: [Label] = []) -> Int {
    let first = series.count
    guard first + metrics.count <= Self.seriesMax else { return Self.refused }
    for metric in metrics { series.append(LabelSet(labels + [Label(LabelSet.metricName, metric)])) }
    return first
  }

  /// A negative number is a series that is left out on purpose.
  mutating func put(_ number: Int, _ value: Double) {
    guard number >= 0 else { return }
    samples.append(ProbeSample(series[number], value, slot: number))
  }

  /// Hands over what was put since the last time.
  mutating func take() -> [ProbeSample] {
    let taken = samples
    samples = []
    samples.reserveCapacity(taken.count + 16)
    return taken
  }
}

/// The series of the lines of a file, found again by the bytes of the line's key.
///
/// Lines come in the same order nearly always, so the entry after the last one is tried first: one comparison a line.
struct KeyedSlots {
  private var keys: [[UInt8]] = []
  private var slots: [Int] = []
  private var next = 0

  /// To be called before the first line.
  mutating func rewind() { next = 0 }

  /// - Parameter scope: a heading that belongs to the key, where one line holds several of them.
  mutating func slot(for key: Bytes, in scope: Bytes = Bytes(start: nil, count: 0), make: (String) -> Int) -> Int {
    if next < keys.count, matches(scope, key, at: next) {
      next += 1
      return slots[next - 1]
    }
    for index in keys.indices where matches(scope, key, at: index) {
      next = index + 1
      return slots[index]
    }
    guard keys.count < Self.keysMax else { return HostSink.refused }
    keys.append(Array(scope) + Array(key))
    slots.append(make(key.text))
    next = keys.count
    return slots[next - 1]
  }

  /// Names one file may show in a sampler's life; the default is 10,000.
  private static let keysMax = 10_000

  private func matches(_ scope: Bytes, _ key: Bytes, at index: Int) -> Bool {
    keys[index].withUnsafeBytes { known in
      guard known.count == scope.count + key.count, let start = known.baseAddress else { return false }
      return Self.equal(start, scope) && Self.equal(start + scope.count, key)
    }
  }

  private static func equal(_ start: UnsafeRawPointer, _ bytes: Bytes) -> Bool {
    guard let other = bytes.baseAddress else { return true }
    return memcmp(start, other, bytes.count) == 0
  }
}

/// The source of one group of node_exporter's metrics.
protocol HostCollector: AnyObject {
  /// As in the label `collector` of `node_scrape_collector_success`.
  var name: String { get }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError)
}

/// Where the kernel's file systems are, and what the collectors of one sampler share.
final class HostFiles {
  let proc: String
  let sys: String
  /// Put before the mount points and /etc; empty outside tests and containers.
  let root: String
  let buffer = ReadBuffer()
  /// /proc/stat, which two collectors read.
  let stat: SharedFile
  /// Counts samples.
  var round = 0
  /// See `lack`.
  var lacking: [LackingRight: String] = [:]
  /// That apt's lists cannot be read as they are; `nil`: they can.
  var compressedLists: String?
  /// How long a collector waits for what it begins on a thread of its own; zero but in a trial, which runs once.
  var patience = Duration.zero

  /// Every this many rounds collectors look for devices that came or went; the default is 4.
  static let scanEvery = 4

  init(proc: String, sys: String, root: String) {
    self.proc = proc
    self.sys = sys
    self.root = root
    stat = SharedFile(proc + "/stat")
  }

  var isScanRound: Bool { round % Self.scanEvery == 1 }

  /// Whether these are the kernel's own, so that the kernel may be asked by other ways than files.
  var isLive: Bool { proc == "/proc" && sys == "/sys" }
}
