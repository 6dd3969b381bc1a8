internal import Synchronization
public import Telemetry

/// Hands out references and keeps no samples: for a run outside the schedule, whose samples are shown and not stored.
public final class SeriesListing: SampleAppender {
  private struct Known {
    var labels: [LabelSet] = []
    var numbers: [LabelSet: UInt32] = [:]
  }

  private let known = Mutex(Known())

  public init() {}

  public func reference(for labels: LabelSet) throws(AppendError) -> SeriesReference {
    known.withLock { known in
      if let number = known.numbers[labels] { return SeriesReference(slot: number, generation: 1) }
      let number = UInt32(known.labels.count)
      known.labels.append(labels)
      known.numbers[labels] = number
      return SeriesReference(slot: number, generation: 1)
    }
  }

  public func append(_ batch: SampleBatch) -> AppendOutcome { AppendOutcome() }

  /// The numbers in `batch`, with the labels of their series.
  public func samples(in batch: SampleBatch) -> [ProbeSample] {
    known.withLock { known in
      zip(batch.references, batch.values).map { ProbeSample(known.labels[Int($0.slot)], $1) }
    }
  }
}
