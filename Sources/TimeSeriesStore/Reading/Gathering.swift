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
    let ordered = pieces.sorted { $0.columns.times[0] < $1.columns.times[0] }
    var times: [Int64] = []
    var values: [Double] = []
    let total = ordered.reduce(0) { $0 + $1.columns.count }
    times.reserveCapacity(total)
    values.reserveCapacity(total)
    if Self.isApart(ordered) {
      for piece in ordered {
        times.append(contentsOf: piece.columns.times)
        for bits in piece.columns.bits { values.append(Double(bitPattern: bits)) }
      }
    } else {
      for sample in Self.merged(ordered) {
        times.append(sample.time)
        values.append(Double(bitPattern: sample.bits))
      }
    }
    return SeriesSlice(labels: labels, milliseconds: times, values: values)
  }

  private static func isApart(_ ordered: [Piece]) -> Bool {
    zip(ordered, ordered.dropFirst()).allSatisfy { earlier, later in
      (earlier.columns.times.last ?? .max) < later.columns.times[0]
    }
  }

  private static func merged(_ pieces: [Piece]) -> [(time: Int64, bits: UInt64)] {
    var all: [(time: Int64, rank: Rank, bits: UInt64)] = []
    for piece in pieces {
      for index in 0..<piece.columns.count {
        all.append((piece.columns.times[index], piece.rank, piece.columns.bits[index]))
      }
    }
    all.sort { ($0.time, $0.rank) < ($1.time, $1.rank) }
    var result: [(time: Int64, bits: UInt64)] = []
    for sample in all where result.last?.time != sample.time { result.append((sample.time, sample.bits)) }
    return result
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
