import Foundation
import Synchronization
import Telemetry
import Testing

@testable import TimeSeriesStore

/// A clock that moves only when told.
final class VirtualClock: WallClock {
  private let state: Mutex<(now: Int64, uptime: Duration)>

  init(at milliseconds: Int64 = TestTime.noon) { state = Mutex((milliseconds, .zero)) }

  var now: Timestamp { state.withLock { Timestamp(milliseconds: $0.now) } }
  var uptime: Duration { state.withLock { $0.uptime } }

  func advance(_ duration: Duration) {
    state.withLock { $0 = ($0.now + duration.wholeMilliseconds, $0.uptime + duration) }
  }

  /// Moves to a wall-clock time; uptime moves along when it lies ahead.
  func move(to milliseconds: Int64) {
    state.withLock { $0 = (milliseconds, $0.uptime + .milliseconds(max(0, milliseconds - $0.now))) }
  }

  /// Time does not pass while somebody sleeps: the deadline is reached by waiting.
  func sleep(untilUptime deadline: Duration) async throws {
    try Task.checkCancellation()
    await Task.yield()
    state.withLock { state in
      guard deadline > state.uptime else { return }
      state = (state.now + (deadline - state.uptime).wholeMilliseconds, deadline)
    }
  }
}

enum TestTime {
  /// 2026-11-20T12:00:00Z.
  static let noon: Int64 = 1_795_176_000_000
  static let midnight = noon + 12 * 3_600_000
  static let second: Int64 = 1000
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A folder that goes when the test ends.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/watchkeeper-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var store: String { path + "/samples" }

  /// What a power cut would leave: the files as they are now.
  func copyStore(to name: String) throws -> String {
    let target = path + "/" + name
    try FileManager.default.copyItem(atPath: store, toPath: target)
    return target
  }

  func files(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store + folder).sorted()
  }
}

extension EmbeddedStore {
  @discardableResult
  func append(_ labels: LabelSet, _ samples: [(Int64, Double)]) throws -> AppendOutcome {
    var batch = SampleBatch()
    let reference = try reference(for: labels)
    for (time, value) in samples { batch.append(reference, at: Timestamp(milliseconds: time), value) }
    return append(batch)
  }

  func read(
    _ matchers: [LabelMatcher] = [], after: Int64 = 0, through: Int64 = .max, limits: ReadLimits = ReadLimits()
  ) async throws -> [SeriesSlice] {
    let selection = SeriesSelection(
      matchers, after: Timestamp(milliseconds: after), through: Timestamp(milliseconds: through))
    return try await select([selection], limits: limits)[0]
  }
}

extension SeriesSlice {
  var pairs: [Pair] { zip(milliseconds, values).map { Pair($0, $1) } }

  /// Compares bits, so that NaNs are told apart.
  struct Pair: Equatable, CustomStringConvertible {
    let time: Int64
    let bits: UInt64

    init(_ time: Int64, _ value: Double) {
      self.time = time
      bits = value.bitPattern
    }

    var description: String { "\(time):\(Double(bitPattern: bits))" }
  }
}

func pairs(_ samples: [(Int64, Double)]) -> [SeriesSlice.Pair] { samples.map { SeriesSlice.Pair($0.0, $0.1) } }
