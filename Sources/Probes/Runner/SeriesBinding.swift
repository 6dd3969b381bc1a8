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
  /// The runner's own series first, by their place in `OwnSamples`, then the probe's by their slot.
  private var bySlot = [Bound?](repeating: nil, count: Self.ownCount)
  private static let ownCount = OwnSamples.series.count
  private var byLabels: [LabelSet: Bound] = [:]
  /// Of the definition before a reload: ended unless the first round of this one shows them again.
  private var inherited: [SeriesReference] = []
  private var round = 0
  /// Series that were taken from the allowance.
  private var held = 0
  /// Series of this round that the last one had too. As many as that one had: none has ended and none is new.
  private var kept = 0
  /// Series of the last round.
  private var shown = 0
  private var isNew = false
  /// Emptied and filled each round, so that a round makes no room anew.
  private var scratch = SampleBatch()
  /// Samples of the last round, without the markers of those that ended.
  private(set) var stored = 0
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

  /// One round of a probe.
  struct Round {
    let samples: [ProbeSample]
    /// Samples that every run has; their series are never refused for the probe's limit.
    let verdict: [ProbeSample]
    /// The runner's own, likewise.
    let own: OwnSamples
    /// What the probe bound itself.
    let batch: SampleBatch
    let time: Timestamp
  }

  /// Stores one round's samples.
  ///
  /// - Parameter renew: asks the probe to resolve anew the series of its batch that left the store.
  mutating func record(
    _ round: Round, in store: any SampleAppender,
    renew: (Set<SeriesReference>) -> [SeriesReference: SeriesReference] = { _ in [:] }
  ) {
    append(round, behind: round.batch, to: store)
    guard !outcome.gone.isEmpty else { return }
    // A probe slower than the store's memory: what was taken already is known there and not taken twice.
    let gone = Set(outcome.gone)
    forget(gone)
    append(round, behind: round.batch.renewed(renew(gone)), to: store)
  }

  private mutating func append(_ round: Round, behind own: SampleBatch, to store: any SampleAppender) {
    var batch = SampleBatch()
    swap(&batch, &scratch)
    batch.removeAll()
    fill(&batch, with: round, beside: own, from: store)
    outcome = store.append(batch)
    // As it is, without a copy: a device brings thousands.
    if own.count > 0 { outcome = outcome + store.append(own) }
    swap(&batch, &scratch)
  }

  private mutating func forget(_ gone: Set<SeriesReference>) {
    for slot in bySlot.indices where bySlot[slot].map({ gone.contains($0.reference) }) == true { bySlot[slot] = nil }
    byLabels = byLabels.filter { !gone.contains($0.value.reference) }
    settle()
  }

  /// Gives back what is no longer shown.
  private mutating func settle() {
    shown = bySlot.count { $0?.round == round } + byLabels.count
    allowance.giveBack(held - shown)
    held = shown
  }

  /// One round's samples with a staleness marker for each series that was there before and is not now.
  private mutating func fill(
    _ batch: inout SampleBatch, with content: Round, beside own: SampleBatch, from store: any SampleAppender
  ) {
    let last = round
    round += 1
    (refused, refusal, kept, isNew) = (0, nil, 0, false)
    let time = content.time
    for (index, value) in content.own.values.enumerated() {
      guard let value else { continue }
      let found = attempt { binding throws(AppendError) in
        try binding.reference(at: index, OwnSamples.series[index], in: store, isOwed: true)
      }
      guard let reference = found else { continue }
      batch.append(reference, at: time, value)
    }
    for sample in content.verdict {
      guard let reference = reference(of: sample, in: store, isOwed: true) else { continue }
      batch.append(reference, at: time, sample.value)
    }
    for sample in content.samples {
      guard let reference = reference(of: sample, in: store, isOwed: false) else { continue }
      batch.append(reference, at: time, sample.value)
    }
    stored = batch.count + own.count
    guard isNew || kept != shown || !inherited.isEmpty else { return }
    end(seenIn: last, at: time, in: &batch)
    settle()
    if !inherited.isEmpty {
      let present = Set(batch.references + own.references)
      for reference in inherited where !present.contains(reference) {
        batch.append(reference, at: time, .staleMarker)
      }
      inherited = []
    }
  }

  private mutating func reference(
    of sample: ProbeSample, in store: any SampleAppender, isOwed: Bool
  ) -> SeriesReference? {
    attempt { binding throws(AppendError) in
      if let slot = sample.slot {
        return try binding.reference(at: Self.ownCount + slot, sample.series, in: store, isOwed: isOwed)
      }
      if let bound = binding.byLabels[sample.series] {
        binding.see(bound)
        binding.byLabels[sample.series]?.round = binding.round
        return bound.reference
      }
      let reference = try binding.resolve(sample.series, in: store, isOwed)
      binding.byLabels[sample.series] = Bound(reference: reference, round: binding.round)
      return reference
    }
  }

  private mutating func attempt(
    _ resolve: (inout SeriesBinding) throws(AppendError) -> SeriesReference
  ) -> SeriesReference? {
    do throws(AppendError) {
      return try resolve(&self)
    } catch {
      refused += 1
      refusal = error
      return nil
    }
  }

  private mutating func reference(
    at index: Int, _ series: LabelSet, in store: any SampleAppender, isOwed: Bool
  ) throws(AppendError) -> SeriesReference {
    if index < bySlot.count, let bound = bySlot[index] {
      if bound.round < round - 1 { try admit(isOwed) }
      see(bound)
      bySlot[index]?.round = round
      return bound.reference
    }
    let reference = try resolve(series, in: store, isOwed)
    while bySlot.count <= index { bySlot.append(nil) }
    bySlot[index] = Bound(reference: reference, round: round)
    return reference
  }

  /// A series may come twice in one round; it counts once.
  private mutating func see(_ bound: Bound) {
    if bound.round == round - 1 { kept += 1 }
  }

  /// One more series: what was there before stays, what is new may be refused.
  private mutating func admit(_ isOwed: Bool) throws(AppendError) {
    if isOwed { allowance.takeOwed() } else { try allowance.take() }
    held += 1
    isNew = true
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
