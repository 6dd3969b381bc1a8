internal import Telemetry

/// The rounds of a device, one after another: what one shows goes into its batch.
struct DeviceRound {
  /// What a round has brought.
  struct Yield {
    let time: Timestamp
    let batch: SampleBatch
    let refused: Int
    let refusal: AppendError?
  }

  /// How far a round had come.
  struct Mark {
    fileprivate let samples: Int
    fileprivate let refused: Int
  }

  private(set) var time = Timestamp(milliseconds: 0)
  /// The device began anew since the last round, and all of its counters with it.
  var hasRestarted = false
  private var batch = SampleBatch()
  /// Samples of the last round.
  private var lastCount = 0
  private var refused = 0
  private var refusal: AppendError?
  private let target: LabelSet
  private let store: any SampleAppender
  private let allowance: SeriesAllowance

  init(in environment: ProbeEnvironment) {
    target = environment.target
    store = environment.store
    allowance = environment.allowance
  }

  mutating func begin(at time: Timestamp) {
    self.time = time
    hasRestarted = false
    batch = SampleBatch()
    batch.reserve(lastCount)
    (refused, refusal) = (0, nil)
  }

  mutating func takeYield() -> Yield {
    defer { batch = SampleBatch() }
    lastCount = batch.count
    return Yield(time: time, batch: batch, refused: refused, refusal: refusal)
  }

  var mark: Mark { Mark(samples: batch.count, refused: refused) }

  /// What came since then is as if it had not been.
  mutating func takeBack(to mark: Mark) {
    batch.removeLast(batch.count - mark.samples)
    refused = mark.refused
  }

  mutating func append(_ reference: SeriesReference, _ value: Double, millisecondsBefore: Int = 0) {
    batch.append(
      reference, at: millisecondsBefore == 0 ? time : time.advanced(by: .milliseconds(-millisecondsBefore)), value)
  }

  mutating func resolve(_ labels: LabelSet) -> SeriesReference? {
    do throws(AppendError) {
      try allowance.take()
    } catch {
      refused += 1
      refusal = error
      return nil
    }
    do throws(AppendError) {
      let own = labels.labels.map { target[$0.name] == nil ? $0 : Label("exported_" + $0.name, $0.value) }
      return try store.reference(for: LabelSet(own + target.labels))
    } catch {
      giveBack()
      refused += 1
      refusal = error
      return nil
    }
  }

  /// A series that is shown no more.
  mutating func end(_ reference: SeriesReference) {
    batch.append(reference, at: time, .staleMarker)
    giveBack()
  }

  func giveBack() { allowance.giveBack(1) }
}
