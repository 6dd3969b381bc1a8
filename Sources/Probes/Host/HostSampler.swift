internal import CLinux
internal import Glibc
internal import Telemetry

/// Reads this host's figures under node_exporter's names. One instance is used by one thread at a time.
final class HostSampler {
  private let system: HostFiles
  private let collectors: [any HostCollector]
  private var sink = HostSink()
  private var bookkeeping: [(duration: Int, success: Int)] = []
  /// What the collectors said that failed in the last round, in their order.
  private(set) var problems: [String] = []

  init(proc: String = "/proc", sys: String = "/sys", root: String = "") {
    let system = HostFiles(proc: proc, sys: sys, root: root)
    self.system = system
    collectors = [
      CPUCollector(system), MemoryCollector(system), LoadAverageCollector(system), StatCollector(system),
      VirtualMemoryCollector(system), FilesystemCollector(system), DiskCollector(system), NetworkCollector(system),
      PressureCollector(system), SocketCollector(system), FileDescriptorCollector(system), UnameCollector(),
      TimeCollector(system), OSCollector(),
    ]
    for collector in collectors {
      let labels = [Label("collector", collector.name)]
      bookkeeping.append(
        (
          sink.bind("node_scrape_collector_duration_seconds", labels),
          sink.bind("node_scrape_collector_success", labels)
        ))
    }
  }

  /// One failing collector costs only its own series.
  func sample() -> [ProbeSample] {
    problems.removeAll()
    for (collector, own) in zip(collectors, bookkeeping) {
      let start = Self.monotonicSeconds()
      var isGood = true
      do {
        try collector.collect(from: system, into: &sink)
      } catch {
        isGood = false
        problems.append("\(collector.name): \(error)")
      }
      sink.put(own.duration, Self.monotonicSeconds() - start)
      sink.put(own.success, isGood ? 1 : 0)
    }
    return sink.take()
  }

  var collectorCount: Int { collectors.count }

  private static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
