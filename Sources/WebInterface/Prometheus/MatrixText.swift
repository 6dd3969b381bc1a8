internal import Telemetry

/// The JSON of a range query's series, written in one run: a graph of a thousand lines has hundreds of thousands of points.
struct MatrixText {
  private(set) var bytes: [UInt8] = []
  /// How a point of each instant begins: the same from series to series, ascending; texts end to end.
  private var beginnings: [(milliseconds: Int64, text: Range<Int>)] = []
  private var beginningBytes: [UInt8] = []
  private var nextBeginning = 0
  /// Many series stand still.
  private var last = (bits: Double.nan.bitPattern, text: Array("NaN".utf8))

  /// One point with its bytes around the digits, for the room that is asked for at once.
  private static let pointBytes = 40

  init(_ series: [SeriesSlice]) {
    bytes.reserveCapacity(series.reduce(0) { $0 + $1.count } * Self.pointBytes)
    append(#"{"resultType":"matrix","result":["#)
    for slice in series {
      append(#"{"metric":"#)
      append(PrometheusJSON.labels(slice.labels))
      if !slice.values.isEmpty || slice.histograms.isEmpty { appendNumbers(of: slice) }
      if !slice.histograms.isEmpty { appendHistograms(of: slice) }
      append("},")
    }
    endList()
    append("}")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func appendNumbers(of slice: SeriesSlice) {
    append(#","values":["#)
    nextBeginning = 0
    for index in slice.values.indices {
      let value = slice.values[index]
      appendBeginning(slice.milliseconds[index])
      if value.bitPattern != last.bits {
        last.bits = value.bitPattern
        last.text.removeAll(keepingCapacity: true)
        last.text.append(contentsOf: PrometheusJSON.number(value).utf8)
      }
      last.text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
      bytes.append(UInt8(ascii: "\""))
      bytes.append(UInt8(ascii: "]"))
      bytes.append(UInt8(ascii: ","))
    }
    endList()
  }

  private mutating func appendHistograms(of slice: SeriesSlice) {
    append(#","histograms":["#)
    for (milliseconds, value) in zip(slice.histograms.milliseconds, slice.histograms.values) {
      append("[\(PrometheusJSON.time(Timestamp(milliseconds: milliseconds))),\(PrometheusJSON.histogram(value))],")
    }
    endList()
  }

  private mutating func appendBeginning(_ milliseconds: Int64) {
    while nextBeginning < beginnings.count, beginnings[nextBeginning].milliseconds < milliseconds { nextBeginning += 1 }
    if nextBeginning < beginnings.count, beginnings[nextBeginning].milliseconds == milliseconds {
      let text = beginnings[nextBeginning].text
      beginningBytes.withUnsafeBufferPointer { bytes.append(contentsOf: $0[text]) }
      return
    }
    let text = "[\(PrometheusJSON.time(Timestamp(milliseconds: milliseconds))),\""
    append(text)
    if nextBeginning == beginnings.count {
      let start = beginningBytes.count
      beginningBytes.append(contentsOf: text.utf8)
      beginnings.append((milliseconds, start..<beginningBytes.count))
    }
  }

  private mutating func endList() {
    if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
    append("]")
  }
}
