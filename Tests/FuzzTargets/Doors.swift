import Telemetry

@testable import Interchange
@testable import TimeSeriesStore

/// Numbers series in the order in which they come; refuses one whose metric is called `refused`.
private struct Numbering {
  private var known: [LabelSet: UInt32] = [:]

  mutating func reference(_ labels: LabelSet) throws(AppendError) -> SeriesReference {
    if labels.metric == "refused" { throw .tooManySeries(limit: known.count) }
    let number = known[labels] ?? UInt32(known.count)
    known[labels] = number
    return SeriesReference(slot: number, generation: 1)
  }
}

extension SampleBatch {
  fileprivate func isEqual(_ other: SampleBatch) -> Bool {
    references == other.references && milliseconds == other.milliseconds
      && values.map(\.bitPattern) == other.values.map(\.bitPattern) && histograms.count == other.histograms.count
      && zip(histograms, other.histograms).allSatisfy {
        $0.reference == $1.reference && $0.millisecond == $1.millisecond && $0.histogram == $1.histogram
      }
  }
}

// MARK: Exposition

/// How to read, then two bodies with the byte 255 between them.
@Sendable func fuzzExposition(_ bytes: UnsafeRawBufferPointer) {
  guard let mode = bytes.first else { return }
  let parts = bytes.dropFirst().split(separator: 255, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
  let (first, second) = (parts[0], parts.count > 1 ? parts[1] : parts[0])
  let reader = BodyReader(mode)
  var (table, store) = (reader.table, Numbering())
  let once = reader.read(first, &table, &store)
  var (fresh, freshStore) = (table, store)
  let between = reader.read(second, &table, &store)
  guard let once, between == nil else { return }
  // A body that was refused leaves no trace: the first one is read as if nothing had been in between.
  guard let after = reader.read(first, &table, &store), let undisturbed = reader.read(first, &fresh, &freshStore) else {
    fatalError("not so: a body is taken again")
  }
  demand(after.batch.isEqual(undisturbed.batch), "a refused body leaves no trace")
  demand(after.added == 0 && after.refused == once.refused, "nothing is new in the same body")
  demand(after.scraped == once.scraped && after.kept == once.kept, "the same body counts the same")
}

private struct BodyReader {
  let format: ExpositionFormat
  let table: ScrapeTable

  init(_ mode: UInt8) {
    format = mode & 1 == 0 ? .text : .openMetrics
    var limits = ScrapeLimits()
    limits.samplesMax = 200
    limits.labelsMax = 16
    table = ScrapeTable(
      labelling: SeriesLabelling(
        target: LabelSet(["job": "a", "instance": "b"]), precedence: mode & 2 == 0 ? .target : .exporter),
      limits: limits, times: mode & 4 == 0 ? .exporter : .scrape)
  }

  func read(_ body: [UInt8], _ table: inout ScrapeTable, _ store: inout Numbering) -> ScrapeRound? {
    do throws(ExpositionError) {
      let round = try table.read(body, format, at: .epoch) { labels throws(AppendError) in try store.reference(labels) }
      demand(round.scraped <= body.count / 3 + 1 && round.kept <= round.scraped, "a sample takes three bytes")
      demand(round.metadata.count <= body.count / 3, "a family takes a line")
      return round
    } catch {
      demand(error.line > 0 && error.line <= body.count + 1, "\(error) names a line of the body")
      return nil
    }
  }
}

// MARK: Remote write

/// A version and whether the bytes are a packed body or the message inside one, then the bytes.
@Sendable func fuzzRemoteWrite(_ bytes: UnsafeRawBufferPointer) {
  guard let mode = bytes.first else { return }
  let version = mode & 1 == 0 ? RemoteWriteVersion.one : .two
  let given = Array(bytes.dropFirst())
  let body = mode & 2 == 0 ? Snappy.compress(given) ?? [] : given
  compareWithSnappy(body)
  var limits = RemoteWriteLimits()
  limits.bytesMax = 1 << 20
  limits.labelBytesMax = 4096
  limits.expandedBytesMax = 1 << 20
  var (table, store) = (RemoteWriteTable(limits: limits), Numbering())
  guard let once = read(body, version, &table, &store) else { return }
  guard let again = read(body, version, &table, &store) else { fatalError("not so: a body is taken again") }
  demand(
    again.batch.isEqual(once.batch) && again.histograms.isEqual(once.histograms), "the same body, the same samples")
  demand(again.refused == once.refused, "what was refused is refused again")
  if mode & 2 == 0 {
    demand(once.batch.count + once.histograms.count + once.refused <= given.count / 2, "a sample takes two bytes")
  }
  for sample in once.histograms.histograms {
    demand((try? sample.histogram.validated()) != nil, "a histogram that is taken is sound")
  }
}

private func read(
  _ body: [UInt8], _ version: RemoteWriteVersion, _ table: inout RemoteWriteTable, _ store: inout Numbering
) -> RemoteWriteRound? {
  try? table.read(body, version) { labels throws(AppendError) in try store.reference(labels) }
}

/// Google's library is the measure of our own reading of its format.
private func compareWithSnappy(_ body: [UInt8]) {
  let limit = 1 << 20
  let theirs = body.withUnsafeBytes { Snappy.uncompress($0, limit: limit) }
  let ours = try? SnappyBlock.unpacked(body, limit: limit)
  demand(ours == theirs, "both read the block alike: ours \(ours?.count ?? -1), theirs \(theirs?.count ?? -1)")
}
