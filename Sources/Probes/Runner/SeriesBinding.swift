internal import Telemetry

/// The store's handles of one probe's series, and which of them were seen last.
///
/// A series is resolved when it first appears; afterwards a sample with a slot costs an array access.
struct SeriesBinding {
  /// Added to every sample. A probe's label of the same name is kept as `exported_…`, as Prometheus does.
  let target: LabelSet
  let allowance: SeriesAllowance
  private struct Bound {
    let reference: SeriesReference
    var round: Int
  }
  private var bySlot: [Bound?] = []
  private var byLabels: [LabelSet: Bound] = [:]
  /// Of the definition before a reload: ended unless the first round of this one shows them again.
  private var inherited: [SeriesReference] = []
  private var round = 0
  /// Series that were taken from the allowance.
  private var held = 0
  /// Samples that the store would not have a series for, in the last round, and why.
  private(set) var refused = 0
  private(set) var refusal: AppendError?
  /// What the store made of the last round's samples.
  private(set) var outcome = AppendOutcome()

  init(target: LabelSet, within allowance: SeriesAllowance, inheriting references: [SeriesReference] = []) {
    self.target = target
    self.allowance = allowance
    inherited = references
  }

  /// Gives every place back that was taken from the allowance, when nothing more comes.
  ///
  /// - Returns: every series whose last sample was no staleness marker.
  mutating func end() -> [SeriesReference] {
    allowance.giveBack(held)
    held = 0
    let bound = bySlot.compactMap { $0 } + byLabels.values
    return bound.filter { $0.round == round }.map(\.reference) + inherited
  }

  /// Stores one round's samples.
  ///
  /// - Parameters:
  ///   - verdict: samples that every run has; their series are never refused for the probe's limit.
  ///   - own: what the probe bound itself.
  ///   - renew: asks the probe to resolve anew the series of `own` that left the store.
  mutating func record(
    _ samples: [ProbeSample], verdict: [ProbeSample], behind own: SampleBatch = SampleBatch(), at timestamp: Timestamp,
    in store: any SampleAppender,
    renew: (Set<SeriesReference>) -> [SeriesReference: SeriesReference] = { _ in [:] }
  ) {
    outcome = store.append(batch(samples, verdict, behind: own, at: timestamp, into: store))
    guard !outcome.gone.isEmpty else { return }
    // A probe slower than the store's memory: what was taken already is known there and not taken twice.
    let gone = Set(outcome.gone)
    forget(gone)
    let again = own.renewed(renew(gone))
    outcome = store.append(batch(samples, verdict, behind: again, at: timestamp, into: store))
  }

  private mutating func forget(_ gone: Set<SeriesReference>) {
    for slot in bySlot.indices where bySlot[slot].map({ gone.contains($0.reference) }) == true { bySlot[slot] = nil }
    byLabels = byLabels.filter { !gone.contains($0.value.reference) }
    settle()
  }

  /// Gives back what is no longer shown.
  private mutating func settle() {
    let shown = bySlot.count { $0?.round == round } + byLabels.count
    allowance.giveBack(held - shown)
    held = shown
  }

  /// One round's samples with a staleness marker for each series that was there before and is not now.
  ///
  /// - Parameter own: what the probe bound itself; the batch begins with it.
  private mutating func batch(
    _ samples: [ProbeSample], _ verdict: [ProbeSample], behind own: SampleBatch, at timestamp: Timestamp,
    into store: any SampleAppender
  ) -> SampleBatch {
    var batch = own
    let last = round
    round += 1
    refused = 0
    refusal = nil
    for sample in verdict {
      guard let reference = reference(of: sample, in: store, isOwed: true) else { continue }
      batch.append(reference, at: timestamp, sample.value)
    }
    for sample in samples {
      guard let reference = reference(of: sample, in: store, isOwed: false) else { continue }
      batch.append(reference, at: timestamp, sample.value)
    }
    end(seenIn: last, at: timestamp, in: &batch)
    settle()
    if !inherited.isEmpty {
      let present = Set(batch.references)
      for reference in inherited where !present.contains(reference) {
        batch.append(reference, at: timestamp, .staleMarker)
      }
      inherited = []
    }
    return batch
  }

  private mutating func reference(
    of sample: ProbeSample, in store: any SampleAppender, isOwed: Bool
  ) -> SeriesReference? {
    do throws(AppendError) {
      if let slot = sample.slot {
        if slot < bySlot.count, let bound = bySlot[slot] {
          if bound.round < round - 1 { try admit(isOwed) }
          bySlot[slot]?.round = round
          return bound.reference
        }
        let reference = try resolve(sample.series, in: store, isOwed)
        while bySlot.count <= slot { bySlot.append(nil) }
        bySlot[slot] = Bound(reference: reference, round: round)
        return reference
      }
      if let bound = byLabels[sample.series] {
        byLabels[sample.series]?.round = round
        return bound.reference
      }
      let reference = try resolve(sample.series, in: store, isOwed)
      byLabels[sample.series] = Bound(reference: reference, round: round)
      return reference
    } catch {
      refused += 1
      refusal = error
      return nil
    }
  }

  /// One more series: what was there before stays, what is new may be refused.
  private mutating func admit(_ isOwed: Bool) throws(AppendError) {
    if isOwed { allowance.takeOwed() } else { try allowance.take() }
    held += 1
  }

  private mutating func resolve(
    _ series: LabelSet, in store: any SampleAppender, _ isOwed: Bool
  ) throws(AppendError) -> SeriesReference {
    try admit(isOwed)
    var labels: [Label] = []
    for label in series.labels {
      labels.append(target[label.name] == nil ? label : Label("exported_" + label.name, label.value))
    }
    return try store.reference(for: LabelSet(labels + target.labels))
  }

  private mutating func end(seenIn last: Int, at timestamp: Timestamp, in batch: inout SampleBatch) {
    for case let bound? in bySlot where bound.round == last {
      batch.append(bound.reference, at: timestamp, .staleMarker)
    }
    for (labels, bound) in byLabels where bound.round == last {
      batch.append(bound.reference, at: timestamp, .staleMarker)
      byLabels[labels] = nil  // free names, such as a certificate's, would otherwise pile up
    }
  }
}
