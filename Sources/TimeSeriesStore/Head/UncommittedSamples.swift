internal import Telemetry

/// Samples since the last commit, in order of arrival.
struct UncommittedSamples: Sendable {
  /// Set in a slot's number when the sample came after newer ones.
  static let lateFlag: UInt32 = 1 << 31

  private(set) var slots: [UInt32] = []
  private(set) var columns = SampleColumns()
  private(set) var histograms: [(slot: UInt32, time: Int64, histogram: NativeHistogram)] = []
  private var histogramLoad = 0

  /// Samples of both kinds.
  var count: Int { slots.count + histograms.count }

  /// What they cost: numbers of 8 bytes.
  var load: Int { slots.count + histogramLoad }

  init(reserving capacity: Int = 0) {
    slots.reserveCapacity(capacity)
    columns.times.reserveCapacity(capacity)
    columns.bits.reserveCapacity(capacity)
  }

  /// Samples of a batch that came in order.
  mutating func append(_ batch: SampleBatch, _ range: Range<Int>) {
    slots.append(contentsOf: batch.references[range].lazy.map(\.slot))
    columns.times.append(contentsOf: batch.milliseconds[range])
    columns.bits.append(contentsOf: batch.values[range].lazy.map(\.bitPattern))
  }

  mutating func append(_ flaggedSlot: UInt32, _ time: Int64, _ bits: UInt64) {
    slots.append(flaggedSlot)
    columns.append(time, bits)
  }

  mutating func append(_ flaggedSlot: UInt32, _ time: Int64, _ value: SampleValue) {
    switch value {
    case .number(let bits): append(flaggedSlot, time, bits)
    case .histogram(let histogram):
      histograms.append((flaggedSlot, time, histogram))
      histogramLoad += histogram.load
    }
  }
}
