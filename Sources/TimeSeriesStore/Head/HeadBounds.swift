internal import Telemetry

/// The bounds that decide about a sample.
struct HeadBounds: Sendable {
  let window: Int64
  let skew: Int64
  let acceptedAge: Int64
  let lateSamplesMax: Int
  let limits: ChunkLimits
  let batchRowSamples: Int

  init(_ settings: StoreSettings) {
    window = settings.outOfOrderWindow.wholeMilliseconds
    skew = settings.futureSkew.wholeMilliseconds
    acceptedAge = settings.acceptedAge.wholeMilliseconds
    lateSamplesMax = settings.lateSamplesMax
    batchRowSamples = settings.batchRowSamples
    limits = ChunkLimits(
      samples: settings.chunkSamples, spanMilliseconds: settings.chunkSpan.wholeMilliseconds)
  }

  struct Times {
    let earliest: Int64
    let latest: Int64
  }

  func times(at now: Int64) -> Times {
    let (earliest, below) = now.subtractingReportingOverflow(acceptedAge)
    let (latest, above) = now.addingReportingOverflow(skew)
    return Times(earliest: below ? .min : earliest, latest: above ? .max : latest)
  }
}

/// Counts that change with each sample.
struct HeadTally: Sendable {
  var appended: UInt64 = 0
  var outOfOrder: UInt64 = 0
  var duplicate: UInt64 = 0
  var tooFarInFuture: UInt64 = 0
  var repeated: UInt64 = 0
  var late: UInt64 = 0
  var chunksClosed: UInt64 = 0
  var seriesRefused: UInt64 = 0
  var tooManyBuckets: UInt64 = 0
  var malformedHistogram: UInt64 = 0
  var gone: UInt64 = 0
  var departed: UInt64 = 0
}
