import Interchange
import Records
import Synchronization
import Telemetry
import WebInterface

/// A console with believable content, for tests and for looking at the pages.
final class SampleConsole: Console {
  enum Content: Sendable { case full, empty }

  /// Friday 2026-11-20 14:18 in Shanghai.
  static let now = Timestamp(milliseconds: 1_795_155_480_000)

  let content: Content
  let now: Timestamp
  let performed = Mutex<[ConsoleAction]>([])
  let outcome = Mutex<ActionOutcome>(.done(Reason("action.acknowledged", ["number": "INC-214"])))
  let isReady = Mutex<Readiness>(.ready)
  let feed = Mutex<[ConsoleDelta]>([])
  /// What becomes of the query `endless`.
  let endless = AsyncStream.makeStream(of: String.self)

  init(_ content: Content = .full, now: Timestamp = SampleConsole.now) {
    self.content = content
    self.now = now
  }

  /// Minutes before now; negative for after.
  func ago(_ minutes: Double) -> Timestamp { now.advanced(by: .seconds(-minutes * 60)) }

  func shell() async -> ShellState {
    guard content == .full else {
      return ShellState(health: .unknown, probesDelivering: 0, probesExpected: 4)
    }
    return ShellState(
      health: .ok, probesDelivering: 214, probesExpected: 214, newestSample: ago(0.05), incidentsWaiting: 2,
      tasksWaiting: 1, lastDelivery: ago(2 * 1440),
      notices: [
        StatedPhrase(
          .warning,
          .both(english: "The configuration on disk is refused.", chinese: "磁盘上的配置未被接受。"),
          detail: .both(english: "`probes/site.yaml:3:5`: mend it.", chinese: "`probes/site.yaml:3:5`：请修正。"))
      ])
  }

  func perform(_ action: ConsoleAction, by identity: Identity) async -> ActionOutcome {
    performed.withLock { $0.append(action) }
    return outcome.withLock { $0 }
  }

  func deltas(after id: UInt64?) async -> AsyncStream<ConsoleDelta> {
    let waiting = feed.withLock { $0 }
    return AsyncStream { continuation in
      for delta in waiting where delta.id > id ?? 0 { continuation.yield(delta) }
      continuation.finish()
    }
  }

  func readiness() async -> Readiness { isReady.withLock { $0 } }

  func exposition(_ format: ExpositionFormat) async -> String {
    format.text([ExpositionFamily(MetricMetadata(family: "watchkeeper_up", type: .gauge), [(.empty, 1)])])
  }

  func write(_ body: [UInt8], _ version: RemoteWriteVersion, from source: String) async -> WriteAnswer {
    switch body.first {
    case 1: WriteAnswer(.refused("1 of 3 samples were not taken"), samples: 2)
    case 2: WriteAnswer(.later("the store is closed"))
    default: WriteAnswer(.taken, samples: version == .two ? 3 : 2, histograms: 1)
    }
  }

  func metadata(of name: String?) async -> MetadataTable {
    var table = MetadataTable()
    table.note(MetricMetadata(family: "up", type: .gauge, help: "Whether it \"is\"."))
    table.note(MetricMetadata(family: "node_cpu_seconds_total", type: .counter, unit: "seconds"))
    return table
  }

  func ruleCosts() async -> [RuleCostRow] {
    [
      RuleCostRow(
        file: "rules/host.yaml", group: "host", rule: "DiskFull", mode: "plain", reason: "subquery", series: 3,
        samples: 180, seconds: 0.002)
    ]
  }
}
