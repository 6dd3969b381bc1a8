internal import Interchange
internal import Synchronization
internal import Telemetry
internal import WebInterface

/// Takes what Prometheus and its like send.
final class RemoteWriteDesk: Sendable {
  /// Counted since the start.
  struct Tally: Sendable {
    var requests: UInt64 = 0
    var samples: UInt64 = 0
    var refused: UInt64 = 0
    var exemplars: UInt64 = 0
  }

  private struct State {
    var tables: [String: RemoteWriteTable] = [:]
    var tally = Tally()
  }

  private let store: any SampleAppender
  private let metadata: ToldMetadata
  private let state = Mutex(State())

  init(store: any SampleAppender, metadata: ToldMetadata) {
    self.store = store
    self.metadata = metadata
  }

  var tally: Tally { state.withLock { $0.tally } }

  func write(_ body: [UInt8], _ version: RemoteWriteVersion, from source: String) -> WriteAnswer {
    do throws(RemoteWriteError) {
      state.withLock { $0.tally.requests += 1 }
      var round = try read(body, version, from: source)
      metadata.note(round.metadata)
      if round.isClosed { return WriteAnswer(.later("the store is closed")) }
      var (numbers, histograms) = (store.append(round.batch), store.append(round.histograms))
      let gone = numbers.gone + histograms.gone
      if !gone.isEmpty {
        // Once more with these series resolved anew: what was taken already is known there and not taken twice.
        state.withLock { $0.tables[source]?.forget(gone) }
        round = try read(body, version, from: source)
        if round.isClosed { return WriteAnswer(.later("the store is closed")) }
        (numbers, histograms) = (store.append(round.batch), store.append(round.histograms))
      }
      return answer(to: round, numbers: numbers, histograms: histograms)
    } catch {
      return WriteAnswer(.refused(error.description))
    }
  }

  private func read(
    _ body: [UInt8], _ version: RemoteWriteVersion, from source: String
  ) throws(RemoteWriteError) -> RemoteWriteRound {
    try state.withLock { state throws(RemoteWriteError) in
      try state.tables[source, default: RemoteWriteTable()].read(body, version) {
        labels throws(AppendError) in try store.reference(for: labels)
      }
    }
  }

  private func answer(
    to round: RemoteWriteRound, numbers: AppendOutcome, histograms: AppendOutcome
  ) -> WriteAnswer {
    let offered = round.batch.count + round.histograms.count + round.refused
    let taken = numbers.accepted + histograms.accepted
    state.withLock { state in
      state.tally.samples += UInt64(taken)
      state.tally.refused += UInt64(offered - taken)
      state.tally.exemplars += UInt64(round.exemplars)
    }
    var reasons = (numbers + histograms).refusals
    if round.refused > 0 { reasons.append("\(round.refused) of refused series: \(round.refusal ?? "")") }
    let verdict: WriteAnswer.Verdict =
      taken == offered
      ? .taken
      : .refused("\(offered - taken) of \(offered) samples were not taken – \(reasons.joined(separator: "; "))")
    return WriteAnswer(verdict, samples: numbers.accepted, histograms: histograms.accepted)
  }
}
