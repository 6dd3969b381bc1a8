import Foundation
import Glibc

/// Waits on conditions of other processes: nothing of theirs can be awaited, so it asks again and again.
enum Waiting {
  struct TimedOut: Error, CustomStringConvertible {
    let what: String
    let seconds: Double
    var description: String { "waited \(seconds) s for \(what)" }
  }

  /// Seconds on the clock that never steps.
  static var uptime: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Asks every 20 ms until `condition` gives a value; leaves the thread to others in between.
  static func until<Value>(
    _ what: @autoclosure () -> String, seconds: Double = 30, _ condition: () throws -> Value?
  ) async throws -> Value {
    let deadline = uptime + seconds
    while true {
      if let value = try condition() { return value }
      guard uptime < deadline else { throw TimedOut(what: what(), seconds: seconds) }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  static func untilTrue(
    _ what: @autoclosure () -> String, seconds: Double = 30, _ condition: () throws -> Bool
  ) async throws {
    _ = try await until(what(), seconds: seconds) { try condition() ? true : nil }
  }
}

/// A folder that goes when the test ends; kept when `WATCHKEEPER_KEEP` is set, for a look at what is left.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "watchkeeper-" + UUID().uuidString.prefix(8).lowercased()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    if ProcessInfo.processInfo.environment["WATCHKEEPER_KEEP"] == nil {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  func write(_ name: String, _ text: String) throws {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  /// Every file below `name` with its size, its time of change and its first bytes: what tells whether it was touched.
  func fingerprint(of name: String) -> [String: String] {
    let root = path + "/" + name
    var found: [String: String] = [:]
    for file in FileManager.default.enumerator(atPath: root).map({ $0.compactMap { $0 as? String } }) ?? [] {
      var status = stat()
      guard lstat(root + "/" + file, &status) == 0 else { continue }
      let content = status.st_mode & S_IFMT == S_IFREG ? FileManager.default.contents(atPath: root + "/" + file) : nil
      found[file] = "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(content?.hashValue ?? 0)"
    }
    return found
  }
}

/// The same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// - Source: SplitMix64, Steele, Lea and Flood, 2014.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
