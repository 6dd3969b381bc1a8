internal import Telemetry

/// The samples of one series, from several places, on their way to one slice.
struct GatheredSeries: Sendable {
  /// Where samples came from; at one timestamp the lowest wins, which is what was stored first.
  enum Rank: Int, Comparable, Sendable {
    case file, head, lateInFile, lateInHead
    static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
  }

  private struct Piece: Sendable {
    let rank: Rank
    let columns: SampleColumns
  }

  private var pieces: [Piece] = []

  var isEmpty: Bool { pieces.isEmpty }

  mutating func add(_ columns: SampleColumns, _ rank: Rank) {
    if columns.count > 0 { pieces.append(Piece(rank: rank, columns: columns)) }
  }

  mutating func join(_ other: GatheredSeries) { pieces.append(contentsOf: other.pieces) }

  /// Ascending, each timestamp once.
  func slice(_ labels: LabelSet) -> SeriesSlice {
    let ordered = pieces.sorted { $0.columns.firstTime < $1.columns.firstTime }
    var slice = SeriesSlice(labels: labels)
    let total = ordered.reduce(0) { $0 + $1.columns.times.count }
    slice.milliseconds.reserveCapacity(total)
    slice.values.reserveCapacity(total)
    if Self.isApart(ordered) {
      for piece in ordered {
        slice.milliseconds.append(contentsOf: piece.columns.times)
        for bits in piece.columns.bits { slice.values.append(Double(bitPattern: bits)) }
        let histograms = piece.columns.histograms
        for (time, histogram) in zip(histograms.milliseconds, histograms.values) {
          slice.histograms.append(time, histogram)
        }
      }
    } else {
      Self.merge(ordered, into: &slice)
    }
    return slice
  }

  private static func isApart(_ ordered: [Piece]) -> Bool {
    zip(ordered, ordered.dropFirst()).allSatisfy { earlier, later in
      earlier.columns.lastTime < later.columns.firstTime
    }
  }

  private static func merge(_ pieces: [Piece], into slice: inout SeriesSlice) {
    /// Where a sample stands: in the numbers of its piece, or behind them in the histograms.
    var all: [(time: Int64, rank: Rank, piece: Int, place: Int)] = []
    for (number, piece) in pieces.enumerated() {
      let times = piece.columns.times + piece.columns.histograms.milliseconds
      for (place, time) in times.enumerated() { all.append((time, piece.rank, number, place)) }
    }
    all.sort { ($0.time, $0.rank) < ($1.time, $1.rank) }
    var last: Int64?
    for sample in all where last != sample.time {
      last = sample.time
      let columns = pieces[sample.piece].columns
      if sample.place < columns.times.count {
        slice.milliseconds.append(sample.time)
        slice.values.append(Double(bitPattern: columns.bits[sample.place]))
      } else {
        slice.histograms.append(sample.time, columns.histograms.values[sample.place - columns.times.count])
      }
    }
  }
}

/// What a read is after.
enum ReadDepth: Sendable {
  /// All samples in the window.
  case samples
  /// Whether there is one.
  case presence
}

extension ChunkImage {
  /// Whether a sample lies in the window; decoded only when the ends do not tell.
  func hasSample(in window: ReadWindow) -> Bool {
    if window.contains(firstTime) || window.contains(lastTime) { return true }
    guard window.touches(first: firstTime, last: lastTime) else { return false }
    var columns = SampleColumns()
    return decode(window, into: &columns) && columns.count > 0
  }
}
