import Telemetry

@testable import TimeSeriesStore

/// The first byte: what the rest is taken for. Beside any bytes for anything stored, samples made of the bytes, which
/// must come back as they went in.
@Sendable func fuzzStoredBytes(_ bytes: UnsafeRawBufferPointer) {
  AnyStoredBytes.decode(bytes)
  guard bytes.count > 3 else { return }
  checkRewriting(bytes)
  let samples = Array(bytes.dropFirst(3))
  checkNumbers(samples)
}

private let limits = ChunkLimits(samples: 4096, spanMilliseconds: .max)

/// What is read can be written, and then reads the same.
private func checkRewriting(_ bytes: UnsafeRawBufferPointer) {
  let body = UnsafeRawBufferPointer(rebasing: bytes[3...])
  let count = Int(bytes[1]) << 8 | Int(bytes[2])
  var columns = SampleColumns()
  for kind in [ChunkImage.Kind.numbers, .histograms] {
    let image = ChunkImage(
      firstTime: 0, lastTime: Int64(count &- 1) &* 15_000, count: count, bytes: Array(body), kind: kind)
    if image.decode(.everything, into: &columns) { demand(columns.count >= count, "all samples are there") }
  }
  if !columns.times.isEmpty || !columns.histograms.isEmpty { checkImages(columns) }
  if let record = BatchRecord(unpacked: body) {
    demand(record.inOrder.count + record.late.count + record.histograms.count <= body.count, "an entry takes a byte")
    guard let row = record.encoded() else { fatalError("not so: a batch that was read can be written") }
    demand(row.withUnsafeBytes { BatchRecord(decoding: $0) } == record, "a batch comes back")
  }
}

private func checkImages(_ columns: SampleColumns) {
  var again = SampleColumns()
  for image in ChunkImage.images(of: columns, limits: limits) {
    demand(image.decode(.everything, into: &again), "what the encoder wrote is read")
  }
  demand(again == columns, "samples come back")
}

/// A byte for the time's distance and up to eight for the value.
private func checkNumbers(_ bytes: [UInt8]) {
  var columns = SampleColumns()
  var time: Int64 = 0
  var rest = bytes[...]
  while let step = rest.popFirst() {
    let distance = step < 0xf0 ? Int64(step) + 1 : Int64(1) << Int64(step & 0xf) * 2
    time += distance
    let value = rest.prefix(Int(step % 9))
    rest = rest.dropFirst(value.count)
    columns.append(time, value.reduce(0) { $0 << 8 | UInt64($1) } << UInt64(step & 7))
  }
  if !columns.times.isEmpty { checkImages(columns) }
}
