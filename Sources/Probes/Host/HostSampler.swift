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

  init(proc: String = "/proc", sys: String = "/sys", root: String = "", _ settings: HostCollectorSettings = .init()) {
    let system = HostFiles(proc: proc, sys: sys, root: root)
    self.system = system
    collectors = HostCollectorCatalog.entries.filter(settings.isWanted).map { $0.make(system, settings) }
    for collector in collectors {
      let labels = [Label("collector", collector.name)]
      bookkeeping.append(
        (
          sink.bind("node_scrape_collector_duration_seconds", labels),
          sink.bind("node_scrape_collector_success", labels)
        ))
    }
  }

  /// What cannot be read here at all, and what would help; no fault of a round.
  var notes: [String] { system.notes }

  /// For a trial, which has one round only: what is looked at on threads of their own is waited for.
  func waitForBackgroundWork(atMost limit: Duration) { system.patience = limit }

  /// One failing collector costs only its own series.
  func sample() -> [ProbeSample] {
    problems.removeAll()
    var core = (read: 0, failed: 0)
    system.round += 1
    for (collector, own) in zip(collectors, bookkeeping) {
      let start = Self.monotonicSeconds()
      var isGood = true
      do {
        try collector.collect(from: system, into: &sink)
      } catch {
        isGood = false
        if !error.isNoData { problems.append("\(collector.name): \(error)") }
      }
      sink.put(own.duration, Self.monotonicSeconds() - start)
      sink.put(own.success, isGood ? 1 : 0)
      if Self.core.contains(collector.name) {
        core.read += 1
        core.failed += isGood ? 0 : 1
      }
    }
    isBlind = core.read > 0 && core.failed == core.read
    return sink.take()
  }

  /// Without them nothing is known of a host.
  private static let core: Set<String> = ["cpu", "loadavg", "meminfo", "stat"]

  /// Whether nothing that every host has could be read.
  private(set) var isBlind = false

  private static func monotonicSeconds() -> Double {
    Double(watchkeeper_clock_nanoseconds(Int32(CLOCK_MONOTONIC))) / 1e9
  }
}
