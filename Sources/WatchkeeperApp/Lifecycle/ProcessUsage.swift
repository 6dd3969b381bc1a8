internal import CLinux
internal import Foundation
internal import Glibc

/// What the program costs its host.
struct ProcessUsage: Sendable {
  let processorSeconds: Double
  let residentBytes: Double
  /// Anonymous memory: what is the program's own, without the pages of its binary and libraries.
  let privateBytes: Double
  let openDescriptors: Double

  static func now() -> ProcessUsage {
    // Not getrusage: with the static standard library, timeval's members belong to a module that cannot be imported.
    let processor = Double(watchkeeper_clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) / 1e9
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    return ProcessUsage(
      processorSeconds: processor, residentBytes: kibibytes("VmRSS:", in: status) * 1024,
      privateBytes: kibibytes("RssAnon:", in: status) * 1024, openDescriptors: Double(descriptors))
  }

  private static func kibibytes(_ name: String, in status: String) -> Double {
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Double($0.filter(\.isNumber)) } ?? 0
  }
}
