/// A chunk that takes no more samples and waits for the disk.
struct ClosedChunk: Sendable {
  let serial: UInt64
  let slot: UInt32
  let image: ChunkImage
  /// The commit that carries its first sample.
  let firstEpoch: UInt32
  /// 0 for a chunk of samples that came in order. For late ones the commit up to which the batch log's late samples
  /// of this series are in it.
  let lateThrough: UInt32

  var day: Day { Day(containing: image.firstTime) }
}

/// Closed chunks in closing order, findable by series; they stay until the disk has them.
struct ClosedChunks {
  private var bySlot: [UInt32: [ClosedChunk]] = [:]
  private var order: [(slot: UInt32, serial: UInt64)] = []
  private var nextSerial: UInt64 = 0
  private(set) var bytes = 0

  var count: Int { order.count }
  var all: some Sequence<ClosedChunk> { bySlot.values.joined() }

  func holds(_ day: Day) -> Bool { all.contains { $0.day == day } }

  func of(_ slot: UInt32) -> [ClosedChunk] { bySlot[slot] ?? [] }

  mutating func add(_ slot: UInt32, _ image: ChunkImage, firstEpoch: UInt32, lateThrough: UInt32) {
    let chunk = ClosedChunk(
      serial: nextSerial, slot: slot, image: image, firstEpoch: firstEpoch, lateThrough: lateThrough)
    bySlot[slot, default: []].append(chunk)
    order.append((slot, nextSerial))
    nextSerial += 1
    bytes += image.bytes.count
  }

  func first(_ limit: Int) -> [ClosedChunk] {
    order.prefix(limit).compactMap { entry in bySlot[entry.slot]?.first { $0.serial == entry.serial } }
  }

  /// Forgets chunks that the disk has, or that must give way.
  mutating func remove(_ serials: Set<UInt64>) {
    guard !serials.isEmpty else { return }
    for entry in order where serials.contains(entry.serial) {
      guard var chunks = bySlot[entry.slot] else { continue }
      for chunk in chunks where chunk.serial == entry.serial { bytes -= chunk.image.bytes.count }
      chunks.removeAll { $0.serial == entry.serial }
      bySlot[entry.slot] = chunks.isEmpty ? nil : chunks
    }
    order.removeAll { serials.contains($0.serial) }
  }

  /// Forgets the oldest until at most `limit` bytes wait.
  /// - Returns: how many samples went with them.
  mutating func drop(downTo limit: Int) -> Int {
    var excess = bytes - limit
    var lost = 0
    var serials: Set<UInt64> = []
    for entry in order {
      guard excess > 0 else { break }
      guard let chunk = of(entry.slot).first(where: { $0.serial == entry.serial }) else { continue }
      excess -= chunk.image.bytes.count
      lost += chunk.image.count
      serials.insert(entry.serial)
    }
    remove(serials)
    return lost
  }
}
