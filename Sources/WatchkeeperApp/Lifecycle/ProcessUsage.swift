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
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let processor =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
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
