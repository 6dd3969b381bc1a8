import Glibc
import Telemetry
import TimeSeriesStore

/// 2026-11-20T00:00:00Z.
let midnight: Int64 = 1_795_132_800_000

/// Hosts with 500 series each, named and valued as a node exporter's.
struct Load {
  static let perHost = 500

  static func labels(_ index: Int) -> LabelSet {
    let (host, metric) = (index / perHost, index % perHost)
    return LabelSet([
      "__name__": "node_family_\(metric / 8)_of_the_host_total", "instance": "host-\(host).example.net:9100",
      "job": "node", "device": "device-\(metric % 8)",
    ])
  }

  /// What the exporter of one host says, 1,000 series.
  static func body(of host: Int, _ round: Int) -> String {
    var text = ""
    for index in host * 1000..<host * 1000 + 1000 {
      text +=
        "node_family_\(index % 1000 / 8)_of_the_host_total{device=\"device-\(index % 8)\"} \(value(index, round))\n"
    }
    return text
  }

  /// Four in ten stand still, three count, two are gauges with decimals, one is noise.
  static func value(_ index: Int, _ round: Int) -> Double {
    let mixed = UInt64(truncatingIfNeeded: index &* 1_000_003 &+ round) &* 0x9e37_79b9_7f4a_7c15
    switch index % 10 {
    case 0...3: return Double(index)
    case 4...6: return Double(index) * 1000 + Double(round) * Double(index % 97)
    case 7, 8: return Double(mixed >> 54) / 100
    default: return Double(mixed >> 11) / 9_007_199_254_740_992
    }
  }
}

/// Feeds a store as many scrapers do: within one interval a slice of all series each second or so, and a commit for each.
struct Feeding {
  let store: EmbeddedStore
  let clock: DrivenClock
  let references: [SeriesReference]
  let intervalSeconds: Int
  let slices: Int
  /// Processor time of the appends alone.
  private(set) var appendSeconds = 0.0
  private(set) var accepted = 0

  init(_ store: EmbeddedStore, _ clock: DrivenClock, series: Int, intervalSeconds: Int, slices: Int) throws {
    (self.store, self.clock, self.intervalSeconds, self.slices) = (store, clock, intervalSeconds, slices)
    references = try (0..<series).map { try store.reference(for: Load.labels($0)) }
  }

  mutating func run(round: Int) async {
    let start = clock.now.milliseconds
    var batch = SampleBatch()
    for slice in 0..<slices {
      let time = start + Int64(slice * intervalSeconds / slices) * 1000
      batch.removeAll()
      let share = references.count * slice / slices..<references.count * (slice + 1) / slices
      for index in share {
        batch.append(references[index], at: Timestamp(milliseconds: time), Load.value(index, round))
      }
      clock.move(to: time)
      let before = seconds(CLOCK_THREAD_CPUTIME_ID)
      accepted += store.append(batch).accepted
      appendSeconds += seconds(CLOCK_THREAD_CPUTIME_ID) - before
      await store.commit()
    }
    clock.move(to: start + Int64(intervalSeconds) * 1000)
    store.closeChunks(.idle)
    await store.prune()
    await store.checkpoint()
  }
}
