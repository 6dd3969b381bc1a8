internal import Telemetry

/// Takes any bytes for what the store's files hold: the entry for fuzzing. It must return, whatever the bytes are.
package enum AnyStoredBytes {
  /// - Parameter bytes: what they are to be taken for (see `Kind`), how many samples they claim, then themselves.
  package static func decode(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 3, let kind = Kind(rawValue: bytes[0] % UInt8(Kind.allCases.count)) else { return }
    let claimed = Int(bytes[1]) << 8 | Int(bytes[2])
    let count = claimed == 0xffff ? Int.max : claimed
    let body = UnsafeRawBufferPointer(rebasing: bytes[3...])
    switch kind {
    case .numbers, .histograms:
      var columns = SampleColumns()
      let image = ChunkImage(
        firstTime: 0, lastTime: Int64(count &- 1) &* 15_000, count: count, bytes: Array(body),
        kind: kind == .numbers ? .numbers : .histograms)
      _ = image.decode(.everything, into: &columns)
    case .batch: _ = BatchRecord(unpacked: body)
    case .packedBatch: _ = BatchRecord(decoding: body)
    case .series: _ = SeriesRow.decode(body, number: Int64(claimed))
    case .posting: _ = SealedIndex.decode(body)
    }
  }

  package enum Kind: UInt8, CaseIterable { case numbers, histograms, batch, packedBatch, series, posting }
}
