import Interchange
import Synchronization
import Telemetry
import Testing
import WebInterface

@testable import WatchkeeperApp

@Suite("Remote writes of series that left the store")
struct RemoteWriteDeskTests {
  /// One series that leaves on demand.
  private final class Leaving: SampleAppender {
    private let state = Mutex((generation: UInt32(1), values: [Double]()))

    var values: [Double] { state.withLock { $0.values } }

    func leave() { state.withLock { $0.generation += 2 } }

    func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
      SeriesReference(slot: 0, generation: state.withLock { $0.generation })
    }

    func append(_ batch: SampleBatch) -> AppendOutcome {
      state.withLock { state in
        var outcome = AppendOutcome()
        for (reference, value) in zip(batch.references, batch.values) {
          if reference.generation == state.generation {
            state.values.append(value)
            outcome.accepted += 1
          } else {
            outcome.gone.append(reference)
          }
        }
        return outcome
      }
    }
  }

  /// Of version 1, with one sample of the series `a`.
  private static func body(_ value: Double) -> [UInt8] {
    let label: [UInt8] = [10, 8] + Array("__name__".utf8) + [18, 1] + Array("a".utf8)
    let sample: [UInt8] = [9] + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } + [16, 1]
    let series = [10, UInt8(label.count)] + label + [18, UInt8(sample.count)] + sample
    let message = [10, UInt8(series.count)] + series
    return [UInt8(message.count), UInt8(message.count - 1) << 2] + message
  }

  @Test("the sample is written at once under the series' new reference") func renewal() {
    let store = Leaving()
    let desk = RemoteWriteDesk(store: store, metadata: ToldMetadata())
    for value in [1.0, 2, 3] {
      #expect(desk.write(Self.body(value), .one, from: "x").verdict == .taken)
      store.leave()
    }
    #expect(store.values == [1, 2, 3])
    #expect(desk.tally.samples == 3 && desk.tally.refused == 0 && desk.tally.requests == 3)
  }

  @Test("what a sender says of a metric is noted where all that is told of metrics is") func meaning() {
    let entry = MetricMetadata(family: "a", type: .gauge, help: "How many.")
    var message = RemoteWriteMessage(.two)
    message.append(LabelSet([LabelSet.metricName: "a"]), [(1, 1)], entry)
    let told = ToldMetadata()
    let desk = RemoteWriteDesk(store: Leaving(), metadata: told)
    for _ in 0..<2 { #expect(desk.write(message.packed, .two, from: "x").verdict == .taken) }
    #expect(told.table.families == ["a": [entry]])
  }
}
