import Foundation
import Glibc

/// Waits on conditions of other processes; there is nothing to await in them.
enum Waiting {
  struct TimedOut: Error, CustomStringConvertible {
    let what: String
    let seconds: Double
    var description: String { "waited \(seconds) s for \(what)" }
  }

  static var uptimeSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Asks again every 20 ms until `condition` gives a value.
  static func until<Value>(
    _ what: String, seconds: Double = 30, _ condition: () throws -> Value?
  ) throws -> Value {
    let deadline = uptimeSeconds + seconds
    while true {
      if let value = try condition() { return value }
      guard uptimeSeconds < deadline else { throw TimedOut(what: what, seconds: seconds) }
      poll(nil, 0, 20)
    }
  }

  static func untilTrue(_ what: String, seconds: Double = 30, _ condition: () throws -> Bool) throws {
    _ = try until(what, seconds: seconds) { try condition() ? true : nil }
  }
}

/// A port of the loopback interface that was free a moment ago.
enum FreePort {
  static func find() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Bool in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard port else { throw Waiting.TimedOut(what: "a free port", seconds: 0) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// A folder that goes when the test ends.
final class ScratchFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "watchkeeper-" + UUID().uuidString.prefix(8).lowercased()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }
}
